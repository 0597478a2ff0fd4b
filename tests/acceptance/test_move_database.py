"""An archive that moves to a server and back: the same rows, whatever ends the move on its way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperlark.api import open_profile
from paperlark.cli import cli
from paperlark.domain.errors import StoreError
from paperlark.store.connection import DatabaseConnection, transaction
from paperlark.store.database import open_database
from paperlark.store.postgresql import open_server
from paperlark.store.tables import TableStore, tables
from standins.filled_archives import fill
from standins.postgresql import Server

PROFILE = """\
name = "Month"
id = "month"
categories = ["cs.LG"]
page_size = 10
database = "paperlark.db" # of the archive
[[follow]]
name = "Yoshua Bengio"
"""
CRITERIA = "## Sparsity\nRelevant: pruning, quantization.\nNot relevant: medical images."


def _run(profile: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(cli, [*arguments, "--profile", str(profile)])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="session")
def made(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a profile with days, votes, and a row in every table."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "criteria.md").write_text(CRITERIA)
    profile = folder / "paperlark.toml"
    profile.write_text(PROFILE)
    feeds = str(shared / "feeds" / "month")
    for day in ("2025-02-19", "2025-02-20"):
        _run(profile, "run", "--date", day, "--feeds", feeds)
    _run(profile, "vote", "2502.12206", "2502.12164", "up", "--no-effect")
    fill(folder / "paperlark.db")
    return folder


@pytest.fixture
def profile(made: Path, tmp_path: Path) -> Path:
    """Return the profile of a copy of that archive."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for file in made.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    return folder / "paperlark.toml"


@pytest.fixture
def address(server: Server) -> Iterator[str]:
    address = server.database()
    yield address
    server.drop(address)


def _file_digests(path: Path) -> Mapping[str, str]:
    with open_database(path) as connection:
        return _digests(connection, path)


def _digests(connection: DatabaseConnection, path: Path) -> Mapping[str, str]:
    stored = TableStore(connection, path)
    assert all(stored.count(table) for table in tables())
    return {table.name: stored.digest(table) for table in tables()}


class _Until:
    """A progress that does something at one of its steps."""

    def __init__(self, steps: int, act: Callable[[], object]) -> None:
        self._left, self._act = steps, act

    @contextmanager
    def step(self, _name: str, _total: int) -> Iterator[Callable[..., None]]:
        def advance(*_: object) -> None:
            self._left -= 1
            if self._left == 0:
                self._act()

        yield advance


def test_an_archive_goes_to_a_server_and_back_with_every_row(profile: Path, address: str) -> None:
    there = profile.with_name("paperlark.db")
    before = _file_digests(there)
    moved = _run(profile, "move-database", "--to", address)
    assert f'database = "{address}"' in moved.stdout
    assert "the same in both" in moved.stdout
    assert profile.read_text() == PROFILE
    _run(profile, "move-database", "--to", address, "--switch")
    assert profile.read_text() == PROFILE.replace('"paperlark.db"', json.dumps(address))
    back = _run(profile, "move-database", "--to", "back.db", "--switch")
    assert "now says" in back.stdout
    assert _file_digests(profile.with_name("back.db")) == before
    assert _file_digests(there) == before


def test_a_moved_archive_finds_the_same_and_makes_the_same_pages(
    profile: Path, address: str, shared: Path
) -> None:
    def ask() -> list[str]:
        asked = (("search", "pruning"), ("why", "2502.12206"), ("vote", "--list"), ("cost",))
        return [_run(profile, *question).stdout for question in asked]

    def make(day: str) -> Mapping[str, bytes]:
        _run(profile, "run", "--date", day, "--feeds", str(shared / "feeds" / "month"))
        pages = profile.with_name("pages")
        return {file.name: file.read_bytes() for file in pages.glob(f"{day}*")}

    kept = profile.with_name("paperlark.db").read_bytes()
    answers, page, new = ask(), make("2025-02-20"), make("2025-02-21")
    profile.with_name("paperlark.db").write_bytes(kept)
    _run(profile, "move-database", "--to", address, "--switch")
    assert ask() == answers
    assert make("2025-02-20") == page != {}
    # New rows have numbers behind those that came from the file.
    assert make("2025-02-21") == new != {}
    _run(profile, "vote", "2502.12206", "down", "--no-effect")


def test_what_is_kept_beside_a_database_goes_along(profile: Path, address: str) -> None:
    key = profile.with_name("paperlark.db.link-key")
    key.write_bytes(b"k" * 32)
    votes = profile.with_name("paperlark.db.votes.jsonl").read_bytes()
    assert votes
    _run(profile, "move-database", "--to", address, "--switch")
    assert profile.with_name("paperlark.link-key").read_bytes() == b"k" * 32
    assert profile.with_name("paperlark.votes.jsonl").read_bytes() == votes
    _run(profile, "vote", "2502.12206", "down", "--no-effect")
    _run(profile, "move-database", "--to", "back.db", "--switch")
    log = profile.with_name("back.db.votes.jsonl").read_bytes()
    assert log.startswith(votes)
    assert log.count(b"\n") == votes.count(b"\n") + 1


