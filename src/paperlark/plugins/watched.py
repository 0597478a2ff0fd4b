"""Call a plug-in in a thread of its own, for a bounded time.

A thread cannot be ended: one that hangs is left behind, and what it still returns is not used.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

from paperlark.domain.errors import PaperlarkError, PluginError, PluginLate

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_MOST_WAITING = 64
"""Items of a plug-in that wait to be taken; it waits before it makes more."""
_LOOK_UP = 0.2
"""Seconds after which a waiting thread looks whether anybody still listens."""


class _LeftBehind(BaseException):
    """Nobody listens to this thread any more."""


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None


class _Worker(Generic[_T]):
    """Runs `work` in a thread, and passes what that emits on for as long as anybody listens."""

    def __init__(self, plugin: str, work: Callable[[Callable[[_T], None]], object]) -> None:
        self._plugin, self._work = plugin, work
        self._waiting: Queue[_T | _End] = Queue(_MOST_WAITING)
        self._over = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True, name=f"plug-in {self._plugin}").start()

    def take(self, seconds: float) -> _T | _End:
        """Return the next item; raises Empty after so many seconds."""
        return self._waiting.get(timeout=max(0.0, seconds))

    def leave(self) -> None:
        """Listen no more: what is emitted from now on ends the thread."""
        self._over.set()

    def _emit(self, item: _T | _End) -> None:
        while not self._over.is_set():
            try:
                self._waiting.put(item, timeout=_LOOK_UP)
            except Full:
                continue
            return
        raise _LeftBehind

    def _run(self) -> None:
        end = _End(None)
        try:
            self._work(self._emit)
        except _LeftBehind:
            pass
        except BaseException as error:  # noqa: BLE001  # raised where it was called
            end = _End(error)
        try:
            self._emit(end)
        except _LeftBehind:
            _log.info("the plug-in %s went on after its time was over", self._plugin)


def emitted(
    plugin: str, work: Callable[[Callable[[_T], None]], object], at_most: float
) -> Iterator[_T]:
    """Yield what `work` emits through the function that it is given, until it returns.

    Raises PluginLate after `at_most` seconds in all, our own errors as the plug-in raised them, and
    PluginError for any other.
    """
    worker = _Worker(plugin, work)
    until = time.monotonic() + at_most
    worker.start()
    try:
        while True:
            try:
                item = worker.take(until - time.monotonic())
            except Empty:
                raise PluginLate(
                    f"the plug-in {plugin} did not finish within {at_most:g} seconds",
                    hint="allow it more with plugins.at_most",
                ) from None
            if isinstance(item, _End):
                _raise(plugin, item.error)
                return
            yield item
    finally:
        worker.leave()


def call(plugin: str, work: Callable[[], _T], at_most: float) -> _T:
    """Return what `work` returns; raises as `emitted` does."""
    found: list[_T] = []

    def once(emit: Callable[[_T], None]) -> None:
        emit(work())

    found.extend(emitted(plugin, once, at_most))
    return found[0]


def _raise(plugin: str, error: BaseException | None) -> None:
    if error is None:
        return
    if isinstance(error, PaperlarkError):
        raise error
    # The text of a foreign error could contain a secret.
    _log.error("the plug-in %s broke down", plugin, exc_info=error)
    raise PluginError(f"the plug-in {plugin} broke down ({type(error).__name__})") from error
