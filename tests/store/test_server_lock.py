"""The lock of a run on a server: one run of each reader, whatever the machine."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.delivery import Occasion, Parcel
from paperlark.domain.errors import RunHangs, StoreBusy, StoreError
from paperlark.domain.spending import Tokens
from paperlark.store.judgements import StoredQuestions
from paperlark.store.lock import may_be_at_work, run_lock
from paperlark.store.outbox import OutboxStore
from paperlark.store.postgresql import open_server
from paperlark.store.server_lock import ServerLock
from standins.postgresql import Server

DAY, NOON = date(2025, 2, 26), datetime(2025, 2, 26, 17, tzinfo=UTC)
HOLD = """
import sys, time
from pathlib import Path
from paperlark.domain.database_place import DatabaseServer
from paperlark.store.lock import run_lock
with run_lock(DatabaseServer(sys.argv[1], Path("p.db")), reader=sys.argv[2], patience=0):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


@pytest.fixture
def place(server: Server, tmp_path: Path) -> Iterator[DatabaseServer]:
    address = server.database()
    yield DatabaseServer(address, tmp_path / "paperlark.db")
    server.drop(address)


def _hold(place: DatabaseServer, reader: str, seconds: float) -> subprocess.Popen[str]:
    holder = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", HOLD, place.address, reader, str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


def _end_the_sessions(place: DatabaseServer) -> None:
    """End all others, as a server does that is restarted."""
    with open_server(place.address) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_second_run_of_a_reader_knows_who_runs_and_leaves(place: DatabaseServer) -> None:
    with _hold(place, "ada", 60) as holder:
        told: list[str] = []
        with (
            pytest.raises(StoreBusy, match=f"process {holder.pid} on .+, started"),
            run_lock(place, reader="ada", patience=0, tell=told.append),
        ):
            pass
        assert len(told) == 1
        holder.kill()


def test_runs_of_two_readers_do_not_wait(place: DatabaseServer) -> None:
    with _hold(place, "ada", 60) as holder:
        with run_lock(place, reader="bob", patience=0):
            assert may_be_at_work(place, "ada")
            assert not may_be_at_work(place, "eve")
        holder.kill()


def test_who_needs_the_whole_database_waits_for_every_run_and_every_run_for_it(
    place: DatabaseServer,
) -> None:
    with run_lock(place, reader="ada", patience=0):
        with pytest.raises(StoreBusy, match="process"), run_lock(place, patience=0):
            pass
        with run_lock(place, reader="bob", patience=0):
            pass
    with run_lock(place, patience=0):
        assert may_be_at_work(place, "ada")
        with pytest.raises(StoreBusy, match="process"), run_lock(place, reader="ada", patience=0):
            pass
    assert not may_be_at_work(place, "ada")


def test_a_killed_run_holds_nothing(place: DatabaseServer) -> None:
    with _hold(place, "ada", 60) as holder:
        holder.kill()
        holder.wait()
        with run_lock(place, reader="ada", patience=5):
            pass


def test_a_second_run_waits_until_the_first_is_done(place: DatabaseServer) -> None:
    with _hold(place, "ada", 0.5), run_lock(place, reader="ada", patience=30):
        pass


def test_a_run_that_waits_lets_another_one_work(place: DatabaseServer) -> None:
    with run_lock(place, reader="ada", patience=0) as lock:
        with lock.aside(), run_lock(place, reader="ada", patience=0):
            pass
        with pytest.raises(StoreBusy), run_lock(place, reader="ada", patience=0):
            pass


def test_a_run_that_holds_the_lock_for_longer_than_any_run_may_hangs(
    place: DatabaseServer,
) -> None:
    lock = ServerLock(place.address, "ada")
    assert lock.acquire(0)
    lock.note(datetime.now(UTC) - timedelta(days=1), 7200)
    with (
        pytest.raises(RunHangs, match=r"end it on .+ \(kill -9"),
        run_lock(place, reader="ada", patience=60),
    ):
        pass
    lock.release()


def test_a_session_of_another_program_that_holds_it_is_another_run(place: DatabaseServer) -> None:
    lock = ServerLock(place.address, "ada")
    assert lock.acquire(0)
    with (
        pytest.raises(StoreBusy, match="another run is at work"),
        run_lock(place, reader="ada", patience=0),
    ):
        pass
    lock.release()


def test_who_lost_the_lock_neither_pays_nor_sends(place: DatabaseServer) -> None:
    parcel = Parcel("ada", "mail", Occasion.DAY, DAY, (), (), since=NOON, at=NOON)
    with run_lock(place, reader="ada", patience=0) as held:
        assert held.check
        held.check()
        _end_the_sessions(place)
        with StoredQuestions(place, "ada", check=held.check) as book:
            with pytest.raises(StoreError, match=r"lock on .* was lost: another run may be"):
                book.note("model", Tokens(1, 1), None)
            assert book.left(DAY) is None
        with open_server(place.address) as connection:
            with pytest.raises(StoreError, match="was lost"):
                OutboxStore(connection, place, check=held.check).keep(parcel)
            assert connection.execute("SELECT count(*) FROM parcels").fetchone() == (0,)
        with run_lock(place, reader="ada", patience=5):
            pass


def test_of_many_that_want_it_one_at_a_time_has_it(place: DatabaseServer) -> None:
    at_work, most, guard = [0], [0], threading.Lock()

    def run() -> None:
        with run_lock(place, reader="ada", patience=60):
            with guard:
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
            with guard:
                at_work[0] -= 1

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
