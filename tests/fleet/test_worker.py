from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from functools import partial

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.domain.fleet import FleetReader, MorningStatus, Shard, ShardState, cut_into_shards
from paperlark.fleet.morning import FleetMorning
from paperlark.fleet.worker import EndShard, Worker, WorkerLimits
from paperlark.store.connection import DatabaseConnection, connect_again
from paperlark.store.shards import ShardQueue
from standins.fleet import RowShards, made

DAY = date(2025, 2, 26)
QUICK = WorkerLimits(lease=1.0, attempts=3, pause=0.05, poll=0.05, grace=0.5, patience=5.0)
NAMES = [f"r{number:02}" for number in range(20)]


def _queued(queue: ShardQueue, size: int = 5) -> None:
    queue.begin(DAY)
    readers = [FleetReader(name, ("cs.LG",)) for name in NAMES]
    queue.add(DAY, cut_into_shards(DAY, readers, size), 0.1)


def _worker(place: DatabaseServer, shards: RowShards, **more: object) -> Worker:
    given: dict[str, object] = {"stop": threading.Event(), "limits": QUICK, **more}
    return Worker(shards, partial(connect_again, place), place, **given)  # type: ignore[arg-type]


def _work(place: DatabaseServer, shards: RowShards) -> None:
    _worker(place, shards).run(DAY)


def _status(queue: ShardQueue) -> MorningStatus:
    status = queue.status(DAY)
    assert status
    return status


def _made(place: DatabaseServer) -> list[str]:
    with closing(connect_again(place)) as connection:
        return made(connection)


def test_a_worker_makes_every_shard_and_ends(queue: ShardQueue, place: DatabaseServer) -> None:
    _queued(queue)
    assert _worker(place, RowShards(place)).run(DAY) == 4
    assert _made(place) == NAMES
    assert {one.state for one in _status(queue).shards} == {ShardState.DONE}


