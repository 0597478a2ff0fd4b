"""How many papers go into one question, and how long its answer may be.

Pure, except for `AdaptiveBatchSize`.
"""

from __future__ import annotations

import logging
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
from paperlark.judges.prompt import AS_USUAL, AnswerTexts
from paperlark.judges.question import PaperQuestion, show

_log = logging.getLogger(__name__)

MOST = 16
"""Papers in one question of a model with room for more: given many, models leave some out."""
ASSUMED_CONTEXT = 4096
"""Tokens of context assumed of an unknown server: some have no more, and do not say so."""

_BYTES_PER_TOKEN = 3.5
"""Of English with formulas, in the smaller vocabularies. Planning needs no better count."""
_OVERHEAD = 200
"""Tokens of the two fences, the closing instruction, and what a server adds."""
_ROW_TOKENS = 100
"""Tokens of a row with a long comment."""
_SUMMARY_TOKENS = 80
"""Tokens of a long summary in it, also in languages with more tokens a word."""
_SPARE, _SPARE_PER_PAPER = 1000, 200
"""Tokens for a model that writes or reasons beyond its rows. Unused ones cost nothing, but are
reserved in the budget; a model that reasons at length is given more once that is known."""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """How papers are put to a model.

    Up to `most` papers in a question that, with its answer, takes up to `max_tokens`, None for any
    number. `context` is the server's known context window in tokens. `authors` shows their names.
    `writing` is what the model writes besides scores.
    """

    system: str
    most: int = MOST
    max_tokens: int | None = None
    context: int | None = None
    authors: bool = False
    writing: AnswerTexts = AS_USUAL


def make_plan(  # all but the first two have defaults
    criteria: Criteria,
    cutoffs: Cutoffs,
    *,
    batch_size: int | None = None,
    context: int | None = None,
    authors: bool = False,
    writing: AnswerTexts = AS_USUAL,
) -> BatchPlan:
    """Plan for a context window of `context` tokens for question and answer, None where unknown.

    A chosen `batch_size` is kept unless it is known not to fit.
    """
    assumed = ASSUMED_CONTEXT if batch_size is None else None
    return BatchPlan(
        system=prompt.system(criteria, cutoffs, writing),
        most=max(1, MOST if batch_size is None else batch_size),
        max_tokens=context or assumed,
        context=context,
        authors=authors,
        writing=writing,
    )


def batches(
    papers: Sequence[Paper],
    plan: BatchPlan,
    precedents: Precedents = NO_PRECEDENTS,
    *,
    size: Callable[[], int],
) -> Iterator[tuple[Paper, ...]]:
    """Split papers, in their order, into questions of up to `size()` papers that fit the plan.

    `size` is called for each. A paper that does not fit at all goes alone.
    """
    start = 0
    while start < len(papers):
        most = min(plan.most, max(1, size()))
        batch = _fitting(papers[start : start + most], plan, precedents)
        yield batch
        start += len(batch)


def to_prompt(question: PaperQuestion, plan: BatchPlan) -> Prompt:
    """Return the prompt that asks a question."""
    return Prompt(
        plan.system,
        question.text,
        prompt.answer_schema(summaries=plan.writing.summaries),
        longest_answer(question, plan),
        narrow=prompt.narrow_schema(question.papers, summaries=plan.writing.summaries),
    )


def longest_answer(question: PaperQuestion, plan: BatchPlan) -> int:
    """Return how many tokens an answer may have: three times what its rows need, and some more."""
    papers = len(question.papers)
    row = _row_tokens(plan)
    wanted = _SPARE + (_SPARE_PER_PAPER + row) * papers
    if plan.context is None:
        return wanted
    left = plan.context - rough_tokens(plan.system) - rough_tokens(question.text) - _OVERHEAD
    return max(min(wanted, left), row * papers)


def _row_tokens(plan: BatchPlan) -> int:
    return _ROW_TOKENS + (_SUMMARY_TOKENS if plan.writing.summaries else 0)


def rough_tokens(text: str) -> int:
    """Estimate a text's tokens in any vocabulary, rather too many than too few."""
    return math.ceil(len(text.encode(errors="replace")) / _BYTES_PER_TOKEN)


def _fitting(papers: Sequence[Paper], plan: BatchPlan, precedents: Precedents) -> tuple[Paper, ...]:
    """Return the first of these papers, at least one, that fit into one question together."""
    if plan.max_tokens is None:
        return tuple(papers)
    left = plan.max_tokens - rough_tokens(plan.system) - _OVERHEAD
    for place, paper in enumerate(papers):
        left -= rough_tokens(show(paper, precedents, authors=plan.authors)) + _row_tokens(plan)
        if left < 0:
            return tuple(papers[: max(1, place)])
    return tuple(papers)


@dataclass(slots=True)
class AdaptiveBatchSize:
    """How many papers a model can answer at once: halved after too many, else up by a quarter.

    Starts at `most`, its highest value. Safe for threads.
    """

    most: int
    _current: int = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._current = self.most

    def current(self) -> int:
        """Return how many papers to ask about next."""
        return self._current

    def too_large(self, asked: int) -> None:
        """Record that a question about so many papers was too large."""
        with self._lock:
            smaller = -(-asked // 2)
            if smaller < self._current:
                _log.info("%d papers in one question were too many: trying %d", asked, smaller)
                self._current = smaller

    def succeeded(self, asked: int) -> None:
        """Record that a question about so many papers was answered in full."""
        with self._lock:
            if asked >= self._current:
                self._current = min(self.most, self._current + max(1, self._current // 4))
