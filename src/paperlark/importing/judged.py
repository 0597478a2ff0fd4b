"""Parse digests in JSON: paperlark pages, recordings of judged days, rows with two scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from paperlark.domain.errors import RecordingUnreadable, Unimportable
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.domain.paper import identify
from paperlark.importing.item import ImportedEntry, Scores, Value, make_entry, read_values

UNSCORED = "it has no scores"
UNDATED = "it has no date: put one into the file's name"

_NAMED_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_IDS = ("id", "arxiv_id", "arxivid", "arxiv id", "paper_id")

Row = dict[str, Value]


def is_judged(value: Value) -> bool:
    """Return whether a value is a page, a recorded day, a row with scores, or rows by their id."""
    return isinstance(value, dict) and (
        "selected" in value
        or str(value.get("schema", "")).startswith("paperlark/digest/")
        or _is_row(value)
        or (bool(value) and all(map(_is_row, value.values())))
    )


def _is_row(value: Value) -> bool:
    return isinstance(value, dict) and {"relevance", "novelty"} <= {name.lower() for name in value}


def read_judged(text: str, name: str) -> tuple[ImportedEntry, ...]:
    """Parse every row; raises Unimportable where the text is not JSON."""
    values = read_values(text, name)
    if all(isinstance(value, dict) and "selected" in value for _, value in values):
        return tuple(_recorded(text, name))
    return tuple(judged_entry(place, row, day_of(name)) for place, row in _rows(values))


def day_of(name: str) -> date | None:
    """Return the day in a file's name, if there is one."""
    found = _NAMED_DAY.search(name.rpartition("/")[2])
    return _day(found[0]) if found else None


def _recorded(text: str, name: str) -> Iterator[ImportedEntry]:
    # Loads pydantic, which no other kind needs.
    from paperlark.recordings import recorded_days  # noqa: PLC0415

    try:
        days = recorded_days(name, text.encode("utf-8", "replace"))
    except RecordingUnreadable as error:
        raise Unimportable(error.problem, hint=error.hint) from error
    for day, recorded in days.items():
        for row in recorded.selected:
            yield judged_entry(str(day), row.model_dump() | {"day": day.isoformat()}, None)


def _rows(values: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Row]]:
    """Unpack pages and rows by their id; other values become empty rows."""
    for place, value in values:
        if not isinstance(value, dict):
            yield place, {}
        elif isinstance(value.get("entries"), list):
            for number, entry in enumerate(value["entries"], start=1):
                yield f"entry {number}", _page_row(value, entry)
        elif value and all(isinstance(row, dict) for row in value.values()):
            yield from ((f"entry {key[:40]}", {"id": key} | row) for key, row in value.items())
        else:
            yield place, value


def _page_row(page: Row, entry: Value) -> Row:
    if not isinstance(entry, dict):
        return {}
    judgement = entry.get("judgement")
    return entry | (judgement if isinstance(judgement, dict) else {}) | {"day": page.get("day")}


def judged_entry(place: str, row: Row, day: date | None) -> ImportedEntry:
    """Parse one row, ignoring the case of its names; `day` is used where it has none."""
    fields = {str(name).lower(): value for name, value in row.items()}
    identifiers = (identify(str(fields[name])) for name in _IDS if name in fields)
    identifier = next(filter(None, identifiers), None)
    item = make_entry(
        place,
        paper_id=identifier.id if identifier else None,
        title=_text(fields.get("title")),
        abstract=_text(fields.get("abstract")),
        authors=_names(fields.get("authors")),
        categories=[one for one in _list(fields.get("categories")) if isinstance(one, str)],
        version=identifier.version if identifier else None,
        comment=_text(fields.get("comment")),
    )
    stated = _day(_text(fields.get("day"))) or day
    relevance, novelty = (_score(fields.get(name)) for name in ("relevance", "novelty"))
    if item.fault:
        return item
    item = replace(item, day=stated)
    if relevance is None or novelty is None:
        return replace(item, fault=UNSCORED)
    if stated is None:
        return replace(item, fault=UNDATED)
    return replace(item, scored=Scores(stated, relevance, novelty))


def _score(value: Value) -> int | None:
    """Parse 8, 8.0 or "8" as a score; None for anything else."""
    if isinstance(value, str) and len(value) <= 4:  # noqa: PLR2004  # "10.0"
        value = float(value) if re.fullmatch(r"\d+(?:\.0)?", value, re.ASCII) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if LOWEST <= value <= HIGHEST and value == int(value) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2025-02-26") else None
    except ValueError:
        return None


def _names(value: Value) -> Iterator[str]:
    """Parse a list of names, of objects with a name, or one string of them."""
    if isinstance(value, str):
        yield from value.split(", ")
    for one in _list(value):
        yield _text(one.get("name")) if isinstance(one, dict) else _text(one)


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
