"""Wait until arXiv has published a whole announcement, or until a batch has been answered.

The database is free for other runs meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from paperlark.domain.calendar import today
from paperlark.domain.errors import FeedNotFound
from paperlark.ports import Progress
from paperlark.runs.make_page import PageMaker
from paperlark.settings.environment import Environment

_log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=15)
LONGEST = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Waiter:
    """Waits in pauses of 15 minutes; `tell` is told why, and when it gives up."""

    environment: Environment
    tell: Callable[[str], object]

    def deadline(self) -> datetime:
        """Return when waiting that begins now has to end."""
        return self.environment.now() + LONGEST

    def pause(self, deadline: datetime, reason: str) -> bool:
        """Wait for one pause and return True, or return False if it would end after `deadline`."""
        if self.environment.now() + PAUSE > deadline:
            self.tell(f"{reason}; not waiting any longer")
            return False
        minutes = PAUSE // timedelta(minutes=1)
        self.tell(f"{reason}; asking again in {minutes} minutes")
        self.environment.sleep(PAUSE.total_seconds())
        return True

    def for_announcement(self, day: date, missing: Callable[[], str]) -> None:
        """Return when nothing of the announcement is missing, or after the longest wait.

        `missing` says what is missing, "" if nothing is. When the next day has begun in New York,
        that day's announcement is the one to wait for, so this one is given up.
        """
        deadline = self.deadline()
        while today(self.environment.now()) == day and (lacking := missing()):
            if not self.pause(deadline, f"not out yet ({lacking})"):
                _log.info("%s: gave up waiting for the announcement", day)
                return


def missing_parts(
    open_pages: Callable[[], AbstractContextManager[PageMaker]], day: date, progress: Progress
) -> str:
    """Return what is missing of the day's announcement, "" if nothing is."""
    with open_pages() as maker:
        try:
            return "; ".join(maker.lacking(day, progress))
        except FeedNotFound as error:
            return error.problem
