"""Votes that were sent as issues of the reader's repository, read by the scheduled workflow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from paperlark.domain.site_addresses import vote_issue_title
from paperlark.schedule.generated_files import github_workflow
from paperlark.schedule.job import ScheduledJob
from standins.actions import Runner, commit, git, morning
from standins.jobs import a_job

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("jq") is None, reason="jq reads GitHub's answers, and is away"),
]

LOG = "paperlark.db.votes.jsonl"
WANT = "2502.00001 want 2025-02-26 1 2025-02-26T08:11:03Z"


def _issue(number: int, body: str | None, *, reader: str = "Bats", **other: object) -> object:
    return {
        "number": number,
        "title": vote_issue_title(reader),
        "body": body,
        "author_association": "OWNER",
        **other,
    }


def _open(github: Runner, *issues: object) -> None:
    (github.home / "issues.json").write_text(json.dumps(issues))


def _pushed(github: Runner, path: str = LOG) -> list[str]:
    return git("show", f"main:{path}", folder=github.remote).splitlines()


def _closed(github: Runner) -> list[str]:
    closed = github.home / "closed"
    return closed.read_text().split() if closed.exists() else []


def test_the_owners_votes_are_kept_committed_and_their_issue_closed(
    github: Runner, written: Path
) -> None:
    _open(github, _issue(4, f"{WANT}\n2502.00002 not\n"))
    assert github.run(written)["close"].result == "success"
    assert _pushed(github) == [WANT, "2502.00002 not"]
    assert _closed(github) == ["4"]


def test_issues_of_others_and_other_issues_are_no_votes(github: Runner, written: Path) -> None:
    _open(
        github,
        _issue(1, WANT, author_association="NONE"),
        _issue(2, WANT, author_association="COLLABORATOR"),
        _issue(3, WANT, title="a question"),
        _issue(4, WANT, pull_request={"url": "https://github.example"}),
        _issue(5, "2502.00001 want\n" * 700),
    )
    ended = github.run(written)
    assert ended["morning"].steps["votes"].outcome == "skipped"
    assert ended["close"].result == "skipped"
    assert _closed(github) == []


@pytest.mark.parametrize(
    "body", [None, "", "`id`; $(touch hacked) ${{ secrets.OPENAI_API_KEY }}\n,9 bats aGk=\nEOF\n'"]
)
def test_no_text_of_an_issue_is_more_than_text(
    github: Runner, written: Path, body: str | None
) -> None:
    _open(github, _issue(4, body), _issue(5, WANT, reader="$(touch hacked) Bats"))
    assert github.run(written)["morning"].result == "success"
    assert "\n".join(_pushed(github)) == f"{body or ''}{WANT}"
    assert _closed(github) == ["4", "5"]
    assert list(github.home.rglob("hacked")) == []


def test_lines_that_could_not_be_kept_close_the_issue_a_failure_does_not(
    github: Runner, written: Path
) -> None:
    _open(github, _issue(4, WANT))
    (github.home / "vote").write_text("3")
    github.run(written)
    assert _closed(github) == ["4"]
    (github.home / "vote").write_text("1")
    _open(github, _issue(5, WANT))
    ended = github.run(written)
    assert "issue 5 could not be kept" in ended["morning"].steps["votes"].printed
    assert ended["morning"].result == "success"
    assert _closed(github) == ["4"]


def test_an_issue_stays_open_until_its_votes_are_committed(github: Runner, written: Path) -> None:
    _open(github, _issue(4, WANT))
    shutil.move(github.remote, github.home / "moved")
    script = github.programs / "paperlark"
    stopping = f'  morning)\n    mv "{github.remote}" "{github.home}/gone"\n'
    script.write_text(script.read_text().replace("  morning)\n", stopping))
    shutil.move(github.home / "moved", github.remote)
    ended = github.run(written)
    assert ended["morning"].steps["commit"].outcome == "failure"
    assert ended["close"].result == "skipped"
    assert _closed(github) == []


def test_a_page_is_made_where_the_issues_cannot_be_read(github: Runner, written: Path) -> None:
    (github.home / "away").touch()
    ended = github.run(written)
    assert ended["votes"].result == "failure"
    assert ended["morning"].result == "success"
    assert ended["publish"].result == "success"


def test_each_reader_has_their_own_votes(github: Runner, job: ScheduledJob, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    (papers / "owls").mkdir()
    (papers / "owls" / "owls.toml").write_text('name = "Owls"\n')
    commit(papers)
    owls = a_job(papers / "owls" / "owls.toml", name="Owls")
    path = tmp_path / "two.yml"
    path.write_text(github_workflow([job, owls], papers, (), "paperlark==1.0", site=True))
    _open(
        github,
        _issue(4, "2502.00001 want\n", reader="Owls"),
        _issue(5, "2502.00002 want\n"),
        _issue(6, "2502.00003 want\n", reader="Mice"),
    )
    ended = github.run(path)
    assert _pushed(github, f"owls/{LOG}") == ["2502.00001 want"]
    assert _pushed(github) == ["2502.00002 want"]
    assert (
        "issue 6 has votes of a reader who is not here" in ended["morning"].steps["votes"].printed
    )
    assert _closed(github) == ["4", "5"]


def test_votes_that_were_pushed_meanwhile_are_kept_too(
    github: Runner, written: Path, tmp_path: Path
) -> None:
    _open(github, _issue(4, f"{WANT}\n"))
    github.run(written)
    papers = tmp_path / "papers"
    git("pull", "--quiet", folder=papers)
    with (papers / LOG).open("a") as log:
        log.write("2502.00007 not\n")
    git("add", "--all", folder=papers)
    git("commit", "--quiet", "--message", "a vote at home", folder=papers)
    script = github.programs / "paperlark"
    pushing = f'  morning)\n    (cd "{papers}" && HOME=/nowhere git push --quiet)\n'
    script.write_text(script.read_text().replace("  morning)\n", pushing))
    _open(github, _issue(5, "2502.00008 want\n"))
    morning(github, "2026-11-24", "0")
    assert github.run(written)["morning"].result == "success"
    assert set(_pushed(github)) == {WANT, "2502.00007 not", "2502.00008 want"}
