"""RIS: tagged lines, a record from `TY  - ` to `ER  - `."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from paperlark.domain.pasted import mentioned
from paperlark.importing.item import Item, make_item

RECORD = re.compile(r"^\ufeff?TY {1,2}- ?", re.MULTILINE)
"""How every record begins, and nothing else does."""

_TAGGED = re.compile(r"(?P<tag>[A-Z][A-Z0-9]) {1,2}- ?(?P<value>.*)")
_TITLES, _ABSTRACTS, _AUTHORS = ("TI", "T1"), ("AB", "N2"), ("AU", "A1")
_MENTIONS = ("DO", "UR", "L1", "L2", "M1", "AN", "ID", "N1", "JO", "JF", "T2", "PB", "C1", "SN")

Record = Mapping[str, Sequence[str]]


def read_ris(text: str, _name: str) -> tuple[Item, ...]:
    """Give every record; one that nothing ends is ended by the next."""
    return tuple(_item(line, record) for line, record in _records(text))


def _records(text: str) -> Iterator[tuple[int, Record]]:
    start, record, tag = 0, dict[str, list[list[str]]](), ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = _TAGGED.fullmatch(line.rstrip())
        if found is None:
            # A long value goes on in lines of its own.
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


def _joined(record: Mapping[str, Sequence[Sequence[str]]]) -> Record:
    return {tag: [" ".join(lines) for lines in values] for tag, values in record.items()}


def _item(line: int, record: Record) -> Item:
    values = (value for tag in _MENTIONS for value in record.get(tag, ()))
    return make_item(
        f"line {line}",
        paper_id=next(filter(None, map(mentioned, values)), None),
        title=_first(record, _TITLES),
        abstract=_first(record, _ABSTRACTS),
        authors=(_turned(name) for tag in _AUTHORS for name in record.get(tag, ())),
    )


def _first(record: Record, tags: Sequence[str]) -> str:
    return next((value for tag in tags for value in record.get(tag, ())), "")


def _turned(name: str) -> str:
    last, comma, first = name.partition(",")
    return f"{first} {last}" if comma else last
