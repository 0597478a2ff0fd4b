"""Ended within a budget while it asks: no bill above its cap, and no books below the bill.

`benchmarks/books.py` has 300 endings of processes that are started as a reader does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from standins.books import Tally, one_day
from standins.engines import Engine
from standins.forked import Forked
from standins.killing import lay_out
from standins.openai import StandIn

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def loopback() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


def _run(folder: Path, largest: int | None = None) -> tuple[int, str]:
    options = ["--profile", str(folder / "paperlark.toml"), "--feeds", str(folder)]
    environment = {"OPENAI_API_KEY": "sk-nothing", "PATH": "", "HOME": str(folder)}
    run = Forked(["run", "--date", "2025-02-26", *options], environment, largest)
    told = run.told()
    return run.wait(60), told


def test_endings_keep_the_books_right(loopback: HTTPServer, engine: Engine, tmp_path: Path) -> None:
    dice = random.Random(12)  # noqa: S311  # nothing secret hangs on it
    tally, wanted = Tally(), engine.fewer(12, 6)
    while left := max(0, wanted - tally.endings.total()):
        home = tmp_path / str(tally.days)
        one_day(home, loopback, dice, tally, left, Forked, engine.database())
    assert len(tally.endings) > 2
    assert max(tally.under_way) > 0


@pytest.mark.parametrize("largest", [200_000, 2_000_000])
def test_without_room_for_the_answers_in_a_file_nothing_is_asked(
    loopback: HTTPServer, tmp_path: Path, largest: int
) -> None:
    """On SQLite alone: how much room the disk of a server has is not seen from here."""
    server = StandIn(loopback)
    lay_out(tmp_path, server)
    code, told = _run(tmp_path, largest)
    assert code == 1, told
    assert not server.questions
    assert len([line for line in told.splitlines() if line.startswith("error: ")]) == 1


def test_where_a_page_cannot_be_replaced_nothing_is_asked(
    loopback: HTTPServer, engine: Engine, tmp_path: Path
) -> None:
    server = StandIn(loopback)
    lay_out(tmp_path, server, engine.database())
    (tmp_path / "pages" / "2025-02-26.html").mkdir(parents=True)
    code, told = _run(tmp_path)
    assert code == 1
    assert "2025-02-26.html is a folder" in " ".join(told.split())
    assert not server.questions
