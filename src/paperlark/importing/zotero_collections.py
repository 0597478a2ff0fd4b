"""Read collections of Zotero again: what is new there is liked, what is gone no longer is.

Of a library that did not change one short request is made. The text of an item is read when its
paper is new to us, also where only its collection was renamed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from paperlark.domain.collection_patterns import CollectionPattern, parse_pattern
from paperlark.domain.errors import ZoteroError
from paperlark.domain.paper import PaperId
from paperlark.importing.examples import library_id
from paperlark.importing.import_source import ImportOptions, import_entries
from paperlark.importing.item import ImportedEntry
from paperlark.importing.references import references
from paperlark.importing.zotero_mirror import LibraryMirror, MirroredItem, load
from paperlark.savers.zotero_library import (
    collections_of,
    deleted_items,
    items_by_key,
    library_of,
    objects_in,
)
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import known
from paperlark.settings.values import ZoteroSettings
from paperlark.store.database import exists, open_database
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.read_libraries import ReadLibrary, ReadLibraryStore
from paperlark.store.readers import ReaderStore

if TYPE_CHECKING:
    from paperlark.savers.zotero_api import ZoteroApi

_log = logging.getLogger(__name__)

SOURCE = "Zotero, read every morning"
"""The source that these papers are listed under."""


@dataclass(frozen=True, slots=True)
class CollectionsRead:
    """How many papers are liked more and fewer than before, and what could not be read."""

    more: int = 0
    fewer: int = 0
    problems: tuple[str, ...] = ()

    @property
    def line(self) -> str | None:
        """What changed, in one line; None where nothing did."""
        more = f"{self.more} {'paper' if self.more == 1 else 'papers'} more that you like"
        fewer = f"{self.fewer} no longer there"
        parts = [text for text, count in ((more, self.more), (fewer, self.fewer)) if count]
        return f"zotero: {', '.join(parts)}" if parts else None


@dataclass(frozen=True, slots=True)
class _Read:
    """A library as it is now, and the entries of the items that were read on the way."""

    version: int
    mirror: LibraryMirror
    entries: Mapping[str, ImportedEntry]


def read_collections(
    settings: Settings,
    environment: Environment,
    zotero: ZoteroSettings,
    open_api: Callable[[], AbstractContextManager[ZoteroApi]],
    how: ImportOptions,
) -> CollectionsRead:
    """Read the collections that the profile names, and like what is in them.

    A library that cannot be read keeps what is known of it. Raises StoreError, or ZoteroError and
    SecretUnusable where none can be read.
    """
    stored = _stored(settings)
    if not zotero.read and not stored:
        return CollectionsRead()
    with open_api() as api:
        access = api.access()
        patterns = _by_library(zotero, zotero.library or f"users/{access.user}")
        before = {name: _Read(one.version, load(one.items), {}) for name, one in stored.items()}
        after, problems = dict(before), []
        for library in patterns:
            try:
                library_of(access, library, writes=False)
                after[library] = _read(api, library, before.get(library))
            except ZoteroError as error:
                problems.append(f"zotero: {error}")
        liked = frozenset[PaperId]().union(*(one.mirror.liked() for one in before.values()))
        wanted = _Wanted(api, patterns, after, liked)
        after, found = _like(settings, environment, how, wanted)
    _keep(settings, environment, before, after)
    return replace(found, problems=tuple(problems))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """All libraries as they are now, the patterns of each, and the papers `liked` before."""

    api: ZoteroApi
    patterns: Mapping[str, Sequence[CollectionPattern]]
    libraries: Mapping[str, _Read]
    liked: frozenset[PaperId]

    def meant(self, library: str) -> Mapping[str, MirroredItem]:
        return self.libraries[library].mirror.meant(self.patterns.get(library, ()))

    def entry(self, library: str, keys: Sequence[str]) -> Iterator[tuple[str, ImportedEntry]]:
        """Yield the entries of items, those not read today fetched by their keys."""
        there = self.libraries[library].entries
        lacking = [key for key in keys if key not in there]
        fetched = items_by_key(self.api, library, lacking) if lacking else {}
        for key in keys:
            entry = there[key] if key in there else _entry(key, fetched.get(key, {}))
            if entry is not None:
                yield key, entry


def _like(
    settings: Settings, environment: Environment, how: ImportOptions, wanted: _Wanted
) -> tuple[dict[str, _Read], CollectionsRead]:
    """Import what is new, and take out what no collection has any more."""
    now: set[PaperId] = set()
    entries: dict[PaperId, ImportedEntry] = {}
    for library in wanted.libraries:
        meant = wanted.meant(library)
        now |= {item.paper for item in meant.values()}
        new = [key for key, item in meant.items() if not item.liked]
        for key, entry in wanted.entry(library, new):
            entries.setdefault(meant[key].paper, entry)
    lacking: frozenset[PaperId] = frozenset()
    more = 0
    if entries:
        imported = import_entries(settings, environment, tuple(entries.values()), SOURCE, how)
        more = imported.liked
        if imported.unasked is not None:
            # arXiv could not be asked: a text that Zotero does not have is looked up next time.
            lacking = frozenset(paper for paper, one in entries.items() if not one.abstract)
    fewer = _unlike(settings, wanted.liked - now)
    libraries = {
        library: replace(
            one,
            mirror=one.mirror.with_liked(
                key for key, item in wanted.meant(library).items() if item.paper not in lacking
            ),
        )
        for library, one in wanted.libraries.items()
        if library in wanted.patterns
    }
    return libraries, CollectionsRead(more, fewer)


def _unlike(settings: Settings, papers: frozenset[PaperId]) -> int:
    """Take out papers that were imported by us, and by nothing else since; return how many."""
    path = settings.database
    if not papers or not exists(path):
        return 0
    with open_database(path) as connection:
        reader = known(settings, ReaderStore(connection, path)).profile.id
        library = LibraryStore(connection, path, reader)
        ours = [
            one.example.paper.id
            for one in library.all()
            if one.source == SOURCE and one.example.paper.id in papers
        ]
        library.remove(ours)
    return len(ours)


def _read(api: ZoteroApi, library: str, before: _Read | None) -> _Read:
    """Return a library as it is now, reading what changed since it was read before."""
    since = before.version if before else 0
    known_mirror = before.mirror if before else LibraryMirror()
    if before:
        changed = api.get(f"{library}/collections", {"limit": 1}, since=since)
        if changed.status == HTTPStatus.NOT_MODIFIED:
            return before
    collections = collections_of(api, library)
    items: dict[str, MirroredItem | None] = {}
    entries: dict[str, ImportedEntry] = {}
    asked: dict[str, str | int] = {"includeTrashed": 1, "since": since}
    version = collections.version
    for answer in api.pages(f"{library}/items/top", asked):
        if answer.version != collections.version:
            # Changed between two pages, which may have hidden an item: read all of it again.
            version = since
        for key, data in objects_in(answer.value):
            entry = _entry(key, data)
            items[key] = _mirrored(entry, data) if entry else None
            if entry:
                entries[key] = entry
    deleted = deleted_items(api, library, since) if before else frozenset[str]()
    mirror = replace(
        known_mirror.with_items(items, deleted),
        collections={one.key: one.path for one in collections.all},
    )
    _log.info("%s: version %d, %d items changed", library, version, len(items))
    return _Read(version, mirror, entries)


def _entry(key: str, data: Mapping[str, Any]) -> ImportedEntry | None:
    """Return an item as an import understands it; None for what is no paper, or in the trash."""
    if not data or data.get("deleted"):
        return None
    found = references([(f"item {key}", dict(data))])
    return found[0] if found and not found[0].fault else None


def _mirrored(entry: ImportedEntry, data: Mapping[str, Any]) -> MirroredItem:
    collections = data.get("collections")
    keys = map(str, collections) if isinstance(collections, list) else ()
    return MirroredItem(entry.paper_id or library_id(entry.title), tuple(keys))


def _by_library(zotero: ZoteroSettings, own: str) -> Mapping[str, tuple[CollectionPattern, ...]]:
    """Return the patterns of each library; one that leaves out counts in its library alone."""
    patterns = [parse_pattern(one) for one in zotero.read]
    libraries = dict.fromkeys(one.library or own for one in patterns if not one.leaves_out)
    return {
        library: tuple(one for one in patterns if (one.library or own) == library)
        for library in libraries
    }


def _stored(settings: Settings) -> Mapping[str, ReadLibrary]:
    path = settings.database
    if not exists(path):
        return {}
    with open_database(path) as connection:
        reader = known(settings, ReaderStore(connection, path)).profile.id
        return ReadLibraryStore(connection, path, reader).all()


def _keep(
    settings: Settings,
    environment: Environment,
    before: Mapping[str, _Read],
    after: Mapping[str, _Read],
) -> None:
    """Store what was read, where it is not what was stored."""
    path = settings.database
    if after == before or not exists(path):
        return
    kept = {name: ReadLibrary(one.version, one.mirror.dump()) for name, one in after.items()}
    with open_database(path) as connection:
        reader = known(settings, ReaderStore(connection, path)).profile.id
        ReadLibraryStore(connection, path, reader).keep(kept, environment.now())
