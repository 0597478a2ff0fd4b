"""Every folder of examples/ does what its README says, with stand-ins for arXiv and the model."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_httpserver import HTTPServer

from paperlark.cli import cli
from paperlark.settings.environment import Environment
from standins.arxiv import StandInArxiv
from standins.arxiv_truth import made_up_truth
from standins.openai import StandIn
from standins.postgresql import Server
from standins.serving import loopback, no_waiting, server
from standins.watches import FakeWatch
from standins.written import blocks

__all__ = ["loopback", "no_waiting", "server"]

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/README.md"))
TODAY = date(2025, 2, 26)
CATEGORIES = ("cs.LG", "cs.AI", "cs.CL", "math.AG", "astro-ph.GA", "astro-ph.CO")
_DATABASE = "postgresql://paperlark@db.example.org/papers"
_OLLAMA = "http://localhost:11434/v1"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home with a copy of all examples, as if the project were here."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def arxiv() -> Iterator[StandInArxiv]:
    """Return arXiv, on a server of its own."""
    with HTTPServer(host="127.0.0.1", threaded=True) as standing_in:
        standing = StandInArxiv(standing_in, made_up_truth([TODAY], CATEGORIES), today=TODAY)
        yield standing
        standing.released.set()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_a_readme_is_short_and_its_links_leave_the_folder_alone(example: Path) -> None:
    text = (example / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 24
    assert any(blocks(example / "README.md", "sh"))


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_does_what_its_readme_says(
    example: Path,
    place: Path,
    arxiv: StandInArxiv,
    server: StandIn,
    request: pytest.FixtureRequest,
) -> None:
    _ask_the_stand_ins(place, arxiv, server)
    if example.name == "university":
        running: Server = request.getfixturevalue("postgresql_server")
        group = place / "examples" / "university" / "group.toml"
        group.write_text(group.read_text().replace(_DATABASE, running.database()))
    watch = FakeWatch(clock=datetime(2025, 2, 26, 12, tzinfo=UTC).timestamp())
    environment: dict[str, str] = {}
    called = []
    for block in blocks(example / "README.md", "sh"):
        for line in block.text.splitlines():
            words = shlex.split(line)
            if words[0] == "export":
                name, _, value = words[1].partition("=")
                environment[name] = value
                continue
            assert words[0] == "paperlark", line
            watch.passes(60)
            result = CliRunner(env=environment).invoke(
                cli,
                _of_that_day(words[1:]),
                prog_name="paperlark",
                obj=Environment(
                    now=lambda: datetime.fromtimestamp(watch.clock, UTC),
                    sleep=watch.sleep,
                    rate_limit_clock=watch.rate_limit_clock,
                ),
            )
            assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception}"
            called.append(words[1])
    assert len(called) >= 3
    made = sorted((place / "examples" / example.name).rglob("2025-02-26.json"))
    if example.name == "university":
        assert "3 of 3" in result.output
    else:
        assert len(made) == (2 if example.name == "lab" else 1)
        assert {json.loads(page.read_text())["status"] for page in made} == {"complete"}
    assert bool(server.asked) == (example.name == "lab")


def _of_that_day(words: list[str]) -> list[str]:
    """Return a call for the stand-in's day: workers are processes with clocks of their own."""
    return [*words, f"--date={TODAY}"] if words[:2] == ["fleet", "morning"] else words


def _ask_the_stand_ins(place: Path, arxiv: StandInArxiv, server: StandIn) -> None:
    sources = (
        f'\n[sources]\nrss = "{arxiv.url("rss")}"\npages = "{arxiv.url("list")}"\n'
        f'oai = "{arxiv.url("oai")}"\nsearch = "{arxiv.url("api")}"\n'
    )
    changed = [*place.rglob("paperlark.toml"), *place.rglob("group.toml")]
    assert len(changed) >= 7
    for path in changed:
        text = path.read_text("utf-8").replace(_OLLAMA, server.base_url)
        path.write_text(re.sub(r"\Z", sources, text, count=1), "utf-8")
