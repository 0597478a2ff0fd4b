"""Tasks of Windows' Task Scheduler: their XML, their times, and what they start."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.calendar import NEW_YORK, weekdays
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.times import SchedulerClock, clocks
from paperlark.schedule.windows import (
    NAMESPACE,
    WINDOWS_MARK,
    profile_of,
    run_morning,
    starts_of,
    task,
)
from standins.jobs import a_job

BERLIN = ZoneInfo("Europe/Berlin")
CLOCKS = (
    SchedulerClock(time(5, 23), (0, 1, 2, 3, 4), BERLIN),
    SchedulerClock(time(6, 23), (0, 1, 2, 3, 6), BERLIN),
)
IN = f"{{{NAMESPACE}}}"
# The elements of Microsoft's schema for tasks, as far as they are used, with what they hold.
DOCUMENTED = {
    "Task": {"RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"},
    "RegistrationInfo": {"Description", "Source"},
    "Triggers": {"CalendarTrigger"},
    "CalendarTrigger": {"StartBoundary", "ScheduleByWeek"},
    "ScheduleByWeek": {"WeeksInterval", "DaysOfWeek"},
    "DaysOfWeek": {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
    "Principals": {"Principal"},
    "Principal": {"LogonType", "RunLevel"},
    "Settings": {
        "MultipleInstancesPolicy",
        "DisallowStartIfOnBatteries",
        "StopIfGoingOnBatteries",
        "StartWhenAvailable",
        "ExecutionTimeLimit",
    },
    "Actions": {"Exec"},
    "Exec": {"Command", "Arguments", "WorkingDirectory"},
}


def test_only_documented_elements_are_used_and_where_they_belong() -> None:
    root = fromstring(task(a_job(), CLOCKS).encode("utf-16"))
    for element in root.iter():
        inside = {child.tag.removeprefix(IN) for child in element}
        assert inside <= DOCUMENTED.get(element.tag.removeprefix(IN), set())
    assert root.get("version") == "1.2"
    assert root.findtext(f"{IN}Settings/{IN}StartWhenAvailable") == "true"
    # The schema wants the boundary before the schedule.
    assert [one.tag.removeprefix(IN) for one in root.findall(f".//{IN}CalendarTrigger/*")] == [
        "StartBoundary",
        "ScheduleByWeek",
    ] * 2


def test_times_are_of_the_machines_clock() -> None:
    root = fromstring(task(a_job(), CLOCKS).encode("utf-16"))
    found = [one.text for one in root.iter(f"{IN}StartBoundary")]
    # With an offset or a Z they would be of another clock.
    assert found == ["2025-01-01T05:23:00", "2025-01-01T06:23:00"]


def test_the_clocks_and_the_profile_are_read_back() -> None:
    text = task(a_job(), CLOCKS)
    assert text.startswith(WINDOWS_MARK)
    assert starts_of(text, BERLIN) == CLOCKS
    assert profile_of(text) == "/home/ada/papers/paperlark.toml"


@pytest.mark.parametrize("text", ["", "<Task/>", f"{WINDOWS_MARK} -->\n<Task", "x" * 100])
def test_a_file_of_somebody_elses_has_no_clocks_and_no_profile(text: str) -> None:
    assert starts_of(text, UTC) == ()
    assert profile_of(text) == ""


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Honolulu", "Asia/Tokyo", "UTC"])
def test_every_day_of_a_year_is_started_once_it_has_begun_in_new_york(zone: str) -> None:
    local = ZoneInfo(zone)
    first = datetime(2026, 11, 29, tzinfo=UTC).date()
    text = task(a_job(), clocks(first, at=time(0, 20), local=None, scheduler=local))
    starts = starts_of(text, local)
    for day in weekdays(first, first + timedelta(days=364)):
        midnight = datetime.combine(day, time(), NEW_YORK)
        assert min(clock.next(midnight) for clock in starts) - midnight <= timedelta(minutes=20)


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1))
def test_a_path_is_a_value_or_refused(name: str) -> None:
    profile = Path("/home/ada") / f"x{name}" / "p.toml"
    try:
        text = task(a_job(profile), CLOCKS)
    except NotScheduled:
        assert not name.isprintable() or any(one in name for one in ("%", "$(", '"'))
        return
    root = fromstring(text.encode("utf-16"))
    assert profile_of(text) == str(profile)
    assert str(profile) in root.findtext(f".//{IN}Arguments")
    assert root.findtext(f".//{IN}WorkingDirectory") == str(profile.parent)
    assert len(list(root.iter())) == len(
        list(fromstring(task(a_job(), CLOCKS).encode("utf-16")).iter())
    )


def test_on_windows_no_window_opens() -> None:
    job = a_job(python=Path("C:/venv/Scripts/python.exe"))
    root = fromstring(task(job, CLOCKS).encode("utf-16"))
    assert root.findtext(f".//{IN}Command") == "C:/venv/Scripts/pythonw.exe"


@pytest.mark.parametrize(("code", "alarms"), [(0, 0), (3, 0), (4, 0), (5, 1), (137, 1)])
def test_what_it_starts_logs_and_only_a_crash_raises_an_alarm(
    tmp_path: Path, code: int, alarms: int
) -> None:
    python = tmp_path / "my python"
    python.write_text(f'#!/bin/sh\necho "$*"\ncase "$*" in *morning*) exit {code} ;; esac\n')
    python.chmod(0o755)
    profile = tmp_path / "p.toml"
    assert run_morning(profile, python) == code
    told = (tmp_path / "p.log").read_text().splitlines()
    assert told[0] == f"-m paperlark morning --profile {profile}"
    assert (
        told[1:]
        == [f"-m paperlark deliver --alarm the morning run failed --profile {profile}"] * alarms
    )


@pytest.mark.slow
def test_the_tasks_words_start_the_morning(tmp_path: Path) -> None:
    job = a_job(tmp_path / "paperlark.toml")
    root = fromstring(task(job, CLOCKS).encode("utf-16"))
    words = root.findtext(f".//{IN}Arguments").split()
    done = subprocess.run([sys.executable, *words], check=False)  # noqa: S603
    # There is no profile: the morning says so, into the log.
    assert done.returncode == 1
    assert "paperlark.toml" in (tmp_path / "paperlark.log").read_text()
