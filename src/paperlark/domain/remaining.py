"""How much of what a reader would want they have seen of a day, and how much is left. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paperlark.domain.feedback import Vote
from paperlark.domain.triage import TriageState


@dataclass(frozen=True, slots=True)
class Remaining:
    """Expected numbers of wanted papers: among those seen, and among those not seen yet."""

    seen: float
    unseen: float

    @property
    def share(self) -> float:
        """The expected share of the wanted papers that was seen, from 0 to 1."""
        return self.seen / (self.seen + self.unseen)


def remaining(papers: Iterable[tuple[float | None, TriageState]]) -> Remaining | None:
    """Add up the probabilities of being wanted, each with what was done with its paper.

    A vote says more than a probability: of a paper that was voted on it counts 1 or 0. None where
    no paper is expected to be wanted, or no probability is known.
    """
    seen = unseen = 0.0
    for probability, state in papers:
        if state.vote is not Vote.NONE or state.saved:
            seen += state.vote is not Vote.DOWN
        elif state.seen:
            seen += probability or 0.0
        else:
            unseen += probability or 0.0
    return Remaining(seen, unseen) if seen + unseen > 0 else None
