"""Where a setting stands in a TOML text, for errors that name the line."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ANY_HEADER = re.compile(r"\s*\[\[?[\w.\" -]+\]\]?\s*(?:#.*)?")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """Give the line, counted from 1, of a setting such as `("follow", 1, "name")`.

    A setting that is not there is given by the line of its table; None is the whole file.
    """
    lines = text.splitlines()
    table, key = _table_and_key(place)
    start = _header(lines, table, place) if table else 0
    if start is None:
        # `cutoffs.relevance = 7` and `judge = {...}` stand in the first part of the file.
        return _key(lines, 0, table) if table else None
    found = _key(lines, start, key) if key else None
    return found or (start if table else None)


def _table_and_key(place: Sequence[str | int]) -> tuple[str, str]:
    names = [part for part in place if isinstance(part, str)]
    in_table = len(names) > 1 or (
        len(place) > 1 and isinstance(place[1], int) and names in (["follow"], ["deliver"])
    )
    return (
        (names[0], names[1] if len(names) > 1 else "")
        if in_table
        else ("", names[0] if names else "")
    )


def _header(lines: Sequence[str], table: str, place: Sequence[str | int]) -> int | None:
    """Find the n-th `[table]` or `[[table]]`."""
    nth = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    header = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]\]?\s*(?:#.*)?")
    found = [number for number, line in enumerate(lines, start=1) if header.fullmatch(line)]
    return found[nth] if nth < len(found) else None


def _key(lines: Sequence[str], start: int, key: str) -> int | None:
    """Find a key after that line and before the next table."""
    pattern = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*[.=]")
    for number, line in enumerate(lines[start:], start=start + 1):
        if _ANY_HEADER.fullmatch(line):
            return None
        if pattern.match(line):
            return number
    return None