KILLED = """
import os, signal, sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from paperlark.api import open_profile
left = int(sys.argv[3])
class Until:
    @contextmanager
    def step(self, name, total):
        def advance(*_):
            global left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
        yield advance
opened = replace(open_profile(Path(sys.argv[1])), progress=Until())
opened.move_database(sys.argv[2])
"""


def _move_and_die(profile: Path, to: str, steps: int) -> int:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", KILLED, str(profile), to, str(steps)], check=False
    ).returncode


@pytest.mark.parametrize("steps", [1, 9, 40])
def test_a_move_that_is_killed_goes_on_where_it_was(
    profile: Path, address: str, steps: int
) -> None:
    assert _move_and_die(profile, address, steps) == -signal.SIGKILL
    deadline = time.monotonic() + 30
    while True:
        # The server takes a moment to notice that the process is gone.
        result = CliRunner().invoke(
            cli, ["move-database", "--to", address, "--profile", str(profile)]
        )
        if result.exit_code == 0 or time.monotonic() > deadline:
            break
    assert "the same in both" in result.stdout, result.output
    _run(profile, "move-database", "--to", address, "--switch")
    assert _move_and_die(profile, "back.db", steps) == -signal.SIGKILL
    _run(profile, "move-database", "--to", "back.db")
    source = _file_digests(profile.with_name("paperlark.db"))
    assert _file_digests(profile.with_name("back.db")) == source


def test_a_server_that_stops_is_told_in_one_line_and_the_move_goes_on_later(
    profile: Path, address: str, server: Server
) -> None:
    opened = open_profile(profile, progress=_Until(9, lambda: server.stop("immediate")))
    with pytest.raises(StoreError, match="then run the same command again: it goes on") as caught:
        opened.move_database(address)
    assert len(str(caught.value).splitlines()) == 1
    server.start()
    _run(profile, "move-database", "--to", address, "--switch")
    _run(profile, "move-database", "--to", "back.db")
    source = _file_digests(profile.with_name("paperlark.db"))
    assert _file_digests(profile.with_name("back.db")) == source


FULL = """
import resource, sys
from paperlark.cli import cli
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
cli(sys.argv[1:])
"""


def test_a_full_disk_is_told_in_one_line_and_the_move_goes_on_later(profile: Path) -> None:
    arguments = ["move-database", "--to", "other.db", "--profile", str(profile)]
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FULL, *arguments], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 1
    errors = [line for line in ended.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1, ended.stderr
    assert "other.db" in errors[0]
    assert "Traceback" not in ended.stderr
    _run(profile, "move-database", "--to", "other.db")
    source = _file_digests(profile.with_name("paperlark.db"))
    assert _file_digests(profile.with_name("other.db")) == source


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("paperlark.db", "is .*paperlark.db already"),
        ("./sub/../paperlark.db", "is .*paperlark.db already"),
        ("postgresql://ada:owl-secret@db/papers", "without its password"),
        ("mysql://db/papers", "neither a file nor a postgresql"),
    ],
)
def test_where_an_archive_cannot_go_is_told(profile: Path, to: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        open_profile(profile).move_database(to)
    assert "owl-secret" not in str(caught.value)


def test_a_database_with_rows_of_its_own_is_left_alone(profile: Path, address: str) -> None:
    with open_server(address) as connection, transaction(connection):
        connection.execute("INSERT INTO readers VALUES ('eve', 'Eve', '')")
    with pytest.raises(StoreError, match=r"has rows of its own \(readers\)"):
        open_profile(profile).move_database(address)
    with open_server(address) as connection:
        assert connection.execute("SELECT count(*) FROM papers").fetchone() == (0,)


def test_a_database_of_a_later_version_is_left_alone(profile: Path, address: str) -> None:
    with open_server(address) as connection:
        connection.execute("UPDATE paperlark SET version = 9999")
    with pytest.raises(StoreError, match="later paperlark"):
        open_profile(profile).move_database(address)


def test_rows_that_were_changed_after_a_move_began_are_told_and_not_mixed(
    profile: Path, address: str
) -> None:
    assert _move_and_die(profile, address, 60) == -signal.SIGKILL
    with open_database(profile.with_name("paperlark.db")) as connection, transaction(connection):
        connection.execute("UPDATE papers SET title = 'Changed'")
    time.sleep(1)
    with pytest.raises(StoreError, match=r"same rows as .*\(papers\).* empty the new one"):
        open_profile(profile).move_database(address)


def test_a_profile_without_a_database_has_nothing_to_move(tmp_path: Path) -> None:
    profile = tmp_path / "paperlark.toml"
    profile.write_text(PROFILE)
    (tmp_path / "criteria.md").write_text(CRITERIA)
    with pytest.raises(StoreError, match="there is no database"):
        open_profile(profile).move_database("other.db")
    assert not (tmp_path / "other.db").exists()
