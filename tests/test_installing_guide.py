"""The guide to installing, run from top to bottom in an empty home.

No index is asked: packages that paperlark needs are put beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from standins.environments import add_packages

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "how-to" / "installing.md"
_BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_ENDS = {"paperlark doctor": {0, 3}}


def _commands() -> list[str]:
    blocks = _BLOCK.findall(GUIDE.read_text("utf-8"))
    return [line.strip() for _, block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty home, with a copy of the source in it."""
    source = tmp_path / "source"
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    return tmp_path


class _Terminal:
    """Runs one command after the other, and keeps what was exported."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            # The builder is the one that is installed here: pip would fetch another one.
            "PIP_NO_BUILD_ISOLATION": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run(self, command: str) -> str:
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            value = value.strip('"').replace("$HOME", str(self.home))
            self.environment[name] = value.replace("$PATH", self.environment["PATH"])
            return ""
        done = subprocess.run(  # noqa: S603
            ["/bin/bash", "-eo", "pipefail", "-c", command],
            cwd=self.home / "source",
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
        )
        may = next((ends for name, ends in _ENDS.items() if command.startswith(name)), {0})
        assert done.returncode in may, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_command_of_the_guide_works_and_leaves_nothing(home: Path) -> None:
    terminal, told = _Terminal(home), dict[str, str]()
    for number, command in enumerate(_commands()):
        told[command] = terminal.run(command)
        if "-m venv" in command:
            add_packages(home / "paperlark")
        if command == "paperlark --version":
            _reader(terminal, home)
        if "--install git+" in command:
            assert "@0123456789abcdef" in (home / "mine" / "Dockerfile").read_text()
            assert not list((home / "mine").glob("*.whl"))
        if command.startswith("tar -xzf"):
            assert not (home / "again" / "paperlark.db").exists()
            assert list((home / "again" / "pages").glob("*.html"))
        if command.startswith(("cp ", "paperlark restore")):
            assert _days(home / "again" / "paperlark.db") == _days(home / "mine" / "paperlark.db")
        if command.startswith("paperlark schedule") and number and "--install" not in command:
            folder = home / ("again" if "~/again" in command else "mine")
            assert len(list(folder.glob("*.whl"))) == ("--remove" not in command)
    (listed,) = (text for command, text in told.items() if command.endswith("--list"))
    for what in ("completion of bash", "schedule of again", "database", "pages", "criteria"):
        assert what in listed
    # The source that was there before, and the backup, are all that is left of it.
    left = {path.relative_to(home).parts[0] for path in home.rglob("*paperlark*")}
    assert left == {"source", "backup"}
    assert not [one for one in ("mine", "again", "wheels") if (home / one).exists()]


def _days(database: Path) -> int:
    with closing(sqlite3.connect(database)) as opened:
        return int(opened.execute("SELECT count(*) FROM digests").fetchone()[0])


def _reader(terminal: _Terminal, home: Path) -> None:
    """Make a profile and a page, as whoever has installed it would."""
    terminal.run("paperlark init ~/mine --yes --category cs.LG --interests 'Bats and sonar.'")
    feeds = home / "source" / "src" / "paperlark" / "sample" / "feeds"
    terminal.run(f"paperlark run --date 2025-02-26 --feeds {feeds} --profile ~/mine")
    assert _days(home / "mine" / "paperlark.db") > 0
