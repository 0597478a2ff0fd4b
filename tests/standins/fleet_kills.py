"""A morning of a small fleet whose processes and server are killed, and what must hold after it.

Workers, the scheduler and the sender are processes that get SIGKILL or SIGTERM at random moments
and are started again, as a service manager would; the server is stopped as if its machine had died,
connections are cut, and for a while every page that is stored meets a full disk.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from paperlark.domain.errors import StoreError
from paperlark.fleet.opening import OpenedFleet, open_fleet
from paperlark.fleet.worker import WorkerLimits
from paperlark.settings.environment import Environment, RunOptions
from paperlark.store.digests import DigestStore
from paperlark.store.shards import ShardQueue
from standins.fleet_group import FleetGroup
from standins.mail_server import MailServer
from standins.openai import StandIn, papers_of
from standins.postgresql import Server

LIMITS = WorkerLimits(lease=1.5, attempts=6, pause=0.1, poll=0.05, grace=0.4, patience=40.0)
SHARD_SIZE = 5
WORKERS = 2
LONGEST = 300.0
"""Seconds in which a morning has to end, whatever happens in it."""
_OVERDUE = 5.0
"""Seconds beyond its lease in which a shard has to be taken over, on a busy machine."""
_PRELOADED = ("standins.fleet_kills", "paperlark.rankers.embedded", "paperlark.channels.mail")

FULL = """
CREATE TABLE disk (is_full bigint NOT NULL);
INSERT INTO disk VALUES (0);
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_full FROM disk) = 1 THEN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_room BEFORE INSERT ON digests FOR EACH ROW EXECUTE FUNCTION no_room();
CREATE TRIGGER no_room BEFORE INSERT ON parcels FOR EACH ROW EXECUTE FUNCTION no_room();
"""
"""A stand-in for a full disk: what is stored is refused as PostgreSQL refuses it then."""


def _opened(file: Path, day: date) -> OpenedFleet:
    """Open the fleet as it is on that day: a channel gets no page of before its first one."""
    options = RunOptions(feeds=file.parent / "feeds")
    variables = {"OPENAI_API_KEY": "sk-stand-in", "XDG_CACHE_HOME": str(file.parent)}
    midday = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=14)
    begun = time.monotonic()

    def now() -> datetime:
        return midday + timedelta(seconds=time.monotonic() - begun)

    environment = Environment(variables=variables, now=now)
    return open_fleet(file, environment=environment, options=options, limits=LIMITS)


def _stopping() -> threading.Event:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return stop


def work(file: Path, day: date) -> None:
    """Be a worker, for as long as nobody ends it."""
    stop = _stopping()
    _opened(file, day).worker(stop).run(day, stay=True)
    _end(stop)


def schedule(file: Path, day: date) -> None:
    """Be the scheduler until the morning has ended."""
    stop = _stopping()
    morning = _opened(file, day).morning(day, shard_size=SHARD_SIZE)
    morning.begin(stop)
    morning.watch(stop, lambda _: None)
    _end(stop)


def send(file: Path, day: date) -> None:
    """Be the sender, for as long as nobody ends it."""
    stop = _stopping()
    fleet = _opened(file, day)
    while not stop.is_set():
        fleet.deliver(day, stop=stop)
        stop.wait(0.1)
    _end(stop)


def _end(stop: threading.Event) -> None:
    # Without waiting for what the libraries of a process do at its end.
    os._exit(143 if stop.is_set() else 0)


@dataclass
class KilledMorning:
    """One seeded morning: `seen` counts what was done to it, `broken` has what did not hold."""

    group: FleetGroup
    server: Server
    mail: MailServer
    model: StandIn
    seed: int
    seen: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    overdue: float = 0.0
    _dice: random.Random = field(init=False)
    _running: dict[str, ForkServerProcess] = field(default_factory=dict)
    _is_away: bool = False

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311  # no secret
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(_PRELOADED))

    def live_through(self) -> None:
        """Begin the morning, kill what is running, let it end, and look at what it left."""
        asked, taken = len(self.model.questions), len(self.mail.taken)
        try:
            for name in self._roles():
                self._start(name)
            deadline = time.monotonic() + LONGEST
            if not self._wait(deadline, self._kills(), self._has_ended):
                self.broken.append(f"it has not ended after {LONGEST:.0f} s")
            elif not self._wait(deadline, [], self._is_delivered):
                self.broken.append(f"mails are not sent: {self._unsent()}")
        finally:
            for process in self._running.values():
                process.kill()
        self._check(asked, taken)

    def _roles(self) -> Mapping[str, Callable[[Path, date], None]]:
        workers = {f"worker {number}": work for number in range(WORKERS)}
        return {"scheduler": schedule, **workers, "sender": send}

    def _start(self, name: str) -> None:
        role = self._roles()[name]
        process = self._context.Process(target=role, args=(self.group.file, self.group.day))
        process.start()
        self._running[name] = process

    def _kills(self) -> list[tuple[float, Callable[[], None]]]:
        """Draw what happens and when, in seconds from now, the last first."""
        harms = (
            *(self._kill_somebody,) * 6,
            *(self._cut_connections,) * 3,
            *(self._fill_disk,) * 2,
            self._restart_server,
        )
        times = sorted(
            (self._dice.uniform(0.1, 3.0) for _ in range(self._dice.randint(1, 5))), reverse=True
        )
        return [(at, self._dice.choice(harms)) for at in times]

    def _wait(
        self,
        deadline: float,
        kills: list[tuple[float, Callable[[], None]]],
        is_over: Callable[[], bool],
    ) -> bool:
        """Wait until something is over, with kills on the way; whoever died is started again."""
        begun = time.monotonic()
        while time.monotonic() < deadline:
            if kills and time.monotonic() - begun >= kills[-1][0]:
                kills.pop()[1]()
            for name, process in list(self._running.items()):
                # Who came to their end well has nothing left to do.
                if process.exitcode not in {None, 0}:
                    self._start(name)
            self._look_for_stuck_shards()
            if is_over():
                return True
            time.sleep(0.1)
        return False

    def _kill_somebody(self) -> None:
        name = self._dice.choice(sorted(self._running))
        self._kill(name, self._dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)))

    def _kill(self, name: str, number: signal.Signals) -> None:
        process = self._running[name]
        if process.pid is not None and process.exitcode is None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)
            self.seen[f"{name.partition(' ')[0]}: {number.name}"] += 1
            process.join(20)

    def _cut_connections(self) -> None:
        with suppress(StoreError), closing(self.group.connect()) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND random() < 0.6"
            )
            self.seen["connections cut"] += 1

    def _fill_disk(self) -> None:
        with suppress(StoreError), closing(self.group.connect()) as connection:
            connection.execute("UPDATE disk SET is_full = 1")
            self.seen["disk full"] += 1
            time.sleep(self._dice.uniform(0.1, 0.6))
            connection.execute("UPDATE disk SET is_full = 0")

    def _restart_server(self) -> None:
        how = self._dice.choice(("fast", "immediate"))
        self.server.stop(how)
        time.sleep(self._dice.uniform(0, 0.5))
        self.server.start()
        self.seen[f"server: {how} stop"] += 1

    def _look_for_stuck_shards(self) -> None:
        """Note for how long a shard is without a worker after its lease has run out."""
        with suppress(StoreError), closing(self.group.connect()) as connection:
            row = connection.execute(
                "SELECT extract(epoch FROM max(clock_timestamp() - lease::timestamptz))"
                " FROM fleet_shards WHERE state = 'claimed'"
            ).fetchone()
            self.overdue = max(self.overdue, float(row[0] or 0.0))

    def _has_ended(self) -> bool:
        with suppress(StoreError), closing(self.group.connect()) as connection:
            queue = ShardQueue(connection, self.group.database)
            return queue.is_cut(self.group.day) and not queue.unfinished(self.group.day)
        return False

    def _is_delivered(self) -> bool:
        with suppress(StoreError), closing(self.group.connect()) as connection:
            row = connection.execute(
                "SELECT count(DISTINCT profile) FROM parcels WHERE day = ?"
                " AND fates LIKE '%delivered%' AND fates NOT LIKE '%ing%'",
                (self.group.day.isoformat(),),
            ).fetchone()
            return int(row[0]) == self.group.readers
        return False

    def _unsent(self) -> list[tuple[object, ...]]:
        with suppress(StoreError), closing(self.group.connect()) as connection:
            return connection.execute(
                "SELECT r.profile, r.problem, p.occasion, p.fates, p.problem FROM fleet_readers r"
                " LEFT JOIN parcels p ON p.profile = r.profile AND p.day = r.day WHERE r.day = ?"
                " AND (p.fates IS NULL OR p.fates NOT LIKE '%delivered%')",
                (self.group.day.isoformat(),),
            ).fetchall()
        return []

    def _check(self, asked: int, taken: int) -> None:
        """Note what does not hold."""
        day = self.group.day
        with closing(self.group.connect()) as connection:
            connection.execute("UPDATE disk SET is_full = 0")
            archive = DigestStore(connection, self.group.database)
            failures = ShardQueue(connection, self.group.database).failures(day)
            rows = connection.execute(
                "SELECT profile FROM fleet_readers WHERE day = ? ORDER BY profile",
                (day.isoformat(),),
            ).fetchall()
            readers = [str(row[0]) for row in rows]
            if readers != self.group.names:
                self.broken.append(f"readers of the morning: {readers}")
            for reader in self.group.names:
                page = archive.digest(reader, day)
                if (page is None) != (reader in failures):
                    self.broken.append(f"{reader}: page {page is not None}, {failures.get(reader)}")
            self.seen["readers told of a failure"] += len(failures)
        mails = Counter((str(one["To"]), str(one["Message-ID"])) for one in self.mail.taken[taken:])
        self.seen["copies of a mail that its Message-ID shows"] += mails.total() - len(mails)
        twice = Counter(to for to, _ in mails)
        self.broken += [f"{to} has {count} mails" for to, count in twice.items() if count > 1]
        self._check_paid(asked)
        if self.overdue > _OVERDUE:
            self.broken.append(f"a shard was stuck {self.overdue:.1f} s after its lease")

    def _check_paid(self, asked: int) -> None:
        """Note a question that was asked again; one that a kill interrupted may be."""
        papers = Counter(
            (_criteria(question), paper["id"])
            for question in self.model.questions[asked:]
            for paper in papers_of(question)
        )
        again = papers.total() - len(papers)
        self.seen["papers judged"] += len(papers)
        self.seen["papers asked about again after an interruption"] += again
        interruptions = sum(
            count
            for what, count in self.seen.items()
            if what.startswith(("worker", "server", "connections", "disk"))
        )
        # Two requests at a time, of four papers each.
        if again > 8 * WORKERS * interruptions:
            self.broken.append(f"{again} papers were paid for twice")


def _criteria(question: Mapping[str, object]) -> str:
    """Return what tells the criteria of a question from those of another: all but its papers."""
    return re.sub(r"Paper \d+: .*", "", str(question["messages"]), flags=re.DOTALL)
