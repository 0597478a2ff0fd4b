"""Reference lists: plain arXiv identifiers, and CSL-JSON (with items of Zotero)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from paperlark.domain.paper import PaperId, identify, mentioned
from paperlark.importing.entry_types import not_a_paper
from paperlark.importing.item import ImportedEntry, Value, make_entry, read_values
from paperlark.importing.text_markup import strip_markup

_COMMENT = re.compile(r"(?:^|\s)[#%].*")
_LABEL = re.compile(r"\barxiv:\s+", re.IGNORECASE)
_AROUND = "()<>\"'.*"


def read_ids(text: str, _name: str) -> tuple[ImportedEntry, ...]:
    """Parse every paper of the list; a line that names none is a fault that quotes it."""
    return tuple(
        entry
        for number, line in enumerate(text.splitlines(), start=1)
        for entry in _entries(line, f"line {number}")
    )


def names_papers(text: str) -> bool:
    """Return whether the first line that is not a comment, or most of the lines, name a paper."""
    lines = [bare for line in text.splitlines() if (bare := _COMMENT.sub("", line).strip())]
    found = [any(True for _ in _papers(line)) for line in lines]
    return found[:1] == [True] or 2 * sum(found) > len(found)


def _entries(line: str, place: str) -> Iterator[ImportedEntry]:
    bare = _COMMENT.sub("", line).strip()
    papers = tuple(_papers(bare))
    yield from (make_entry(place, paper_id=paper) for paper in papers)
    if bare and not papers:
        yield make_entry(place, title=bare[:60], fault="it names no arXiv paper")


def _papers(line: str) -> Iterator[PaperId]:
    """Find the papers named in a line; other words are ignored."""
    for word in re.split(r"[\s,;|]+", _LABEL.sub("arXiv:", line)):
        # Only signs of a name or an address are worth a closer look.
        identifier = identify(word.strip(_AROUND)) if any(map(str.isdigit, word)) else None
        if identifier:
            yield identifier.id


_CSL_MENTIONS = (
    *("DOI", "URL", "number", "archive_location", "note", "container-title"),
    *("url", "extra", "archiveID", "archiveLocation", "libraryCatalog", "publicationTitle"),
)
_NO_PAPERS = {"attachment", "note", "annotation"}


def is_reference(value: Value) -> bool:
    """Return whether a value is a CSL item, or has a list of them under `items`."""
    return isinstance(value, dict) and (
        isinstance(value.get("items"), list)
        or ("title" in value and ("type" in value or "itemType" in value))
    )


def read_csl(text: str, name: str) -> tuple[ImportedEntry, ...]:
    """Parse every reference; raises Unimportable where the text is not JSON."""
    return references(read_values(text, name))


def references(values: Iterable[tuple[str, Value]]) -> tuple[ImportedEntry, ...]:
    """Parse items, also those under `items`; a value that is not an object is a fault."""
    return tuple(
        _csl_entry(place, one)
        if isinstance(one, dict)
        else ImportedEntry(place, fault="it is not a reference")
        for place, one in _flat(values)
        if not (isinstance(one, dict) and _text(one.get("itemType")) in _NO_PAPERS)
    )


def _flat(values: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    for place, value in values:
        if isinstance(value, dict) and isinstance(value.get("items"), list):
            yield from ((f"entry {n}", one) for n, one in enumerate(value["items"], start=1))
        else:
            yield place, value


def _csl_entry(place: str, value: dict[str, Value]) -> ImportedEntry:
    texts = (_text(value.get(field)) for field in _CSL_MENTIONS)
    paper = next(filter(None, map(mentioned, texts)), None)
    kind = _text(value.get("type") or value.get("itemType"))
    return make_entry(
        place,
        paper_id=paper,
        title=strip_markup(_text(value.get("title"))),
        abstract=strip_markup(_text(value.get("abstract") or value.get("abstractNote"))),
        authors=_names(value.get("author") or value.get("creators")),
        fault=None if paper else not_a_paper(kind),
    )


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


_PARTS = (
    *("given", "firstName", "dropping-particle", "non-dropping-particle"),
    *("family", "lastName"),
)


def _names(people: Value) -> Iterator[str]:
    for one in people if isinstance(people, list) else ():
        if isinstance(one, dict):
            yield _text(one.get("literal")) or _text(one.get("name")) or _name(one)


def _name(person: dict[str, Value]) -> str:
    """Join the parts of a name; a particle belongs to it, dropped in sorting or not."""
    name = " ".join(filter(None, (_text(person.get(part)) for part in _PARTS)))
    suffix = _text(person.get("suffix"))
    return f"{name}, {suffix}" if suffix else name
