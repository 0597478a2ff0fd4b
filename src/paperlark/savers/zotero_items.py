"""A saved paper as an item of Zotero, and what is to be changed of one that is there. Pure.

The reader may change the item in Zotero. So three versions are compared, field by field: what was
written last, what is to be written now, and what Zotero has. A field that its reader changed stays
theirs; of tags and of the lines of `extra` only those that were written are taken out.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from paperlark.domain.paper import Paper, PaperId, doi_of, month_of
from paperlark.domain.saving import SavedPaper

Fields = Mapping[str, Any]
"""The editable JSON of an item, or some of its fields."""

_KEY_LETTERS = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
"""Zotero's own alphabet of keys, which leaves out what looks alike."""
_KEY_LENGTH = 8
_LONGEST_FIELD = 60_000
"""Characters; Zotero refuses fields of 65,536."""
_MOST_CREATORS = 500
_NOT_SEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def item_key(paper: PaperId, part: str = "item") -> str:
    """Return the key of a paper's item in every library, or of a `part` that belongs to it.

    The same paper has the same key, so that its item can be created once only, whoever was killed
    meanwhile. There are 33 ** 8 keys: of a thousand papers two share one with a chance of 4e-7.
    """
    number = int.from_bytes(hashlib.sha256(f"paperlark/{part}/{paper}".encode()).digest())
    letters = []
    for _ in range(_KEY_LENGTH):
        number, place = divmod(number, len(_KEY_LETTERS))
        letters.append(_KEY_LETTERS[place])
    return "".join(letters)


def fields_of(saved: SavedPaper, tags: Sequence[str] = ()) -> Fields:
    """Return the fields that are written and kept up to date; `tags` are the reader's own."""
    paper = saved.paper
    return {
        "itemType": "preprint",
        "title": _text(paper.title),
        "creators": [
            _creator(author.name) for author in paper.authors[:_MOST_CREATORS] if _text(author.name)
        ],
        "abstractNote": _text(paper.abstract),
        "repository": "arXiv",
        "archiveID": f"arXiv:{paper.id}",
        "date": month_of(paper.id) or "",
        "DOI": paper.details.doi or doi_of(paper.id),
        "rights": _text(paper.details.licence or ""),
        "url": paper.url,
        "libraryCatalog": "arXiv.org",
        "tags": _tags(paper, tags),
        "extra": "\n".join(_extra(saved))[:_LONGEST_FIELD],
    }


def created_item(saved: SavedPaper, fields: Fields, collection: str | None) -> Fields:
    """Return the item to create: with what is its reader's alone from then on."""
    return {
        **fields,
        "key": item_key(saved.paper.id),
        "version": 0,
        "accessDate": f"{saved.saved:%Y-%m-%dT%H:%M:%SZ}",
        "collections": [collection] if collection else [],
        "relations": {},
    }


def created_attachment(paper: Paper) -> Fields:
    """Return the link to the PDF to create below the item; it shows the latest version."""
    return {
        "key": item_key(paper.id, "pdf"),
        "version": 0,
        "itemType": "attachment",
        "parentItem": item_key(paper.id),
        "linkMode": "linked_url",
        "title": "arXiv PDF",
        "url": f"https://arxiv.org/pdf/{paper.id}",
        "contentType": "application/pdf",
        "tags": [],
        "relations": {},
    }


def changes(wanted: Fields, written: Fields, there: Fields) -> Fields:
    """Return the fields to change of the item that is `there`; none where nothing is to be done.

    `written` is what was written last.
    """
    found: dict[str, Any] = {}
    for name, value in wanted.items():
        now, before = there.get(name), written.get(name)
        if _same(name, value, before) or _same(name, value, now):
            continue
        if name == "extra":
            lines = _merged_lines(str(value), str(before or ""), str(now or ""))
            merged: Any = lines if len(lines) <= _LONGEST_FIELD else now
        elif name == "tags":
            merged = _merged_tags(value, before or [], now)
        elif _same(name, now, before):
            merged = value
        else:
            continue
        if not _same(name, merged, now):
            found[name] = merged
    return found


