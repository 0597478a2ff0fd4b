"""Agents of launchd: their keys, their times, and whose they are."""

from __future__ import annotations

import plistlib
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.calendar import NEW_YORK, weekdays
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.launchd import LAUNCHD_MARK, agent, profile_of, starts_of
from paperlark.schedule.times import SchedulerClock, clocks
from standins.jobs import a_job

ZONES = ("Europe/Berlin", "Pacific/Honolulu", "Asia/Tokyo", "America/New_York", "UTC")
BERLIN = ZoneInfo("Europe/Berlin")
CLOCKS = (
    SchedulerClock(time(5, 23), (0, 1, 2, 3, 4), BERLIN),
    SchedulerClock(time(6, 23), (0, 1, 2, 3, 6), BERLIN),
)
# The keys of launchd.plist(5) with their types, as far as they are used.
DOCUMENTED = {
    "Label": str,
    "ProgramArguments": list,
    "WorkingDirectory": str,
    "EnvironmentVariables": dict,
    "StartCalendarInterval": list,
    "StandardOutPath": str,
    "StandardErrorPath": str,
    "ExitTimeOut": int,
    "ProcessType": str,
}


def test_only_documented_keys_are_used_and_with_their_types() -> None:
    job = replace(a_job(), variables={"https_proxy": "http://proxy.example.org:3128"})
    found = plistlib.loads(agent(job, CLOCKS).encode())
    assert {name: type(value) for name, value in found.items()} == DOCUMENTED
    assert found["Label"] == "paperlark.bats"
    assert found["ProcessType"] == "Background"
    assert found["EnvironmentVariables"] == {"https_proxy": "http://proxy.example.org:3128"}
    assert "EnvironmentVariables" not in plistlib.loads(agent(a_job(), CLOCKS).encode())


def test_sunday_is_nought_and_every_start_is_there() -> None:
    found = plistlib.loads(agent(a_job(), CLOCKS).encode())["StartCalendarInterval"]
    assert len(found) == 10
    assert {"Hour": 5, "Minute": 23, "Weekday": 1} in found
    assert {"Hour": 6, "Minute": 23, "Weekday": 0} in found


def test_the_clocks_and_the_profile_are_read_back() -> None:
    text = agent(a_job(), CLOCKS)
    assert text.startswith(LAUNCHD_MARK)
    assert starts_of(text, BERLIN) == CLOCKS
    assert profile_of(text) == "/home/ada/papers/paperlark.toml"


@pytest.mark.parametrize("text", ["", "<plist>", f"{LAUNCHD_MARK} -->\n<plist", "x" * 100])
def test_a_file_of_somebody_elses_has_no_clocks_and_no_profile(text: str) -> None:
    assert starts_of(text, UTC) == ()
    assert profile_of(text) == ""


@pytest.mark.parametrize("zone", ZONES)
def test_every_day_of_a_year_is_started_once_it_has_begun_in_new_york(zone: str) -> None:
    local = ZoneInfo(zone)
    first = datetime(2026, 11, 29, tzinfo=UTC).date()
    text = agent(a_job(), clocks(first, at=time(0, 20), local=None, scheduler=local))
    starts = starts_of(text, local)
    for day in weekdays(first, first + timedelta(days=364)):
        midnight = datetime.combine(day, time(), NEW_YORK)
        coming = min(clock.next(midnight) for clock in starts)
        assert coming - midnight <= timedelta(minutes=20)


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1))
def test_the_shell_is_given_the_very_paths_or_they_are_refused(name: str) -> None:
    profile = Path("/home/ada") / f"x{name}" / "p.toml"
    try:
        text = agent(a_job(profile), CLOCKS)
    except NotScheduled:
        assert not name.isprintable()
        return
    found = plistlib.loads(text.encode())
    assert found["ProgramArguments"][4] == str(profile)
    assert found["StandardOutPath"] == str(profile.with_suffix(".log"))
    assert (
        found["ProgramArguments"][2]
        == plistlib.loads(agent(a_job(), CLOCKS).encode())["ProgramArguments"][2]
    )


@pytest.mark.parametrize(("code", "alarms"), [(0, 0), (3, 0), (4, 0), (5, 1), (137, 1)])
def test_only_a_crash_raises_an_alarm(tmp_path: Path, code: int, alarms: int) -> None:
    calls, python = tmp_path / "calls", tmp_path / "my python"
    python.write_text(
        f'#!/bin/sh\necho "$*" >> "{calls}"\ncase "$*" in *morning*) exit {code} ;; esac\n'
    )
    python.chmod(0o755)
    job = a_job(tmp_path / 'Ada\'s "papers" $HOME' / "p.toml", python=python)
    words = plistlib.loads(agent(job, CLOCKS).encode())["ProgramArguments"]
    subprocess.run(words, check=False)  # noqa: S603
    told = calls.read_text().splitlines()
    assert told[0] == f"-m paperlark morning --profile {job.profile}"
    assert [line for line in told if "--alarm the morning run failed" in line] == told[1:]
    assert len(told) == 1 + alarms
