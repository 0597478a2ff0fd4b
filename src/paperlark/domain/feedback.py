"""What a reader said of papers, and all that is known of their taste on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from paperlark.domain.paper import Paper, PaperId


class Vote(StrEnum):
    """What a reader says of a paper."""

    UP = "up"
    """More like this."""
    DOWN = "down"
    """No more like this."""
    NONE = "none"
    """Neither: it takes back what was said before."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A reader's word on a paper; of several the last one counts. `at` is in UTC."""

    paper_id: PaperId
    vote: Vote
    at: datetime


class LabelSource(StrEnum):
    """Who taught a lesson."""

    JUDGE = "judge"
    """A judge read the paper and scored it."""
    READER = "reader"
    """The reader voted for or against it."""
    LIBRARY = "library"
    """It was imported as a paper that the reader likes."""


@dataclass(frozen=True, slots=True)
class Example:
    """What is known of one paper: whether this reader wanted it, since which day, who says so.

    `relevance` and `novelty` (1 to 10) are None where nobody scored it. A paper of a library may
    be one that arXiv does not have: its id then begins with `library:`, its abstract may be empty
    and its categories unknown. One that was drawn by lot from among papers that nobody read
    `stands_for` so many of them, itself included.
    """

    paper: Paper
    day: date
    wanted: bool
    label_source: LabelSource
    relevance: int | None = None
    novelty: int | None = None
    stands_for: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a reader's taste before a day's papers are ranked, their criteria apart.

    `lessons` come oldest first, at most one of a paper. `stream` is what was announced in the
    reader's categories on earlier days, latest first, without a word on whether it was wanted;
    papers of lessons may be in it.
    """

    examples: tuple[Example, ...] = ()
    stream: tuple[Paper, ...] = ()


NO_EVIDENCE = Evidence()
"""A reader's first day."""

_STRENGTH = (LabelSource.LIBRARY, LabelSource.JUDGE, LabelSource.READER)


def one_example_per_paper(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Keep one lesson of each paper, oldest first.

    The reader's own word goes before a judge's and that before a library; then the latest goes
    before earlier ones, and of one day the one that comes last.
    """
    weakest_first = sorted(examples, key=lambda one: (_STRENGTH.index(one.label_source), one.day))
    kept = {example.paper.id: example for example in weakest_first}
    return tuple(sorted(kept.values(), key=lambda one: (one.day, one.paper.id)))
