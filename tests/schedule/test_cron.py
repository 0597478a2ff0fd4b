"""Crontab lines: ours between marks, the others as they were."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import NotScheduled
from paperlark.schedule.cron import block, block_of, cron_time, starts_of, with_block
from paperlark.schedule.times import SchedulerClock
from standins.jobs import a_job

CLOCKS = (
    SchedulerClock(time(4, 23), (0, 1, 2, 3, 4), UTC),
    SchedulerClock(time(5, 23), (0, 1, 2, 3, 6), UTC),
)
JOB = a_job()
LINES = block(JOB, CLOCKS)
lines = st.lists(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")))).map("\n".join)


def _as_cron_reads(command: str) -> str:
    """Return what cron hands to the shell: up to the first bare %, and escaped ones as they are."""
    assert "%" not in command.replace("\\%", "")
    return command.replace("\\%", "%")


@given(lines)
def test_all_other_lines_stay_as_they_are(before: str) -> None:
    with_ours = with_block(before, JOB.profile, LINES)
    assert block_of(with_ours, JOB.profile).count("\n") == 2
    assert with_block(with_ours, JOB.profile, LINES) == with_ours
    gone = with_block(with_ours, JOB.profile, "")
    assert gone == (before if before.endswith("\n") or not before else before + "\n")
    assert with_block(gone, JOB.profile, "") == gone


def test_the_block_stays_where_it_was_when_it_changes() -> None:
    before = f"MAILTO=ada\n{LINES}0 1 * * * backup\n"
    after = with_block(before, JOB.profile, block(JOB, CLOCKS[:1]))
    assert after.startswith("MAILTO=ada\n# paperlark begin")
    assert after.endswith(f"# paperlark end {JOB.profile}\n0 1 * * * backup\n")


def test_two_profiles_have_blocks_of_their_own() -> None:
    other = a_job(Path("/home/ada/papers/paperlark.toml2"))
    both = with_block(LINES, other.profile, block(other, CLOCKS))
    assert with_block(both, JOB.profile, "") == block(other, CLOCKS)


@pytest.mark.parametrize(
    "broken", [LINES.rpartition("# paperlark end")[0], LINES + LINES, LINES.split("\n", 1)[1]]
)
def test_marks_that_somebody_changed_are_not_guessed_at(broken: str) -> None:
    with pytest.raises(NotScheduled, match="crontab -e"):
        with_block(broken, JOB.profile, LINES)


@given(st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="/\\"), min_size=1))
def test_the_shell_is_given_the_very_paths(name: str) -> None:
    if name in {".", ".."} or not name.isprintable():
        return
    profile = Path("/home/ada") / name / "p.toml"
    try:
        line = block(a_job(profile), CLOCKS[:1]).split("\n")[1]
    except NotScheduled:
        assert len(name) > 50
        return
    command = _as_cron_reads(line.split(" ", 5)[5])
    words = shlex.split(command)
    assert words[words.index("--profile") + 1] == str(profile)
    log = str(profile.with_suffix(".log"))
    assert words[:2] == [":", ">>"]
    assert words[2:6] == [f"{log};", "chmod", "600", f"{log};"]
    assert words[-2:] == [log, "2>&1"]


def test_a_page_that_says_what_is_missing_raises_no_alarm() -> None:
    assert "|| [ $? -le 4 ] ||" in LINES


def test_proxies_and_certificates_are_set_for_that_line_alone() -> None:
    job = replace(JOB, variables={"ALL_PROXY": "socks5h://proxy:1080", "NO_PROXY": "a, b"})
    for line in block(job, CLOCKS).splitlines()[1:-1]:
        assert " export ALL_PROXY=socks5h://proxy:1080; export NO_PROXY='a, b'; { " in line


def test_the_clocks_are_read_back() -> None:
    assert starts_of(LINES, UTC) == CLOCKS
    assert [cron_time(clock) for clock in CLOCKS] == ["23 4 * * 1-5", "23 5 * * 0-4"]


@pytest.mark.parametrize("name", ["back\\slash", "new\nline", "a" * 400])
def test_a_path_that_no_crontab_can_hold_is_refused(name: str) -> None:
    with pytest.raises(NotScheduled):
        block(a_job(Path("/home/ada") / name / "p.toml"), CLOCKS)
