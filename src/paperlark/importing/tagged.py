"""Records of one tag a line: RIS, and the refer format that EndNote and BibIX write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from paperlark.domain.paper import mentioned
from paperlark.importing.entry_types import not_a_paper
from paperlark.importing.item import ImportedEntry, make_entry
from paperlark.importing.text_markup import strip_markup

RECORD = re.compile(r"^\ufeff?TY {1,2}- ?", re.MULTILINE)
"""The first line of every RIS record."""
REFER = re.compile(r"\A\s*%[0TAJDUX] \S")
"""The beginning of a file in the refer format."""

_RIS_TAG = re.compile(r"(?P<tag>[A-Z][A-Z0-9]) {1,2}- ?(?P<value>.*)")
_REFER_TAG = re.compile(r"(?P<tag>%[^\s%])(?:\s+(?P<value>.*))?")
_TYPES = ("TY", "%0")
_TITLES, _ABSTRACTS = ("TI", "T1", "%T"), ("AB", "N2", "%X")
_AUTHORS = ("AU", "A1", "%A")
_MENTIONS = (
    *("DO", "UR", "L1", "L2", "L3", "M1", "AN", "ID", "N1", "JO", "JF", "T2", "PB", "C1", "SN"),
    *("%R", "%U", "%>", "%M", "%F", "%Z", "%J", "%B", "%@", "%1", "%P", "%I", "%O"),
)

TaggedRecord = Mapping[str, Sequence[str]]


def read_ris(text: str, _name: str) -> tuple[ImportedEntry, ...]:
    """Parse every record; one without an end tag ends at the next."""
    return tuple(_entry(line, record) for line, record in _ris_records(text))


def read_refer(text: str, _name: str) -> tuple[ImportedEntry, ...]:
    """Parse every record; a blank line, or the next title or type, ends one."""
    return tuple(_entry(line, record) for line, record in _refer_records(text))


def _ris_records(text: str) -> Iterator[tuple[int, TaggedRecord]]:
    start, record, tag = 0, dict[str, list[list[str]]](), ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = _RIS_TAG.fullmatch(line.rstrip())
        if found is None:
            _continue(record, tag, line)
            continue
        tag = found["tag"]
        if tag in {"TY", "ER"} and record:
            yield start, _joined(record)
            record = {}
        if tag == "TY":
            start = number
        if tag != "ER":
            record.setdefault(tag, []).append([found["value"]])
        else:
            tag = ""
    if record:
        yield start, _joined(record)


def _refer_records(text: str) -> Iterator[tuple[int, TaggedRecord]]:
    start, record, tag = 0, dict[str, list[list[str]]](), ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = _REFER_TAG.fullmatch(line.strip())
        if found is None:
            _continue(record, tag, line)
            continue
        tag = found["tag"]
        # A blank line may also stand inside an abstract: what follows it tells.
        if record and (tag == "%0" or (tag == "%T" and tag in record)):
            yield start, _joined(record)
            record = {}
        start = start if record else number
        record.setdefault(tag, []).append([found["value"] or ""])
    if record:
        yield start, _joined(record)


def _continue(record: Mapping[str, list[list[str]]], tag: str, line: str) -> None:
    """Append a line without a tag to the value before it."""
    if tag in record and line.strip():
        record[tag][-1].append(line.strip())


def _joined(record: Mapping[str, Sequence[Sequence[str]]]) -> TaggedRecord:
    return {tag: [" ".join(lines) for lines in values] for tag, values in record.items()}


def _entry(line: int, record: TaggedRecord) -> ImportedEntry:
    values = (value for tag in _MENTIONS for value in record.get(tag, ()))
    paper = next(filter(None, map(mentioned, values)), None)
    return make_entry(
        f"line {line}",
        paper_id=paper,
        title=strip_markup(_first(record, _TITLES)),
        abstract=strip_markup(_first(record, _ABSTRACTS)),
        authors=(_given_first(name) for tag in _AUTHORS for name in record.get(tag, ())),
        fault=None if paper else not_a_paper(_first(record, _TYPES)),
    )


def _first(record: TaggedRecord, tags: Sequence[str]) -> str:
    return next((value for tag in tags for value in record.get(tag, ())), "")


def _given_first(name: str) -> str:
    """Write `King, Martin, Jr.` as Martin King, Jr."""
    last, _, rest = name.strip().rstrip(",").partition(",")
    first, comma, suffix = rest.partition(",")
    written = f"{first.strip()} {last.strip()}".strip()
    return f"{written}, {suffix.strip()}" if comma and suffix.strip() else written
