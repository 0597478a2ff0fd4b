"""Reference lists: plain arXiv identifiers, CSL-JSON (with items of Zotero), and RIS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from paperlark.domain.errors import Unimportable
from paperlark.domain.paper import PaperId, identify, mentioned
from paperlark.importing.item import ImportedEntry, Value, make_entry, read_values

_COMMENT = re.compile(r"(?:^|\s)[#%].*")
_LABEL = re.compile(r"\barxiv:\s+", re.IGNORECASE)
_AROUND = "()<>\"'.*"


def read_ids(text: str, name: str) -> tuple[ImportedEntry, ...]:
    """Parse every paper of the list; raises Unimportable for a line without one."""
    return tuple(
        make_entry(f"line {number}", paper_id=paper)
        for number, line in enumerate(text.splitlines(), start=1)
        for paper in _papers(line, f"{name}:{number}")
    )


def names_papers(text: str) -> bool:
    """Return whether the first line that is not a comment names a paper."""
    lines = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    first = next((line for line in lines if line), "")
    return any(True for _ in _named(first))


def _papers(line: str, place: str) -> Iterator[PaperId]:
    bare = _COMMENT.sub("", line).strip()
    papers = tuple(_named(bare))
    if bare and not papers:
        raise Unimportable(
            f"{place}: {bare[:60]!r} names no arXiv paper",
            hint="write it like 2502.12206 or https://arxiv.org/abs/2502.12206, or put # before it",
        )
    yield from papers


def _named(line: str) -> Iterator[PaperId]:
    """Find the identifiers in a line; other words are ignored."""
    for word in re.split(r"[\s,;|]+", _LABEL.sub("arXiv:", line)):
        identifier = identify(word.strip(_AROUND))
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
        if not (isinstance(one, dict) and one.get("itemType") in _NO_PAPERS)
    )


def _flat(values: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    for place, value in values:
        if isinstance(value, dict) and isinstance(value.get("items"), list):
            yield from ((f"entry {n}", one) for n, one in enumerate(value["items"], start=1))
        else:
            yield place, value


def _csl_entry(place: str, value: dict[str, Value]) -> ImportedEntry:
    texts = (_text(value.get(field)) for field in _CSL_MENTIONS)
    return make_entry(
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


RECORD = re.compile(r"^\ufeff?TY {1,2}- ?", re.MULTILINE)
"""The first line of every RIS record."""

_TAGGED = re.compile(r"(?P<tag>[A-Z][A-Z0-9]) {1,2}- ?(?P<value>.*)")
_TITLES, _ABSTRACTS, _AUTHORS = ("TI", "T1"), ("AB", "N2"), ("AU", "A1")
_RIS_MENTIONS = ("DO", "UR", "L1", "L2", "M1", "AN", "ID", "N1", "JO", "JF", "T2", "PB", "C1", "SN")

RisRecord = Mapping[str, Sequence[str]]


def read_ris(text: str, _name: str) -> tuple[ImportedEntry, ...]:
    """Parse every record; one without an end tag ends at the next."""
    return tuple(_ris_entry(line, record) for line, record in _records(text))


def _records(text: str) -> Iterator[tuple[int, RisRecord]]:
    start, record, tag = 0, dict[str, list[list[str]]](), ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = _TAGGED.fullmatch(line.rstrip())
        if found is None:
            # A long value continues on lines without a tag.
            if tag and line.strip():
                record[tag][-1].append(line.strip())
            continue
        tag = found["tag"]
        if tag in {"TY", "ER"}:
            if record:
                yield start, _joined(record)
            start, record, tag = number, {}, ""
        else:
            record.setdefault(tag, []).append([found["value"]])
    if record:
        yield start, _joined(record)


def _joined(record: Mapping[str, Sequence[Sequence[str]]]) -> RisRecord:
    return {tag: [" ".join(lines) for lines in values] for tag, values in record.items()}


def _ris_entry(line: int, record: RisRecord) -> ImportedEntry:
    values = (value for tag in _RIS_MENTIONS for value in record.get(tag, ()))
    return make_entry(
        f"line {line}",
        paper_id=next(filter(None, map(mentioned, values)), None),
        title=_first(record, _TITLES),
        abstract=_first(record, _ABSTRACTS),
        authors=(_given_first(name) for tag in _AUTHORS for name in record.get(tag, ())),
    )


def _first(record: RisRecord, tags: Sequence[str]) -> str:
    return next((value for tag in tags for value in record.get(tag, ())), "")


def _given_first(name: str) -> str:
    last, comma, first = name.partition(",")
    return f"{first} {last}" if comma else last
