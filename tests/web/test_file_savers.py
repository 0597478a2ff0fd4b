"""Notes and the BibTeX file follow what is saved in the app, without holding anybody up."""

from __future__ import annotations

import logging
import shutil
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.settings.environment import Environment
from paperlark.store.lock import run_lock
from paperlark.web.current import CurrentProfile
from paperlark.web.file_savers import FileSavers

DAY = date(2025, 2, 26)
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
PLACES = """
[notes]
folder = "vault"
[bibtex]
file = "cited.bib"
[webhook]
url = "https://nowhere.invalid/hook"
"""


@pytest.fixture
def profile(tmp_path: Path) -> OpenedProfile:
    shutil.copytree(str(files("paperlark") / "sample"), tmp_path, dirs_exist_ok=True)
    file = tmp_path / "paperlark.toml"
    file.write_text(f"{file.read_text()}{PLACES}")
    variables = {f"XDG_{name}_HOME": str(tmp_path) for name in ("CACHE", "CONFIG", "DATA")}
    environment = Environment(variables=variables, now=lambda: NOW)
    options = RunOptions(feeds=tmp_path / "feeds")
    opened = paperlark.open_profile(tmp_path, options=options, environment=environment)
    opened.make_page(DAY)
    return opened


def _home(profile: OpenedProfile) -> Path:
    assert profile.path is not None
    return profile.path.parent


def _notes(profile: OpenedProfile) -> list[str]:
    return sorted(one.name for one in (_home(profile) / "vault").glob("*.md"))


def test_files_follow_what_is_saved_and_unsaved(
    profile: OpenedProfile, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    savers = FileSavers(CurrentProfile(profile), pause=0)
    first, second = (one.paper for one in profile.digest(DAY).entries[:2])
    for paper in (first, second):
        profile.reading.triage(paper.id, "save", page=DAY)
        savers.start()
    assert savers.join(30)
    cited = _home(profile) / "cited.bib"
    assert len(_notes(profile)) == 2
    assert cited.read_text().count("@misc") == 2
    profile.reading.triage(first.id, "save", on=False)
    savers.start()
    assert savers.join(30)
    assert cited.read_text().count("@misc") == 1
    assert len(_notes(profile)) == 2
    assert caplog.records == []


def test_a_run_that_is_at_work_is_left_alone(profile: OpenedProfile) -> None:
    savers = FileSavers(CurrentProfile(profile), pause=0)
    profile.reading.triage(profile.digest(DAY).entries[0].paper.id, "save", page=DAY)
    with run_lock(profile.settings.database, patience=0, reader=profile.settings.profile.id):
        savers.start()
        assert savers.join(30)
        assert _notes(profile) == []
    savers.start()
    assert savers.join(30)
    assert len(_notes(profile)) == 1


def test_a_paper_that_was_saved_away_from_its_page_has_what_the_page_says(
    profile: OpenedProfile,
) -> None:
    profile.reading.triage(profile.digest(DAY).entries[0].paper.id, "save")
    profile.bring_saved(saver="notes")
    (name,) = _notes(profile)
    text = (_home(profile) / "vault" / name).read_text()
    assert "\nannounced: 2025-02-26\n" in text
    assert "\ncriterion: " in text
