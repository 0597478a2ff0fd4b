"""Reading a little from below the line, and what that says of the papers that nobody read."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.domain.paper import PaperId, abstract_page


@dataclass(frozen=True, slots=True)
class Explored:
    """A paper from below the line that was drawn by lot.

    `inclusion` is the chance it had of being drawn, above 0 and up to 1. `probability` of being
    wanted is what the ranker had said, None where nothing had calibrated it. `wanted` is whether
    it then reached the cut-offs of that day, None where nobody judged it.
    """

    paper_id: PaperId
    inclusion: float
    probability: float | None = None
    wanted: bool | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A paper that the judge was not asked about, because its match was low."""

    paper_id: PaperId
    title: str
    probability: float

    @property
    def url(self) -> str:
        """Its page at arXiv."""
        return abstract_page(self.paper_id)


@dataclass(frozen=True, slots=True)
class Missed:
    """An estimate of how many among `unread` papers the reader would have wanted.

    `expected` of them; with a certainty of 95 in 100 from `low` to `high`, ends included.
    """

    expected: float
    low: int
    high: int
    unread: int
