"""The scheduled jobs as they are written, with the real paperlark, against the stand-ins."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from paperlark.schedule.cron import block
from paperlark.schedule.generated_files import github_workflow
from paperlark.schedule.systemd import units
from paperlark.schedule.times import SchedulerClock
from standins import mail_server
from standins.actions import Runner, commit, git
from standins.arxiv import StandInArxiv
from standins.arxiv_truth import made_up_truth
from standins.clocked import program
from standins.jobs import a_job
from standins.mail_server import PASSWORD, USER, MailServer
from standins.serving import loopback
from standins.trust import Trust, trust

__all__ = ["loopback", "trust"]

pytestmark = pytest.mark.slow

TUESDAY, WEDNESDAY = date(2025, 2, 25), date(2025, 2, 26)
NOON = datetime(2025, 2, 26, 12, tzinfo=UTC).isoformat()


@pytest.fixture
def arxiv(loopback: HTTPServer) -> Iterator[StandInArxiv]:
    loopback.clear()
    standing = StandInArxiv(loopback, made_up_truth([TUESDAY, WEDNESDAY]), today=WEDNESDAY)
    yield standing
    standing.released.set()


@pytest.fixture
def mail(trust: Trust) -> Iterator[MailServer]:
    standing = MailServer()
    with mail_server.serving(standing, trust.server):
        yield standing


@pytest.fixture
def papers(tmp_path: Path, arxiv: StandInArxiv, mail: MailServer) -> Path:
    """Return a folder with a profile that reads the stand-in's arXiv and has a mailbox."""
    folder = tmp_path / "my papers"
    folder.mkdir()
    (folder / "criteria.md").write_text("## Bats\nRelevant: bats and sonar.\n")
    (folder / "paperlark.toml").write_text(
        'name = "Bats"\ncategories = ["cs.LG"]\n'
        f'[sources]\nrss = "{arxiv.url("rss")}"\npages = "{arxiv.url("list")}"\n'
        f'oai = "{arxiv.url("oai")}"\nsearch = "{arxiv.url("api")}"\n'
        f'[mail]\nserver = "127.0.0.1"\nport = {mail.port}\nuser = "{USER}"\nsender = "{USER}"\n'
        '[[deliver]]\nname = "inbox"\nmail = "reader@example.org"\n'
    )
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return program(folder, "python")


def _environment(trust: Trust, home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "CLOCKED": NOON,
        "SSL_CERT_FILE": str(trust.file),
        "PAPERLARK_MAIL_PASSWORD": PASSWORD,
    }


def test_the_units_command_makes_and_brings_a_page(
    papers: Path, python: Path, trust: Trust, mail: MailServer, tmp_path: Path
) -> None:
    job = a_job(papers / "paperlark.toml", python=python)
    service = units(job, "paperlark-bats")["paperlark-bats.service"]
    started = re.search(r"^ExecStart=(.+)$", service, re.MULTILINE)
    assert started is not None
    # The paths here have nothing that systemd quotes in another way than a shell.
    done = subprocess.run(  # noqa: S603
        # To systemd the colon says that nothing in the line is a variable.
        shlex.split(started[1].removeprefix(":").replace("%%", "%")),
        env=_environment(trust, tmp_path),
        cwd=papers,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (papers / "pages" / "2025-02-26.html").exists()
    assert len(mail.taken) == 1


def test_crons_line_makes_and_brings_a_page_and_logs_it(
    papers: Path, python: Path, trust: Trust, mail: MailServer, tmp_path: Path
) -> None:
    job = a_job(papers / "paperlark.toml", python=python)
    (line,) = [
        one
        for one in block(job, [SchedulerClock(time(0, 20), (0, 1, 2, 3, 4), UTC)]).splitlines()
        if "morning" in one and not one.startswith("#")
    ]
    command = line.split(maxsplit=5)[5].replace("\\%", "%")
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", command], env=_environment(trust, tmp_path), check=False
    )
    assert done.returncode == 0
    assert (papers / "pages" / "2025-02-26.html").exists()
    assert "inbox: day of 2025-02-26 delivered" in (papers / "paperlark.log").read_text()
    assert len(mail.taken) == 1


def test_the_workflow_makes_brings_commits_and_publishes(
    papers: Path, python: Path, trust: Trust, mail: MailServer, tmp_path: Path
) -> None:
    home, programs = tmp_path / "github", python.parent
    home.mkdir()
    remote = tmp_path / "remote.git"
    git("init", "--quiet", "--bare", str(remote))
    git("clone", "--quiet", str(remote), str(tmp_path / "repository"))
    repository = tmp_path / "repository"
    for one in papers.iterdir():
        (repository / one.name).write_text(one.read_text())
    commit(repository)
    program(programs, "paperlark")
    # What installs and what logs in: nothing is fetched in a test.
    for name in ("python", "gh"):
        (programs / name).write_text("#!/bin/sh\nexit 0\n")
        (programs / name).chmod(0o755)
    written = tmp_path / "paperlark.yml"
    job = a_job(repository / "paperlark.toml", secrets=("PAPERLARK_MAIL_PASSWORD",))
    written.write_text(github_workflow([job], repository, (), "paperlark==1.0", site=True))
    runner = Runner(home, remote, programs, {"PAPERLARK_MAIL_PASSWORD": PASSWORD})
    runner.environment = {"CLOCKED": NOON, "SSL_CERT_FILE": str(trust.file)}
    ended = runner.run(written)
    printed = "\n".join(step.printed for step in ended["morning"].steps.values())
    assert {name: one.result for name, one in ended.items()} == {
        "votes": "success",
        "morning": "success",
        "publish": "success",
        "close": "skipped",
        "alert": "skipped",
    }, printed
    pushed = git("ls-tree", "-r", "--name-only", "main", folder=remote).split()
    assert "pages/2025-02-26.html" in pushed
    assert not any("paperlark.db" in name for name in pushed)
    assert (runner.published / "bats" / "2025" / "02" / "26" / "index.html").exists()
    assert len(mail.taken) == 1
    # The other start of the day finds nothing to do, with the store of the first.
    again = runner.run(written)
    assert again["morning"].result == "success"
    assert len(mail.taken) == 1
    assert PASSWORD not in printed
