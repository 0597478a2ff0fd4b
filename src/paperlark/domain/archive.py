"""What an archive keeps besides its pages: papers that were looked at, and what takes a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.paper import Paper, PaperId


@dataclass(frozen=True, slots=True)
class ScannedPaper:
    """A paper that was looked at for a reader's page of a day.

    Scores are from 1 to 10, `probability` of being wanted from 0 to 1; each is None where nobody
    gave it. `paper` is None where its text is not known.
    """

    paper_id: PaperId
    day: date
    selected: bool
    relevance: int | None
    novelty: int | None
    probability: float | None
    paper: Paper | None


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """Something that took a while to make; `made_of` is the fingerprint of what it was made of."""

    key: str
    made_of: str
    content: bytes
