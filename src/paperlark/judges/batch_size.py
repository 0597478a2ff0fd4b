"""How many papers go into one question, and how long its answer may be. Pure but for `Crowd`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from paperlark.domain.chat import Prompt
from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import NO_PRECEDENTS, Precedents
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs
from paperlark.judges import prompt
from paperlark.judges.question import PaperQuestion, show

MOST = 16
"""Papers in one question of a model that has room for more: with many, models leave some out."""
ASSUMED_CONTEXT = 4096
"""Tokens that a server of unknown limits is taken to hold: some hold no more, and say nothing."""

_BYTES_A_TOKEN = 3.5
"""Of English with formulas, in the smaller vocabularies. Plans need no better count."""
_AROUND = 200
"""Tokens of the two fences, the last word, and what a server adds."""
_ANSWER = 100
"""Tokens of a row with a long comment."""
_SPARE, _SPARE_A_PAPER = 1000, 200
"""Tokens for a model that says or thinks more than its rows. What is not used costs nothing, and
is held back from a budget all the same; for who thinks long more is asked once that has shown."""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """How papers are put to a model.

    `most` papers at once, of which question and answer take up to `room` tokens, None where it is
    plenty. `context` is how many tokens the server is known to hold. `authors` has them shown.
    """

    system: str
    most: int = MOST
    room: int | None = None
    context: int | None = None
    authors: bool = False


def make_plan(
    criteria: Criteria,
    cutoffs: Cutoffs,
    *,
    batch_size: int | None = None,
    context: int | None = None,
    authors: bool = False,
) -> BatchPlan:
    """Plan for a model that holds `context` tokens of question and answer, None where unknown.

    A `batch_size` that somebody chose is held up to as far as it is known to fit.
    """
    assumed = ASSUMED_CONTEXT if batch_size is None else None
    return BatchPlan(
        system=prompt.system(criteria, cutoffs),
        most=max(1, MOST if batch_size is None else batch_size),
        room=context or assumed,
        context=context,
        authors=authors,
    )


def batches(
    papers: Sequence[Paper],
    plan: BatchPlan,
    precedents: Precedents = NO_PRECEDENTS,
    *,
    size: Callable[[], int],
) -> Iterator[tuple[Paper, ...]]:
    """Part papers, in their order, into questions of up to `size()` that have room.

    The size is asked for anew for each. A paper that has no room at all goes alone.
    """
    start = 0
    while start < len(papers):
        most = min(plan.most, max(1, size()))
        batch = _fitting(papers[start : start + most], plan, precedents)
        yield batch
        start += len(batch)


def to_prompt(question: PaperQuestion, plan: BatchPlan) -> Prompt:
    """Give what is put to the model."""
    return Prompt(
        plan.system,
        question.text,
        prompt.SCHEMA,
        longest_answer(question, plan),
        narrow=prompt.narrow_schema(question.papers),
    )


def longest_answer(question: PaperQuestion, plan: BatchPlan) -> int:
    """Give how many tokens an answer may have: three times what its rows need, and some more."""
    papers = len(question.papers)
    wanted = _SPARE + (_SPARE_A_PAPER + _ANSWER) * papers
    if plan.context is None:
        return wanted
    left = plan.context - rough_tokens(plan.system) - rough_tokens(question.text) - _AROUND
    return max(min(wanted, left), _ANSWER * papers)


def rough_tokens(text: str) -> int:
    """Estimate tokens in any vocabulary, rather too many than too few."""
    return math.ceil(len(text.encode(errors="replace")) / _BYTES_A_TOKEN)


def _fitting(papers: Sequence[Paper], plan: BatchPlan, precedents: Precedents) -> tuple[Paper, ...]:
    """Give the first of these papers, at least one, for which there is room together."""
    if plan.room is None:
        return tuple(papers)
    left = plan.room - rough_tokens(plan.system) - _AROUND
    for place, paper in enumerate(papers):
        left -= rough_tokens(show(paper, precedents, authors=plan.authors)) + _ANSWER
        if left < 0:
            return tuple(papers[: max(1, place)])
    return tuple(papers)


@dataclass(slots=True)
class AdaptiveBatchSize:
    """How many papers a model takes at once: after one too many half, then ever a quarter more.

    Shared by the threads that ask.
    """

    most: int
    _now: int = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._now = self.most

    def size(self) -> int:
        """Say how many to ask about next."""
        return self._now

    def too_many(self, asked: int) -> None:
        """Hear that a question about so many papers was too much."""
        with self._lock:
            self._now = min(self._now, -(-asked // 2))

    def well(self, asked: int) -> None:
        """Hear that a question about so many papers was answered in full."""
        with self._lock:
            if asked >= self._now:
                self._now = min(self.most, self._now + max(1, self._now // 4))
