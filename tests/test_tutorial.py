"""The tutorial, run from top to bottom: every command, and every addition to the profile."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from paperlark.cli import cli
from paperlark.settings.environment import Environment
from standins import webhooks
from standins.arxiv import StandInArxiv
from standins.arxiv_truth import made_up_truth
from standins.openai import StandIn
from standins.serving import loopback, no_waiting, server
from standins.trust import Trust, trust, trusted
from standins.watches import FakeWatch
from standins.webhooks import SLACK, Webhooks

__all__ = ["loopback", "no_waiting", "server", "trust", "trusted"]

ROOT = Path(__file__).parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(sh|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PAPER = "2502.12206"
"""The paper that the text names; on the stand-in's page it is another."""
TUESDAY, WEDNESDAY = date(2025, 2, 25), date(2025, 2, 26)
ANSWERS = {
    "secret set OPENAI_API_KEY": "sk-tutorial\n",
    "secret set LAB_CHAT": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ\n",
    "schedule systemd": "y\n",
}
ENDS = {"today": {0, 3}, "morning": {0, 3}, "doctor": {0, 3}, "run": {0, 3}}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home, and a folder in it where the reader sits."""
    folder = tmp_path / "papers"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    # No timer of this machine is touched.
    monkeypatch.setenv("PATH", str(tmp_path))
    (folder / "library.bib").write_text(
        "@article{one, title={Bats}, eprint={2502.00001}, archivePrefix={arXiv}}\n"
    )
    return folder


@pytest.fixture
def arxiv() -> Iterator[StandInArxiv]:
    """Return arXiv, on a server of its own."""
    with HTTPServer(host="127.0.0.1", threaded=True) as standing_in:
        yield from _arxiv(standing_in)


def _arxiv(standing_in: HTTPServer) -> Iterator[StandInArxiv]:
    truth = made_up_truth([TUESDAY, WEDNESDAY], ("cs.LG", "cs.CL", "stat.ML"))
    standing = StandInArxiv(standing_in, truth, today=WEDNESDAY)
    yield standing
    standing.released.set()


@pytest.fixture
def hooks(trusted: Trust, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhooks]:
    standing = Webhooks()
    with webhooks.serving(standing, trusted.server) as proxy:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        yield standing


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(
    place: Path, arxiv: StandInArxiv, server: StandIn, hooks: Webhooks
) -> None:
    rate_limit_clock = FakeWatch(clock=datetime(2025, 2, 26, 12, tzinfo=UTC).timestamp())
    environment = dict[str, str]()
    ran = []
    for language, text in _BLOCK.findall(TUTORIAL.read_text()):
        if language == "toml":
            _add(place, text, server)
            continue
        for line in text.splitlines():
            words = shlex.split(line)
            if words[0] == "export" and "PATH" not in words[1]:
                name, _, value = words[1].partition("=")
                environment[name] = value
            elif words[0] == "paperlark":
                result = _run(words[1:], environment, rate_limit_clock, place)
                allowed = ENDS.get(words[1], {0})
                assert result.exit_code in allowed, f"{line}\n{result.output}"
                assert result.exception is None or isinstance(result.exception, SystemExit)
                ran.append(words[1])
                _ask_the_stand_ins(place, arxiv)
    assert (place / "mine" / "pages" / "2025-02-26.html").exists()
    assert (place / "mine" / "site" / "index.html").exists()
    assert (place / "unasked" / "criteria.md").exists()
    assert server.asked
    assert any("It works" in post.text for post in hooks.of(SLACK))
    assert {"init", "today", "vote", "import", "morning", "schedule", "doctor"} <= set(ran)


def _run(
    words: list[str], variables: dict[str, str], rate_limit_clock: FakeWatch, place: Path
) -> Result:
    environment = Environment(
        now=lambda: datetime.fromtimestamp(rate_limit_clock.clock, UTC),
        sleep=rate_limit_clock.sleep,
        rate_limit_clock=rate_limit_clock.rate_limit_clock,
    )
    rate_limit_clock.passes(60)
    arguments = [_on_the_page(place) if word == _PAPER else word for word in words]
    return CliRunner(env=variables).invoke(
        cli,
        arguments,
        prog_name="paperlark",
        obj=environment,
        input=ANSWERS.get(" ".join(words), ""),
    )


def _on_the_page(place: Path) -> str:
    page = json.loads((place / "mine" / "pages" / "2025-02-26.json").read_text())
    paper: str = page["entries"][0]["id"]
    return paper


def _add(place: Path, text: str, server: StandIn) -> None:
    """Add what a block says to the profile; the model is a stand-in of a price of our own."""
    if "[judge]" in text:
        text = text.replace("[judge]", f'[judge]\nbase_url = "{server.base_url}"')
        text += "[judge.prices]\nprompt = 1\ncompletion = 1\n"
    with (place / "mine" / "paperlark.toml").open("a") as profile:
        profile.write(f"\n{text}")


def _ask_the_stand_ins(place: Path, arxiv: StandInArxiv) -> None:
    """Make a new profile ask the stand-in instead of arXiv."""
    for path in place.glob("*/paperlark.toml"):
        if "[sources]" not in path.read_text():
            with path.open("a") as profile:
                profile.write(
                    f'\n[sources]\nrss = "{arxiv.url("rss")}"\npages = "{arxiv.url("list")}"\n'
                    f'oai = "{arxiv.url("oai")}"\nsearch = "{arxiv.url("api")}"\n'
                )
