"""The sending worker: delivers what a morning has queued, reader by reader.

What is due, and that nothing is sent twice, is decided where a single reader's deliveries are: a
parcel is noted before it is sent, and one run at a time delivers for a reader, whichever machine it
is on. Several sending workers share the readers by that lock alone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import date

from paperlark.delivery.deliveries import Deliveries, DeliveryReport
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.delivery import PATIENCE, Failure
from paperlark.domain.errors import PaperlarkError, StoreBusy
from paperlark.fleet.worker import Connect
from paperlark.settings import Settings
from paperlark.store.outbox import OutboxStore
from paperlark.store.shards import ShardQueue

_log = logging.getLogger(__name__)

AT_ONCE = 4
"""Readers that are delivered to at a time: a mail server's answer takes longer than a mail."""
_BLOCK = 200
"""Readers whose settings are read at a time."""


@dataclass(frozen=True, slots=True)
class SendingResult:
    """What became of all deliveries, by reader; `problems` has who could not be delivered to."""

    reports: Mapping[str, DeliveryReport]
    problems: Mapping[str, str]

    @property
    def complete(self) -> bool:
        """Whether nothing is left for anybody to do."""
        return not self.problems and all(one.complete for one in self.reports.values())


@dataclass(frozen=True, slots=True)
class Sender:
    """Delivers for the readers of a fleet; `settings_of` returns those of the readers asked for.

    `open_deliveries` opens a reader's outbox, and raises StoreBusy where another run has it.
    """

    connect: Connect
    database: DatabasePlace
    settings_of: Callable[[Sequence[str]], Mapping[str, Settings | PaperlarkError]]
    open_deliveries: Callable[[Settings], AbstractContextManager[Deliveries]]
    at_once: int = AT_ONCE

    def send(self, today: date, stop: threading.Event) -> SendingResult:
        """Deliver once to each reader for whom something is queued; raises StoreError.

        A reader whose deliveries another run has is left to it.
        """
        with closing(self.connect()) as connection:
            failures = ShardQueue(connection, self.database).failures(today)
            outbox = OutboxStore(connection, self.database)
            queued = outbox.readers_with_open(today - PATIENCE)
            told = outbox.readers_told_of_failure(today)
        readers = sorted({*queued, *(failures.keys() - told)})
        reports: dict[str, DeliveryReport] = {}
        problems: dict[str, str] = {}
        for start in range(0, len(readers), _BLOCK):
            found = self.settings_of(readers[start : start + _BLOCK])
            for reader, settings in found.items():
                if not isinstance(settings, Settings):
                    problems[reader] = str(settings)
            usable = {one: own for one, own in found.items() if isinstance(own, Settings)}

            def deliver(
                reader: str, usable: Mapping[str, Settings] = usable
            ) -> tuple[str, DeliveryReport | None]:
                own = [Failure(today, failures[reader])] if reader in failures else []
                return reader, self._deliver(reader, usable[reader], today, own, stop)

            with ThreadPoolExecutor(self.at_once, "sending") as threads:
                done = threads.map(deliver, [one for one in usable if usable[one].channels])
                reports |= {reader: report for reader, report in done if report is not None}
        return SendingResult(reports, problems)

    def _deliver(
        self,
        reader: str,
        settings: Settings,
        today: date,
        failures: Sequence[Failure],
        stop: threading.Event,
    ) -> DeliveryReport | None:
        """Deliver to one reader; None where another run does, or this one is to stop."""
        if stop.is_set():
            return None
        try:
            with self.open_deliveries(settings) as deliveries:
                return DeliveryReport(deliveries.deliver_due(today, failures))
        except StoreBusy:
            return None
        except PaperlarkError as error:
            return DeliveryReport(problem=str(error))
        except Exception as error:  # noqa: BLE001  # a boundary that reports it
            # Its message may hold anything; the log is not read by readers.
            _log.error("the deliveries of %s broke down", reader, exc_info=error)
            return DeliveryReport(problem=f"internal error ({type(error).__name__})")
