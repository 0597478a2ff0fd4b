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
