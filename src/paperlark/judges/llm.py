"""Judging by a language model: batches of papers, asked again in smaller ones where it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from threading import Lock
from typing import Protocol, TypeVar

from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import ModelError, ModelRefused, ModelUnusable
from paperlark.domain.judgement import NO_PRECEDENTS, Exchange, Lack, Precedents, Unjudged
from paperlark.domain.paper import Paper, PaperId
from paperlark.judges import prompt, reply
from paperlark.ports import ChatModel, Prompt

_log = logging.getLogger(__name__)
_Given = TypeVar("_Given")
_Got = TypeVar("_Got")


class Map(Protocol):
    """What `map` promises, in whatever order and on however many threads."""

    def __call__(
        self, function: Callable[[_Given], _Got], items: Iterable[_Given], /
    ) -> Iterable[_Got]:
        """Apply the function to every item and hand out results as they come."""
        ...


@dataclass(frozen=True, slots=True)
class _Answer:
    """One question's outcome: what is wrong with which papers, and whether asking again helps."""

    batch: tuple[Paper, ...]
    faults: Mapping[PaperId, str]
    exchange: Exchange | None = None
    final: bool = False


@dataclass(slots=True)
class _Halt:
    """Knows whether to go on asking; shared by the threads of one call.

    A server that fails `patience` questions in a row is asked no more: each of them was put to
    it several times already, and hundreds are waiting.
    """

    patience: int
    reason: str | None = None
    _failures: int = 0
    _lock: Lock = field(default_factory=Lock)

    def answered(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self, reason: str) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self.patience:
                self._stop(
                    f"not asked after {self._failures} failures in a row, the last: {reason}"
                )

    def stop(self, reason: str) -> None:
        with self._lock:
            self._stop(reason)

    def _stop(self, reason: str) -> None:
        self.reason = self.reason or reason


class LlmJudge:
    """A judge that asks a chat model. Papers must be different ones, by id.

    No paper is asked about more than three times: with others, with fewer, alone. `map_` puts
    the questions of one round, for example on threads.
    """

    def __init__(
        self,
        model: ChatModel,
        criteria: Criteria,
        *,
        batch_size: int = 8,
        patience: int = 3,
        map_: Map = map,
    ) -> None:
        self._model = model
        self._system = prompt.system(criteria)
        self._sizes = (max(1, batch_size), max(1, batch_size // 2), 1)
        self._patience = patience
        self._map = map_

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
        return self._system

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,  # noqa: ARG002  # a model judges alike on every day
        precedents: Precedents = NO_PRECEDENTS,  # noqa: ARG002
    ) -> Iterator[Exchange | Unjudged]:
        """Judge in up to three rounds; the Unjudged come when it is certain that they are."""
        halt = _Halt(self._patience)
        ask = partial(self._ask, halt=halt)
        waiting: Sequence[Paper] = papers
        faults: dict[PaperId, str] = {}
        try:
            for size in self._sizes:
                faults = {}
                for answer in self._map(ask, _batches(waiting, size)):
                    if answer.exchange is not None:
                        yield answer.exchange
                    if answer.final:
                        yield from _unjudged(answer.batch, answer.faults)
                    else:
                        faults.update(answer.faults)
                waiting = [paper for paper in waiting if paper.id in faults]
            yield from _unjudged(waiting, faults)
        finally:
            halt.stop("nobody waits for the answer any more")

    def _ask(self, batch: tuple[Paper, ...], *, halt: _Halt) -> _Answer:
        """Put one question, unless there is a reason to ask no more."""
        if halt.reason is not None:
            return _failed(batch, halt.reason, final=True)
        try:
            answer = self._model.ask(Prompt(self._system, prompt.question(batch), prompt.SCHEMA))
            reading = reply.read(answer.text, batch)
        except ModelUnusable as error:
            halt.stop(str(error))
            return _failed(batch, str(error), final=True)
        except ModelRefused as error:
            halt.answered()
            exchange = None if error.spend is None else Exchange((), error.spend)
            return _failed(batch, str(error), final=len(batch) == 1, exchange=exchange)
        except Exception as error:  # noqa: BLE001  # a bug in an adapter loses no paper either
            reason = _reason(error)
            halt.failed(reason)
            return _failed(batch, reason)
        halt.answered()
        exchange = Exchange(reading.judgements, answer.spend, answer.text)
        return _Answer(batch, reading.faults, exchange)


def _batches(papers: Sequence[Paper], size: int) -> Iterator[tuple[Paper, ...]]:
    return (tuple(papers[start : start + size]) for start in range(0, len(papers), size))


def _failed(
    batch: tuple[Paper, ...], reason: str, *, final: bool = False, exchange: Exchange | None = None
) -> _Answer:
    return _Answer(batch, {paper.id: reason for paper in batch}, exchange, final=final)


def _unjudged(papers: Sequence[Paper], faults: Mapping[PaperId, str]) -> Iterator[Unjudged]:
    return (
        Unjudged(paper, Lack.FAILED, faults[paper.id]) for paper in papers if paper.id in faults
    )


def _reason(error: Exception) -> str:
    """Let our errors speak for themselves; another's text may hold what is nobody's business."""
    if isinstance(error, ModelError):
        return str(error)
    _log.debug("a question failed in a way nobody expected", exc_info=error)
    return f"the question failed unexpectedly ({type(error).__name__})"
