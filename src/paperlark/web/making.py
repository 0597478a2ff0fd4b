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

    @property
    def current(self) -> Making | None:
        """The page that is being made, or that could not be made; None where there is neither."""
        return self._making

    def start(self, day: date) -> None:
        """Begin to make the page of a day, unless one is being made."""
        with self._lock:
            if self._making is not None and self._making.at_work:
                return
            self._making = Making(day)
        threading.Thread(target=self._make, args=(day,), name="page", daemon=True).start()

    def _make(self, day: date) -> None:
        try:
            replace(self._current.profile, progress=self).make_page(day)
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
