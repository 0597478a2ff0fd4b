"""Where papers lie in a ranker's space."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.paper import PaperId


@dataclass(frozen=True, slots=True)
class PaperVector:
    """Where a paper lies in a ranker's space, and the day it was first announced to anybody.

    `vector` has length 1, or 0 where the space knows no word of the paper: two bytes a dimension,
    floating point of half precision, little-endian.
    """

    paper_id: PaperId
    day: date
    title: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class VectorChunk:
    """Some places side by side, a column each; `vectors` are one after the other."""

    papers: tuple[PaperId, ...]
    days: tuple[date, ...]
    vectors: bytes
