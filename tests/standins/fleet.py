"""Shards made without pages: one row a reader, so that a page stored twice is seen."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.domain.fleet import Shard, ShardReport
from paperlark.fleet.worker import EndShard
from paperlark.store.connection import DatabaseConnection, connect_again

TABLES = "CREATE TABLE IF NOT EXISTS made (day text, profile text, shard bigint, worker bigint)"


@dataclass(frozen=True)
class RowShards:
    """Implements MakeShard: a row for each reader, after so many seconds.

    Readers in `failing` have a failure of their own; a shard with one in `broken` cannot be made,
    and one in `deadly` ends its process.
    """

    database: DatabaseServer
    seconds: float = 0.0
    failing: Collection[str] = ()
    broken: Collection[str] = ()
    deadly: Collection[str] = ()

    def __call__(self, shard: Shard, end: EndShard) -> None:
        time.sleep(self.seconds)
        if not set(self.deadly).isdisjoint(shard.readers):
            os._exit(9)
        if not set(self.broken).isdisjoint(shard.readers):
            raise StoreError("it cannot be made")
        connection = connect_again(self.database)
        try:
            connection.execute("BEGIN")
            for reader in shard.readers:
                if reader not in self.failing:
                    connection.execute(
                        "INSERT INTO made VALUES (?, ?, ?, ?)",
                        (shard.day.isoformat(), reader, shard.number, os.getpid()),
                    )
            failures = {one: "its profile is wrong" for one in shard.readers if one in self.failing}
            end(connection, ShardReport(failures, {"rank": self.seconds}))
            connection.execute("COMMIT")
        finally:
            connection.close()


def made(connection: DatabaseConnection) -> list[str]:
    """Return the readers whose pages were stored, each as often as it was."""
    rows = connection.execute("SELECT profile FROM made ORDER BY profile").fetchall()
    return [str(row[0]) for row in rows]


@contextmanager
def opened_rows(shards: RowShards) -> Iterator[RowShards]:
    """Implement OpenMaker: there is nothing to open."""
    yield shards
