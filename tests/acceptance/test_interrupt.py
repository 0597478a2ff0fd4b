"""Ctrl-C while a model is asked: what is being paid for is stored before the run ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from standins.engines import Engine, place_of, rows
from standins.killing import AT_ONCE, PAPERS, fresh, lay_out, stored, this_tree
from standins.openai import StandIn, judges, never_answers

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[StandIn]:
    with HTTPServer(host="127.0.0.1", threaded=True) as loopback:
        standing = fresh(loopback)
        yield standing
        standing.released.set()


def _start(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "paperlark", "run", "--date", "2025-02-26"]
    options = ["--profile", str(folder / "paperlark.toml"), "--feeds", str(folder)]
    environment = {"OPENAI_API_KEY": "sk-nothing", "PATH": "", "HOME": str(folder)}
    environment |= this_tree()
    return subprocess.Popen(  # noqa: S603
        [*command, *options], env=environment, stderr=subprocess.PIPE, text=True
    )


def _wait_for_questions(server: StandIn, count: int) -> None:
    until = time.monotonic() + 30
    while len(server.questions) < count:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("number", "how"),
    [
        (signal.SIGINT, "press Ctrl-C again to quit"),
        (signal.SIGTERM, "9 s at most"),
        (signal.SIGHUP, "9 s at most"),
    ],
)
def test_answers_under_way_are_stored_and_the_rest_is_not_asked(
    server: StandIn, engine: Engine, tmp_path: Path, number: signal.Signals, how: str
) -> None:
    def slowly(standing: StandIn, request: Request) -> Response:
        time.sleep(0.3)
        return judges()(standing, request)

    server.always = slowly
    lay_out(tmp_path, server, engine.database())
    with _start(tmp_path) as run:
        _wait_for_questions(server, 2 * AT_ONCE + 1)
        run.send_signal(number)
        _, told = run.communicate(timeout=30)
    assert run.returncode == 128 + number
    assert f"already paid for; {how}" in told
    assert "Traceback" not in told
    assert len(server.questions) < PAPERS
    assert len(stored(tmp_path)) == len(server.questions)


def test_a_second_interrupt_leaves_at_once(server: StandIn, engine: Engine, tmp_path: Path) -> None:
    server.always = never_answers
    lay_out(tmp_path, server, engine.database())
    with _start(tmp_path) as run:
        _wait_for_questions(server, AT_ONCE)
        run.send_signal(signal.SIGINT)
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        began = time.monotonic()
        run.communicate(timeout=30)
    assert run.returncode == 130
    assert time.monotonic() - began < 5


def test_a_server_that_never_answers_keeps_nobody_who_is_told_to_end(
    server: StandIn, engine: Engine, tmp_path: Path
) -> None:
    server.always = never_answers
    lay_out(tmp_path, server, engine.database())
    with _start(tmp_path) as run:
        _wait_for_questions(server, 1)
        run.send_signal(signal.SIGTERM)
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=30)
    assert run.returncode == 143
    place = place_of(tmp_path / "paperlark.toml")
    ((left,),) = rows(place, "SELECT count(*) FROM under_way")
    assert left >= len(server.questions)


def test_a_page_that_is_made_while_somebody_reads_loses_no_answer(
    server: StandIn, engine: Engine, tmp_path: Path
) -> None:
    def slowly(standing: StandIn, request: Request) -> Response:
        time.sleep(0.3)
        return judges()(standing, request)

    server.always = slowly
    lay_out(tmp_path, server, engine.database())
    command = [sys.executable, "-m", "paperlark", "read", "--no-open", "--port", "0"]
    environment = {"OPENAI_API_KEY": "sk-nothing", "PATH": "", "HOME": str(tmp_path)}
    environment |= this_tree()
    with subprocess.Popen(  # noqa: S603
        [*command, "--profile", str(tmp_path / "paperlark.toml"), "--feeds", str(tmp_path)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        with httpx.Client(follow_redirects=True, timeout=30) as browser:
            browser.get(run.stdout.readline().strip())
        _wait_for_questions(server, 2 * AT_ONCE + 1)
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=30) == 0
    assert len(server.questions) < PAPERS
    assert len(stored(tmp_path)) == len(server.questions)
