from __future__ import annotations

import threading
from datetime import date
from functools import partial

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import ClusterUnusable
from paperlark.domain.fleet import FleetReader, ShardState, cut_into_shards
from paperlark.fleet.cluster import ClusterShards, ShardTask, open_cluster
from paperlark.fleet.morning import FleetMorning
from paperlark.fleet.worker import WorkerLimits
from paperlark.store.connection import connect_again
from paperlark.store.shards import ShardQueue
from standins.fleet import RowShards, made, opened_rows

pytest.importorskip("distributed", reason="dask.distributed is of the extra `cluster`")

DAY = date(2025, 2, 26)
QUICK = WorkerLimits(lease=2.0, attempts=3, pause=0.1, poll=0.1)
NAMES = [f"r{number:02}" for number in range(24)]


def _queued(queue: ShardQueue) -> None:
    queue.begin(DAY)
    readers = [FleetReader(name, ("cs.LG",)) for name in NAMES]
    queue.add(DAY, cut_into_shards(DAY, readers, 3), 0.1)


def _task(place: DatabaseServer, shards: RowShards) -> ShardTask:
    return ShardTask(partial(opened_rows, shards), partial(connect_again, place), place, DAY, QUICK)


def _watch(place: DatabaseServer, shards: ClusterShards) -> None:
    morning = FleetMorning(
        DAY, partial(connect_again, place), place, list, lambda _: {}, limits=QUICK
    )
    assert morning.watch(threading.Event(), lambda _: None, shards.submit)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_two_processes_of_a_cluster_make_every_reader_once(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _queued(queue)
    with open_cluster("local", 2) as client:
        task = _task(place, RowShards(place, 0.2))
        shards = ClusterShards(client, task)
        shards.submit()
        # The same task once more, as Dask does when it thinks that a worker is gone.
        twice = [client.submit(task, number, pure=False) for number in queue.unfinished()]
        _watch(place, shards)
        stored = sum(one.result() for one in twice)
    assert stored <= 8
    assert made(queue._connection) == NAMES
    status = queue.status(DAY)
    assert status
    assert {one.state for one in status.shards} == {ShardState.DONE}
    assert len({one.worker for one in status.shards}) == 2


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_reader_whose_page_kills_workers_is_told_and_the_others_have_theirs(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _queued(queue)
    deadly = RowShards(place, deadly={"r05"})
    with open_cluster("local", 2) as client:
        _watch(place, ClusterShards(client, _task(place, deadly)))
    assert made(queue._connection) == [name for name in NAMES if name != "r05"]


def test_a_cluster_that_is_away_is_one_clear_error() -> None:
    away = open_cluster("tcp://127.0.0.1:1", patience=1.0)
    with pytest.raises(ClusterUnusable, match="cannot be used"):
        away.__enter__()
