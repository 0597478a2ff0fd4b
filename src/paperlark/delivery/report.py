"""Deliver what is due and report on it, also where the database cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from paperlark.delivery.deliveries import Deliveries
from paperlark.delivery.outcomes import DeliveryOutcome
from paperlark.domain.delivery import Failure, Occasion
from paperlark.domain.errors import PaperlarkError, StoreBusy, StoreError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of everything that was due; `problem` is why the outbox could not be used."""

    outcomes: tuple[DeliveryOutcome, ...] = ()
    problem: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is left for anybody to do."""
        return self.problem is None and all(one.ok for one in self.outcomes)


@dataclass(frozen=True, slots=True)
class Outboxes:
    """Opens a profile's outbox, or one in memory where the database cannot be opened."""

    open: Callable[[], AbstractContextManager[Deliveries]]
    in_memory: Callable[[], Deliveries]

    def deliver_due(
        self, today: date, failures: Sequence[Failure] = (), *, only: str | None = None
    ) -> DeliveryReport:
        """Deliver what is due; where the database cannot be used, tell the channels so."""
        try:
            with self.open() as deliveries:
                report = DeliveryReport(deliveries.deliver_due(today, failures, only=only))
        except StoreBusy as error:
            # Another run is at work, and delivers what there is.
            report = DeliveryReport(problem=str(error))
        except StoreError as error:
            text = str(error)
            told = self.in_memory().send_notice(Occasion.ALARM, text, today, only=only)
            report = DeliveryReport(told, text)
        for one in report.outcomes:
            _log.info("%s: %s of %s: %s", one.channel, one.occasion, one.day, one.result)
        return report

    def alarm(self, today: date, text: str) -> None:
        """Tell every channel, once a day, that something is wrong."""
        _log.info("alarm to every channel")
        try:
            with self.open() as deliveries:
                deliveries.send_notice(Occasion.ALARM, text, today, once=True)
        except PaperlarkError:
            self.in_memory().send_notice(Occasion.ALARM, text, today)
