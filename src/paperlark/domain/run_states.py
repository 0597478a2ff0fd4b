"""How a run can end: the table behind exit codes, documentation and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from paperlark.domain.digest import Status


class State(StrEnum):
    """How a run ended: the status of its page, or without one."""

    COMPLETE = Status.COMPLETE
    WITHIN_BUDGET = Status.WITHIN_BUDGET
    QUIET = Status.QUIET
    PARTIAL = Status.PARTIAL
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StateMeaning:
    """A state's exit code, its meaning, and what a reader should do."""

    exit_code: int
    says: str
    advice: str


MEANINGS: Mapping[State, StateMeaning] = {
    State.COMPLETE: StateMeaning(
        exit_code=0,
        says="Every category's announcement is complete, and every paper to be judged was judged.",
        advice="Read.",
    ),
    State.WITHIN_BUDGET: StateMeaning(
        exit_code=0,
        says="Papers were judged, best match first, until the [budget] was used up, as planned; the"
        " page says how many were not. Nothing else is missing.",
        advice="Read. To have more papers judged, allow more in [budget] and run the same day"
        " again: nothing is paid for twice.",
    ),
    State.QUIET: StateMeaning(
        exit_code=0,
        says="arXiv announced nothing in your categories: it is a weekend, or arXiv's own listing"
        " says so.",
        advice="Nothing.",
    ),
    State.PARTIAL: StateMeaning(
        exit_code=3,
        says="There is a page, and it names what is missing: a category, entries of one, or papers"
        " that could not be judged, whether the model cannot be reached, refuses, cannot be"
        " understood or has no budget left for a single paper, or are in a batch that is not"
        " complete yet. The embedded ranker chose from papers that could not be judged.",
        advice="Read the page. `paperlark morning` completes it when it runs again within a week;"
        " or run the same day again: only what is missing is fetched, judged and paid for. A less"
        " complete page never replaces a better one.",
    ),
    State.FAILED: StateMeaning(
        exit_code=1,
        says="There is no new page; the last good one is untouched. The error says why, and, where"
        " the run got as far as the day itself, so does DATE.failed.json beside the pages, until a"
        " run makes the page.",
        advice="Do what the error says and run the same day again.",
    ),
}


def worst(states: list[State]) -> State:
    """Return the state in which a run over several days ends."""
    order = (State.FAILED, State.PARTIAL, State.WITHIN_BUDGET, State.COMPLETE, State.QUIET)
    return min(states, key=order.index)
