"""Save papers to a library of Zotero: each item once, and what its reader changed kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from paperlark.domain.paper import Identifier, PaperId, mentioned
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper
from paperlark.ports import SavedCopies
from paperlark.savers.zotero_api import AT_ONCE, ZoteroAnswer, ZoteroApi, blocks
from paperlark.savers.zotero_items import (
    Fields,
    changes,
    created_attachment,
    created_item,
    fields_of,
    item_key,
)
from paperlark.savers.zotero_library import (
    collections_of,
    deleted_items,
    items_by_key,
    library_of,
)

_EXISTS = 412
"""An object of that key is there, in another version than we named."""
_GONE = 404
"""There is no object of that key, where a version was named."""
_LONGEST_PROBLEM = 200


@dataclass(frozen=True, slots=True)
class ZoteroTarget:
    """Where papers are saved: a library (None: the key's own), a collection, and tags for all."""

    library: str | None
    collection: str
    tags: tuple[str, ...] = ()


class ZoteroSaver:
    """Implements Saver for one library.

    The place is the library, not the collection: an item may be moved by its reader, and one that
    was deleted stays so where papers are saved to another collection from then on.
    """

    name = "zotero"

    def __init__(self, api: ZoteroApi, target: ZoteroTarget, now: Callable[[], datetime]) -> None:
        self._api = api
        self._target = target
        self._now = now
        self._library = library_of(api.access(), target.library, writes=True)

    @property
    def place(self) -> str:
        """The library, such as `users/12345`."""
        return self._library

    def bring(self, papers: Sequence[SavedPaper], copies: SavedCopies) -> None:
        """Create items that are not there, and update those whose paper changed.

        Papers of a library that arXiv does not have are left out: Zotero is where they came from.
        """
        wanted = {
            one.paper.id: _Wanted(one, fields_of(one, self._target.tags))
            for one in papers
            if Identifier.parse(one.paper.id)
        }
        known = copies.all()
        left = {id_: one for id_, one in wanted.items() if _is_left(one, known.get(id_))}
        if not left:
            return
        found = collections_of(self._api, self._library)
        collection = found.find(self._target.collection)
        there = [id_ for id_ in left if id_ in known and _is_there(known[id_])]
        unsure = [id_ for id_ in left if id_ in known and known[id_].state is CopyState.SENDING]
        self._update({id_: (left[id_], known[id_]) for id_ in there}, copies)
        resolved = self._resolve({id_: (left[id_], known[id_]) for id_ in unsure}, copies)
        new = [one for id_, one in left.items() if id_ not in {*there, *resolved}]
        if not known:
            new = [*self._without_deleted(new, copies)]
        # A paper takes two objects: its item and the link to its PDF.
        for some in blocks(new, AT_ONCE // 2):
            self._create(some, collection, found.version, copies)

    def _without_deleted(self, papers: Sequence[_Wanted], copies: SavedCopies) -> list[_Wanted]:
        """Return the papers that were never deleted there, for who has lost their database."""
        deleted = deleted_items(self._api, self._library, 0)
        copies.keep(self._copy(one, CopyState.DELETED) for one in papers if one.key in deleted)
        return [one for one in papers if one.key not in deleted]

    def _create(
        self,
        papers: Sequence[_Wanted],
        collection: str | None,
        version: int,
        copies: SavedCopies,
    ) -> None:
        """Create items; a copy is stored before, with the version since which it may be there."""
        copies.keep(
            SavedCopy(
                one.id, CopyState.SENDING, self._now(), one.key, _content(one.fields, since=version)
            )
            for one in papers
        )
        items = [created_item(one.saved, one.fields, collection) for one in papers]
        links = [created_attachment(one.saved.paper) for one in papers]
        both = [one for pair in zip(items, links, strict=True) for one in pair]
        answer = self._api.write(f"{self._library}/items", both)
        failures = _failures(answer, len(both))
        # The item alone decides: one whose link was refused is there.
        ended = [(one, failures.get(2 * place, _NONE)) for place, one in enumerate(papers)]
        copies.keep(self._created(one, why) for one, why in ended if why.code != _EXISTS)
        self._adopt([one for one, why in ended if why.code == _EXISTS], copies)

    def _created(self, one: _Wanted, failure: _Failure) -> SavedCopy:
        if failure is _NONE:
            return self._copy(one, CopyState.THERE)
        return replace(self._copy(one, CopyState.FAILED), problem=failure.problem)

    def _adopt(self, papers: Sequence[_Wanted], copies: SavedCopies) -> None:
        """Take items for ours that were there already under our keys, as they are."""
        there = items_by_key(self._api, self._library, [one.key for one in papers])
        copies.keep(self._adopted(one, there.get(one.key)) for one in papers)

    def _adopted(self, one: _Wanted, item: Fields | None) -> SavedCopy:
        if item is None or item.get("deleted"):
            return self._copy(one, CopyState.DELETED)
        if _paper_of(item) not in {None, one.id}:
            failed = self._copy(one, CopyState.FAILED)
            return replace(failed, problem="another item of the library has its key")
        return self._copy(one, CopyState.THERE)

    def _resolve(
        self, papers: Mapping[PaperId, tuple[_Wanted, SavedCopy]], copies: SavedCopies
    ) -> frozenset[PaperId]:
        """Find out what became of items that were being created; return those that are settled.

        One that is not there was never created, unless it was deleted since.
        """
        if not papers:
            return frozenset()
        there = items_by_key(self._api, self._library, [copy.key for _, copy in papers.values()])
        since = min(_since(copy) for _, copy in papers.values())
        lacking = [copy for _, copy in papers.values() if copy.key not in there]
        deleted = deleted_items(self._api, self._library, since) if lacking else frozenset()
        settled = {
            id_: one
            for id_, (one, copy) in papers.items()
            if copy.key in there or copy.key in deleted
        }
        copies.keep(self._adopted(one, there.get(one.key)) for one in settled.values())
        return frozenset(settled)

    def _update(
        self, papers: Mapping[PaperId, tuple[_Wanted, SavedCopy]], copies: SavedCopies
    ) -> None:
        """Change items as far as their readers did not; a change of theirs meanwhile comes first.

        An item that was changed between our question and our change is left to the next run.
        """
        if not papers:
            return
        there = items_by_key(self._api, self._library, [copy.key for _, copy in papers.values()])
        patches: list[tuple[_Wanted, Fields]] = []
        settled: list[SavedCopy] = []
        for one, copy in papers.values():
            item = there.get(copy.key)
            if item is None or item.get("deleted"):
                settled.append(self._copy(one, CopyState.DELETED))
                continue
            patch = changes(one.fields, _written(copy), item)
            if patch:
                patches.append((one, {"key": copy.key, "version": item["version"], **patch}))
            else:
                settled.append(self._copy(one, CopyState.THERE))
        copies.keep(settled)
        for some in blocks(patches):
            answer = self._api.write(f"{self._library}/items", [patch for _, patch in some])
            failures = _failures(answer, len(some))
            ended = [(one, failures.get(place, _NONE)) for place, (one, _) in enumerate(some)]
            copies.keep(
                self._patched(one, papers[one.id][1], why)
                for one, why in ended
                if why.code != _EXISTS
            )

    def _patched(self, one: _Wanted, copy: SavedCopy, failure: _Failure) -> SavedCopy:
        if failure is _NONE:
            return self._copy(one, CopyState.THERE)
        if failure.code == _GONE:
            return self._copy(one, CopyState.DELETED)
        # What was written before stays known: the next run compares with it.
        content = json.dumps({**_kept(copy), "there": True}, ensure_ascii=False, sort_keys=True)
        return replace(
            copy,
            state=CopyState.FAILED,
            at=self._now(),
            content=content,
            problem=failure.problem,
        )

    def _copy(self, one: _Wanted, state: CopyState) -> SavedCopy:
        return SavedCopy(one.id, state, self._now(), one.key, _content(one.fields))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A saved paper and the fields that its item is to have."""

    saved: SavedPaper
    fields: Fields

    @property
    def id(self) -> PaperId:
        return self.saved.paper.id

    @property
    def key(self) -> str:
        return item_key(self.id)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why one object of a request was not written."""

    code: int
    problem: str


_NONE = _Failure(0, "")


def _failures(answer: ZoteroAnswer, count: int) -> Mapping[int, _Failure]:
    """Return by its place among `count` objects why one was not written.

    One that the answer does not mention at all was not written either.
    """
    value: Mapping[str, Any] = answer.value
    parts = [value.get(name) for name in ("success", "successful", "unchanged")]
    written = {place for part in parts if isinstance(part, dict) for place in part}
    failed = value.get("failed")
    stated: Mapping[str, Any] = failed if isinstance(failed, dict) else {}
    return {
        place: _failure(stated.get(str(place)))
        for place in range(count)
        if str(place) not in written or str(place) in stated
    }


def _failure(stated: Any) -> _Failure:  # noqa: ANN401  # JSON
    if not isinstance(stated, dict) or not isinstance(stated.get("code"), int):
        return _Failure(-1, "Zotero does not say what became of it")
    said = " ".join(str(stated.get("message", "")).split())[:_LONGEST_PROBLEM]
    return _Failure(stated["code"], f"Zotero refused it ({stated['code']}: {said})")


def _is_there(copy: SavedCopy) -> bool:
    """Return whether the item was there when it was last seen."""
    return copy.state is CopyState.THERE or (
        copy.state is CopyState.FAILED and bool(_kept(copy).get("there"))
    )


def _is_left(one: _Wanted, copy: SavedCopy | None) -> bool:
    """Return whether something may have to be done about a paper."""
    if copy is None or copy.state in {CopyState.SENDING, CopyState.FAILED}:
        return True
    return copy.state is CopyState.THERE and copy.content != _content(one.fields)


def _content(fields: Fields, since: int | None = None) -> str:
    kept = {"fields": fields} if since is None else {"fields": fields, "since": since}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def _kept(copy: SavedCopy) -> Mapping[str, Any]:
    try:
        value = json.loads(copy.content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _written(copy: SavedCopy) -> Fields:
    fields = _kept(copy).get("fields")
    return fields if isinstance(fields, dict) else {}


def _since(copy: SavedCopy) -> int:
    since = _kept(copy).get("since")
    return since if isinstance(since, int) else 0


def _paper_of(item: Fields) -> PaperId | None:
    """Return the paper that an item says it is of, None where it says nothing."""
    texts = (item.get(name) for name in ("archiveID", "url", "DOI", "extra"))
    return next(filter(None, (mentioned(one) for one in texts if isinstance(one, str))), None)
