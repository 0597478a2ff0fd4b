"""A reader's votes, and the labelled examples that a ranker learns from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from paperlark.domain.paper import Paper, PaperId

STREAM_DAYS = 30
"""Announcement days whose papers are known without a label, the latest before a page."""


BY_ASSISTANT = "assistant-"
"""What the id of a triage event begins with that an assistant sent, not the reader."""


class Vote(StrEnum):
    """A reader's vote on a paper."""

    UP = "up"
    """More like this."""
    DOWN = "down"
    """Fewer like this."""
    NONE = "none"
    """Neither: it withdraws an earlier vote."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A reader's vote on a paper; of several the last one counts. `at` is in UTC.

    `event` is the id of the triage event that cast it, None where none did.
    """

    paper_id: PaperId
    vote: Vote
    at: datetime
    event: str | None = None

    @property
    def by_assistant(self) -> bool:
        """Whether an assistant cast it for the reader."""
        return self.event is not None and self.event.startswith(BY_ASSISTANT)


class LabelSource(StrEnum):
    """Where the label of an example comes from."""

    JUDGE = "judge"
    """A judge read the paper and scored it."""
    READER = "reader"
    """The reader voted for or against it."""
    LIBRARY = "library"
    """It was imported as a paper that the reader likes."""
    SAVED = "saved"
    """The reader saved it."""
    OPENED = "opened"
    """The reader opened it and said nothing: it tells a little."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled example: a paper, whether this reader wanted it, since when, and by whose label.

    `relevance` and `novelty` (1 to 10) are None where it was not scored. A paper of a library may
    not be in arXiv: its id then begins with `library:`, its abstract may be empty and its
    categories unknown. An example from a random sample `stands_for` 1 / inclusion probability
    papers, itself included.
    """

    paper: Paper
    day: date
    wanted: bool
    label_source: LabelSource
    relevance: int | None = None
    novelty: int | None = None
    stands_for: float = 1.0


@dataclass(frozen=True, slots=True)
class ImportedPaper:
    """One imported paper, where it came from and when (UTC); "" and None: imported long ago."""

    example: Example
    source: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a ranker learns from, beside the criteria, before it ranks a day's papers.

    `examples` come oldest first, at most one per paper. `stream` is what was announced in the
    reader's categories on earlier days, latest first, without labels; papers of examples may be
    in it. `reader` is whose evidence it is, and `fingerprint` changes whenever any of it does; both
    are "" where they are unknown.
    """

    examples: tuple[Example, ...] = ()
    stream: tuple[Paper, ...] = ()
    reader: str = field(default="", compare=False)
    fingerprint: str = field(default="", compare=False)


NO_EVIDENCE = Evidence()
"""A reader's first day."""


@dataclass(frozen=True, slots=True)
class LaterVotes:
    """How many papers were voted on too late for a day's page, and whether it learns from them.

    A vote is too late if it was cast after that day, or if its paper was announced on that day or
    later.
    """

    papers: int = 0
    taken_in: bool = False


NO_LATER_VOTES = LaterVotes()

_STRENGTH = (
    LabelSource.OPENED,
    LabelSource.LIBRARY,
    LabelSource.JUDGE,
    LabelSource.SAVED,
    LabelSource.READER,
)


def one_example_per_paper(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Keep one example of each paper; oldest first.

    A vote is preferred to a saved paper, that to a judgement, a library and one only opened;
    then the latest is preferred, and of one day the last in order.
    """
    weakest_first = sorted(examples, key=lambda one: (_STRENGTH.index(one.label_source), one.day))
    kept = {example.paper.id: example for example in weakest_first}
    return tuple(sorted(kept.values(), key=lambda one: (one.day, one.paper.id)))


def vote_notes(later: LaterVotes) -> tuple[str, ...]:
    """Return the note on votes that came too late for the page; none where there are none."""
    if not later.papers:
        return ()
    one = later.papers == 1
    subject = "1 later vote is" if one else f"{later.papers} later votes are"
    if later.taken_in:
        return (f"{subject} taken in, so this page shows more than what was known on that day",)
    return (
        f"{subject} left out, so that this page shows what was known on that day; take"
        f" {'it' if one else 'them'} in with --with-all-votes",
    )
