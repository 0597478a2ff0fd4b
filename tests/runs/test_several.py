from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from paperlark.domain.errors import PublishError
from paperlark.runs.make_page import DayOutcome
from paperlark.runs.morning import LogReporter, MorningResult
from paperlark.runs.several import SeveralMornings, profiles_of, run_several

DAY = date(2025, 2, 26)
WELL = MorningResult(DAY)
NOT_DELIVERED = MorningResult(DAY, delivered=False)
FAILED = MorningResult(DAY, (DayOutcome(DAY, error=PublishError("the disk is full")),))


def _raises(error: Exception) -> Callable[[], MorningResult]:
    def run() -> MorningResult:
        raise error

    return run


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ((WELL, WELL, WELL), 0),
        ((WELL, NOT_DELIVERED, WELL), 4),
        ((WELL, NOT_DELIVERED, FAILED), 1),
        ((WELL, None, NOT_DELIVERED), 1),
    ],
)
def test_the_exit_code_is_the_worst_whatever_the_order(
    results: tuple[MorningResult | None, ...], code: int
) -> None:
    for some in permutations(results):
        assert SeveralMornings(dict(zip("abc", some, strict=True))).exit_code == code


def test_every_morning_is_run_whatever_became_of_those_before() -> None:
    mornings = {
        "ada": _raises(PublishError("the disk is full")),
        "emmy": lambda: WELL,
        "sofia": _raises(RuntimeError("a bug of ours")),
        "mary": lambda: NOT_DELIVERED,
    }
    ended = run_several(mornings, LogReporter())
    assert ended.results == {"ada": None, "emmy": WELL, "sofia": None, "mary": NOT_DELIVERED}
    assert ended.exit_code == 1


def test_an_interruption_ends_all_mornings() -> None:
    begun: list[str] = []

    def interrupted() -> MorningResult:
        begun.append("ada")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_several({"ada": interrupted, "emmy": lambda: WELL}, LogReporter())
    assert begun == ["ada"]


def test_the_profiles_of_a_folder_are_found_in_order(tmp_path: Path) -> None:
    for name in (
        "b.toml",
        "a/paperlark.toml",
        "a/other.toml",
        ".hidden.toml",
        "c.md",
        "d/e/f.toml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "group.toml").write_text('name = "G"\n\n[sign_in]\nmethod = "mail"\n')
    assert profiles_of(tmp_path) == (tmp_path / "a" / "paperlark.toml", tmp_path / "b.toml")
    assert profiles_of(tmp_path / "lost.toml") == (tmp_path / "lost.toml",)
