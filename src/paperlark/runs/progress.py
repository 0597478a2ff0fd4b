"""Progress of a run: for nobody, or timed and logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperlark.domain.spending import Spend
    from paperlark.ports import Advance, Progress

_log = logging.getLogger(__name__)


class NoProgress:
    """Implements Progress without showing anything."""

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:  # noqa: ARG002  # Progress's signature
        """Open a step that nobody watches."""

        def advance(_units: int = 1, _spend: Spend | None = None, /) -> None:
            return

        yield advance


NO_PROGRESS = NoProgress()


@dataclass(frozen=True, slots=True)
class TimedProgress:
    """Implements Progress by another one, and logs how long each step took."""

    shown: Progress

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:
        """Open a step, and log its wall time when it ends."""
        begun = monotonic()
        try:
            with self.shown.step(name, total) as advance:
                yield advance
        finally:
            _log.info("step %s (%d): %.2f s", name, total, monotonic() - begun)
