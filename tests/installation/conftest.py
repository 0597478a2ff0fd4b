from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperlark.cli import cli
from paperlark.settings.environment import Environment

Run = Callable[..., Result]

_SYSTEMCTL = '#!/bin/sh\necho "$*" >> "$HOME/systemctl"\n'
_CRONTAB = """#!/bin/sh
case "$1" in
  -l) test -e "$HOME/crontab" || { echo "no crontab" >&2; exit 1; }; cat "$HOME/crontab" ;;
  -) cat > "$HOME/crontab" ;;
esac
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home, with a systemd and a cron of its own."""
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.delenv(f"XDG_{name}_HOME", raising=False)
    there = tmp_path / "home"
    (there / "work").mkdir(parents=True)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("systemctl", _SYSTEMCTL), ("crontab", _CRONTAB)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(there))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.chdir(there / "work")
    return there


@pytest.fixture
def run(home: Path) -> Run:  # noqa: ARG001  # run in there
    def invoke(*arguments: str, answer: str = "") -> Result:
        return CliRunner().invoke(
            cli, arguments, prog_name="paperlark", obj=Environment(), input=answer
        )

    return invoke
