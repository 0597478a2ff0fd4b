"""Concurrent calls: a `map` on a thread pool that loses no result when it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any, Self, TypeVar

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

        Raises KeyboardInterrupt once it was stopped, after the last result in flight.
        """
        rest = iter(items)
        self._in_flight = set()
        self._start(function, islice(rest, self._count))
        while self._in_flight:
            done, _ = wait(self._in_flight, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
                self._in_flight.discard(future)
                self._start(function, islice(rest, 1))
        if self._is_stopped:
            raise KeyboardInterrupt

    def _start(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> None:
        if not self._is_stopped:
            self._in_flight |= {self._pool.submit(function, item) for item in items}

    def stop(self) -> int:
        """Start no more calls, and return how many are in flight; those are waited for.

        A result that nobody has taken yet is in flight, too.
        """
        self._is_stopped = True
        for call in self._on_stop:
            call()
        return len(self._in_flight)

    def on_stop(self, call: Callable[[], object]) -> None:
        """Register `call` to run on a stop as well, to wake what waits inside the calls."""
        self._on_stop.append(call)
