"""A process that was started without a stream, or in a folder that is gone, has no traceback."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = shlex.join([sys.executable, "-m", "paperlark"])


def _shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S602
        line, shell=True, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_no_error(home: Path, closed: str) -> None:
    ran = _shell(f"{COMMAND} run --date 2025-02-26 --feeds feeds {closed}", home)
    assert ran.returncode == 0, ran.stderr
    assert (home / "pages" / "2025-02-26.html").exists()
    assert "Traceback" not in ran.stderr


def test_a_folder_that_is_gone_is_one_line(home: Path) -> None:
    ran = _shell(f"mkdir gone && cd gone && rmdir ../gone && {COMMAND} init", home)
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        "error: the current folder cannot be used (No such file or directory): cd into another one"
    ]


@pytest.mark.parametrize("lost", ["2>/dev/full", "2> >(exec 0<&-)"])
def test_a_standard_error_that_cannot_be_written_costs_no_page(home: Path, lost: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this machine")
    run = f"{COMMAND} --verbose run --date 2025-02-26 --feeds feeds {lost}"
    ran = _shell(f"bash -c {shlex.quote(run)}", home)
    assert ran.returncode == 0
    assert (home / "pages" / "2025-02-26.html").exists()
    assert "2025-02-26.html" in ran.stdout
