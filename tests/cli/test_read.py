"""`paperlark read`: whose pages it serves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperlark.cli import cli

MISSING = "no group here.toml"


@pytest.fixture
def in_a_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a group that is not there, as an administrator's shell does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPERLARK_GROUP", MISSING)


def _read(arguments: Sequence[str]) -> Result:
    return CliRunner().invoke(cli, ["read", "--no-open", *arguments])


def _told(result: Result) -> str:
    return f"{result.output} {result.exception}"


@pytest.mark.usefixtures("in_a_group")
def test_the_group_of_the_environment_is_served() -> None:
    assert MISSING in _told(_read([]))


@pytest.mark.usefixtures("in_a_group")
@pytest.mark.parametrize("own", [["ada.toml"], ["--profile", "ada.toml"]])
def test_profiles_that_are_named_are_read_all_the_same(own: list[str], tmp_path: Path) -> None:
    (tmp_path / "ada.toml").write_text("categories = 3\n")
    told = _told(_read(own))
    assert MISSING not in told
    assert "categories" in told


@pytest.mark.parametrize("own", [["ada.toml"], ["--profile", "ada.toml"]])
def test_a_group_and_a_profile_at_once_are_refused(
    own: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ada.toml").write_text("categories = 3\n")
    assert "--group names the profiles" in _told(_read([*own, "--group", MISSING]))