def test_one_readers_failure_is_that_readers_alone(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _queued(queue)
    _worker(place, RowShards(place, failing={"r07"})).run(DAY)
    assert _made(place) == [name for name in NAMES if name != "r07"]
    assert _status(queue).failures == {"r07": "its profile is wrong"}


def test_a_shard_that_cannot_be_made_is_tried_three_times_and_told(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _queued(queue)
    _worker(place, RowShards(place, broken={"r03"})).run(DAY)
    assert _made(place) == NAMES[5:]
    status = _status(queue)
    assert list(status.failures) == NAMES[:5]
    assert {one.attempts for one in status.shards if one.state is ShardState.FAILED} == {3}


def test_a_foreign_error_does_not_end_the_worker_and_its_text_is_told_to_nobody(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _queued(queue, 20)

    def make(_shard: Shard, _end: EndShard) -> None:
        raise RuntimeError("secret")

    Worker(make, partial(connect_again, place), place, threading.Event(), QUICK).run(DAY)
    assert set(_status(queue).failures.values()) == {"internal error (RuntimeError)"}


def test_a_shard_that_takes_longer_than_its_lease_is_kept_by_heartbeats(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _queued(queue, 20)
    slow = threading.Thread(target=_work, args=(place, RowShards(place, seconds=2.5)))
    slow.start()
    time.sleep(0.3)
    assert _worker(place, RowShards(place)).run(DAY) == 0
    slow.join(30)
    assert _made(place) == NAMES


def test_a_worker_that_was_silent_stores_nothing_when_it_comes_back(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    """As if its machine had been suspended: another worker has made the shard meanwhile."""
    _queued(queue, 20)
    silent, back = threading.Event(), threading.Event()

    def make(shard: Shard, end: EndShard) -> None:
        queue._connection.execute("UPDATE fleet_shards SET lease = '2000', claim = claim + 1")
        queue._connection.execute("UPDATE fleet_shards SET state = 'waiting'")
        silent.set()
        back.wait(30)
        RowShards(place)(shard, end)

    late = Worker(make, partial(connect_again, place), place, threading.Event(), QUICK)
    thread = threading.Thread(target=late.run, args=(DAY,))
    thread.start()
    assert silent.wait(30)
    assert _worker(place, RowShards(place)).run(DAY) == 1
    back.set()
    thread.join(30)
    assert late.made == 0
    assert _made(place) == NAMES


def test_workers_that_are_killed_leave_their_shards_to_others_until_one_reader_is_left(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _queued(queue, 20)
    context = multiprocessing.get_context("fork")
    for _ in range(30):
        shards = RowShards(place, deadly={"r11"})
        process = context.Process(target=_work, args=(place, shards))
        process.start()
        process.join(60)
        if process.exitcode == 0:
            break
    assert process.exitcode == 0
    assert _made(place) == [name for name in NAMES if name != "r11"]
    assert list(_status(queue).failures) == ["r11"]


def test_a_worker_that_is_told_to_stop_finishes_its_shard(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _queued(queue)
    worker = _worker(place, RowShards(place, seconds=0.3))
    thread = threading.Thread(target=worker.run, args=(DAY,))
    thread.start()
    time.sleep(0.1)
    worker.stop.set()
    thread.join(30)
    assert worker.made == 1
    assert sorted(one.state for one in _status(queue).shards) == ["done", *["waiting"] * 3]


def test_a_shard_that_takes_longer_than_the_grace_period_is_given_back(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _queued(queue, 20)
    left = threading.Event()
    worker = _worker(place, RowShards(place, seconds=3.0), leave=left.set)
    thread = threading.Thread(target=worker.run, args=(DAY,))
    thread.start()
    time.sleep(0.2)
    worker.stop.set()
    assert left.wait(2)
    assert [(one.state, one.attempts) for one in _status(queue).shards] == [("waiting", 0)]
    thread.join(30)
    assert _made(place) == []


def test_a_lost_connection_is_opened_again(queue: ShardQueue, place: DatabaseServer) -> None:
    _queued(queue)
    ended = 0

    def make(shard: Shard, end: EndShard) -> None:
        nonlocal ended
        if ended < 2:
            ended += 1
            queue._connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            raise StoreError("the connection was lost")
        RowShards(place)(shard, end)

    worker = Worker(make, partial(connect_again, place), place, threading.Event(), QUICK)
    assert worker.run(DAY) == 4
    assert _made(place) == NAMES


def test_a_database_that_stays_away_ends_the_worker(place: DatabaseServer) -> None:
    def refused() -> DatabaseConnection:
        raise StoreError("the database cannot be used")

    impatient = WorkerLimits(poll=0.01, patience=0.1)
    worker = Worker(RowShards(place), refused, place, threading.Event(), impatient)
    with pytest.raises(StoreError, match="cannot be used"):
        worker.run()


def _morning(place: DatabaseServer, fetched: list[tuple[str, ...]]) -> FleetMorning:
    def fetch(categories: Sequence[str]) -> dict[str, str]:
        fetched.append(tuple(categories))
        return {"cs.LG": "not out yet"}

    return FleetMorning(
        DAY,
        partial(connect_again, place),
        place,
        lambda: [FleetReader(name, ("cs.LG",)) for name in NAMES],
        fetch,
        shard_size=5,
        limits=QUICK,
    )


def test_a_morning_reads_the_feeds_once_whoever_starts_it(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    fetched: list[tuple[str, ...]] = []
    begun: list[int] = []
    morning = _morning(place, fetched)
    threads = [
        threading.Thread(target=lambda: begun.append(morning.begin(threading.Event())))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert fetched == [("cs.LG",)]
    assert sorted(begun) == [0, 0, 0, 4]
    assert queue.missing(DAY) == {"cs.LG": "not out yet"}


def test_a_morning_is_watched_until_its_last_shard_has_ended(place: DatabaseServer) -> None:
    morning = _morning(place, [])
    morning.begin(threading.Event())
    seen: list[MorningStatus] = []
    thread = threading.Thread(target=_work, args=(place, RowShards(place, seconds=0.1)))
    thread.start()
    ended = morning.watch(threading.Event(), seen.append)
    thread.join(30)
    assert ended
    assert {one.state for one in ended.shards} == {ShardState.DONE}
    assert len(seen) > 1


def test_started_again_a_morning_makes_who_failed_and_nobody_twice(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    morning = _morning(place, [])
    morning.begin(threading.Event())
    _worker(place, RowShards(place, failing={"r02", "r19"})).run(DAY)
    assert morning.begin(threading.Event()) == 1
    _worker(place, RowShards(place)).run(DAY)
    assert _made(place) == NAMES
    assert _status(queue).failures == {}
    assert morning.begin(threading.Event()) == 0
