"""Judging by a language model: batches of papers, asked again in smaller ones where they fail."""

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
from paperlark.domain.errors import (
    BudgetSpent,
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelUnusable,
    StoreError,
)
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
from paperlark.judges import prompt
from paperlark.judges.batch_size import AdaptiveBatchSize, batches, make_plan, to_prompt
from paperlark.judges.circuit_breaker import CircuitBreaker, Fault, ReplyBreaker, quote
from paperlark.judges.prompt import AS_USUAL, AnswerTexts
from paperlark.judges.question import PaperQuestion, ask_about
from paperlark.judges.reply import SUSPECT, ParsedReply, parse_reply
from paperlark.llm.retry import Late
from paperlark.ports import ChatModel, FailureMemory

_log = logging.getLogger(__name__)
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_ALONE = 2
"""The last of the rounds, which count from 0."""


_NOT_ASKED = Fault("not asked, because replies about other papers could not be read")


class Map(Protocol):
    """What `map` promises, in any order and on any number of threads."""

    def __call__(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item], /
    ) -> Iterable[_Result]:
        """Apply the function to every item and yield results as they come."""
        ...


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One question's outcome: the calls to be paid for, and what went wrong with which papers."""

    faults: Mapping[PaperId, Fault]
    model_calls: tuple[ModelCall, ...] = ()


