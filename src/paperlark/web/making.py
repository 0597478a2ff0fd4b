"""Make a page while the reader waits or reads: in one thread, with its progress to look at."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from paperlark.domain.errors import PaperlarkError
from paperlark.domain.spending import Spend
from paperlark.ports import Advance
from paperlark.web.current import CurrentProfile

_log = logging.getLogger(__name__)

StopPaying = Callable[[], int]
"""Starts no further paid call, and returns how many answers are still to come."""

_PATIENCE = 9.0
"""Seconds to wait for those: systems end a program some 10 seconds after they asked it to."""


@dataclass(frozen=True, slots=True)
class Making:
    """How far the page of a day is: the step, its units done and in all; `failed` says why not."""

    day: date
    step: str = ""
    done: int = 0
    total: int = 0
    failed: str = ""

    @property
    def at_work(self) -> bool:
        """Whether it is still being made."""
        return not self.failed


class PageMaking:
    """Makes one page at a time; implements Progress for it."""

    def __init__(self, current: CurrentProfile) -> None:
        self._current = current
        self._lock = threading.Lock()
        self._making: Making | None = None
        self._thread: threading.Thread | None = None
        self._stop: StopPaying | None = None

    @property
    def current(self) -> Making | None:
        """The page that is being made, or that could not be made; None where there is neither."""
        return self._making

    def start(self, day: date, *, all_votes: bool = False) -> None:
        """Begin to make the page of a day, unless one is being made.

        With `all_votes` it learns from votes on its own papers too, as a first page has to.
        """
        with self._lock:
            if self._making is not None and self._making.at_work:
                return
            self._making = Making(day)
            self._thread = threading.Thread(target=self._make, args=(day, all_votes), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Ask the model nothing more, and wait a little for the answers that are paid for."""
        with self._lock:
            stop, thread = self._stop, self._thread
        if stop is not None and thread is not None and stop():
            thread.join(_PATIENCE)

    @contextmanager
    def _interruptible(self, stop: StopPaying) -> Iterator[None]:
        self._stop = stop
        try:
            yield
        finally:
            self._stop = None

    def _make(self, day: date, all_votes: bool) -> None:  # noqa: FBT001  # of a thread
        try:
            profile = self._current.profile
            options = replace(profile.options, all_votes=profile.options.all_votes or all_votes)
            # A page that takes too long ends its run, and not the app.
            made_here = replace(
                profile,
                options=options,
                progress=self,
                interruptible=self._interruptible,
                give_up=None,
            )
            made_here.make_page(day)
        except PaperlarkError as error:
            self._making = Making(day, failed=str(error))
        except Exception:  # noqa: BLE001  # the reader reads on, and the log has all of it
            _log.exception("the page of %s could not be made", day)
            self._making = Making(day, failed="an unexpected error; the log of this command has it")
        else:
            self._making = None

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:
        """Open a step of a page that is being made."""
        self._tell(lambda one: replace(one, step=name, done=0, total=total))

        def advance(units: int = 1, _spend: Spend | None = None, /) -> None:
            self._tell(lambda one: replace(one, done=one.done + units))

        yield advance

    def _tell(self, change: Callable[[Making], Making]) -> None:
        with self._lock:
            if self._making is not None:
                self._making = change(self._making)
