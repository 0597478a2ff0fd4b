"""The two compressed values of a stored day: the JSON of its digest, and its ranking.

The digest begins with the byte 1, then its JSON in UTF-8, compressed by zlib. One that begins with
`{` is the JSON itself.

The ranking has all matches of a day, best first:

    1 byte      1, the version of this layout
    4 bytes     n, the number of papers, little-endian
    8 n bytes   scores, float64, little-endian
    8 n bytes   probabilities, float64, little-endian; not a number: unknown
    the rest    JSON, compressed by zlib: an object with a list of n values for each of _COLUMNS

Scores and probabilities are bits that no compression makes smaller, and have to stay the same to
the last. Nothing is decompressed beyond a bound, whatever a value claims.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Iterable, Sequence
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
_LEVEL = 6
"""Of zlib: 9 saves 1 % and takes twice as long, 1 takes half as long and 15 % more room."""
_LARGEST = 256 * 2**20
"""Bytes of one value, decompressed: a day with every paper of a year."""
_COLUMNS = (
    "papers",
    "versions",
    "placements",
    "ranks",  # what is to be added to the place in this list, which begins with 1: mostly 0
    "of",
    "topics",
    "words_for",
    "words_against",
    "nearest",  # null, or identifier, title and day
    "precedents",  # lists of identifier, title, day and similarity
)


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
    rows = [_row(place, one) for place, one in enumerate(best_first, 1)]
    columns = dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
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
        rows = zip(*(columns[name] for name in _COLUMNS), strict=True)
        return tuple(
            _ranked(place, score, probability, *row)
            for place, (score, probability, row) in enumerate(
                zip(scores, probabilities, rows, strict=True), 1
            )
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"the ranking has an unknown layout ({error})") from error


_HEAD = len(_LAYOUT) + _COUNT.size


def _row(place: int, one: Ranked) -> tuple[Any, ...]:
    """Return the values of _COLUMNS."""
    match, nearest = one.match, one.match.nearest
    return (
        one.paper_id,
        one.version,
        one.placement,
        match.rank - place,
        match.of,
        match.topic,
        match.words_for,
        match.words_against,
        nearest and (nearest.paper_id, nearest.title, nearest.day.isoformat()),
        [(p.paper_id, p.title, p.day.isoformat(), p.similarity) for p in one.precedents],
    )


def _ranked(place: int, score: float, probability: float, *row: Any) -> Ranked:  # noqa: ANN401  # JSON
    paper, version, placement, rank, of, topic, words_for, words_against, nearest, precedents = row
    return Ranked(
        paper_id=PaperId(paper),
        version=version,
        placement=Placement(placement),
        match=Match(
            score=score,
            rank=place + rank,
            of=of,
            topic=topic,
            words_for=tuple(words_for),
            words_against=tuple(words_against),
            probability=None if isnan(probability) else probability,
            nearest=_nearest(*nearest) if nearest else None,
        ),
        precedents=tuple(_precedent(*one) for one in precedents),
    )


def _nearest(paper: str, title: str, day: str) -> Nearest:
    return Nearest(PaperId(paper), title, date.fromisoformat(day))


def _precedent(paper: str, title: str, day: str, similarity: float) -> Precedent:
    return Precedent(PaperId(paper), title, date.fromisoformat(day), similarity)


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
