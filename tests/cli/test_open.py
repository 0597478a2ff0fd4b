"""`paperlark open`, with a browser that notes what it was shown."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from standins.commands import Paperlark


def _in_browser(home: Path, browser: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "HOME": str(home),
        "PATH": "",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "BROWSER": browser,
    }
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "paperlark", "open", *arguments],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def page(paperlark: Paperlark, home: Path) -> Path:
    assert paperlark("run", "--date", "2025-02-26", "--feeds", "feeds").exit_code == 0
    return home / "pages" / "2025-02-26.html"


def test_the_latest_page_is_shown_and_its_path_printed(page: Path, home: Path) -> None:
    browser = home / "browser"
    browser.write_text(f'#!{sys.executable}\nimport sys\nopen("shown", "w").write(sys.argv[1])\n')
    browser.chmod(0o700)
    result = _in_browser(home, f"{browser} %s")
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{page}\n", "")
    assert (home / "shown").read_text() == page.as_uri()


def test_where_there_is_no_browser_the_path_is_printed_all_the_same(page: Path, home: Path) -> None:
    result = _in_browser(home, "/nowhere/browser")
    assert (result.returncode, result.stdout) == (1, f"{page}\n")
    assert result.stderr == (
        "error: no browser could be opened here: open the file above yourself\n"
    )


def test_it_only_prints_where_that_is_asked(page: Path, paperlark: Paperlark) -> None:
    result = paperlark("open", "2025-02-26", "--print")
    assert (result.exit_code, result.output) == (0, f"{page}\n")


def test_a_day_without_a_page_is_told(page: Path, paperlark: Paperlark) -> None:
    result = paperlark("open", "2025-02-25")
    assert result.exit_code == 1
    assert "'Bats' has no page of 2025-02-25: make it: paperlark run --date" in result.output
    page.unlink()
    assert "the page of 2025-02-26 is not at" in paperlark("open").output


def test_before_the_first_page_there_is_nothing_to_open(paperlark: Paperlark) -> None:
    result = paperlark("open", "--print")
    assert result.exit_code == 1
    assert "make one: paperlark today" in result.output


def test_a_profile_is_named_by_its_folder(page: Path, paperlark: Paperlark, home: Path) -> None:
    assert paperlark("open", "--print", "--profile", str(home)).output == f"{page}\n"
