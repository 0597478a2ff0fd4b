"""What an archive stores besides digests: scanned papers, vectors, cached content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.paper import Paper, PaperId


@dataclass(frozen=True, slots=True)
class ScannedPaper:
    """A paper that was scanned for a reader's page of a day.

    Scores are from 1 to 10, `probability` of being wanted from 0 to 1, `rank` is the match among
    the papers of the day, 1 the best; each is None where it is unknown. `paper` is None where its
    text is unknown.
    """

    paper_id: PaperId
    day: date
    selected: bool
    relevance: int | None
    novelty: int | None
    probability: float | None
    paper: Paper | None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A cached result; `made_of` is the fingerprint of its inputs."""

    key: str
    made_of: str
    content: bytes


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
