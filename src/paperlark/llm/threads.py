"""Several questions at once: a `map` on threads that loses no answer when it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

_Given = TypeVar("_Given")
_Got = TypeVar("_Got")


class Threads:
    """Gives each result as soon as it is there, in any order.

    No more than `count` calls are ever between their beginning and the moment that the consumer
    asks for the next result: what was not stored yet when a process is killed is at most that.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count)
        self._under_way: set[Future[Any]] = set()
        self._stopped = False
        self._when_stopped: list[Callable[[], object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def map(self, function: Callable[[_Given], _Got], items: Iterable[_Given], /) -> Iterator[_Got]:
        """Call the function on every item.

        Raises KeyboardInterrupt once it was stopped, after the last result that was under way.
        """
        rest = iter(items)
        self._under_way = set()
        self._begin(function, islice(rest, self._count))
        while self._under_way:
            done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
                self._under_way.discard(future)
                self._begin(function, islice(rest, 1))
        if self._stopped:
            raise KeyboardInterrupt

    def _begin(self, function: Callable[[_Given], _Got], items: Iterable[_Given]) -> None:
        if not self._stopped:
            self._under_way |= {self._pool.submit(function, item) for item in items}

    def stop(self) -> int:
        """Begin no more calls, and give how many are under way; those are waited for.

        A result that is there and was not taken yet is under way too.
        """
        self._stopped = True
        for call in self._when_stopped:
            call()
        return len(self._under_way)

    def when_stopped(self, call: Callable[[], object]) -> None:
        """Have something done as well when it is stopped, for what waits inside the calls."""
        self._when_stopped.append(call)
