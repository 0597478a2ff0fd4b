from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.fleet.politeness import turn_at_model
from paperlark.store.connection import DatabaseConnection, connect_again
from paperlark.store.rate_limits import SharedPause, hold, reserve


@pytest.fixture
def connection(place: DatabaseServer) -> Iterator[DatabaseConnection]:
    with closing(connect_again(place)) as connection:
        connection.execute("TRUNCATE rate_limits")
        yield connection


def test_requests_of_all_connections_are_an_interval_apart(
    connection: DatabaseConnection, place: DatabaseServer
) -> None:
    waits: list[float] = []

    def ask() -> None:
        with closing(connect_again(place)) as own:
            waits.append(reserve(own, "a", 100.0))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [round(one / 100) for one in sorted(waits)] == [0, 1, 2, 3, 4]
    assert reserve(connection, "b", 100.0) == 0


def test_unused_time_may_be_used_at_once_where_that_is_allowed(
    connection: DatabaseConnection,
) -> None:
    waits = [reserve(connection, "a", 100.0, burst=200.0) for _ in range(5)]
    assert [round(one / 100) for one in waits] == [0, 0, 0, 1, 2]


def test_a_service_that_asked_for_a_pause_is_left_alone_by_all(
    connection: DatabaseConnection, place: DatabaseServer
) -> None:
    hold(connection, "a", 500.0)
    hold(connection, "a", 50.0)
    slept: list[float] = []
    SharedPause(place, "a", 1.0, sleep=slept.append)()
    assert [round(one) for one in slept] == [500]


def test_one_worker_at_a_time_asks_a_model(place: DatabaseServer) -> None:
    inside, most, done = 0, 0, []
    lock = threading.Lock()

    def judge(number: int) -> None:
        nonlocal inside, most
        with turn_at_model(partial(connect_again, place), "http://model gpt"):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.05)
            with lock:
                inside -= 1
            done.append(number)

    threads = [threading.Thread(target=judge, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (most, sorted(done)) == (1, [0, 1, 2, 3])
