"""`paperlark uninstall`: it lists and deletes what paperlark wrote, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from paperlark.settings.environment import Environment
from paperlark.site.publish import site_files
from standins.feeds import item, rss

Run = Callable[..., Result]


@pytest.fixture
def mine(run: Run, home: Path) -> Path:
    """Return the folder of a profile with pages, database, site, schedules, secret, completion."""
    folder = home / "mine"
    begun = run("init", str(folder), "--yes", "--category", "cs.LG", "--interests", "Bats.")
    assert begun.exit_code == 0, begun.output
    (home / "feeds").mkdir()
    paper = item("oai:arXiv.org:2502.00007v1", title="Bats", abstract="Sonar of bats.")
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(paper))
    days = ("--date", "2025-02-26", "--feeds", str(home / "feeds"))
    profile = ("--profile", str(folder))
    for command in (
        ("run", *days, *profile),
        ("site", *profile),
        ("completion", "bash", "--install"),
        ("schedule", "systemd", *profile, "--yes"),
        ("schedule", "cron", *profile, "--yes"),
    ):
        done = run(*command)
        assert done.exit_code in {0, 3}, done.output
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").unlink()
    (home / "feeds").rmdir()
    Environment().secrets.keep_in_file("OPENAI_API_KEY", "hunter2")
    return folder


def _files(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


@pytest.mark.slow
def test_nothing_is_left_and_nothing_of_others_is_touched(run: Run, home: Path, mine: Path) -> None:
    theirs = {
        "mine/notes.txt", "mine/pages/2025-03-01.md",
        "mine/pages/2025-02-26.pdf", "mine/pages/index.html", "mine/site/CNAME",
        ".config/systemd/user/paperlark-mine.timer", "work/today.md",
        ".local/share/bash-completion/completions/git",
    }  # fmt: skip
    for name in theirs:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("mine")
    (home / "crontab").write_text("0 1 * * * backup\n" + (home / "crontab").read_text())

    listed = run("uninstall", "--list")
    before = _files(home)
    assert "hunter2" not in listed.output
    for place in (mine / "pages", mine / "site", mine / "paperlark.db", mine / "criteria.md",
                  home / ".config" / "paperlark" / "secrets.toml", "your crontab"):  # fmt: skip
        assert str(place) in listed.output
    assert _files(home) == before

    kept = run("uninstall", "--yes")
    assert kept.exit_code == 0, kept.output
    assert (home / "crontab").read_text() == "0 1 * * * backup\n"
    assert site_files(mine / "site") == ()
    assert (mine / "paperlark.db").exists()
    assert len(list((mine / "pages").glob("*.manifest.json"))) == 1

    # The schedule is gone that led to the profile: it has to be named now.
    gone = run("uninstall", "--profile", str(mine), "--data", "--yes")
    assert gone.exit_code == 0, gone.output
    assert _files(home) == theirs | {"crontab", "systemctl"}
    assert not (home / ".config" / "paperlark").exists()
    assert "nothing" in run("uninstall", "--profile", str(mine)).output


@pytest.mark.slow
@pytest.mark.usefixtures("mine")
def test_data_stays_where_the_answer_is_no(run: Run, home: Path) -> None:
    before = _files(home)
    assert "Nobody can bring it back" in run("uninstall", "--data", answer="n\n").output
    assert _files(home) == before


@pytest.mark.slow
def test_a_database_that_others_use_stays_with_its_locks(run: Run, home: Path, mine: Path) -> None:
    other = home / "other"
    run("init", str(other), "--yes", "--category", "cs.LG", "--interests", "Sonar.")
    text = (other / "paperlark.toml").read_text()
    assert 'database = "paperlark.db"' in text
    text = text.replace('database = "paperlark.db"', f'database = "{mine / "paperlark.db"}"')
    (other / "paperlark.toml").write_text(text.replace("My papers", "Theirs"))
    (home / "empty").mkdir()
    feeds = ("--date", "2025-02-25", "--feeds", str(home / "empty"))
    run("run", *feeds, "--profile", str(other))
    (mine / "paperlark.db.lock").touch()
    told = run("uninstall", "--profile", str(mine), "--data", "--yes")
    assert told.exit_code == 0, told.output
    assert "others read from it as well" in told.output
    assert (mine / "paperlark.db").exists()
    assert (mine / "paperlark.db.lock").exists()


def test_an_empty_machine_has_nothing(run: Run) -> None:
    told = run("uninstall", "--yes", "--data")
    assert told.exit_code == 0
    assert "nothing" in told.output


def test_a_profile_that_cannot_be_read_stays_and_is_named(run: Run, home: Path) -> None:
    (home / "work" / "paperlark.toml").write_text("name = ")
    told = run("uninstall", "--yes", "--data")
    assert told.exit_code == 0, told.output
    assert "its places are not known" in told.output
    assert (home / "work" / "paperlark.toml").exists()


def test_an_inventory_names_no_file_outside_its_site(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "secret").write_text("x")
    (site / "index.html").write_text("x")
    (site / "link").symlink_to(tmp_path)
    (site / ".paperlark-site.json").write_text(
        '{"index.html": "", "link/secret": "", "../secret": "", "gone.html": ""}'
    )
    assert {one.name for one in site_files(site)} == {"index.html", ".paperlark-site.json"}