def _merged_lines(wanted: str, written: str, there: str) -> str:
    """Return the lines that are there with those that are new, without those that are gone."""
    ours, before, now = (one.split("\n") if one else [] for one in (wanted, written, there))
    kept = [line for line in now if line not in before or line in ours]
    return "\n".join((*kept, *(line for line in ours if line not in before and line not in now)))


def _merged_tags(wanted: Any, written: Any, there: Any) -> list[Fields]:  # noqa: ANN401  # JSON
    ours, before, now = (_tag_names(one) for one in (wanted, written, there))
    kept = [one for name, one in now.items() if name not in before or name in ours]
    new = [one for name, one in ours.items() if name not in before and name not in now]
    return [*kept, *new]


def _tag_names(tags: Any) -> Mapping[str, Fields]:  # noqa: ANN401  # JSON
    found = tags if isinstance(tags, list) else []
    return {str(one["tag"]): one for one in found if isinstance(one, dict) and "tag" in one}


def _same(name: str, one: Any, other: Any) -> bool:  # noqa: ANN401  # JSON
    """Return whether two values of a field are one to Zotero, which trims and normalises texts."""
    if name == "tags":
        return set(_tag_names(one)) == set(_tag_names(other))
    if name == "creators":
        return _creators(one) == _creators(other)
    return _plain(one) == _plain(other)


def _creators(value: Any) -> list[tuple[str, ...]]:  # noqa: ANN401  # JSON
    parts = ("creatorType", "firstName", "lastName", "name")
    return [
        tuple(_plain(one.get(part)) for part in parts) if isinstance(one, dict) else ()
        for one in (value if isinstance(value, list) else ())
    ]


def _plain(value: Any) -> str:  # noqa: ANN401  # JSON
    return unicodedata.normalize("NFC", str(value or "")).strip()


def _text(text: str) -> str:
    return unicodedata.normalize("NFC", _NOT_SEEN.sub(" ", text))[:_LONGEST_FIELD].strip()


def _creator(name: str) -> Fields:
    """Return an author in two fields where the name has two parts, else in one."""
    first, _, last = _text(name)[:255].rpartition(" ")
    if not first:
        return {"creatorType": "author", "name": last}
    return {"creatorType": "author", "firstName": first, "lastName": last}


def _tags(paper: Paper, own: Sequence[str]) -> list[Fields]:
    """Return the reader's tags, and the categories as automatic ones, which Zotero can hide."""
    chosen: list[Fields] = [{"tag": one} for one in dict.fromkeys(own)]
    return chosen + [{"tag": one, "type": 1} for one in paper.categories if one not in own]


def _extra(saved: SavedPaper) -> list[str]:
    """Return the lines of `extra`, in the form `name: value` that Zotero's users know from it."""
    paper, entry = saved.paper, saved.entry
    category = f" [{paper.primary_category}]" if paper.categories else ""
    lines = [f"arXiv: {paper.id}v{paper.version}{category}"]
    if paper.details.journal_reference:
        lines.append(f"Journal reference: {_one_line(paper.details.journal_reference)}")
    if paper.details.comments:
        lines.append(f"arXiv comments: {_one_line(paper.details.comments)}")
    if saved.day:
        lines.append(f"Announced: {saved.day}")
    if entry.judgement:
        scores = f"relevance {entry.judgement.relevance}, novelty {entry.judgement.novelty}"
        lines.append(f"Scores: {scores}")
    if entry.comment:
        lines.append(f"Comment: {_one_line(entry.comment)}")
    if saved.note:
        lines.append(f"Note: {_one_line(saved.note)}")
    return lines


def _one_line(text: str) -> str:
    return " ".join(_text(text).split())
