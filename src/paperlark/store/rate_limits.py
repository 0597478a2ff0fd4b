"""Rate limits that all machines on one database share: when the next request may be sent.

A service's row has the moment until which its time is reserved. Whoever wants to send reserves the
next interval in one statement and waits for its beginning (the generic cell rate algorithm): nobody
holds a lock while waiting, and who dies after reserving costs the others one interval.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import closing

from paperlark.domain.database_place import DatabasePlace
from paperlark.store.connection import DatabaseConnection, connect_again, store_errors
from paperlark.store.shards import check_is_server

_log = logging.getLogger(__name__)


def reserve(
    connection: DatabaseConnection, service: str, interval: float, *, burst: float = 0.0
) -> float:
    """Reserve the next interval of a service; return the seconds to wait before it begins.

    arguments:
        interval: seconds that one request takes up of the service's time.
        burst: seconds of unused time that may be used at once; 0 spaces requests evenly.

    Two that reserve at the same moment get one interval after the other. Raises StoreError.
    """
    row = connection.execute(
        "INSERT INTO rate_limits AS r (service, free_at)"
        " VALUES (:service, extract(epoch FROM clock_timestamp()) - :burst + :interval)"
        " ON CONFLICT (service) DO UPDATE SET free_at = :interval + greatest(r.free_at,"
        " extract(epoch FROM clock_timestamp()) - :burst)"
        " RETURNING free_at - :interval - extract(epoch FROM clock_timestamp())",
        {"service": service, "interval": interval, "burst": burst},
    ).fetchone()
    return max(0.0, float(row[0]))


def hold(connection: DatabaseConnection, service: str, seconds: float) -> None:
    """Let nobody send to a service for so many seconds from now: it asked for that."""
    connection.execute(
        "INSERT INTO rate_limits AS r (service, free_at)"
        " VALUES (:service, extract(epoch FROM clock_timestamp()) + :seconds)"
        " ON CONFLICT (service) DO UPDATE SET free_at = greatest(r.free_at, excluded.free_at)",
        {"service": service, "seconds": seconds},
    )


class SharedPause:
    """Waits between requests to one service, however many processes on however many machines.

    Called before each request. Each wait uses a connection of its own, closed before sleeping.
    """

    def __init__(
        self,
        database: DatabasePlace,
        service: str,
        interval: float,
        *,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._database = check_is_server(database)
        self._service = service
        self._interval = interval
        self._sleep = sleep

    def __call__(self) -> None:
        """Wait for the next turn; raises StoreError where the database is away."""
        with store_errors(self._database), closing(connect_again(self._database)) as connection:
            wait = reserve(connection, self._service, self._interval)
        if wait > 0:
            _log.debug("waiting %.1f s for the next request to %s", wait, self._service)
            self._sleep(wait)
