"""The two compressed values of a stored day: the JSON of its digest, and its ranking.

The digest begins with the byte 1, then its JSON in UTF-8, compressed by zlib. One that begins with
`{` is the JSON itself.

The ranking has all matches of a day, best first:

    1 byte      2, the version of this layout
    4 bytes     n, the number of papers, little-endian
    4 n bytes   scores, int32, little-endian, in hundred-millionths
    the rest    JSON, compressed by zlib: an object with a column for each of _COLUMNS, and
                `probabilities`: null where each is the score rounded to four digits, else a list

where the scores have eight digits after the point, as those of the embedded ranker do. All others,
and days that were stored before there was a layout 2, are in this one:

    1 byte      1
    4 bytes     n
    8 n bytes   scores, float64, little-endian
    8 n bytes   probabilities, float64, little-endian; not a number: unknown
    the rest    JSON, compressed by zlib: an object with a column for each of _COLUMNS

A column is dictionary-encoded: its distinct `values`, and in `at` which of them each paper has,
empty where all have the first. Scores and probabilities are bits that no compression makes
smaller, and have to stay the same to the last. Nothing is decompressed beyond a bound, whatever a
value claims.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import isnan, nan
from operator import attrgetter
from sys import byteorder
from typing import Any

from paperlark.domain.digest import Placement, Ranked
from paperlark.domain.judgement import Match, Nearest, Precedent
from paperlark.domain.paper import PaperId
from paperlark.domain.redaction import KNOWN, redacted

_LAYOUT, _WHOLE_SCORES = b"\x01", b"\x02"
_COUNT = struct.Struct("<I")
_KEPT = 256
"""Rankings that are kept as they were read, some 100 kB each for 300 papers."""
_HEAD = len(_LAYOUT) + _COUNT.size
_LEVEL = 5
"""Of zlib: 4 takes 3 % more room in three quarters of the time, 6 saves less than 1 %."""
_UNITS, _MOST_UNITS, _DIGITS = 10**8, 2**31 - 1, 4
"""Of whole scores in 1, and the most of them; digits of a probability that is a score's."""
_LARGEST = 256 * 2**20
"""Bytes of one value, decompressed: a day with every paper of a year."""
_COLUMNS = (
    "papers",  # identifiers, all distinct and therefore a plain list
    "ranks",  # what is to be added to the place in this order, which begins with 1: mostly 0
    "versions",
    "placements",
    "of",
    "topics",
    "words_for",
    "words_against",
    "nearest",  # null, or identifier, title and day
    "precedents",  # lists of identifier, title, day and similarity
)


def _same(value: Any) -> Any:  # noqa: ANN401  # JSON
    return value


def _nearest_fields(nearest: Nearest | None) -> tuple[str, str, str] | None:
    if nearest is None:
        return None
    return nearest.paper_id, nearest.title, nearest.day.isoformat()


def _precedent_fields(several: Iterable[Precedent]) -> list[tuple[str, str, str, float]]:
    return [(one.paper_id, one.title, one.day.isoformat(), one.similarity) for one in several]


_READ: Mapping[str, tuple[attrgetter[Any], Callable[[Any], object]]] = {
    "versions": (attrgetter("version"), _same),
    "placements": (attrgetter("placement"), _same),
    "of": (attrgetter("match.of"), _same),
    "topics": (attrgetter("match.topic"), _same),
    "words_for": (attrgetter("match.words_for"), _same),
    "words_against": (attrgetter("match.words_against"), _same),
    "nearest": (attrgetter("match.nearest"), _nearest_fields),
    "precedents": (attrgetter("precedents"), _precedent_fields),
}
"""Of a column what reads a cell, and what becomes of each distinct one."""


def pack_digest(text: str) -> bytes:
    """Return the stored value of a digest's JSON, without known secrets."""
    return _LAYOUT + _compressed(text)


def unpack_digest(value: bytes | memoryview | str) -> str:
    """Return the JSON of a digest; raises ValueError where the value is none."""
    if isinstance(value, str):
        return value
    content = bytes(value)
    if content[:1] == b"{":
        return content.decode()
    if content[:1] != _LAYOUT:
        raise ValueError("the digest has an unknown layout")
    return _decompressed(content[1:])


def pack_ranking(ranked: Iterable[Ranked]) -> bytes | None:
    """Return the stored value of a day's matches, without known secrets; None where none are."""
    best_first = sorted(ranked, key=attrgetter("match.rank"))
    if not best_first:
        return None
    columns: dict[str, Any] = {
        name: _column(map(read, best_first), written) for name, (read, written) in _READ.items()
    }
    columns["papers"] = [one.paper_id for one in best_first]
    columns["ranks"] = _column(one.match.rank - at for at, one in enumerate(best_first, 1))
    scores = [one.match.score for one in best_first]
    chances = [one.match.probability for one in best_first]
    units = _whole(scores)
    if units is None:
        known = [nan if one is None else one for one in chances]
        numbers = _LAYOUT, _COUNT.pack(len(scores)), _bytes_of("d", scores), _bytes_of("d", known)
    else:
        rounded = chances == [round(one, _DIGITS) for one in scores]
        columns["probabilities"] = None if rounded else chances
        numbers = _WHOLE_SCORES, _COUNT.pack(len(scores)), _bytes_of("i", units), b""
    return b"".join((*numbers, _compressed(json.dumps(columns, separators=(",", ":")))))


