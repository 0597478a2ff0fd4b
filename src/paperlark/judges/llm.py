"""Judging by a language model: batches of papers, asked again in smaller ones where it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from random import Random, SystemRandom
from typing import Protocol, TypeVar

from paperlark.domain.chat import ChatReply
from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import BudgetSpent, ModelError, ModelRefused, ModelUnusable
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    ModelCall,
    Precedents,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.judges import prompt, reply
from paperlark.judges.batch_size import AdaptiveBatchSize, batches, make_plan, to_prompt
from paperlark.judges.circuit_breaker import CircuitBreaker, Fault, Round
from paperlark.judges.question import PaperQuestion, ask_about
from paperlark.ports import ChatModel

_log = logging.getLogger(__name__)
_Given = TypeVar("_Given")
_Got = TypeVar("_Got")

_ALONE = 2
"""The last of the rounds, which count from 0."""


class Map(Protocol):
    """What `map` promises, in whatever order and on however many threads."""

    def __call__(
        self, function: Callable[[_Given], _Got], items: Iterable[_Given], /
    ) -> Iterable[_Got]:
        """Apply the function to every item and hand out results as they come."""
        ...


@dataclass(frozen=True, slots=True)
class _Answer:
    """One question's outcome: what was paid for, and what is wrong with which papers."""

    faults: Mapping[PaperId, Fault]
    model_calls: tuple[ModelCall, ...] = ()


class LlmJudge:
    """A judge that asks a chat model. Papers must be different ones, by id.

    No paper is asked about more than three times: with others, with fewer, alone. A paper of a
    reply that spoke of others, or without the comment that it needs, is asked about alone at
    once. `batch_size` None has the model's `context` in tokens decide, as far as it is known, and
    what the model shows that it takes. `map_` puts the questions of one round, for example on
    threads; `dice` draws what no abstract may guess.
    """

    def __init__(  # noqa: PLR0913  # all but the first two have defaults
        self,
        model: ChatModel,
        criteria: Criteria,
        *,
        cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # it is frozen
        batch_size: int | None = None,
        context: int | None = None,
        authors: bool = False,
        patience: int = 3,
        map_: Map = map,
        dice: Random | None = None,
    ) -> None:
        self._model = model
        self._cutoffs = cutoffs
        self.plan = make_plan(
            criteria, cutoffs, batch_size=batch_size, context=context, authors=authors
        )
        self._crowd = AdaptiveBatchSize(self.plan.most)
        self._patience = patience
        self._map = map_
        self._dice = dice or SystemRandom()

    def model(self, day: date) -> str:  # noqa: ARG002  # the same on every day
        """Give the chat model's name."""
        return self._model.name

    @property
    def signature(self) -> str:
        """The chat model's name and the fingerprint of the instructions."""
        return f"{self._model.name}/{prompt.fingerprint()}"

    @property
    def prompt(self) -> str:
        """The instructions with the reader's criteria."""
        return self.plan.system

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,  # noqa: ARG002  # a model judges alike on every day
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,  # noqa: ARG002  # nor does it know that it is asked again
    ) -> Iterator[ModelCall | Unjudged]:
        """Judge in up to three rounds; the Unjudged come when it is certain that they are."""
        halt = CircuitBreaker(self._patience)
        place = {paper.id: place for place, paper in enumerate(papers)}
        rounds: list[list[Paper]] = [list(papers), [], []]
        try:
            for number, waiting in enumerate(rounds):
                waiting.sort(key=lambda paper: place[paper.id])
                faults: dict[PaperId, Fault] = {}
                ask = partial(self._ask, precedents=precedents, round_=Round(halt))
                for answer in self._map(ask, self._batches(waiting, number, precedents)):
                    yield from answer.model_calls
                    faults.update(answer.faults)
                for paper in waiting:
                    fault = faults.get(paper.id)
                    if fault is not None and (fault.final or number == _ALONE):
                        yield Unjudged(paper, fault.cause, fault.reason)
                    elif fault is not None:
                        rounds[_ALONE if fault.alone else number + 1].append(paper)
        finally:
            halt.stop("nobody waits for the answer any more")

    def _batches(
        self, papers: Sequence[Paper], number: int, precedents: Precedents
    ) -> Iterator[tuple[Paper, ...]]:
        most = (self.plan.most, self.plan.most // 2, 1)[number]
        return batches(papers, self.plan, precedents, size=lambda: min(most, self._crowd.size()))

    def _ask(self, batch: tuple[Paper, ...], *, precedents: Precedents, round_: Round) -> _Answer:
        """Put one question, unless there is a reason to ask no more."""
        halt = round_.halt
        if round_.silence is not None:
            return _failed(batch, round_.silence)
        try:
            question = ask_about(batch, precedents, dice=self._dice, authors=self.plan.authors)
            answer = self._model.ask(to_prompt(question, self.plan))
        except BudgetSpent as error:
            round_.spent = Fault(str(error), UnjudgedReason.BUDGET)
            return _failed(batch, round_.spent, paid=_paid(error))
        except ModelUnusable as error:
            halt.stop(str(error))
            return _failed(batch, Fault(str(error), final=True), paid=_paid(error))
        except ModelRefused as error:
            halt.answered()
            self._crowd.too_many(len(batch))
            return _failed(batch, Fault(str(error), final=len(batch) == 1), paid=_paid(error))
        except Exception as error:  # noqa: BLE001  # a bug in an adapter loses no paper either
            reason = _reason(error)
            halt.failed(reason)
            return _failed(batch, Fault(reason), paid=_paid(error))
        halt.answered()
        return self._read(question, answer)

    def _read(self, question: PaperQuestion, answer: ChatReply) -> _Answer:
        """Take what the answer says; whatever that is, it was paid for."""
        lost = () if answer.lost is None else (ModelCall((), answer.lost),)
        asked = len(question.papers)
        try:
            reading = reply.parse_reply(answer.text, question.papers, self._cutoffs)
        except Exception as error:  # noqa: BLE001  # nor does a bug in the reader
            model_call = ModelCall((), answer.spend, answer.text)
            fault = Fault(_reason(error))
            return _failed(question.papers.values(), fault, paid=(*lost, model_call))
        if reading.too_many:
            self._crowd.too_many(asked)
        else:
            self._crowd.well(asked)
        model_call = ModelCall(reading.judgements, answer.spend, answer.text)
        faults = {
            paper: Fault(reason, alone=paper in reading.alone)
            for paper, reason in reading.faults.items()
        }
        return _Answer(faults, (*lost, model_call))


def _failed(batch: Iterable[Paper], fault: Fault, *, paid: tuple[ModelCall, ...] = ()) -> _Answer:
    return _Answer(dict.fromkeys((paper.id for paper in batch), fault), paid)


def _paid(error: Exception) -> tuple[ModelCall, ...]:
    """Give what a failed question may have cost, in all of its attempts."""
    spends = (error.lost, error.spend) if isinstance(error, ModelError) else ()
    return tuple(ModelCall((), spend) for spend in spends if spend is not None)


def _reason(error: Exception) -> str:
    """Let our errors speak for themselves; another's text may hold what is nobody's business."""
    if isinstance(error, ModelError):
        return str(error)
    _log.debug("a question failed in a way nobody expected", exc_info=error)
    return f"the question failed unexpectedly ({type(error).__name__})"
