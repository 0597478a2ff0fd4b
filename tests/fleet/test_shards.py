from __future__ import annotations

import threading
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import ShardLost, StoreError
from paperlark.domain.fleet import (
    ClaimedShard,
    FleetReader,
    ShardReport,
    ShardState,
    cut_into_shards,
    union_of,
)
from paperlark.store.connection import DatabaseConnection, connect_again, transaction
from paperlark.store.shards import ShardQueue, check_is_server, end_shard
from standins.fleet import made
from standins.postgresql import OpenEngine

DAY = date(2025, 2, 26)
LEASE, ATTEMPTS = 30.0, 3


def _readers(count: int, *categories: str) -> list[FleetReader]:
    return [FleetReader(f"r{number:02}", categories or ("cs.LG",)) for number in range(count)]


def _begun(queue: ShardQueue, count: int = 6, size: int = 3) -> ShardQueue:
    assert queue.begin(DAY)
    queue.add(DAY, cut_into_shards(DAY, _readers(count), size), 0.5)
    return queue


def _claim(queue: ShardQueue, worker: str = "one", lease: float = LEASE) -> ClaimedShard | None:
    return queue.claim(worker, lease=lease, attempts=ATTEMPTS)


def _store(connection: DatabaseConnection, claimed: ClaimedShard) -> None:
    with transaction(connection):
        connection.execute("INSERT INTO made VALUES ('2025-02-26', 'r00', 1, 1)")
        end_shard(connection, claimed, ShardReport())


def _expire(queue: ShardQueue) -> None:
    queue._connection.execute("UPDATE fleet_shards SET lease = '2000' WHERE state = 'claimed'")


def test_readers_with_the_same_categories_are_cut_into_shards_of_a_size() -> None:
    readers = [*_readers(5, "cs.LG"), FleetReader("x", ("cs.LG", "math.ST"))]
    shards = list(cut_into_shards(DAY, readers, 2))
    assert [one.readers for one in shards] == [("r00", "r01"), ("r02", "r03"), ("r04",), ("x",)]
    assert shards[3].categories == ("cs.LG", "math.ST")
    assert [one.number for one in shards] == [1, 2, 3, 4]
    assert union_of(readers) == ("cs.LG", "math.ST")


def test_shards_do_not_depend_on_the_order_of_the_readers() -> None:
    readers = [FleetReader(f"r{n}", (("a.X",), ("b.Y",))[n % 2]) for n in range(50)]
    shuffled = sorted(readers, key=lambda one: one.id[::-1])
    assert list(cut_into_shards(DAY, readers, 7)) == list(cut_into_shards(DAY, shuffled, 7))
    found = [one for shard in cut_into_shards(DAY, readers, 7) for one in shard.readers]
    assert sorted(found) == sorted(one.id for one in readers)


def test_a_fleet_on_sqlite_is_refused_with_what_to_do(
    open_engine: OpenEngine, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="needs PostgreSQL") as refused:
        check_is_server(tmp_path / "store.db")
    assert refused.value.hint
    with open_engine("sqlite") as connection, pytest.raises(StoreError, match="needs PostgreSQL"):
        ShardQueue(connection, tmp_path / "store.db")


def test_a_morning_is_begun_once(queue: ShardQueue) -> None:
    assert queue.begin(DAY)
    assert not queue.begin(DAY)
    assert queue.latest_day() == DAY


def test_one_process_at_a_time_leads(queue: ShardQueue, place: DatabaseServer) -> None:
    with closing(connect_again(place)) as first:
        assert ShardQueue(first, place).lead()
        assert not queue.lead()
    for _ in range(50):
        if queue.lead():
            return
        time.sleep(0.1)
    pytest.fail("the lock of a closed connection was kept")


def test_each_shard_is_claimed_once(queue: ShardQueue) -> None:
    _begun(queue)
    first, second = _claim(queue), _claim(queue, "two")
    assert first
    assert second
    assert [first.shard.readers, second.shard.readers] == [
        ("r00", "r01", "r02"),
        ("r03", "r04", "r05"),
    ]
    assert _claim(queue) is None
    assert queue.unfinished() == (1, 2)


def test_a_crowd_of_workers_claims_each_shard_once(place: DatabaseServer) -> None:
    with closing(connect_again(place)) as connection:
        _begun(ShardQueue(connection, place), 60, 1)
    claimed: list[int] = []

    def work(name: str) -> None:
        with closing(connect_again(place)) as connection:
            while one := _claim(ShardQueue(connection, place), name):
                claimed.append(one.shard.number)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(claimed) == list(range(1, 61))