def _whole(scores: Sequence[float]) -> list[int] | None:
    """Return the scores in units, None where one of them would not come back the same."""
    if not all(0 <= one <= _MOST_UNITS / _UNITS for one in scores):
        return None
    units = [round(one * _UNITS) for one in scores]
    same = all(unit / _UNITS == one for unit, one in zip(units, scores, strict=True))
    return units if same else None


def unpack_ranking(value: bytes | memoryview | None) -> tuple[Ranked, ...]:
    """Return the matches of a day, best first; raises ValueError where the value is none."""
    return () if value is None else _unpacked(bytes(value))


@lru_cache(maxsize=_KEPT)
def _unpacked(content: bytes) -> tuple[Ranked, ...]:
    # Kept, for whoever reads a day in the app asks for it with every page.
    layout = content[:1]
    if layout not in {_LAYOUT, _WHOLE_SCORES} or len(content) < _HEAD:
        raise ValueError("the ranking has an unknown layout")
    (count,) = _COUNT.unpack_from(content, 1)
    width = 16 if layout == _LAYOUT else 4
    end = _HEAD + width * count
    if len(content) < end:
        raise ValueError("the ranking is cut off")
    columns = json.loads(_decompressed(content[end:]))
    try:
        if layout == _LAYOUT:
            numbers = _numbers("d", content[_HEAD:end])
            scores: Sequence[float] = numbers[:count]
            chances = [None if isnan(one) else one for one in numbers[count:]]
        else:
            scores = [unit / _UNITS for unit in _numbers("i", content[_HEAD:end])]
            kept = columns["probabilities"]
            chances = [round(one, _DIGITS) for one in scores] if kept is None else kept
        return tuple(_matches(columns, scores, chances))
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f"the ranking has an unknown layout ({error!r})") from error


def _column(
    cells: Iterable[Hashable], written: Callable[[Any], object] = _same
) -> dict[str, list[Any]]:
    """Return a dictionary-encoded column."""
    cells = tuple(cells)
    places: dict[Hashable, int] = {}
    # Most cells are few objects: each is hashed once.
    place = {
        key: places.setdefault(cell, len(places))
        for key, cell in {id(one): one for one in cells}.items()
    }
    at = [place[id(one)] for one in cells]
    return {"values": list(map(written, places)), "at": at if len(places) > 1 else []}


def _cells(column: Any, count: int, read: Callable[[Any], Any]) -> list[Any]:  # noqa: ANN401  # JSON
    """Return the values of a column, each distinct one read once."""
    values = list(map(read, column["values"]))
    return [values[at] for at in column["at"]] or [values[0]] * count


def _matches(
    columns: Any,  # noqa: ANN401  # JSON
    scores: Sequence[float],
    probabilities: Sequence[float | None],
) -> Iterator[Ranked]:
    count = len(scores)
    cells = (_cells(columns[name], count, read) for name, read in _MADE.items())
    rows = zip(columns["papers"], scores, probabilities, *cells, strict=True)
    for place, (paper, score, probability, rank, *others) in enumerate(rows, 1):
        version, placement, of, topic, words_for, words_against, nearest, precedents = others
        match = Match(
            score=score,
            rank=place + rank,
            of=of,
            topic=topic,
            words_for=words_for,
            words_against=words_against,
            probability=probability,
            nearest=nearest,
        )
        yield Ranked(PaperId(paper), version, placement, match, precedents)


def _nearest(fields: tuple[str, str, str] | None) -> Nearest | None:
    if fields is None:
        return None
    paper, title, day = fields
    return Nearest(PaperId(paper), title, date.fromisoformat(day))


def _precedents(several: Iterable[tuple[str, str, str, float]]) -> tuple[Precedent, ...]:
    return tuple(
        Precedent(PaperId(paper), title, date.fromisoformat(day), similarity)
        for paper, title, day, similarity in several
    )


_MADE: Mapping[str, Callable[[Any], object]] = {
    "ranks": _same,
    "versions": _same,
    "placements": Placement,
    "of": _same,
    "topics": _same,
    "words_for": tuple,
    "words_against": tuple,
    "nearest": _nearest,
    "precedents": _precedents,
}


def _bytes_of(kind: str, numbers: Sequence[float]) -> bytes:
    return _little_endian(array(kind, numbers)).tobytes()


def _numbers(kind: str, content: bytes) -> array[Any]:
    return _little_endian(array(kind, content))


def _little_endian(numbers: array[Any]) -> array[Any]:
    if byteorder == "big":
        numbers.byteswap()
    return numbers


def _compressed(text: str) -> bytes:
    # A connection keeps known secrets out of texts, and does not see into this one.
    public = redacted(text) if KNOWN else text
    return zlib.compress(public.encode(), _LEVEL)


def _decompressed(content: bytes) -> str:
    decoder = zlib.decompressobj()
    try:
        text = decoder.decompress(content, _LARGEST)
    except zlib.error as error:
        raise ValueError(f"it is damaged ({error})") from error
    if not decoder.eof or decoder.unused_data:
        raise ValueError("it is damaged, or larger than any day")
    return text.decode()
