"""Concurrent calls: a `map` on a thread pool that loses no result when it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any, Self, TypeVar

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.ports import ChatModel

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Threads:
    """Yields each result as soon as it is there, in any order.

    At most `count` calls are between their start and the moment that the consumer asks for the
    next result, so that a process that is killed loses at most that many unsaved results.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count)
        self._in_flight: set[Future[Any]] = set()
        self._starting = 0
        self._is_stopped = False
        self._on_stop: list[Callable[[], object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def map(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item], /
    ) -> Iterator[_Result]:
        """Call the function on every item.

        Where a call raises, no more are started, and its error is raised after the last result in
        flight; so is KeyboardInterrupt once it was stopped.
        """
        rest = iter(items)
        self._in_flight = set()
        error: BaseException | None = None
        self._start(function, islice(rest, self._count))
        while self._in_flight:
            done, _ = wait(self._in_flight, return_when=FIRST_COMPLETED)
            for future in done:
                error = error or future.exception()
                if future.exception() is None:
                    yield future.result()
                self._in_flight.discard(future)
                if error is None:
                    self._start(function, islice(rest, 1))
        if self._is_stopped:
            raise KeyboardInterrupt
        if error is not None:
            raise error

    def _start(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> None:
        """Start calls; one that is about to start counts, for a stop may come at any moment."""
        for item in items:
            self._starting = 1
            if not self._is_stopped:
                self._in_flight.add(self._pool.submit(function, item))
            self._starting = 0

    def asking(self, model: ChatModel) -> ChatModel:
        """Return the model asked on one of these threads, so that a stop waits for its answer."""
        return _Asking(self, model)

    def stop(self) -> int:
        """Start no more calls, and return how many are in flight; those are waited for.

        A result that nobody has taken yet is in flight, too.
        """
        self._is_stopped = True
        for call in self._on_stop:
            call()
        return len(self._in_flight) or self._starting

    def on_stop(self, call: Callable[[], object]) -> None:
        """Register `call` to run on a stop as well, to wake what waits inside the calls."""
        self._on_stop.append(call)


class _Asking:
    """A ChatModel that is asked on a thread, while the caller waits."""

    def __init__(self, threads: Threads, model: ChatModel) -> None:
        self._threads = threads
        self._model = model

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer a prompt; raises KeyboardInterrupt where it was stopped before."""
        for reply in self._threads.map(self._model.ask, [prompt]):
            return reply
        raise KeyboardInterrupt
