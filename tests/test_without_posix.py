"""A reader's first day where the system lacks what only POSIX has, as Windows does.

The real systems are in `.github/workflows/systems.yml`; here Python is made to lack functions,
signals and modules that Windows has not, so that whoever uses one of them finds out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LACKING = """
import os, signal, sys
functions = ("getuid", "geteuid", "getgid", "getegid", "chown", "lchown", "fchown", "fork",
             "setsid", "killpg", "getpgid", "mkfifo", "O_DIRECTORY", "O_NOFOLLOW")
signals = ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGKILL", "SIGPIPE", "SIGQUIT",
           "pthread_kill", "setitimer", "alarm")
for module, names in ((os, functions), (signal, signals)):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
for name in ("fcntl", "pwd", "grp", "termios", "resource", "tty", "pty", "readline"):
    sys.modules[name] = None
from paperlark.cli import main
main()
"""
FEEDS = ROOT / "src" / "paperlark" / "sample" / "feeds"
WRITES_AN_ID = 'name = "Bats"\ncategories = ["cs.LG"]\n'


def _run(home: Path, *arguments: str, told: str = "") -> str:
    # As a Windows console's code page: what it does not have becomes a question mark.
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-c", LACKING, *arguments],
        cwd=home, env=environment, input=told.encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 3}, done.stderr.decode("cp1252", "replace")
    assert b"Traceback" not in done.stderr
    return done.stdout.decode("cp1252")


@pytest.mark.slow
@pytest.mark.parametrize("made", ["by init", "by hand"])
def test_a_day_is_made_voted_on_published_and_checked(tmp_path: Path, made: str) -> None:
    profile = tmp_path / "mine" / "paperlark.toml"
    if made == "by init":
        _run(tmp_path, "init", "mine", "--yes", "--category", "cs.LG", "--interests", "Bats.")
    else:
        profile.parent.mkdir()
        profile.write_text(WRITES_AN_ID)
        profile.with_name("criteria.md").write_text("## Bats\nRelevant: echolocation.\n")
    day = ("--date", "2025-02-26", "--feeds", str(FEEDS), "--no-llm")
    _run(tmp_path, "run", *day, "--profile", str(profile))
    assert (profile.parent / "pages" / "2025-02-26.html").is_file()
    assert "id = " in profile.read_text("utf-8")
    assert "up" in _run(tmp_path, "vote", "2502.17598", "up", "--profile", str(profile))
    _run(tmp_path, "site", "--profile", str(profile))
    assert (profile.parent / "site" / "index.html").is_file()
    _run(tmp_path, "doctor", "--offline", "--profile", str(profile))
    assert "kept KEY in" in _run(tmp_path, "secret", "set", "KEY", "--file", told="a secret")
    assert "26 February 2025" in _run(tmp_path, "show", "--profile", str(profile))
