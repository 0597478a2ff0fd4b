"""A database is checked when it may have changed behind our back, and once a day."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from paperlark.domain.errors import StoreDamaged
from paperlark.store import sqlite
from paperlark.store.connection import store_errors
from paperlark.store.database import open_database
from paperlark.store.integrity import is_checked


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "paperlark.db"
    with open_database(path):
        pass
    return path


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count checks, which are made all the same."""
    made: list[int] = []
    check = sqlite._check_integrity

    def counted(connection: sqlite3.Connection) -> None:
        made.append(1)
        check(connection)

    monkeypatch.setattr(sqlite, "_check_integrity", counted)
    return made


def _open(path: Path) -> None:
    with open_database(path) as connection:
        connection.execute("INSERT OR REPLACE INTO scratch VALUES ('a', 'b', x'00')")


def test_what_nobody_touched_since_it_was_closed_is_not_checked_again(
    path: Path, checks: list[int]
) -> None:
    _open(path)
    _open(path)
    assert checks == []


def test_what_somebody_else_wrote_is_checked(path: Path, checks: list[int]) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE foreign_one (x)")
        other.commit()
    _open(path)
    assert checks == [1]


def test_what_a_killed_run_left_is_checked(path: Path, checks: list[int]) -> None:
    left = path.with_name("paperlark.db-wal")
    left.write_bytes(b"anything")
    _open(path)
    assert checks == [1]


@pytest.mark.parametrize("older", [25 * 3600, -3600])
def test_a_check_lasts_a_day(path: Path, checks: list[int], older: int) -> None:
    note = path.with_name("paperlark.db.checked")
    known = json.loads(note.read_text())
    note.write_text(json.dumps(known | {"at": known["at"] - older}))
    _open(path)
    assert checks == [1]


@pytest.mark.parametrize("note", ["", "{}", "[]", '{"state": 1, "at": "x"}'])
def test_a_note_that_cannot_be_read_is_none(path: Path, checks: list[int], note: str) -> None:
    path.with_name("paperlark.db.checked").write_text(note)
    _open(path)
    assert checks == [1]


def _read_damaged(path: Path) -> None:
    with open_database(path), store_errors(path):
        raise sqlite3.DatabaseError("database disk image is malformed")


def test_damage_that_shows_in_use_is_looked_for_when_it_is_next_opened(path: Path) -> None:
    with pytest.raises(StoreDamaged):
        _read_damaged(path)
    assert not is_checked(path)


def test_damage_of_a_moment_ago_is_found(path: Path) -> None:
    _open(path)
    content = bytearray(path.read_bytes())
    content[4096 : 4096 + 2048] = os.urandom(2048)
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="was renamed"), open_database(path):
        pass
