"""A group's readers as a fleet: what a program calls to run mornings, workers and deliveries.

The command line does nothing else. Every process opens the fleet for itself, by the group's file.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from paperlark.compose.channels import open_deliveries
from paperlark.compose.sources import choose_sources
from paperlark.day.announce import announce, stored_announcement
from paperlark.day.assemble import announcement_gaps
from paperlark.delivery.deliveries import Deliveries
from paperlark.domain.announcement import Announcement
from paperlark.domain.calendar import today
from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import FeedNotFound, NoNetwork, PaperlarkError, StoreError
from paperlark.domain.fleet import SHARD_SIZE, FleetReader, MorningStatus, Shard
from paperlark.fleet.morning import FleetMorning
from paperlark.fleet.saving import ReaderLines, bring_all
from paperlark.fleet.sending import AT_ONCE, Sender, SendingResult
from paperlark.fleet.shard import ShardParts, make_shard
from paperlark.fleet.shard_parts import open_shard_parts
from paperlark.fleet.worker import (
    DEFAULT_LIMITS,
    Connect,
    EndShard,
    Worker,
    WorkerLimits,
)
from paperlark.ports import Progress
from paperlark.runs.due import Waiter
from paperlark.runs.progress import NO_PROGRESS
from paperlark.settings import Settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.settings.group import GroupSettings, load_group
from paperlark.settings.stored_profile import settings_of_accounts
from paperlark.store.accounts import AccountStore
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.connection import connect_again
from paperlark.store.database import open_database
from paperlark.store.shards import ShardQueue, check_is_server

_DEFAULTS = RunOptions()
_READERS_AT_ONCE = 200
"""Readers whose settings are read at a time."""


@dataclass(frozen=True, slots=True)
class OpenedFleet:
    """The readers of a group's database, whose tables are those of this version."""

    group: GroupSettings
    database: DatabaseServer
    environment: Environment
    options: RunOptions = _DEFAULTS
    limits: WorkerLimits = DEFAULT_LIMITS

    @property
    def connect(self) -> Connect:
        """Opens one more connection to the database."""
        return partial(connect_again, self.database)

    def today(self) -> date:
        """Return the announcement day that it is in New York."""
        return today(self.environment.now())

    def morning(
        self,
        day: date,
        *,
        wait: bool = False,
        shard_size: int = SHARD_SIZE,
        tell: Callable[[str], object] = lambda _: None,
        progress: Progress = NO_PROGRESS,
    ) -> FleetMorning:
        """Return the morning of a day; with `wait` a late announcement is waited for."""
        return FleetMorning(
            day,
            self.connect,
            self.database,
            self._readers,
            partial(self._fetch, day, wait=wait, tell=tell, progress=progress),
            shard_size,
            self.limits,
            tell,
        )

    def _readers(self) -> Sequence[FleetReader]:
        with closing(self.connect()) as connection:
            found = AccountStore(connection, self.database).enabled_categories()
        return [FleetReader(reader, categories) for reader, categories in found]

    def _fetch(
        self,
        day: date,
        categories: Sequence[str],
        *,
        wait: bool,
        tell: Callable[[str], object],
        progress: Progress,
    ) -> Mapping[str, str]:
        """Store the announcements of all categories; return why which are missing."""
        with ExitStack() as opened:
            arxiv = choose_sources(self.group.arxiv, self.options.feeds, self.environment, opened)
            connection = opened.enter_context(closing(self.connect()))
            batches = AnnouncementStore(connection, self.database)

            def ask() -> Announcement:
                arxiv.begin()
                return announce(
                    day, categories, sources=arxiv.sources, batches=batches, progress=progress
                )

            if wait:
                Waiter(self.environment, tell).for_announcement(day, partial(_lacking, ask))
            return {one.category: one.reason for one in ask().missing}

    def settings_of(self, readers: Sequence[str]) -> Mapping[str, Settings | PaperlarkError]:
        """Return the settings of these readers, by id, or why a profile cannot be used.

        Mails are sent by the group's server, if it has one, whatever a profile names.
        """
        if self.group.accounts is None:  # pragma: no cover  # open_fleet has refused it
            return {}
        with closing(self.connect()) as connection:
            accounts = AccountStore(connection, self.database).some(readers)
        found = settings_of_accounts(accounts, self.group.accounts)
        return {reader: self._with_mail(one) for reader, one in found.items()}

    def _with_mail(self, settings: Settings | PaperlarkError) -> Settings | PaperlarkError:
        if self.group.mail is None or not isinstance(settings, Settings):
            return settings
        return replace(settings, mail=self.group.mail)

    def worker(self, stop: threading.Event) -> Worker:
        """Return a worker of this process, which ends when `stop` is set."""
        return Worker(ShardMaker(self), self.connect, self.database, stop, self.limits)

    def status(self, day: date | None = None) -> MorningStatus:
        """Return where the morning of a day stands, the latest by default.

        Raises StoreError where nobody has begun it.
        """
        with closing(self.connect()) as connection:
            queue = ShardQueue(connection, self.database)
            found = day or queue.latest_day()
            status = queue.status(found) if found else None
        if status is None:
            which = f"the morning of {day}" if day else "no morning"
            raise StoreError(
                f"{which} has been begun" if day is None else f"{which} has not been begun",
                hint="begin it: paperlark fleet morning",
            )
        return status

    def deliver(
        self, day: date | None = None, *, stop: threading.Event, at_once: int = AT_ONCE
    ) -> SendingResult:
        """Deliver what is queued, `at_once` readers at a time; raises StoreError."""
        sender = Sender(
            self.connect, self.database, self.settings_of, self._open_deliveries, at_once
        )
        return sender.send(day or self.today(), stop)

    def bring_saved(
        self, *, stop: threading.Event, at_once: int = AT_ONCE
    ) -> Mapping[str, ReaderLines]:
        """Read the collections of Zotero that readers name, and bring their saved papers there.

        Returns by reader what is to be told, a line each; raises StoreError.
        """
        with closing(self.connect()) as connection:
            readers = AccountStore(connection, self.database).with_table("zotero")
        found: dict[str, ReaderLines] = {}
        for start in range(0, len(readers), _READERS_AT_ONCE):
            some = self.settings_of(readers[start : start + _READERS_AT_ONCE])
            found |= bring_all(some, self.environment, stop, at_once)
        return found

    def _open_deliveries(self, settings: Settings) -> AbstractContextManager[Deliveries]:
        return open_deliveries(settings, self.environment)


