"""Several profiles in one morning: what goes wrong with one is its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from standins.arxiv import StandInArxiv
from standins.commands import Paperlark

DAY = "2025-02-26"


@pytest.fixture
def readers(home: Path, arxiv: StandInArxiv) -> Path:
    """Return a folder with the profiles of three readers."""
    del arxiv
    folder = home / "readers"
    for name in ("ada", "emmy", "sofia"):
        (folder / name).mkdir(parents=True)
        shutil.copy(home / "criteria.md", folder / name)
        text = (home / "paperlark.toml").read_text().replace('"Bats"', f'"{name.title()}"')
        (folder / name / "paperlark.toml").write_text(text)
    return folder


def _made(readers: Path) -> list[str]:
    return sorted(page.parts[-3] for page in readers.glob(f"*/pages/{DAY}.html"))


def test_every_profile_of_a_folder_has_its_morning(readers: Path, paperlark: Paperlark) -> None:
    result = paperlark("morning", "--no-wait", "--profile", "readers")
    assert result.exit_code == 0, result.output
    assert _made(readers) == ["ada", "emmy", "sofia"]
    for name in ("ada", "emmy", "sofia"):
        assert f"readers/{name}/paperlark.toml:" in result.stderr


def test_one_with_a_mistake_does_not_stop_the_others_and_the_exit_code_says_so(
    readers: Path, paperlark: Paperlark
) -> None:
    with (readers / "emmy" / "paperlark.toml").open("a") as profile:
        profile.write("pagesize = 3\n")
    named = [f"--profile=readers/{name}/paperlark.toml" for name in ("emmy", "ada", "sofia")]
    result = paperlark("morning", "--no-wait", *named)
    assert result.exit_code == 1
    assert "pagesize" in result.stderr
    assert _made(readers) == ["ada", "sofia"]


def test_one_that_breaks_down_does_not_stop_the_others(
    readers: Path, paperlark: Paperlark, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paperlark.runs import morning  # noqa: PLC0415

    def broken(one: morning.Morning) -> tuple[None, bool]:
        if one.settings.profile.title == "Ada":
            raise RuntimeError("a bug of ours")
        return None, True

    monkeypatch.setattr(morning, "_publish_site", broken)
    result = paperlark("morning", "--no-wait", "--profile", "readers")
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "broke down (RuntimeError)" in result.stderr
    assert _made(readers) == ["ada", "emmy", "sofia"]


def test_a_profile_that_is_named_twice_has_one_morning(readers: Path, paperlark: Paperlark) -> None:
    named = ("--profile", "readers", "--profile", "readers/ada/paperlark.toml")
    result = paperlark("morning", "--no-wait", *named)
    assert result.exit_code == 0
    assert result.stderr.count("readers/ada/paperlark.toml:\n") == 1
    assert len(_made(readers)) == 3


def test_a_folder_without_profiles_is_a_mistake_of_the_command(
    home: Path, paperlark: Paperlark
) -> None:
    (home / "nothing").mkdir()
    result = paperlark("morning", "--profile", "nothing")
    assert result.exit_code == 2
    assert "no profile (.toml) in nothing" in result.stderr


def test_a_profile_that_is_not_there_is_told_beside_the_others(
    readers: Path, paperlark: Paperlark
) -> None:
    result = paperlark("morning", "--no-wait", "--profile", "readers", "--profile", "lost.toml")
    assert result.exit_code == 1
    assert "lost.toml" in result.stderr
    assert len(_made(readers)) == 3
