"""Units that systemd reads as they were meant, whatever the paths."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import NotScheduled
from paperlark.schedule.systemd import MIDNIGHT, quoted, starts_of, units
from paperlark.schedule.times import clocks
from standins.jobs import a_job

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")
HOSTILE = [
    "plain",
    "with a blank",
    "100% é 論文 😀",
    "$HOME ${HOME}",
    "a;b&c|d",
    "it is #1",
    "%h %% %",
]
printable = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), min_size=1)


def _verify(folder: Path, texts: dict[str, str]) -> str:
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    assert ANALYZE is not None
    files = [str(folder / name) for name in texts]
    done = subprocess.run(  # noqa: S603
        [ANALYZE, "verify", "--user", "--man=no", *files],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)},
    )
    return done.stderr + ("" if done.returncode == 0 else f"exit code {done.returncode}")


def _read_argument(text: str) -> str:
    """Read one quoted argument as systemd's manual says: escapes, then specifiers."""
    assert text[0] == text[-1] == '"'
    unescaped = re.sub(r"\\(.)", lambda found: found[1], text[1:-1])
    assert re.fullmatch(r"([^%]|%%)*", unescaped)
    return unescaped.replace("%%", "%")


@needs_systemd
@pytest.mark.parametrize("name", HOSTILE)
def test_systemd_finds_the_program_whatever_its_path(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    python = folder / "python"
    # A path that is read wrongly is of a program that does not exist, which systemd says.
    python.symlink_to(sys.executable)
    job = a_job(folder / f"{name}.toml", name=name, python=python)
    assert _verify(tmp_path, dict(units(job, "paperlark-bats"))) == ""


@needs_systemd
def test_the_check_itself_notices_a_wrong_path(tmp_path: Path) -> None:
    job = a_job(tmp_path / "paperlark.toml", python=tmp_path / "nowhere")
    assert "not executable" in _verify(tmp_path, dict(units(job, "paperlark-bats")))


@needs_systemd
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Honolulu", "Asia/Tokyo"])
def test_systemd_knows_the_timers_clock(zone: str) -> None:
    here = ZoneInfo(zone)
    own = clocks(date(2026, 11, 22), at=time(22, 0), local=here, scheduler=here)
    for starts in ((MIDNIGHT,), own):
        timer = units(a_job(), "paperlark-bats", starts)["paperlark-bats.timer"]
        assert ANALYZE is not None
        for found in re.findall(r"^OnCalendar=(.*)$", timer, re.MULTILINE):
            subprocess.run([ANALYZE, "calendar", found], check=True, capture_output=True)  # noqa: S603
        assert starts_of(timer, here) == starts


def test_midnight_is_new_yorks_and_missed_mornings_are_made_up_for() -> None:
    timer = units(a_job(), "paperlark-bats")["paperlark-bats.timer"]
    assert "OnCalendar=Mon..Fri *-*-* 00:20:00 America/New_York\n" in timer
    assert "Persistent=true\n" in timer
    assert "RandomizedDelaySec=20min\n" in timer


def test_a_time_of_ones_own_is_kept_to_the_minute() -> None:
    here = ZoneInfo("Europe/Berlin")
    own = clocks(date(2026, 11, 22), at=time(7, 30), local=here, scheduler=here)
    timer = units(a_job(), "paperlark-bats", own)["paperlark-bats.timer"]
    assert "OnCalendar=Mon..Fri *-*-* 07:30:00\n" in timer
    assert "RandomizedDelaySec" not in timer


def test_proxies_and_certificates_are_in_the_units() -> None:
    variables = {"https_proxy": "http://proxy:3128", "SSL_CERT_FILE": "/etc/100% ours.pem"}
    texts = units(replace(a_job(), variables=variables), "paperlark-bats")
    for name in ("paperlark-bats.service", "paperlark-bats-alarm.service"):
        assert 'Environment="https_proxy=http://proxy:3128"\n' in texts[name]
        assert 'Environment="SSL_CERT_FILE=/etc/100%% ours.pem"\n' in texts[name]


def test_no_secret_is_in_a_unit() -> None:
    for text in units(a_job(secrets=("OPENAI_API_KEY",)), "paperlark-bats").values():
        assert "OPENAI_API_KEY" not in text


def test_a_partial_page_is_no_failure_and_a_failure_is_told() -> None:
    written = units(a_job(), "paperlark-bats")
    assert "SuccessExitStatus=3\n" in written["paperlark-bats.service"]
    assert "OnFailure=paperlark-bats-alarm.service\n" in written["paperlark-bats.service"]
    assert " deliver " in written["paperlark-bats-alarm.service"]


@given(printable)
def test_an_argument_is_read_back_as_it_was(text: str) -> None:
    if text.isprintable():
        assert _read_argument(quoted(text)) == text


@pytest.mark.parametrize(
    "profile", ["/home/ada/new\nline/p.toml", "/home/ada/back\\/p.toml", "/home/ada/blank /p.toml"]
)
def test_a_path_that_no_unit_can_hold_is_refused(profile: str) -> None:
    with pytest.raises(NotScheduled):
        units(a_job(Path(profile)), "paperlark-bats")


def test_a_program_that_systemd_cannot_start_is_refused() -> None:
    with pytest.raises(NotScheduled, match="cron"):
        units(a_job(python=Path('/opt/"new"/python')), "paperlark-bats")