class ShardMaker:
    """Implements MakeShard for a fleet; what shards are made with is opened once for many.

    After an error it is opened anew: the connection to the database may be lost.
    """

    def __init__(self, fleet: OpenedFleet) -> None:
        self._fleet = fleet
        self._opened = ExitStack()
        self._parts: ShardParts | None = None

    def __call__(self, shard: Shard, end: EndShard) -> None:
        """Make and store a shard; raises PaperlarkError where nothing could be stored."""
        try:
            if self._parts is None:
                fleet = self._fleet
                self._parts = self._opened.enter_context(
                    open_shard_parts(
                        fleet.database, fleet.settings_of, fleet.environment, fleet.options
                    )
                )
            make_shard(shard, end, parts=self._of_day(self._parts, shard.day))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close what was opened."""
        self._parts = None
        self._opened.close()

    def _of_day(self, parts: ShardParts, day: date) -> ShardParts:
        """Return the parts for a day: it is known why categories have no announcement."""
        missing = ShardQueue(parts.connection, self._fleet.database).missing(day)
        batches = AnnouncementStore(parts.connection, self._fleet.database)

        def announcement(categories: Sequence[str], day: date) -> Announcement:
            believed = self._fleet.options.feeds is not None
            return stored_announcement(day, categories, batches, missing=missing, believed=believed)

        return replace(parts, announcement=announcement)


@contextmanager
def open_shards(path: Path, options: RunOptions) -> Iterator[ShardMaker]:
    """Open the fleet of a group's file in a process of a cluster, and what makes its shards."""
    with closing(ShardMaker(open_fleet(path, options=options))) as maker:
        yield maker


def _lacking(ask: Callable[[], Announcement]) -> str:
    """Return what an announcement is waited for, "" if nothing of it is missing."""
    try:
        lacking = "; ".join(announcement_gaps(ask()))
    except NoNetwork as error:
        return error.problem
    except FeedNotFound as error:
        lacking = error.problem
    return f"not out yet ({lacking})" if lacking else ""


def open_fleet(
    path: str | Path,
    *,
    environment: Environment | None = None,
    options: RunOptions = _DEFAULTS,
    limits: WorkerLimits = DEFAULT_LIMITS,
) -> OpenedFleet:
    """Read the file of a group and migrate its database.

    Raises ProfileError with every mistake in the file, StoreError where its database is not a
    server, or cannot be used.
    """
    group = load_group(Path(path))
    if group.accounts is None:
        raise StoreError(
            f"a fleet needs a database, and {group.file} names none",
            hint='write database = "postgresql://…" into it, and add readers:'
            " paperlark readers add",
        )
    database = check_is_server(group.accounts.database)
    with open_database(database):
        pass  # migrated: workers only connect
    return OpenedFleet(group, database, environment or Environment(), options, limits)
