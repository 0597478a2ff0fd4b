"""The random sample below the threshold, what it says of the unread, and what became of papers."""

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a paper that was ranked on an earlier day.

    `probability` of being wanted is the ranker's, before the paper was judged. `wanted` is whether
    its judgement meets the cut-offs, None where it was not judged.
    """

    probability: float
    wanted: bool | None


@dataclass(frozen=True, slots=True)
class AchievedRecall:
    """How much of what the reader wanted was judged, on `days` earlier days together.

    `read` wanted papers were judged; `missed` estimates those among the papers that were not.
    """

    days: int
    read: int
    missed: Missed

    @property
    def share(self) -> float | None:
        """The share of the wanted papers that were judged; None where none was wanted."""
        return self._share(self.missed.expected)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The central 95 % interval of the share; None where it may be that none was wanted."""
        low, high = self._share(self.missed.high), self._share(self.missed.low)
        return None if low is None or high is None else (low, high)

    def _share(self, missed: float) -> float | None:
        return self.read / (self.read + missed) if self.read + missed else None
