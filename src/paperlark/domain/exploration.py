"""The random sample below the threshold, and what it says of the papers left unread."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.domain.paper import PaperId, abstract_page


@dataclass(frozen=True, slots=True)
class Explored:
    """A paper below the threshold that was drawn into the random sample.

    `inclusion` is its inclusion probability, in (0, 1]. `probability` of being wanted is the
    ranker's, None where it was not calibrated. `wanted` is whether its judgement met the cut-offs
    of that day, None where it was not judged.
    """

    paper_id: PaperId
    inclusion: float
    probability: float | None = None
    wanted: bool | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A paper that was not judged, because its match was below the threshold."""

    paper_id: PaperId
    title: str
    probability: float

    @property
    def url(self) -> str:
        """Its page at arXiv."""
        return abstract_page(self.paper_id)


@dataclass(frozen=True, slots=True)
class Missed:
    """An estimate of how many of `unread` papers the reader would have wanted.

    The mean is `expected`; the central 95 % interval is from `low` to `high`, ends included.
    """

    expected: float
    low: int
    high: int
    unread: int
