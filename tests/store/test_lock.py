from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.errors import RunHangs, StoreBusy, StoreError
from paperlark.store.lock import HangingNotes, run_lock

HOLD = """
import sys, time
from pathlib import Path
from paperlark.store.lock import run_lock
with run_lock(Path(sys.argv[1]), patience=0):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def _hold(database: Path, seconds: float) -> subprocess.Popen[str]:
    holder = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", HOLD, str(database), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_run_knows_who_runs_and_leaves(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    with _hold(database, 30) as holder:
        told: list[str] = []
        with (
            pytest.raises(StoreBusy, match=f"process {holder.pid}, started"),
            run_lock(database, patience=0, tell=told.append),
        ):
            pass
        assert len(told) == 1
        holder.kill()


def test_a_second_run_waits_until_the_first_is_done(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    with _hold(database, 0.3), run_lock(database, patience=30):
        pass


def test_a_killed_run_holds_nothing(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    with _hold(database, 30) as holder:
        holder.kill()
        holder.wait()
        began = time.monotonic()
        with run_lock(database, patience=0):
            assert time.monotonic() - began < 5


def test_a_run_leaves_no_note_behind(tmp_path: Path) -> None:
    with run_lock(tmp_path / "store.db", patience=0):
        assert (tmp_path / "store.db.run").exists()
    assert not (tmp_path / "store.db.run").exists()


def test_a_note_that_cannot_be_read_names_nobody(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    with _hold(database, 30) as holder:
        (tmp_path / "store.db.run").write_text("{")
        with (
            pytest.raises(StoreBusy, match="another run is at work"),
            run_lock(database, patience=0),
        ):
            pass
        holder.kill()


def _held_since(database: Path, started: str, **limits: float) -> None:
    """Rewrite the note of the run that holds the lock."""
    note = {"process": 4711, "started": started, **limits}
    database.with_name("store.db.run").write_text(json.dumps(note))


def test_a_run_that_holds_the_lock_for_longer_than_any_run_may_hangs(tmp_path: Path) -> None:
    database, told = tmp_path / "store.db", list[str]()
    with _hold(database, 30) as holder:
        _held_since(database, "2025-02-26T05:20:00+00:00", at_most=7200)
        with pytest.raises(RunHangs) as raised, run_lock(database, patience=60, tell=told.append):
            pass
        holder.kill()
    assert str(raised.value) == (
        f"process 4711, started 2025-02-26 05:20:00 UTC, hangs: it is at work on {database} for"
        " longer than a run may: end it (kill -9 4711) and run this again; what it paid for is kept"
    )
    assert told == []


@pytest.mark.parametrize("limits", [{}, {"at_most": 1e12}])
def test_a_run_that_may_take_so_long_does_not_hang(
    tmp_path: Path, limits: dict[str, float]
) -> None:
    database = tmp_path / "store.db"
    with _hold(database, 30) as holder:
        _held_since(database, "2025-02-26T05:20:00+00:00", **limits)
        with pytest.raises(StoreBusy) as raised, run_lock(database, patience=0):
            pass
        holder.kill()
    assert not isinstance(raised.value, RunHangs)


def test_who_was_told_of_a_hanging_run_is_remembered_for_the_day(tmp_path: Path) -> None:
    notes, day = HangingNotes(tmp_path / "store.db"), date(2025, 2, 26)
    assert notes.told(day) == frozenset()
    notes.keep(day, {"Bats/inbox", "Bats/chat"})
    assert notes.told(day) == {"Bats/inbox", "Bats/chat"}
    assert notes.told(date(2025, 2, 27)) == frozenset()


@pytest.mark.parametrize("text", ["", "2025-02-26", "[]", '{"day": "2025-02-26", "told": 3}'])
def test_a_note_of_who_was_told_that_cannot_be_read_counts_as_none(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "store.db.hangs").write_text(text)
    assert HangingNotes(tmp_path / "store.db").told(date(2025, 2, 26)) == frozenset()


def test_a_note_of_who_was_told_that_cannot_be_written_is_left_out(tmp_path: Path) -> None:
    HangingNotes(tmp_path / "lost" / "store.db").keep(date(2025, 2, 26), {"Bats/inbox"})


def test_a_run_that_waits_lets_another_one_work(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    with run_lock(database, patience=0) as lock:
        with lock.aside(), _hold(database, 0):
            pass
        with pytest.raises(StoreBusy), run_lock(database, patience=0):
            pass


def test_a_run_that_failed_while_it_waited_does_not_wait_for_another(tmp_path: Path) -> None:
    database = tmp_path / "store.db"

    def fail() -> None:
        with run_lock(database, patience=60) as lock, lock.aside():
            others.append(_hold(database, 30))
            raise StoreError("no network")

    others: list[subprocess.Popen[str]] = []
    with pytest.raises(StoreError, match="no network"):
        fail()
    [other] = others
    assert other.poll() is None
    with other:
        other.kill()


def test_a_folder_that_cannot_hold_a_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="lock"), run_lock(tmp_path / "file" / "db", patience=0):
        pass
