"""The shards of a morning on a Dask cluster: a task each, whose claim decides whether it counts.

Needs the extra `cluster` (dask.distributed). Dask may run a task twice, and repeats what workers
that are gone had to do: only the run that holds the shard's claim stores anything. Workers run
whatever they are sent, so a cluster belongs into a trusted network.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import ClusterUnusable
from paperlark.domain.extras import install_command
from paperlark.fleet.worker import DEFAULT_LIMITS, Connect, MakeShard, Worker, WorkerLimits
from paperlark.store.shards import ShardQueue

if TYPE_CHECKING:
    from distributed import Client

_log = logging.getLogger(__name__)

LOCAL = "local"
"""Instead of an address: processes of this machine, as many as it has cores."""
_CONNECTING = 20.0
"""Seconds that the scheduler may take to answer."""

OpenMaker = Callable[[], AbstractContextManager[MakeShard]]
"""Opens what makes shards; it is sent to the workers, so it can be pickled."""


@dataclass(frozen=True, slots=True)
class ShardTask:
    """Makes one shard on a worker of the cluster, if nobody else does; it can be pickled."""

    open_maker: OpenMaker
    connect: Connect
    database: DatabasePlace
    day: date
    limits: WorkerLimits = DEFAULT_LIMITS

    def __call__(self, number: int) -> bool:
        """Return whether this run stored the shard."""
        limits = self.limits
        with self.open_maker() as make, closing(self.connect()) as connection:
            # Dask ends its workers itself: what they leave is taken over after the lease.
            worker = Worker(make, self.connect, self.database, threading.Event(), limits)
            queue = ShardQueue(connection, self.database)
            claimed = queue.claim(
                worker.name,
                lease=limits.lease,
                attempts=limits.attempts,
                day=self.day,
                number=number,
            )
            return claimed is not None and worker.make_claimed(queue, claimed)


@contextmanager
def open_cluster(
    address: str, workers: int | None = None, *, patience: float = _CONNECTING
) -> Iterator[Client]:
    """Connect to a cluster's scheduler, or start a `local` one with so many processes.

    Raises ClusterUnusable where dask.distributed is not installed, or nobody answers.
    """
    distributed = _distributed()
    try:
        if address == LOCAL:
            opened = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
            )
        else:
            opened = None
        client = distributed.Client(opened or address, timeout=patience)
    except (OSError, ValueError) as error:
        raise ClusterUnusable(
            f"the cluster {address} cannot be used ({error})",
            hint="check the scheduler's address; it looks like tcp://host:8786",
        ) from error
    try:
        yield client
    finally:
        client.close()
        if opened is not None:
            opened.close()


def _distributed() -> Any:  # noqa: ANN401  # the module
    try:
        # Imported here: only who has a cluster needs it.
        import distributed  # noqa: PLC0415
    except ImportError as error:
        raise ClusterUnusable(
            "a cluster needs the package distributed, which is not installed",
            hint=f"install it: {install_command('cluster')}",
        ) from error
    return distributed


class ClusterShards:
    """Keeps a task on the cluster for each shard of a morning that has not ended."""

    def __init__(self, client: Client, task: ShardTask) -> None:
        self._client = client
        self._task = task
        self._futures: dict[int, Any] = {}

    def submit(self) -> None:
        """Send a task for each shard that has none under way; called again and again.

        A task that ended without its shard, because another run still held the claim, or the
        attempt failed, is sent anew.
        """
        with closing(self._task.connect()) as connection:
            unfinished = ShardQueue(connection, self._task.database).unfinished(self._task.day)
        for number in [one for one, future in self._futures.items() if future.done()]:
            future = self._futures.pop(number)
            if future.status == "error":
                _log.warning("shard %d: %r", number, future.exception())
        for number in unfinished:
            if number not in self._futures:
                self._futures[number] = self._client.submit(self._task, number, pure=False)

    def cancel(self) -> None:
        """Take back what no worker has begun; what is being made ends, or its lease runs out."""
        for future in self._futures.values():
            future.cancel()
