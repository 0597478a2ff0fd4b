"""A morning of a small fleet whose processes and server are killed, and what must hold after it.

Workers, scheduler, sender and app are processes that get SIGKILL or SIGTERM at random moments and
are started again, as a service manager would; the server is stopped as if its machine had died,
connections are cut, and for a while its disk is full.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess

from paperlark.domain.errors import StoreError
from paperlark.fleet.sending import AT_ONCE
from paperlark.store.connection import DatabaseConnection
from paperlark.store.digests import DigestStore
from paperlark.store.shards import ShardQueue
from standins.fleet_books import Harm, PaidCalls, Taken, repeats
from standins.fleet_disk import SmallDisk
from standins.fleet_group import FleetGroup
from standins.fleet_roles import PRELOADED, ROLES
from standins.fleet_voter import Voter
from standins.mail_server import MailServer
from standins.postgresql import Server

LONGEST = 180.0
"""Seconds in which a morning has to end, whatever happens in it."""
_OVERDUE = 5.0
"""Seconds beyond its lease in which a shard has to be taken over, on a busy machine."""
_SETTLING = 1.5
"""Seconds in which an answer is stored, or a mail noted, on a busy machine."""
_CALLS_AT_ONCE = 2
"""Questions at a time: one worker asks a model, `parallel = 2`."""
_LAST_HARM = 3.5


@dataclass
class KilledMorning:
    """One seeded morning: `seen` counts what was done to it, `broken` has what did not hold."""

    group: FleetGroup
    server: Server
    disk: SmallDisk
    mail: MailServer
    paid: PaidCalls
    seed: int
    seen: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    overdue: float = 0.0
    harms: list[Harm] = field(default_factory=list)
    _dice: random.Random = field(init=False)
    _running: dict[str, ForkServerProcess] = field(default_factory=dict)
    _connection: DatabaseConnection | None = None

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311  # no secret
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(PRELOADED))
        self._voter = Voter(self.group, self.seed)

    def live_through(self) -> None:
        """Begin the morning, kill what is running, let it end, and look at what it left."""
        try:
            for name in ROLES:
                self._start(name)
            self._voter.start()
            deadline = time.monotonic() + LONGEST
            if not self._wait(deadline, self._drawn(), self._has_ended):
                self.broken.append(f"it has not ended after {LONGEST:.0f} s: {self._where()}")
            elif not self._wait(deadline, [], self._is_delivered):
                self.broken.append(f"mails are not sent: {self._where()}")
            elif not self._wait(deadline, [], self._is_voted):
                self.broken.append(f"no vote was taken at last: {self._voter.problem}")
            self._voter.stop()
        finally:
            for process in self._running.values():
                process.kill()
                process.join()
            self.disk.empty()
            self._close()
        self._check()

    def _start(self, name: str) -> None:
        process = self._context.Process(target=ROLES[name], args=(self.group.file, self.group.day))
        process.start()
        self._running[name] = process

    def _drawn(self) -> list[tuple[float, Callable[[], None]]]:
        """Draw what happens and when, in seconds from now, the last first."""
        harms = (
            *(self._kill_somebody,) * 6,
            *(self._cut_connections,) * 2,
            *(self._fill_disk,) * 2,
            *(self._restart_server,) * 2,
        )
        count = self._dice.randint(1, 5)
        times = sorted((self._dice.uniform(0.1, _LAST_HARM) for _ in range(count)), reverse=True)
        return [(at, self._dice.choice(harms)) for at in times]

    def _wait(
        self,
        deadline: float,
        harms: list[tuple[float, Callable[[], None]]],
        is_over: Callable[[DatabaseConnection], bool],
    ) -> bool:
        """Wait until something is over, with harms on the way; whoever died is started again."""
        begun = time.monotonic()
        while time.monotonic() < deadline:
            if harms and time.monotonic() - begun >= harms[-1][0]:
                harms.pop()[1]()
            for name, process in list(self._running.items()):
                # Who came to their end well has nothing left to do.
                if process.exitcode not in {None, 0} or (name == "app" and process.exitcode == 0):
                    self._start(name)
            try:
                connection = self._opened()
                self._look_for_stuck_shards(connection)
                if is_over(connection) and not harms:
                    return True
            except StoreError:
                self._close()
            time.sleep(0.1)
        return False

    def _opened(self) -> DatabaseConnection:
        if self._connection is None:
            self._connection = self.group.connect()
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _note(self, what: str, began: float, after: float = 0.0) -> None:
        self.harms.append(Harm(what, began, time.monotonic() + after))
        self.seen[what] += 1

    def _kill_somebody(self) -> None:
        name = self._dice.choice(sorted(self._running))
        number = self._dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
        process, began = self._running[name], time.monotonic()
        if process.pid is None or process.exitcode is not None:
            return
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        process.join(20)
        self._note(f"{name.partition(' ')[0]}: {number.name}", began)

    def _cut_connections(self) -> None:
        began = time.monotonic()
        with suppress(StoreError), closing(self.group.connect()) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND random() < 0.6"
            )
            self._note("server: connections cut", began, _SETTLING)

    def _fill_disk(self) -> None:
        began = time.monotonic()
        with suppress(StoreError):
            self.disk.fill()
            time.sleep(self._dice.uniform(0.1, 0.6))
            self.disk.empty()
        self._note("server: disk full", began, _SETTLING)

    def _restart_server(self) -> None:
        began, how = time.monotonic(), self._dice.choice(("fast", "immediate"))
        self.server.stop(how)
        time.sleep(self._dice.uniform(0, 0.5))
        self.server.start()
        self._note(f"server: {how} stop", began, _SETTLING)

    def _look_for_stuck_shards(self, connection: DatabaseConnection) -> None:
        """Note for how long a shard is without a worker after its lease has run out."""
        row = connection.execute(
            "SELECT extract(epoch FROM max(clock_timestamp() - lease::timestamptz))"
            " FROM fleet_shards WHERE state = 'claimed'"
        ).fetchone()
        self.overdue = max(self.overdue, float(row[0] or 0.0))

    def _has_ended(self, connection: DatabaseConnection) -> bool:
        queue = ShardQueue(connection, self.group.database)
        return queue.is_cut(self.group.day) and not queue.unfinished(self.group.day)

    def _is_delivered(self, connection: DatabaseConnection) -> bool:
        row = connection.execute(
            "SELECT count(DISTINCT profile) FROM parcels WHERE day = ?"
            " AND fates LIKE '%delivered%' AND fates NOT LIKE '%ing%'",
            (self.group.day.isoformat(),),
        ).fetchone()
        return int(row[0]) == self.group.readers

    def _is_voted(self, _: DatabaseConnection) -> bool:
        return self._voter.last > max((one.until for one in self.harms), default=0.0)

    def _where(self) -> str:
        """Return where everybody is; where in their program stands in the log."""
        for process in self._running.values():
            if process.pid and process.exitcode is None:
                os.kill(process.pid, signal.SIGUSR1)
        with suppress(StoreError), closing(self.group.connect()) as connection:
            questions = (
                "SELECT number, state, attempts, worker, lease, problem FROM fleet_shards",
                "SELECT r.profile, r.problem, p.occasion, p.fates, p.problem FROM fleet_readers r"
                " LEFT JOIN parcels p ON p.profile = r.profile AND p.day = r.day"
                " WHERE p.fates IS NULL OR p.fates NOT LIKE '%delivered%'",
                "SELECT pid, state, wait_event, left(query, 80) FROM pg_stat_activity"
                " WHERE datname = current_database()",
            )
            return "\n".join(
                f"   {row}" for one in questions for row in connection.execute(one).fetchall()
            )
        return "the server is away"

    def _check(self) -> None:
        """Note what does not hold."""
        with closing(self.group.connect()) as connection:
            self._check_pages(connection)
            self._check_books(connection)
        self._check_mails()
        self.seen["votes that the app confirmed"] += len(self._voter.taken)
        self.broken += [f"the vote {one} is lost" for one in self._voter.lost()]
        if self.overdue > _OVERDUE:
            self.broken.append(f"a shard was stuck {self.overdue:.1f} s after its lease")

    def _check_pages(self, connection: DatabaseConnection) -> None:
        """Every reader has a whole page or a told failure."""
        day, archive = self.group.day, DigestStore(connection, self.group.database)
        failures = ShardQueue(connection, self.group.database).failures(day)
        rows = connection.execute(
            "SELECT profile FROM fleet_readers WHERE day = ? ORDER BY profile", (day.isoformat(),)
        ).fetchall()
        readers = [str(row[0]) for row in rows]
        if readers != self.group.names:
            self.broken.append(f"readers of the morning: {readers}")
        for reader in self.group.names:
            page = archive.digest(reader, day)
            if (page is None) != (reader in failures):
                self.broken.append(f"{reader}: page {page is not None}, {failures.get(reader)}")
            elif page is not None:
                self.seen[f"pages: {page.status}"] += 1
        self.seen["readers told of a failure"] += len(failures)

    def _check_books(self, connection: DatabaseConnection) -> None:
        """Nothing is paid twice but what a kill cut off, and all that was asked is noted."""
        day = (self.group.day.isoformat(),)
        stored, left = (
            int(connection.execute(f"SELECT {what} WHERE day = ?", day).fetchone()[0])
            for what in (
                "coalesce(sum(requests), 0) FROM exchanges",
                "count(*) FROM under_way",
            )
        )
        self.seen["questions asked"] += self.paid.calls
        self.seen["questions told as perhaps billed"] += left
        if self.paid.calls > stored + left:
            self.broken.append(f"{self.paid.calls} questions; {stored} stored, {left} under way")
        harms = [one for one in self.harms if one.what.startswith(("worker", "server"))]
        asked = repeats(self.paid.papers, harms, settling=_SETTLING, at_once=_CALLS_AT_ONCE)
        self.broken += [f"paid twice: {one}" for one in asked.broken]
        self.seen["papers judged"] += len({one.name for one in self.paid.papers})
        for what, count in asked.excused.items():
            self.seen[f"papers asked about again after {what}"] += count
        lost = self.paid.calls - stored
        if lost > _CALLS_AT_ONCE * len(harms):
            self.broken.append(f"{lost} answers were lost by {len(harms)} interruptions")

    def _check_mails(self) -> None:
        """Each reader has one mail; a copy has its Message-ID, and a kill in between."""
        mails = [
            Taken(f"{one['To']} {one['Message-ID']}", at - _SETTLING, at)
            for one, at in zip(self.mail.taken, self.mail.at, strict=True)
        ]
        twice = Counter(name.partition(" ")[0] for name in {one.name for one in mails})
        self.broken += [f"{to} has {count} mails" for to, count in twice.items() if count > 1]
        harms = [one for one in self.harms if one.what.startswith(("sender", "server"))]
        copies = repeats(mails, harms, settling=_SETTLING, at_once=AT_ONCE)
        self.broken += [f"delivered twice: {one}" for one in copies.broken]
        for what, count in copies.excused.items():
            self.seen[f"copies of a mail, with its Message-ID, after {what}"] += count
        self.seen["mails"] += len(twice)
