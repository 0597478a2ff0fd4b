"""`paperlark save` as people use it: one command, every place, one line each."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.cli import cli
from paperlark.settings.environment import Environment
from standins.webhook_receiver import SECRET, receiving

DAY = date(2025, 2, 26)
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)


def _profile(home: Path, hook: str) -> OpenedProfile:
    shutil.copytree(str(files("paperlark") / "sample"), home, dirs_exist_ok=True)
    file = home / "paperlark.toml"
    file.write_text(
        f'{file.read_text()}\n[notes]\nfolder = "vault"\n[bibtex]\nfile = "cited.bib"\n'
        f'[webhook]\nurl = "{hook}"\nsecret_variable = "HOOK"\nprivate_addresses = true\n'
    )
    environment = Environment(now=lambda: NOW)
    options = RunOptions(feeds=home / "feeds")
    opened = paperlark.open_profile(home, options=options, environment=environment)
    opened.make_page(DAY)
    return opened


def _save(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["save", *arguments, "--profile", str(home)])


def test_a_saved_paper_is_in_every_place_after_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", SECRET)
    with receiving() as service:
        paper = _profile(tmp_path, service.url).digest(DAY).entries[0].paper
        done = _save(tmp_path, paper.id)
        assert done.exit_code == 0, done.output
        assert done.output.splitlines() == [
            f"{paper.id}: saved",
            "notes: 1 paper saved",
            "bibtex: 1 paper saved",
            "webhook: 1 paper saved",
        ]
        assert SECRET not in done.output
        assert [one["data"]["arxiv"] for one in service.taken.values()] == [paper.id]
        again = _save(tmp_path)
        assert (again.exit_code, again.output) == (0, "all saved papers are there\n")
        assert len(service.seen) == 1
    (note,) = (tmp_path / "vault").glob("*.md")
    note.unlink()
    assert _save(tmp_path, "--to", "notes").output == (
        "notes: 1 paper found deleted there, and not saved again\n"
    )
    assert not list((tmp_path / "vault").glob("*.md"))


def test_a_place_that_fails_is_one_line_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK", raising=False)
    paper = _profile(tmp_path, "http://127.0.0.1:9/hook").digest(DAY).entries[0].paper
    (tmp_path / "vault").write_text("a file in the way")
    done = _save(tmp_path, paper.id)
    assert done.exit_code == 4
    notes, webhook = (line for line in done.output.splitlines() if line.startswith("error: "))
    assert "the folder of notes" in notes
    assert "there is no secret HOOK" in webhook
    assert "bibtex: 1 paper saved" in done.output
