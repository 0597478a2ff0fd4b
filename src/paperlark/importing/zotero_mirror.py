"""What is known of a Zotero library between two mornings, and which of its papers are liked. Pure.

Only what decides is kept of an item: its paper and its collections. Its text is fetched again where
it is needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from paperlark.domain.collection_patterns import CollectionPattern, are_meant
from paperlark.domain.paper import PaperId

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MirroredItem:
    """An item's paper and the keys of its collections; `liked` once it was imported."""

    paper: PaperId
    collections: tuple[str, ...]
    liked: bool = False


@dataclass(frozen=True, slots=True)
class LibraryMirror:
    """A library's papers by the keys of their items, and the paths of its collections by key."""

    items: Mapping[str, MirroredItem] = field(default_factory=dict)
    collections: Mapping[str, Path] = field(default_factory=dict)

    def meant(self, patterns: Sequence[CollectionPattern]) -> Mapping[str, MirroredItem]:
        """Return the items of the collections that are meant, by key."""
        chosen = {key for key, path in self.collections.items() if are_meant(patterns, path)}
        return {
            key: one for key, one in self.items.items() if not chosen.isdisjoint(one.collections)
        }

    def liked(self) -> frozenset[PaperId]:
        """Return the papers that were imported."""
        return frozenset(one.paper for one in self.items.values() if one.liked)

    def with_items(
        self, changed: Mapping[str, MirroredItem | None], deleted: Iterable[str]
    ) -> LibraryMirror:
        """Return the mirror after changes; None is an item that is no paper, or in the trash.

        An item that became another paper is to be imported again.
        """
        items = {key: one for key, one in self.items.items() if key not in {*deleted, *changed}}
        for key, one in changed.items():
            if one is not None:
                before = self.items.get(key)
                known = before is not None and before.liked and before.paper == one.paper
                items[key] = replace(one, liked=known)
        return replace(self, items=items)

    def with_liked(self, keys: Iterable[str]) -> LibraryMirror:
        """Return the mirror where exactly these items count as imported."""
        chosen = frozenset(keys)
        items = {key: replace(one, liked=key in chosen) for key, one in self.items.items()}
        return replace(self, items=items)

    def dump(self) -> str:
        """Return it as JSON that `load` reads."""
        items = {
            key: [one.paper, list(one.collections), int(one.liked)]
            for key, one in sorted(self.items.items())
        }
        collections = {key: list(path) for key, path in sorted(self.collections.items())}
        kept = {"items": items, "collections": collections}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> LibraryMirror:
    """Parse what `dump` wrote."""
    kept: Mapping[str, Any] = json.loads(text)
    return LibraryMirror(
        {
            key: MirroredItem(PaperId(paper), tuple(collections), bool(liked))
            for key, (paper, collections, liked) in kept["items"].items()
        },
        {key: tuple(path) for key, path in kept["collections"].items()},
    )
