"""Rank the latest day by criteria that are being edited, without reading anything twice."""

from __future__ import annotations

import threading
from datetime import date

from paperlark import OpenedProfile, Tuning
from paperlark.domain.criteria_effect import RankChange
from paperlark.web.current import CurrentProfile


class Tuner:
    """Keeps a tuning until the profile changes or a later day has a page; one ranking at a time."""

    def __init__(self, current: CurrentProfile) -> None:
        self._current = current
        self._lock = threading.Lock()
        self._opened: tuple[OpenedProfile, Tuning] | None = None

    @property
    def day(self) -> date:
        """The latest day that has a page."""
        return self._current.profile.digest().day

    def rank(self, criteria: str) -> tuple[RankChange, ...]:
        """Rank the latest day; raises StoreError where there is none."""
        with self._lock:
            profile, day = self._current.profile, self.day
            known = self._opened
            if known is None or known[0] is not profile or known[1].day != day:
                self._opened = known = (profile, profile.tuning(day))
            return known[1].rank(criteria)
