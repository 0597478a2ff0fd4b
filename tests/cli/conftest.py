from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from paperlark.cli import cli
from paperlark.settings.environment import Environment
from standins import mail_server
from standins.arxiv import StandInArxiv
from standins.arxiv_truth import made_up_truth
from standins.commands import At, Paperlark
from standins.feeds import item, rss
from standins.mail_server import PASSWORD, USER, MailServer
from standins.serving import loopback, no_waiting, server
from standins.trust import Trust, trust, trusted
from standins.watches import FakeWatch

__all__ = ["loopback", "no_waiting", "server", "trust", "trusted"]

TUESDAY, WEDNESDAY = date(2025, 2, 25), date(2025, 2, 26)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a profile, criteria and three papers, where commands are run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for name in ("CACHE", "CONFIG", "DATA"):  # nothing of this machine's own is read or changed
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    (tmp_path / "criteria.md").write_text("## Bats\nRelevant: bats and sonar.")
    (tmp_path / "paperlark.toml").write_text('name = "Bats"\ncategories = ["cs.LG"]\n')
    (tmp_path / "feeds").mkdir()
    papers = [
        item(f"oai:arXiv.org:2502.0000{n}v1", title=f"Bats {n}", abstract="Sonar of bats.")
        for n in (7, 8, 9)
    ]
    (tmp_path / "feeds" / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(*papers))
    return tmp_path


@pytest.fixture
def environment() -> Environment:
    """Return Wednesday, 26 February 2025, 7 o'clock in New York, where nobody ever waits."""
    rate_limit_clock = FakeWatch(clock=datetime(2025, 2, 26, 12, tzinfo=UTC).timestamp())
    return Environment(
        now=lambda: datetime.fromtimestamp(rate_limit_clock.clock, UTC),
        sleep=rate_limit_clock.sleep,
        rate_limit_clock=rate_limit_clock.rate_limit_clock,
    )


@pytest.fixture
def arxiv(loopback: HTTPServer, home: Path) -> Iterator[StandInArxiv]:
    """Return arXiv on that day, and have the profile ask there."""
    loopback.clear()
    standing = StandInArxiv(loopback, made_up_truth([TUESDAY, WEDNESDAY]), today=WEDNESDAY)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            f'[sources]\nrss = "{standing.url("rss")}"\npages = "{standing.url("list")}"\n'
            f'oai = "{standing.url("oai")}"\nsearch = "{standing.url("api")}"\n'
        )
    yield standing
    standing.released.set()


@pytest.fixture
def paperlark(home: Path, environment: Environment) -> Paperlark:  # noqa: ARG001  # run in there
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments, prog_name="paperlark", obj=environment)

    return run


@pytest.fixture
def at(home: Path) -> At:
    """Return what runs a command at a time."""
    del home

    def run(when: str, *arguments: str) -> Result:
        clock = datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()
        watch = FakeWatch(clock=clock)
        environment = Environment(
            now=lambda: datetime.fromtimestamp(watch.clock, UTC),
            sleep=watch.sleep,
            rate_limit_clock=watch.rate_limit_clock,
        )
        return CliRunner().invoke(cli, arguments, prog_name="paperlark", obj=environment)

    return run


@pytest.fixture
def mail(home: Path, trusted: Trust, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """Serve a mailbox, and write it into the profile."""
    monkeypatch.setenv("PAPERLARK_MAIL_PASSWORD", PASSWORD)
    standing = MailServer()
    with mail_server.serving(standing, trusted.server):
        with (home / "paperlark.toml").open("a") as profile:
            profile.write(
                f'[mail]\nserver = "127.0.0.1"\nport = {standing.port}\nuser = "{USER}"\n'
                f'sender = "{USER}"\n[[deliver]]\nname = "inbox"\nmail = "reader@example.org"\n'
            )
        yield standing