class LlmJudge:
    """A judge that asks a chat model. Papers must have different ids.

    A paper is asked about three times at most: with others, with fewer, alone. A paper whose reply
    spoke of others, or lacked the comment that it needs, is asked about alone next. `batch_size`
    None leaves it to the model's `context` in tokens, as far as it is known, and to what the model
    proves able to answer. `map_` sends the questions of one round, for example on threads; `rng`
    draws numbers that no abstract may guess. `memory` holds across runs that replies could not be
    read.
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
        writing: AnswerTexts = AS_USUAL,
        patience: int = 3,
        map_: Map = map,
        rng: Random | None = None,
        memory: FailureMemory | None = None,
    ) -> None:
        self._model = model
        self._cutoffs = cutoffs
        self.plan = make_plan(
            criteria,
            cutoffs,
            batch_size=batch_size,
            context=context,
            authors=authors,
            writing=writing,
        )
        self._batch_size = AdaptiveBatchSize(self.plan.most)
        self._patience = patience
        self._map = map_
        self._rng = rng or SystemRandom()
        self.replies = ReplyBreaker(model.name, memory)

    def model(self, day: date) -> str:  # noqa: ARG002  # the same on every day
        """Return the chat model's name."""
        return self._model.name

    @property
    def signature(self) -> str:
        """The chat model's name and the fingerprint of the instructions."""
        return f"{self._model.name}/{prompt.fingerprint(self.plan.writing)}"

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
        """Judge in up to three rounds; an Unjudged is yielded once it is certain."""
        breaker = CircuitBreaker(self._patience)
        place = {paper.id: place for place, paper in enumerate(papers)}
        rounds: list[list[Paper]] = [list(papers), [], []]
        try:
            for number, waiting in enumerate(rounds):
                if waiting and number:
                    _log.info("round %d: asking about %d papers again", number + 1, len(waiting))
                waiting.sort(key=lambda paper: place[paper.id])
                faults: dict[PaperId, Fault] = {}
                breaker.over_budget = None
                ask = partial(self._ask, precedents=precedents, breaker=breaker)
                for outcome in self._map(ask, self._batches(waiting, number, precedents)):
                    yield from outcome.model_calls
                    faults.update(outcome.faults)
                for paper in waiting:
                    fault = faults.get(paper.id)
                    if fault is not None and (fault.final or number == _ALONE):
                        # Why the model is left alone says more than what one of its replies lacked.
                        shown = fault if fault.final else self.replies.fault or fault
                        yield Unjudged(paper, shown.cause, shown.reason)
                    elif fault is not None:
                        rounds[_ALONE if fault.alone else number + 1].append(paper)
        finally:
            # Where the consumer leaves early, what still waits in threads is not asked.
            breaker.open("judging has ended", level=logging.DEBUG)

    def _batches(
        self, papers: Sequence[Paper], number: int, precedents: Precedents
    ) -> Iterator[tuple[Paper, ...]]:
        most = (self.plan.most, self.plan.most // 2, 1)[number]
        return batches(
            papers, self.plan, precedents, size=lambda: min(most, self._batch_size.current())
        )

    def _ask(
        self, batch: tuple[Paper, ...], *, precedents: Precedents, breaker: CircuitBreaker
    ) -> _Outcome:
        """Send one question, unless there is a reason to ask no more."""
        with self.replies.turn():
            fault = breaker.fault or self.replies.fault
            if fault is not None:
                return _failed(batch, fault)
            if self.replies.is_in_doubt and len(batch) > 1:
                return self._try_one(batch, precedents, breaker)
            return self._send(batch, precedents, breaker)

    def _try_one(
        self, batch: tuple[Paper, ...], precedents: Precedents, breaker: CircuitBreaker
    ) -> _Outcome:
        """Ask about one paper, drawn so that none can know, and about the others if that helps."""
        one = self._rng.choice(batch)
        others = tuple(paper for paper in batch if paper is not one)
        first = self._send((one,), precedents, breaker)
        fault = breaker.fault or self.replies.fault
        if fault is None and not self.replies.is_in_doubt:
            second = self._send(others, precedents, breaker)
        else:
            second = _failed(others, fault or _NOT_ASKED)
        return _Outcome({**first.faults, **second.faults}, first.model_calls + second.model_calls)

    def _send(
        self, batch: tuple[Paper, ...], precedents: Precedents, breaker: CircuitBreaker
    ) -> _Outcome:
        try:
            question = ask_about(batch, precedents, rng=self._rng, authors=self.plan.authors)
            answer = self._model.ask(to_prompt(question, self.plan))
        except BudgetSpent as error:
            fault = breaker.over_budget = Fault(str(error), UnjudgedReason.BUDGET)
            return _failed(batch, fault, paid=paid_calls(error))
        except ModelUnusable as error:
            breaker.open(str(error))
            return _failed(batch, Fault(str(error), final=True), paid=paid_calls(error))
        except ModelRefused as error:
            breaker.succeeded()
            self._batch_size.too_large(len(batch))
            self.replies.unreadable(error.problem, "", len(batch), hostile=True)
            return _failed(batch, Fault(str(error), final=len(batch) == 1), paid=paid_calls(error))
        except StoreError:
            # What cannot be stored must not be paid for.
            raise
        except Exception as error:  # noqa: BLE001  # a bug in an adapter loses no paper either
            return self._not_answered(batch, error, breaker)
        breaker.succeeded()
        return self._read(question, answer)

    def _not_answered(
        self, batch: tuple[Paper, ...], error: Exception, breaker: CircuitBreaker
    ) -> _Outcome:
        """Ask about fewer papers next where the answer took too long."""
        reason = failure_reason(error)
        if isinstance(error, Late):
            self._batch_size.too_large(len(batch))
        else:
            breaker.failed(reason)
        is_final = isinstance(error, ModelBusy) and error.final
        return _failed(batch, Fault(reason, final=is_final), paid=paid_calls(error))

    def _read(self, question: PaperQuestion, answer: ChatReply) -> _Outcome:
        """Parse an answer; whatever it holds, it was paid for."""
        lost = () if answer.lost is None else (ModelCall((), answer.lost),)
        asked = len(question.papers)
        try:
            parsed = parse_reply(answer.text, question.papers, self._cutoffs)
        except Exception as error:  # noqa: BLE001  # nor does a bug in the parser
            model_call = ModelCall((), answer.spend, answer.text)
            fault = Fault(failure_reason(error))
            return _failed(question.papers.values(), fault, paid=(*lost, model_call))
        if parsed.too_many:
            self._batch_size.too_large(asked)
        else:
            self._batch_size.succeeded(asked)
        self._record(parsed, question, answer.text)
        model_call = ModelCall(parsed.judgements, answer.spend, answer.text)
        faults = {
            paper: Fault(reason, alone=paper in parsed.alone)
            for paper, reason in parsed.faults.items()
        }
        return _Outcome(faults, (*lost, model_call))

    def _record(self, parsed: ParsedReply, question: PaperQuestion, text: str) -> None:
        """Note for the breaker whether there was anything to read; a suspect one proves neither."""
        if parsed.judgements:
            self.replies.read()
        elif parsed.problem is not None or parsed.lost:
            said = quote(text, f"{self.plan.system}\n{question.text}")
            problem = parsed.problem or SUSPECT
            asked = len(question.papers)
            self.replies.unreadable(problem, said, asked, hostile=parsed.lost)


def _failed(batch: Iterable[Paper], fault: Fault, *, paid: tuple[ModelCall, ...] = ()) -> _Outcome:
    return _Outcome(dict.fromkeys((paper.id for paper in batch), fault), paid)


def paid_calls(error: Exception) -> tuple[ModelCall, ...]:
    """Return calls for what a failed question may have cost, in all of its attempts."""
    spends = (error.lost, error.spend) if isinstance(error, ModelError) else ()
    return tuple(ModelCall((), spend) for spend in spends if spend is not None)


def failure_reason(error: Exception) -> str:
    """Return the text of our own errors only; another's may hold what must not be shown."""
    if isinstance(error, ModelError):
        return str(error)
    _log.debug("a question failed unexpectedly", exc_info=error)
    return f"the question failed unexpectedly ({type(error).__name__})"
