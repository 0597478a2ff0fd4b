"""What the pages on security say: tests that exist, licences that are so, no telemetry."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from audit import audit
from make_licences import PAGE, licences, locked

ROOT = Path(__file__).parent.parent.parent
THREATS = ROOT / "docs" / "threat-model.md"
_TEST = re.compile(r"\[`(?P<name>test_\w+)`\]\(\.\./(?P<file>tests/[\w/]+\.py)\)")
_WATCHED = """\
import json, sys
events = []
sys.addaudithook(lambda event, _: events.append(event) if event.startswith("socket.") else None)
if sys.argv[1:] == ["a socket"]:
    import socket
    socket.socket().close()
else:
    from paperlark.cli import cli
    cli(["demo", "--out", sys.argv[1]], standalone_mode=False)
print(json.dumps(events))
"""


def test_every_test_that_the_threat_model_names_exists() -> None:
    text = THREATS.read_text("utf-8")
    named = _TEST.findall(text)
    assert len(named) == text.count("`test_")
    assert len(named) > 40
    assert [
        f"{file}: {name}"
        for name, file in named
        if not re.search(rf"def {name}\(", (ROOT / file).read_text("utf-8"))
    ] == []


def test_every_threat_names_what_holds_it() -> None:
    sections = THREATS.read_text("utf-8").split("\n## ")[1:]
    held = [one for one in sections if not one.startswith("What is not held")]
    assert len(held) == len(sections) - 1
    for section in held:
        assert section.count("\n- **") == section.count("Shown by") > 0


def test_the_licences_are_those_of_what_is_installed() -> None:
    assert PAGE.read_text("utf-8") == licences(), "run: make licences"
    assert {"numpy", "httpx", "psycopg"} <= set(locked())


def _events(argument: str) -> list[str]:
    ended = subprocess.run(  # noqa: S603 - the words are ours
        [sys.executable, "-c", _WATCHED, argument], capture_output=True, text=True, check=True
    )
    events: list[str] = json.loads(ended.stdout.splitlines()[-1])
    return events


@pytest.mark.slow
def test_the_demo_opens_no_socket(tmp_path: Path) -> None:
    assert _events("a socket") == ["socket.__new__"]  # the hook notices one
    assert _events(str(tmp_path / "demo")) == []
    assert (tmp_path / "demo" / "2025-02-26.html").exists()


_FINE = {"name": "fine", "version": "1", "vulns": []}
_BAD = {"name": "bad", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
_SKIPPED = {"name": "odd", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "says", "code"),
    [
        ([_FINE], "No vulnerability is known for 1 packages", 0),
        ([_FINE, _BAD], "bad 2: CVE-1, mended in 3", 1),
        ([_FINE, _SKIPPED], "could not be checked: 1 of 2 packages, such as odd", 2),
        ([_BAD, _SKIPPED], "bad 2: CVE-1, mended in 3", 1),
    ],
)
def test_an_audit_tells_what_is_known_and_what_is_not(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    packages: list[object],
    says: str,
    code: int,
) -> None:
    (tmp_path / "answer").write_text(json.dumps({"dependencies": packages}))
    assert audit(_auditor(tmp_path, f"cat {tmp_path / 'answer'}"), [tmp_path / "no.txt"]) == code
    told = capsys.readouterr()
    assert says in told.out + told.err


def test_an_audit_without_an_answer_is_no_good_news(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        audit(_auditor(tmp_path, "echo no route to host >&2; exit 1"), [tmp_path / "no.txt"]) == 2
    )
    assert "could not be checked: no route to host" in capsys.readouterr().err
    assert audit(_auditor(tmp_path, "exit 0"), [tmp_path / "no.txt"]) == 2


def _auditor(folder: Path, ends: str) -> Path:
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{ends}\n")
    program.chmod(0o755)
    return program


def test_an_audit_that_cannot_be_started_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(tmp_path / "gone", [tmp_path / "no.txt"]) == 2
    assert "run it again with a network" in capsys.readouterr().err
