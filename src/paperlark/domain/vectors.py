"""Embeddings of papers as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.paper import PaperId


@dataclass(frozen=True, slots=True)
class PaperVector:
    """A paper's embedding, and the day it was first announced to any reader.

    `vector` is packed as half-precision floats, little-endian, two bytes per dimension; its length
    is 1, or 0 where no word of the paper is known.
    """

    paper_id: PaperId
    day: date
    title: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class VectorChunk:
    """Some stored vectors by column; `vectors` are packed one after the other."""

    papers: tuple[PaperId, ...]
    days: tuple[date, ...]
    vectors: bytes
