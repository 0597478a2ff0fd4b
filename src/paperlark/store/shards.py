"""The queue of a fleet's shards in PostgreSQL: claims, leases, and the ends of shards.

A claim is a lease with a number. Who holds it prolongs it by a heartbeat; a lease that has run out
may be claimed by anybody, and then the number has risen: what the earlier holder still wants to
store is refused within its own transaction (a fencing token). All moments are the server's.

The statements are PostgreSQL's own (`FOR UPDATE SKIP LOCKED`): a fleet on an SQLite file is refused
before any of them is sent. Each is a transaction of its own unless it says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import ShardLost, StoreError
from paperlark.domain.fleet import (
    ClaimedShard,
    MorningStatus,
    Shard,
    ShardReport,
    ShardState,
    ShardStatus,
)
from paperlark.store.connection import DatabaseConnection, store_errors, transaction

_LEADER = 0x666C656574
"""The advisory lock of who reads the feeds and cuts the readers into shards."""
_NAMED = 500
"""Failures that a status names at most."""
_PIECES = 8
"""A shard whose workers die is cut into so many pieces, until one reader is left."""


def check_is_server(database: DatabasePlace) -> DatabaseServer:
    """Return the database, which has to be a server: several workers write it at a time.

    Raises StoreError where it is an SQLite file.
    """
    if isinstance(database, DatabaseServer):
        return database
    raise StoreError(
        f"a fleet needs PostgreSQL, and the database {database} is an SQLite file",
        hint='write database = "postgresql://…" into the file of the group;'
        " `paperlark morning` makes the pages of a few readers on SQLite",
    )


class ShardQueue:
    """The mornings and shards of an open database on a server."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = check_is_server(database)

    def begin(self, day: date) -> bool:
        """Note that a morning has begun; return False where somebody has begun it before."""
        with store_errors(self._database):
            begun = self._connection.execute(
                "INSERT INTO fleet_mornings (day, begun) VALUES (?, now_text())"
                " ON CONFLICT (day) DO NOTHING",
                (day.isoformat(),),
            )
            return begun.rowcount == 1

    def lead(self) -> bool:
        """Return whether this connection may read the feeds and cut: one at a time, until closed.

        PostgreSQL lets go of it when the connection ends, however it does.
        """
        with store_errors(self._database):
            row = self._connection.execute("SELECT pg_try_advisory_lock(?)", (_LEADER,)).fetchone()
            return bool(row[0])

    def is_cut(self, day: date) -> bool:
        """Return whether a morning's readers have been cut into shards."""
        with store_errors(self._database):
            row = self._connection.execute(
                "SELECT cut FROM fleet_mornings WHERE day = ?", (day.isoformat(),)
            ).fetchone()
            return row is not None and row[0] is not None

    def missing(self, day: date) -> Mapping[str, str]:
        """Return why which categories have no announcement of a day, as whoever cut it found."""
        with store_errors(self._database):
            row = self._connection.execute(
                "SELECT missing FROM fleet_mornings WHERE day = ?", (day.isoformat(),)
            ).fetchone()
            return dict(json.loads(row[0])) if row and row[0] else {}

    def known_readers(self, day: date) -> frozenset[str]:
        """Return the readers whose page is made, or is going to be; not those who failed."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT profile FROM fleet_readers WHERE day = ? AND problem IS NULL",
                (day.isoformat(),),
            ).fetchall()
            return frozenset(str(row[0]) for row in rows)

    def first_free_number(self, day: date) -> int:
        """Return the number that the next shard of a day gets."""
        with store_errors(self._database):
            row = self._connection.execute(
                "SELECT coalesce(max(number), 0) + 1 FROM fleet_shards WHERE day = ?",
                (day.isoformat(),),
            ).fetchone()
            return int(row[0])

    def add(
        self,
        day: date,
        shards: Iterable[Shard],
        seconds: float | None,
        missing: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Put shards into the queue, all or none; whoever failed before is tried once more.

        `seconds` are those that reading the feeds took, `missing` has why which categories have no
        announcement.
        """
        shards = tuple(shards)
        new = [(day.isoformat(), one.number, " ".join(one.categories)) for one in shards]
        readers = [
            (day.isoformat(), reader, one.number) for one in shards for reader in one.readers
        ]
        with store_errors(self._database), transaction(self._connection):
            self._connection.executemany(
                "INSERT INTO fleet_shards (day, number, categories, state, attempts, claim)"
                " VALUES (?, ?, ?, 'waiting', 0, 0)",
                new,
            )
            self._connection.executemany(
                "INSERT INTO fleet_readers (day, profile, shard) VALUES (?, ?, ?)"
                " ON CONFLICT (day, profile) DO UPDATE SET shard = excluded.shard, problem = NULL",
                readers,
            )
            self._connection.execute(
                "UPDATE fleet_mornings SET cut = now_text(), seconds = coalesce(?, seconds),"
                " missing = ? WHERE day = ?",
                (seconds, json.dumps(dict(missing)), day.isoformat()),
            )

    def claim(
        self,
        worker: str,
        *,
        lease: float,
        attempts: int,
        day: date | None = None,
        number: int | None = None,
    ) -> ClaimedShard | None:
        """Claim the next shard that nobody makes, for `lease` seconds; None where there is none.

        A shard that was begun `attempts` times is not begun again. With `day` only shards of that
        day are claimed, with `number` only that one.
        """
        with store_errors(self._database):
            row = self._connection.execute(
                "UPDATE fleet_shards SET state = 'claimed', claim = claim + 1,"
                " attempts = attempts + 1, worker = :worker, claimed = now_text(),"
                " lease = now_text(:lease)"
                " WHERE (day, number) = (SELECT day, number FROM fleet_shards"
                " WHERE state IN ('waiting', 'claimed') AND (lease IS NULL OR lease < now_text())"
                " AND attempts < :attempts AND (:day IS NULL OR day = :day)"
                " AND (:number IS NULL OR number = :number)"
                " ORDER BY day, number LIMIT 1 FOR UPDATE SKIP LOCKED)"
                " RETURNING day, number, categories, claim, attempts",
                {
                    "worker": worker,
                    "lease": lease,
                    "attempts": attempts,
                    "day": day.isoformat() if day else None,
                    "number": number,
                },
            ).fetchone()
            if row is None:
                return None
            readers = self._readers(row[0], row[1])
        shard = Shard(date.fromisoformat(row[0]), row[1], tuple(row[2].split()), readers)
        return ClaimedShard(shard, row[3], row[4])

    def prolong(self, claimed: ClaimedShard, lease: float) -> bool:
        """Prolong a claim to `lease` seconds from now; return False where it is lost."""
        with store_errors(self._database):
            prolonged = self._connection.execute(
                "UPDATE fleet_shards SET lease = now_text(?)"
                " WHERE day = ? AND number = ? AND claim = ? AND state = 'claimed'",
                (lease, *_key(claimed)),
            )
            return prolonged.rowcount == 1

    def give_back(self, claimed: ClaimedShard) -> bool:
        """Let others make a shard at once; that it was begun does not count. False where lost."""
        with store_errors(self._database):
            given = self._connection.execute(
                "UPDATE fleet_shards SET state = 'waiting', lease = NULL, claim = claim + 1,"
                " attempts = attempts - 1"
                " WHERE day = ? AND number = ? AND claim = ? AND state = 'claimed'",
                _key(claimed),
            )
            return given.rowcount == 1

    def fail(self, claimed: ClaimedShard, problem: str, *, attempts: int, pause: float) -> None:
        """Note why an attempt failed; the next one is made after `pause` seconds at the earliest.

        After the last of the `attempts` each of its readers is noted as without a page. Nothing is
        noted where the claim is lost, or the shard is done after all.
        """
        last = claimed.attempt >= attempts
        with store_errors(self._database):
            if last:
                self._connection.execute(
                    "WITH failed AS (UPDATE fleet_shards SET state = 'failed', problem = ?,"
                    " ended = now_text(), lease = NULL WHERE day = ? AND number = ? AND claim = ?"
                    " AND state = 'claimed' RETURNING day, number)"
                    " UPDATE fleet_readers r SET problem = ? FROM failed f"
                    " WHERE r.day = f.day AND r.shard = f.number",
                    (problem, *_key(claimed), problem),
                )
                return
            self._connection.execute(
                "UPDATE fleet_shards SET state = 'waiting', problem = ?, lease = now_text(?)"
                " WHERE day = ? AND number = ? AND claim = ? AND state = 'claimed'",
                (problem, pause, *_key(claimed)),
            )

    def fail_dead(self, *, attempts: int) -> None:
        """End what killed its workers as often as is allowed: cut it, or note its one reader.

        Each piece is begun once more, so that in the end only the reader whose page kills a worker
        is without one.
        """
        with store_errors(self._database):
            dead = self._connection.execute(
                "SELECT day, number FROM fleet_shards WHERE state = 'claimed' AND attempts >= ?"
                " AND lease < now_text()",
                (attempts,),
            ).fetchall()
            for day, number in dead:
                self._fail_dead(str(day), int(number), attempts)

    def _fail_dead(self, day: str, number: int, attempts: int) -> None:
        with transaction(self._connection):
            row = self._connection.execute(
                "SELECT categories FROM fleet_shards WHERE day = ? AND number = ?"
                " AND state = 'claimed' AND attempts >= ? AND lease < now_text()"
                " FOR UPDATE SKIP LOCKED",
                (day, number, attempts),
            ).fetchone()
            if row is None:
                return  # somebody else did, or it ended at last
            readers = self._readers(day, number)
            problem = f"{attempts} workers died while they made it, or lost the database"
            if len(readers) > 1:
                self._cut(day, number, str(row[0]), readers, attempts, problem)
                return
            self._connection.execute(
                "UPDATE fleet_shards SET state = 'failed', problem = ?, ended = now_text(),"
                " lease = NULL, claim = claim + 1 WHERE day = ? AND number = ?",
                (problem, day, number),
            )
            self._connection.execute(
                "UPDATE fleet_readers SET problem = ? WHERE day = ? AND shard = ?",
                (problem, day, number),
            )

    def _cut(  # noqa: PLR0917  # what its caller has read
        self,
        day: str,
        number: int,
        categories: str,
        readers: Sequence[str],
        attempts: int,
        problem: str,
    ) -> None:
        """Cut a shard into pieces, each with one attempt left; the first keeps its number."""
        size = -(-len(readers) // _PIECES)
        first = self.first_free_number(date.fromisoformat(day))
        others = [readers[start : start + size] for start in range(size, len(readers), size)]
        self._connection.execute(
            "UPDATE fleet_shards SET state = 'waiting', attempts = ?, claim = claim + 1,"
            " lease = NULL, problem = ? WHERE day = ? AND number = ?",
            (attempts - 1, problem, day, number),
        )
        for piece_number, piece in enumerate(others, start=first):
            self._connection.execute(
                "INSERT INTO fleet_shards (day, number, categories, state, attempts, claim,"
                " problem) VALUES (?, ?, ?, 'waiting', ?, 0, ?)",
                (day, piece_number, categories, attempts - 1, problem),
            )
            self._connection.executemany(
                "UPDATE fleet_readers SET shard = ? WHERE day = ? AND profile = ?",
                [(piece_number, day, reader) for reader in piece],
            )

    def unfinished(self, day: date | None = None) -> tuple[int, ...]:
        """Return the numbers of the shards that have not ended, of one day or of all."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT number FROM fleet_shards WHERE state IN ('waiting', 'claimed')"
                " AND (:day IS NULL OR day = :day) ORDER BY day, number",
                {"day": day.isoformat() if day else None},
            ).fetchall()
            return tuple(int(row[0]) for row in rows)

    def latest_day(self) -> date | None:
        """Return the day of the latest morning, None before the first."""
        with store_errors(self._database):
            row = self._connection.execute("SELECT max(day) FROM fleet_mornings").fetchone()
            return date.fromisoformat(row[0]) if row[0] else None

    def status(self, day: date) -> MorningStatus | None:
        """Return where a morning stands, None where nobody has begun it."""
        key = (day.isoformat(),)
        with store_errors(self._database):
            morning = self._connection.execute(
                "SELECT cut, seconds FROM fleet_mornings WHERE day = ?", key
            ).fetchone()
            if morning is None:
                return None
            rows = self._connection.execute(
                "SELECT s.number, s.categories, s.state, coalesce(r.readers, 0),"
                " coalesce(r.failed, 0), s.partial, s.attempts, s.worker, s.claimed,"
                " coalesce(s.ended, now_text()), s.seconds, s.problem FROM fleet_shards s"
                " LEFT JOIN (SELECT shard, count(*) AS readers, count(problem) AS failed"
                " FROM fleet_readers WHERE day = ? GROUP BY shard) r ON r.shard = s.number"
                " WHERE s.day = ? ORDER BY s.number",
                (*key, *key),
            ).fetchall()
            failures = self._connection.execute(
                "SELECT profile, problem FROM fleet_readers WHERE day = ? AND problem IS NOT NULL"
                " ORDER BY profile LIMIT ?",
                (*key, _NAMED),
            ).fetchall()
            # A shard whose readers have all moved on, to be tried again, has nothing to tell.
            shards = tuple(_status(*row) for row in rows if row[3])
            return MorningStatus(day, morning[0] is not None, morning[1], shards, dict(failures))

    def failures(self, day: date) -> Mapping[str, str]:
        """Return why which readers have no page of a day, by their id; all of them."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT profile, problem FROM fleet_readers WHERE day = ? AND problem IS NOT NULL",
                (day.isoformat(),),
            ).fetchall()
            return {str(reader): str(problem) for reader, problem in rows}

    def _readers(self, day: str, number: int) -> tuple[str, ...]:
        rows = self._connection.execute(
            "SELECT profile FROM fleet_readers WHERE day = ? AND shard = ? ORDER BY profile",
            (day, number),
        ).fetchall()
        return tuple(str(row[0]) for row in rows)


