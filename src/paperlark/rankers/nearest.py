"""Places in, the nearest earlier ones out: one matrix product a shelf, and little memory. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.paper import PaperId
from paperlark.domain.place import Place, Shelf
from paperlark.rankers.latent import Vectors

_PACKED = np.dtype("<f2")
_DIGITS = 4
"""Half precision changes the fifth digit of a cosine, another machine's sums the seventh."""


@dataclass(frozen=True, slots=True)
class Near:
    """An earlier paper that is near; `similarity` is the cosine, to four digits."""

    similarity: float
    day: date
    paper_id: PaperId


def pack(vectors: Vectors) -> list[bytes]:
    """Give each row as a place is kept."""
    return [row.tobytes() for row in vectors.astype(_PACKED)]


def nearest_earlier(
    places: Sequence[Place], shelves: Iterable[Shelf], *, near: float, most: int
) -> list[tuple[Near, ...]]:
    """Give for each place up to `most` of days before its own whose cosine is `near` or more.

    Nearest first; of equals the earlier, then the lower id.
    """
    rows = unpack(b"".join(one.vector for one in places), len(places))
    limits = _ordinals(one.day for one in places)
    best: list[list[Near]] = [[] for _ in places]
    for shelf in shelves:
        for row, found in _on_shelf(rows, limits, shelf, near, most):
            best[row] = sorted((*best[row], *found), key=_order)[:most]
    return [tuple(found) for found in best]


def _on_shelf(
    rows: Vectors, limits: NDArray[np.int64], shelf: Shelf, near: float, most: int
) -> Iterator[tuple[int, list[Near]]]:
    """Give the best of one shelf for each row that has any there."""
    likeness = rows @ unpack(shelf.vectors, len(shelf.papers)).T
    days = _ordinals(shelf.days)
    asked, at = np.nonzero(likeness >= near - 10**-_DIGITS)
    earlier = days[at] < limits[asked]
    asked, at = asked[earlier], at[earlier]
    cosines = np.minimum(likeness[asked, at].astype(np.float64).round(_DIGITS), 1.0)
    for row in np.unique(asked).tolist():
        own = slice(*np.searchsorted(asked, (row, row + 1)))
        # On a shelf papers stand in the order of their ids, and equals stay in it.
        order = np.lexsort((days[at[own]], -cosines[own]))[:most]
        some = zip(cosines[own][order].tolist(), at[own][order].tolist(), strict=True)
        yield row, [Near(one, shelf.days[k], shelf.papers[k]) for one, k in some if one >= near]


def _order(one: Near) -> tuple[float, date, PaperId]:
    return -one.similarity, one.day, one.paper_id


def unpack(vectors: bytes, count: int) -> Vectors:
    """Give so many places, kept one after the other, as a row each."""
    return np.frombuffer(vectors, _PACKED).reshape(count, -1).astype(np.float32)


def _ordinals(days: Iterable[date]) -> NDArray[np.int64]:
    return np.fromiter((day.toordinal() for day in days), np.int64)
