"""The two compressed values of a stored day: the JSON of its digest, and its ranking.

The digest begins with the byte 1, then its JSON in UTF-8, compressed by zlib. One that begins with
`{` is the JSON itself.

The ranking has all matches of a day, best first:

    1 byte      1, the version of this layout
    4 bytes     n, the number of papers, little-endian
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
from math import isnan, nan
from sys import byteorder
from typing import Any

from paperlark.domain.digest import Placement, Ranked
from paperlark.domain.judgement import Match, Nearest, Precedent
from paperlark.domain.paper import PaperId
from paperlark.domain.redaction import KNOWN, redacted

_LAYOUT = b"\x01"
_COUNT = struct.Struct("<I")
_HEAD = len(_LAYOUT) + _COUNT.size
_LEVEL = 4
"""Of zlib: 6 saves 5 % and takes twice as long."""
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
_READ: Mapping[str, Callable[[Ranked], Hashable]] = {
    "versions": lambda one: one.version,
    "placements": lambda one: one.placement,
    "of": lambda one: one.match.of,
    "topics": lambda one: one.match.topic,
    "words_for": lambda one: one.match.words_for,
    "words_against": lambda one: one.match.words_against,
    "nearest": lambda one: _nearest_fields(one.match.nearest),
    "precedents": lambda one: tuple(map(_precedent_fields, one.precedents)),
}


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
    best_first = sorted(ranked, key=lambda one: one.match.rank)
    if not best_first:
        return None
    columns: dict[str, Any] = {name: _column(map(read, best_first)) for name, read in _READ.items()}
    columns["papers"] = [one.paper_id for one in best_first]
    columns["ranks"] = _column(one.match.rank - at for at, one in enumerate(best_first, 1))
    text = json.dumps(columns, separators=(",", ":"))
    known = [one.match.probability for one in best_first]
    return b"".join(
        (
            _LAYOUT,
            _COUNT.pack(len(best_first)),
            _bytes_of([one.match.score for one in best_first]),
            _bytes_of([nan if one is None else one for one in known]),
            _compressed(text),
        )
    )


def unpack_ranking(value: bytes | memoryview | None) -> tuple[Ranked, ...]:
    """Return the matches of a day, best first; raises ValueError where the value is none."""
    if value is None:
        return ()
    content = bytes(value)
    if content[:1] != _LAYOUT or len(content) < _HEAD:
        raise ValueError("the ranking has an unknown layout")
    (count,) = _COUNT.unpack_from(content, 1)
    middle, end = _HEAD + 8 * count, _HEAD + 16 * count
    if len(content) < end:
        raise ValueError("the ranking is cut off")
    scores, probabilities = _floats(content[_HEAD:middle]), _floats(content[middle:end])
    columns = json.loads(_decompressed(content[end:]))
    try:
        return tuple(_matches(columns, scores, probabilities))
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f"the ranking has an unknown layout ({error!r})") from error


def _column(cells: Iterable[Hashable]) -> dict[str, list[Any]]:
    """Return a dictionary-encoded column."""
    places: dict[Hashable, int] = {}
    at = [places.setdefault(cell, len(places)) for cell in cells]
    return {"values": list(places), "at": at if len(places) > 1 else []}


def _cells(column: Any, count: int, read: Callable[[Any], Any]) -> list[Any]:  # noqa: ANN401  # JSON
    """Return the values of a column, each distinct one read once."""
    values = list(map(read, column["values"]))
    return [values[at] for at in column["at"]] or [values[0]] * count


def _matches(
    columns: Any,  # noqa: ANN401  # JSON
    scores: Sequence[float],
    probabilities: Sequence[float],
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
            probability=None if isnan(probability) else probability,
            nearest=nearest,
        )
        yield Ranked(PaperId(paper), version, placement, match, precedents)


def _nearest_fields(nearest: Nearest | None) -> tuple[str, str, str] | None:
    if nearest is None:
        return None
    return nearest.paper_id, nearest.title, nearest.day.isoformat()


def _precedent_fields(one: Precedent) -> tuple[str, str, str, float]:
    return one.paper_id, one.title, one.day.isoformat(), one.similarity


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


def _same(value: Any) -> Any:  # noqa: ANN401  # JSON
    return value


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


def _bytes_of(numbers: Sequence[float]) -> bytes:
    return _little_endian(array("d", numbers)).tobytes()


def _floats(content: bytes) -> array[float]:
    return _little_endian(array("d", content))


def _little_endian(numbers: array[float]) -> array[float]:
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