def _key(claimed: ClaimedShard) -> tuple[str, int, int]:
    return claimed.shard.day.isoformat(), claimed.shard.number, claimed.claim


def end_shard(connection: DatabaseConnection, claimed: ClaimedShard, report: ShardReport) -> None:
    """Note within the transaction that stores a shard's pages that it is done.

    Called last in it: the row stays locked until that commits. Raises ShardLost where another
    worker has taken the shard over, so that nothing of the transaction is stored.
    """
    done = connection.execute(
        "UPDATE fleet_shards SET state = 'done', ended = now_text(), lease = NULL, problem = NULL,"
        " seconds = ?, partial = ?"
        " WHERE day = ? AND number = ? AND claim = ? AND state = 'claimed'",
        (json.dumps(dict(report.seconds)), report.partial, *_key(claimed)),
    )
    if done.rowcount != 1:
        shard = claimed.shard
        raise ShardLost(
            f"shard {shard.number} of {shard.day} was taken over by another worker",
            hint="nothing is to be done: that worker stores its pages",
        )
    day = claimed.shard.day.isoformat()
    connection.executemany(
        "UPDATE fleet_readers SET problem = ? WHERE day = ? AND profile = ?",
        [(problem, day, reader) for reader, problem in sorted(report.failures.items())],
    )


def _status(  # noqa: PLR0913, PLR0917  # the columns of a row
    number: int,
    categories: str,
    state: str,
    readers: int,
    failed: int,
    partial: int | None,
    attempts: int,
    worker: str | None,
    claimed: str | None,
    until: str,
    seconds: str | None,
    problem: str | None,
) -> ShardStatus:
    begun = datetime.fromisoformat(claimed) if claimed and state != ShardState.WAITING else None
    return ShardStatus(
        number=number,
        categories=tuple(categories.split()),
        state=ShardState(state),
        readers=readers,
        failed=failed,
        partial=partial or 0,
        attempts=attempts,
        worker=worker,
        running=(datetime.fromisoformat(until) - begun).total_seconds() if begun else None,
        seconds=json.loads(seconds) if seconds else {},
        problem=problem,
    )
