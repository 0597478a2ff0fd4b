"""What reference managers export as JSON: CSL-JSON, and Zotero's own items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from paperlark.domain.pasted import mentioned
from paperlark.importing.item import Item, make_item
from paperlark.importing.values import Value, read_values

_MENTIONS = (
    *("DOI", "URL", "number", "archive_location", "note", "container-title"),
    *("url", "extra", "archiveID", "archiveLocation", "libraryCatalog", "publicationTitle"),
)
_NO_PAPERS = {"attachment", "note", "annotation"}


def is_reference(value: Value) -> bool:
    """Tell whether a value is such an item, or a list of them under the name `items`."""
    return isinstance(value, dict) and (
        isinstance(value.get("items"), list)
        or ("title" in value and ("type" in value or "itemType" in value))
    )


def read_csl(text: str, name: str) -> tuple[Item, ...]:
    """Give every reference; raises Unimportable where it is no JSON."""
    return references(read_values(text, name))


def references(values: Iterable[tuple[str, Value]]) -> tuple[Item, ...]:
    """Read items, those inside of `items` too; a value that is no object is at fault."""
    return tuple(
        _item(place, one) if isinstance(one, dict) else Item(place, fault="it is no reference")
        for place, one in _flat(values)
        if not (isinstance(one, dict) and one.get("itemType") in _NO_PAPERS)
    )


def _flat(values: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    for place, value in values:
        if isinstance(value, dict) and isinstance(value.get("items"), list):
            yield from ((f"entry {n}", one) for n, one in enumerate(value["items"], start=1))
        else:
            yield place, value


def _item(place: str, value: dict[str, Value]) -> Item:
    texts = (_text(value.get(field)) for field in _MENTIONS)
    return make_item(
        place,
        paper_id=next(filter(None, map(mentioned, texts)), None),
        title=_text(value.get("title")),
        abstract=_text(value.get("abstract") or value.get("abstractNote")),
        authors=_names(value.get("author") or value.get("creators")),
    )


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _names(people: Value) -> Iterator[str]:
    for one in people if isinstance(people, list) else ():
        if isinstance(one, dict):
            yield _name(one, ("literal", "name")) or _name(
                one, ("given", "firstName", "family", "lastName")
            )


def _name(person: dict[str, Value], parts: Sequence[str]) -> str:
    return " ".join(filter(None, (_text(person.get(part)) for part in parts)))
