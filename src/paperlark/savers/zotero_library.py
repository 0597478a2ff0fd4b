"""A library of Zotero: its collections by their paths, and its items by their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from paperlark.domain.errors import ZoteroError
from paperlark.savers.zotero_api import AT_ONCE, KeyAccess, ZoteroApi, blocks

_DEEPEST = 50
"""Collections inside collections; more is a circle, which Zotero does not make."""
TOP = "/"
"""The path of a library itself, for items in no collection."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: its key, and the names from the library's top to its own."""

    key: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collections:
    """All collections of a library, and the library's version when they were read."""

    all: tuple[Collection, ...]
    version: int

    def find(self, path: str) -> str | None:
        """Return the key of the collection at a path such as `Thesis/Chapter 2`; None at the top.

        Where names differ only in case, or two collections have one name, the first by key is it.
        Raises ZoteroError where there is none.
        """
        if path.strip() == TOP:
            return None
        wanted = path.strip().strip("/")
        exact = [one for one in self.all if "/".join(one.path) == wanted]
        folded = [one for one in self.all if "/".join(one.path).casefold() == wanted.casefold()]
        for one in sorted(exact or folded, key=lambda one: one.key):
            return one.key
        raise ZoteroError(
            f"Zotero has no collection {path[:100]!r}",
            hint="make it there, or change [zotero] save_to",
        )


def library_of(access: KeyAccess, wanted: str | None, *, writes: bool) -> str:
    """Return a library that the key opens: the one named, or the key's own.

    Raises ZoteroError where the key may not read it, or not write it where it `writes`.
    """
    library = wanted or f"users/{access.user}"
    allowed = access.can_write(library) if writes else access.can_read(library)
    if not allowed:
        raise ZoteroError(
            f"the Zotero key may not {'write to' if writes else 'read'} {library}",
            hint="allow it: https://www.zotero.org/settings/keys",
        )
    return library


def collections_of(api: ZoteroApi, library: str) -> Collections:
    """Fetch all collections of a library; those in the trash are left out. Raises ZoteroError."""
    names: dict[str, tuple[str, str | None]] = {}
    version = 0
    for answer in api.pages(f"{library}/collections"):
        # Of several pages the first: what changed meanwhile is read again next time.
        version = version or answer.version
        for key, data in objects_in(answer.value):
            if not data.get("deleted"):
                parent = data.get("parentCollection")
                names[key] = str(data.get("name", "")), parent if isinstance(parent, str) else None
    found = (Collection(key, path) for key in names if (path := _path(key, names)))
    return Collections(tuple(found), version)


def _path(key: str, names: Mapping[str, tuple[str, str | None]]) -> tuple[str, ...]:
    """Return the names down to a collection; none where one above it is not there."""
    path: list[str] = []
    above: str | None = key
    while above is not None:
        if above not in names or len(path) > _DEEPEST:
            return ()
        name, above = names[above]
        path.insert(0, name)
    return tuple(path)


def items_by_key(
    api: ZoteroApi, library: str, keys: Sequence[str]
) -> Mapping[str, Mapping[str, Any]]:
    """Fetch items by their keys, also from the trash; those that are not there are left out."""
    found: dict[str, Mapping[str, Any]] = {}
    for some in blocks(keys):
        asked: dict[str, str | int] = {
            "itemKey": ",".join(some),
            "includeTrashed": 1,
            "limit": AT_ONCE,
        }
        answer = api.get(f"{library}/items", asked)
        if answer.status != HTTPStatus.OK:
            raise ZoteroError(f"there is no library {library} in Zotero")
        found |= dict(objects_in(answer.value))
    return found


def deleted_items(api: ZoteroApi, library: str, since: int) -> frozenset[str]:
    """Fetch the keys of items that were deleted for good since a version of the library."""
    answer = api.get(f"{library}/deleted", {"since": since})
    keys = answer.value.get("items") if isinstance(answer.value, dict) else None
    if answer.status != HTTPStatus.OK or not isinstance(keys, list):
        raise ZoteroError("Zotero does not say what was deleted")
    return frozenset(map(str, keys))


def objects_in(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401  # JSON
    """Yield each object's key and editable JSON, with its version."""
    for one in value if isinstance(value, list) else ():
        data = one.get("data") if isinstance(one, dict) else None
        if isinstance(data, dict) and isinstance(data.get("key"), str):
            yield data["key"], {"version": one.get("version", 0), **data}
