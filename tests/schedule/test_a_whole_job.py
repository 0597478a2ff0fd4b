"""The scheduled job as written, from checkout to the last step, on a stand-in for GitHub."""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.actions import Runner, commit, git, morning

pytestmark = pytest.mark.slow


def _pushed(github: Runner) -> set[str]:
    return set(git("ls-tree", "-r", "--name-only", "main", folder=github.remote).split())


def _calls(github: Runner) -> list[str]:
    return [line.split()[0] for line in (github.home / "calls").read_text().splitlines()]


def _store(github: Runner) -> list[str]:
    return (max(github.cache.iterdir()) / "paperlark.db").read_text().splitlines()


def test_a_morning_makes_commits_and_publishes_a_page(github: Runner, written: Path) -> None:
    ended = github.run(written)
    assert {name: job.result for name, job in ended.items()} == {
        "votes": "success",
        "morning": "success",
        "publish": "success",
        "close": "skipped",
        "alert": "skipped",
    }
    assert "pages/2026-11-23.html" in _pushed(github)
    assert (github.published / "index.html").read_text() == "the page of 2026-11-23\n"
    assert _store(github) == ["paid for on 2026-11-23"]
    assert "-m pip install --quiet paperlark==1.0" in (github.home / "installed").read_text()
    assert "key: sk-1" in ended["morning"].steps["morning"].printed
    assert (github.home / "gh").read_text() == "api --method\nauth setup-git\n"


def test_the_store_lasts_and_is_never_in_the_repository(github: Runner, written: Path) -> None:
    github.run(written)
    morning(github, "2026-11-24", "0")
    github.run(written)
    assert _store(github) == ["paid for on 2026-11-23", "paid for on 2026-11-24"]
    assert "restore" not in _calls(github)
    assert not any("paperlark.db" in name for name in _pushed(github))


def test_a_second_start_of_the_day_commits_nothing(github: Runner, written: Path) -> None:
    github.run(written)
    commits = git("rev-list", "--count", "main", folder=github.remote)
    assert github.run(written)["morning"].result == "success"
    assert git("rev-list", "--count", "main", folder=github.remote) == commits


def test_a_lost_store_is_made_again_from_the_pages(github: Runner, written: Path) -> None:
    github.run(written)
    for kept in github.cache.iterdir():
        (kept / "paperlark.db").unlink()
        kept.rmdir()
    morning(github, "2026-11-24", "0")
    github.run(written)
    assert _store(github) == [
        "restored from 2026-11-23.manifest.json",
        "paid for on 2026-11-24",
    ]


def test_a_partial_page_is_published_and_the_owner_told(github: Runner, written: Path) -> None:
    morning(github, "2026-11-23", "3")
    ended = github.run(written)
    assert ended["morning"].result == "failure"
    assert ended["publish"].result == "success"
    assert ended["alert"].result == "success"
    assert "the page is partial" in ended["morning"].steps["Report the result"].printed
    assert (github.published / "index.html").exists()
    assert "actions/runs/001" in (github.home / "issue").read_text()


def test_a_page_that_could_not_be_brought_is_published(github: Runner, written: Path) -> None:
    morning(github, "2026-11-23", "4")
    ended = github.run(written)
    assert ended["publish"].result == "success"
    assert "could not be delivered" in ended["morning"].steps["Report the result"].printed


def test_without_a_page_the_site_stays_and_the_failure_is_kept(
    github: Runner, written: Path
) -> None:
    github.run(written)
    morning(github, "2026-11-24", "1")
    ended = github.run(written)
    assert ended["publish"].result == "skipped"
    assert ended["alert"].result == "success"
    assert (github.published / "index.html").read_text() == "the page of 2026-11-23\n"
    assert "pages/2026-11-24.failed.json" in _pushed(github)
    assert _store(github)[-1] == "paid for on 2026-11-24"
    # `morning` told the channels itself.
    assert "deliver" not in _calls(github)


def test_troubles_of_many_mornings_are_one_issue(github: Runner, written: Path) -> None:
    for day in ("2026-11-23", "2026-11-24", "2026-11-25"):
        morning(github, day, "1")
        github.run(written)
    told = (github.home / "gh").read_text().splitlines()
    assert told.count("issue create") == 1
    assert told.count("issue comment") == 2
    assert (github.home / "issue").read_text().count("7: ") == 2


def test_a_run_that_breaks_down_keeps_its_store_and_tells_the_channels(
    github: Runner, written: Path
) -> None:
    github.run(written)
    script = github.programs / "paperlark"
    script.write_text(script.read_text().replace("  site)", "  site)\n    exit 1"))
    morning(github, "2026-11-24", "0")
    ended = github.run(written)
    assert ended["morning"].result == "failure"
    assert ended["publish"].result == "skipped"
    assert _calls(github)[-1] == "deliver"
    assert _store(github)[-1] == "paid for on 2026-11-24"
    assert "pages/2026-11-24.html" in _pushed(github)


def test_a_morning_that_is_killed_is_told(github: Runner, written: Path) -> None:
    morning(github, "2026-11-23", "killed")
    ended = github.run(written)
    assert ended["morning"].result == "failure"
    assert ended["publish"].result == "skipped"
    assert ended["alert"].result == "success"
    assert _calls(github) == ["morning", "deliver"]


def test_an_announcement_that_does_not_come_is_missing_on_the_page(
    github: Runner, written: Path
) -> None:
    (github.home / "late").touch()
    morning(github, "2026-11-23", "3")
    ended = github.run(written)
    assert "--no-wait" in (github.home / "calls").read_text()
    assert ended["publish"].result == "success"


def test_a_first_weekend_has_no_page_and_nothing_to_publish(github: Runner, written: Path) -> None:
    morning(github, "2026-11-22", "weekend")
    ended = github.run(written)
    assert ended["morning"].result == "success"
    assert ended["publish"].result == "skipped"
    assert ended["alert"].result == "skipped"


def test_what_was_pushed_meanwhile_stays(github: Runner, written: Path, tmp_path: Path) -> None:
    script = github.programs / "paperlark"
    pushing = f'  morning)\n    HOME=/nowhere sh "{tmp_path}/push"\n'
    script.write_text(script.read_text().replace("  morning)\n", pushing))
    papers = tmp_path / "papers"
    (papers / "criteria.md").write_text("## Bats\n")
    (tmp_path / "push").write_text(f"cd {papers} && git push --quiet\n")
    git("add", "--all", folder=papers)
    git("commit", "--quiet", "--message", "criteria", folder=papers)
    assert github.run(written)["morning"].result == "success"
    assert {"criteria.md", "pages/2026-11-23.html"} <= _pushed(github)


def test_a_page_of_somebody_elses_hand_is_no_trouble(
    github: Runner, written: Path, tmp_path: Path
) -> None:
    github.run(written)
    papers = tmp_path / "papers"
    git("pull", "--quiet", folder=papers)
    (papers / "pages" / "note.md").write_text("mine\n")
    commit(papers)
    morning(github, "2026-11-24", "0")
    assert github.run(written)["morning"].result == "success"
    assert {"pages/note.md", "pages/2026-11-24.html"} <= _pushed(github)