def test_a_shard_whose_lease_ran_out_is_taken_over_and_its_first_worker_stores_nothing(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _begun(queue, 3)
    late = _claim(queue, "late")
    assert late
    _expire(queue)
    taken = _claim(queue, "next")
    assert taken
    assert taken.claim > late.claim
    assert not queue.prolong(late, LEASE)
    with closing(connect_again(place)) as connection:
        with pytest.raises(ShardLost, match="taken over"):
            _store(connection, late)
        assert made(connection) == []
        with transaction(connection):
            end_shard(connection, taken, ShardReport({"r01": "wrong"}, {"rank": 1.5}, 1))
    status = queue.status(DAY)
    assert status
    assert [(one.state, one.failed, one.partial) for one in status.shards] == [
        (ShardState.DONE, 1, 1)
    ]
    assert status.shards[0].seconds == {"rank": 1.5}
    assert status.failures == {"r01": "wrong"}


def test_a_heartbeat_keeps_a_shard(queue: ShardQueue) -> None:
    _begun(queue, 3)
    held = _claim(queue, lease=0.3)
    assert held
    assert queue.prolong(held, 30)
    time.sleep(0.4)
    assert _claim(queue, "two") is None


def test_what_is_given_back_is_claimed_at_once_and_does_not_count_as_an_attempt(
    queue: ShardQueue,
) -> None:
    _begun(queue, 3)
    for _ in range(ATTEMPTS + 2):
        held = _claim(queue)
        assert held
        assert held.attempt == 1
        assert queue.give_back(held)
        assert not queue.give_back(held)


def test_a_failed_attempt_is_repeated_after_a_pause_and_the_last_one_is_told(
    queue: ShardQueue,
) -> None:
    _begun(queue, 3)
    for attempt in range(1, ATTEMPTS + 1):
        held = _claim(queue)
        assert held
        assert held.attempt == attempt
        queue.fail(held, "no room", attempts=ATTEMPTS, pause=0.3 if attempt == 1 else 0)
        if attempt == 1:
            assert _claim(queue) is None
            time.sleep(0.4)
    assert _claim(queue) is None
    assert queue.unfinished(DAY) == ()
    status = queue.status(DAY)
    assert status
    assert status.failures == {"r00": "no room", "r01": "no room", "r02": "no room"}


def test_a_failure_of_a_shard_that_was_done_after_all_is_not_noted(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    _begun(queue, 3)
    held = _claim(queue)
    assert held
    with closing(connect_again(place)) as connection, transaction(connection):
        end_shard(connection, held, ShardReport())
    queue.fail(held, "the connection was lost", attempts=1, pause=0)
    status = queue.status(DAY)
    assert status
    assert status.shards[0].state is ShardState.DONE
    assert status.failures == {}


def test_a_shard_that_kills_its_workers_is_cut_until_one_reader_is_left(
    queue: ShardQueue, place: DatabaseServer
) -> None:
    """Only the reader whose page kills a worker is without one."""
    _begun(queue, 40, 40)
    deadly = "r17"
    stored: list[str] = []
    for _ in range(100):
        queue.fail_dead(attempts=ATTEMPTS)
        held = _claim(queue)
        if held is None:
            break
        if deadly in held.shard.readers:
            _expire(queue)
            continue
        stored += held.shard.readers
        with closing(connect_again(place)) as connection, transaction(connection):
            end_shard(connection, held, ShardReport())
    assert sorted(stored) == [f"r{n:02}" for n in range(40) if n != 17]
    status = queue.status(DAY)
    assert status
    assert list(status.failures) == [deadly]
    assert "workers died" in status.failures[deadly]
    assert queue.unfinished() == ()


def test_started_again_a_failed_reader_is_tried_again(queue: ShardQueue) -> None:
    _begun(queue, 3)
    held = _claim(queue)
    assert held
    queue.fail(held, "no room", attempts=1, pause=0)
    assert queue.known_readers(DAY) == frozenset()
    first = queue.first_free_number(DAY)
    queue.add(DAY, cut_into_shards(DAY, _readers(3), first=first), None)
    again = _claim(queue)
    assert again
    assert (again.shard.number, len(again.shard.readers)) == (2, 3)
    status = queue.status(DAY)
    assert status
    assert [one.number for one in status.shards] == [2]
    assert status.failures == {}
    assert status.seconds == 0.5


def test_a_later_claim_of_a_shard_has_a_higher_number(queue: ShardQueue) -> None:
    _begun(queue, 1)
    claims: list[ClaimedShard] = []
    for _ in range(3):
        held = _claim(queue)
        assert held
        claims.append(held)
        queue.give_back(held)
    assert [one.claim for one in claims] == [1, 3, 5]
    assert _claim(queue)
    assert not queue.prolong(claims[0], LEASE)
