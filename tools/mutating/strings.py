"""What can be broken in regular expressions and in SQL, which are programs inside strings."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PIECE = re.compile(
    r"""(?P<escape>\\.)
    | (?P<chars>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<open>\((?:\?(?:P<\w+>|P=\w+|[:=!>]|<[=!]|[aiLmsux-]+:?|\#))?)
    | (?P<close>\))
    | (?P<bar>\|)
    | (?P<repeat>[*+?]|\{\d*,?\d*\})(?P<lazy>[?+]?)
    | (?P<edge>[\^$])
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_EDGES = {r"\b", r"\B", r"\A", r"\Z"}
_OTHER_REPEATS = {"?": "", "*": "+", "+": ""}


def other_patterns(pattern: str, *, whole: bool = True) -> Iterator[str]:
    """Return a pattern without one of its alternatives, repeats or edges, one at a time.

    `whole` says that it is no part of another, so that what does not compile can be left out.
    """
    for start, end, text in (*_alternatives(pattern), *_smaller_things(pattern)):
        other = pattern[:start] + text + pattern[end:]
        if other.strip() and (not whole or _compiles(other)):
            yield other


def flags_dropped(flags: str) -> Iterator[str]:
    """Return the flags of a pattern, `re.A | re.B`, without one of them."""
    each = [flag.strip() for flag in flags.split("|")]
    for dropped, name in enumerate(each):
        if name not in {"re.VERBOSE", "re.X"}:
            yield " | ".join(each[:dropped] + each[dropped + 1 :]) or "0"


def _alternatives(pattern: str) -> Iterator[tuple[int, int, str]]:
    """Return what to cut for each alternative, groups inside of groups too."""
    opened = [[0]]  # for every open group, where its alternatives begin
    for piece in _PIECE.finditer(pattern):
        if piece["open"]:
            opened.append([piece.end()])
        elif piece["bar"]:
            opened[-1].append(piece.end())
        elif piece["close"] and len(opened) > 1:
            yield from _cuts(opened.pop(), piece.start())
    if len(opened) == 1:
        yield from _cuts(opened[0], len(pattern))


def _cuts(starts: list[int], end: int) -> Iterator[tuple[int, int, str]]:
    if len(starts) == 1:
        return
    for place, start in enumerate(starts):
        if place + 1 < len(starts):
            yield start, starts[place + 1], ""
        else:
            yield start - 1, end, ""


def _smaller_things(pattern: str) -> Iterator[tuple[int, int, str]]:
    for piece in _PIECE.finditer(pattern):
        if piece["repeat"] in _OTHER_REPEATS:
            yield *piece.span("repeat"), _OTHER_REPEATS[piece["repeat"]] or (piece["lazy"] and "")
            if piece["lazy"]:
                yield *piece.span("lazy"), ""
        elif piece["edge"] or piece["escape"] in _EDGES:
            yield *piece.span(), ""


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


_SQL = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|ORDER BY|BETWEEN|JOIN|LIMIT)\b")
_OTHER_SQL = {
    " DESC": "",
    " AND ": " OR ",
    " OR ": " AND ",
    " OR IGNORE": "",
    " OR REPLACE": "",
    " LEFT JOIN ": " JOIN ",
    "NOT EXISTS": "EXISTS",
    " NOT IN ": " IN ",
    " IS NULL": " IS NOT NULL",
    " IS NOT NULL": " IS NULL",
    " DISTINCT": "",
    " UNION ALL ": " UNION ",
    "max(": "min(",
    "min(": "max(",
    "sum(": "max(",
    " <= ": " < ",
    " < ": " <= ",
    " >= ": " > ",
    " > ": " >= ",
    " = ": " <> ",
}
_IN_SQL = re.compile("|".join(sorted(map(re.escape, _OTHER_SQL), key=len, reverse=True)))
_BETWEEN = re.compile(r"BETWEEN \S+ AND ")


def other_sql(text: str) -> Iterator[tuple[int, int, str]]:
    """Return where SQL in the text of a string can be broken, and what to put there."""
    if not _SQL.search(text):
        return
    ranges = [found.span() for found in _BETWEEN.finditer(text)]
    for found in _IN_SQL.finditer(text):
        if not any(start < found.start() < end for start, end in ranges):
            yield *found.span(), _OTHER_SQL[found[0]]
