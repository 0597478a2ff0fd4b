"""Files as they are: archives that cannot be written, damage, full outputs, closed folders."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from paperlark.store import file_systems, reading
from paperlark.store.day_values import unpack_digest
from standins.commands import Paperlark

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
READING = (
    "show",
    "show --days",
    "search bats",
    "cost",
    "why 2502.00007",
    "vote --list",
    "import --list",
    "follow --list",
    "criteria",
    "site --out {site}",
)


@pytest.fixture
def read_only(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[Path, bytes]:
    """Make a page, and have the database taken for one that cannot be written."""
    paperlark(*RUN)
    monkeypatch.setattr(reading, "can_write", lambda _: False)
    return _files(home)


def _files(folder: Path) -> dict[Path, bytes]:
    return {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("command", READING)
def test_an_archive_that_cannot_be_written_is_read(
    paperlark: Paperlark,
    home: Path,
    read_only: dict[Path, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    command: str,
) -> None:
    site = tmp_path_factory.mktemp("site")
    result = paperlark(*command.format(site=site).split())
    assert result.exit_code == 0, result.output
    assert {one for one in _files(home) if one.name.startswith("paperlark.db")} == {
        one for one in read_only if one.name.startswith("paperlark.db")
    }
    assert {**_files(home), **read_only} == _files(home)


def test_what_a_killed_run_left_in_its_log_is_read_as_well(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paperlark(*RUN)
    with closing(sqlite3.connect(home / "paperlark.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE digests SET day = '2025-02-25'")
        shutil.copytree(home, home / "killed", ignore=shutil.ignore_patterns("killed", "*-shm"))
    assert (home / "killed" / "paperlark.db-wal").stat().st_size
    monkeypatch.setattr(reading, "can_write", lambda _: False)
    before = _files(home / "killed")
    shown = paperlark("show", "--days", "--profile", "killed/paperlark.toml")
    assert shown.stdout == "2025-02-25\n"
    assert _files(home / "killed") == before


def test_an_older_archive_that_cannot_be_written_is_migrated_in_a_copy(
    paperlark: Paperlark, home: Path, read_only: dict[Path, bytes]
) -> None:
    file = home / "paperlark.db"
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT profile, day, digest FROM digests").fetchall()
    for part in home.glob("paperlark.db*"):
        part.unlink()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for migration in sorted(files("paperlark.store.migrations.sqlite").iterdir(), key=str)[:10]:
            connection.executescript(migration.read_text("utf-8"))
        connection.executemany(
            "INSERT INTO digests (profile, day, digest) VALUES (?, ?, ?)",
            [(profile, day, unpack_digest(value)) for profile, day, value in rows],
        )
        connection.execute("PRAGMA user_version = 10")
    assert read_only
    assert paperlark("show", "--days").stdout == "2025-02-26\n"
    with closing(sqlite3.connect(home / "paperlark.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (10,)


def test_what_has_to_be_written_there_is_refused_in_one_line(
    paperlark: Paperlark, home: Path
) -> None:
    if os.access("/proc/version", os.W_OK) or os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    paperlark(*RUN)
    home.chmod(0o555)
    try:
        for command in ("vote 2502.00007 up", "today --feeds feeds"):
            result = paperlark(*command.split())
            assert result.exit_code == 1
            assert result.stderr.count("error:") == 1
    finally:
        home.chmod(0o755)


@pytest.mark.parametrize(
    ("statement", "command", "told"),
    [
        ("UPDATE papers SET authors = '[[1'", "search bats", "a row cannot be read"),
        ("UPDATE digests SET digest = '{'", "show", "make it again: paperlark run --date"),
        ("UPDATE digests SET day = 'never'", "show --days", "a row cannot be read"),
        ("UPDATE digests SET ranking = x'ff'", "why 2502.00007", "a row cannot be read"),
        ("UPDATE papers SET title = CAST(x'ff' AS TEXT)", "search bats", "is damaged"),
        (
            "UPDATE places SET place = x'0102' WHERE paper_id = '2502.00007'",
            "doctor --offline",
            "the table places",
        ),
        ("UPDATE papers SET authors = '[[1'", "doctor --offline", "the table papers"),
        ("UPDATE shown_or_judged SET day = '2025-02-30'", "doctor --offline", "the table shown"),
        ("DROP TABLE explored", "show", "has no table explored"),
        ("DROP TABLE search_words", "search bats", "has no table search_words"),
    ],
)
def test_damage_that_sqlite_does_not_look_for_is_told(
    paperlark: Paperlark, home: Path, statement: str, command: str, told: str
) -> None:
    paperlark(*RUN)
    paperlark("vote", "2502.00007", "up")
    with closing(sqlite3.connect(home / "paperlark.db", isolation_level=None)) as connection:
        connection.execute(statement)
    result = paperlark(*command.split())
    assert told in result.output
    assert "paperlark r" in result.output  # restore, or run


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_told_as_damage(
    paperlark: Paperlark, home: Path, share: float
) -> None:
    paperlark(*RUN)
    content = (home / "paperlark.db").read_bytes()
    (home / "paperlark.db").write_bytes(content[: int(len(content) * share)])
    result = paperlark("show")
    assert result.exit_code == 1
    assert "is damaged" in result.stderr
    assert "paperlark restore" in result.stderr


def test_the_doctor_names_a_file_system_of_other_machines(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paperlark(*RUN)
    (home / "mounts").write_text(f"filer:/export {home.resolve()} nfs4 rw 0 0\n")
    monkeypatch.setattr(file_systems, "_TABLE", home / "mounts")
    found = paperlark("doctor", "--offline").stdout
    assert "filer:/export (nfs4), which other machines may write to" in found


def _as_a_process(home: Path, *arguments: str, stdout: int) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "paperlark", *arguments],
        cwd=home,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        stdout=stdout,
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", ["show", "--help", "--version", "search bats"])
def test_a_full_standard_output_is_one_line(paperlark: Paperlark, home: Path, command: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this machine")
    paperlark(*RUN)
    with Path("/dev/full").open("w") as full:
        result = _as_a_process(home, *command.split(), stdout=full.fileno())
    assert result.returncode == 1
    assert result.stderr == (
        "error: the output cannot be written (No space left on device): free some space\n"
    )


@pytest.mark.slow
def test_a_reader_that_went_away_is_no_error(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    read, write = os.pipe()
    os.close(read)
    result = _as_a_process(home, "show", stdout=write)
    os.close(write)
    assert result.returncode == 1
    assert result.stderr == ""


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("command", ["open", "show", "cost", "vote 2502.00007 up", "follow --list"])
def test_what_the_system_refuses_is_one_line(
    paperlark: Paperlark, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    paperlark(*RUN)
    real = Path.stat

    def refuse(path: Path, **options: bool) -> os.stat_result:
        if path.name in {"paperlark.db", "2025-02-26.html"}:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", refuse)
    result = paperlark(*command.split())
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "(Permission denied): " in result.stderr
