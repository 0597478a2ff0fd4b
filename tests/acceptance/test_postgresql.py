"""The same days on both engines: pages of the same bytes, and answers of the same words."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperlark.cli import cli
from standins.postgresql import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROFILE = """\
name = "Month"
id = "month"
categories = ["cs.LG"]
page_size = 10
database = {database}
[[follow]]
name = "Yoshua Bengio"
"""
CRITERIA = "## Sparsity\nRelevant: pruning, quantization.\nNot relevant: medical images."
QUESTIONS = (
    ("search", "pruning of large language models"),
    ("search", "quantiz*", "--selected"),
    ("search", "--author", "Wang", "--from", "2025-02-20"),
    ("vote", "--list"),
    ("why", "2502.12206"),
    ("cost",),
)


def _profile(folder: Path, database: str) -> Path:
    folder.mkdir()
    (folder / "criteria.md").write_text(CRITERIA)
    profile = folder / "paperlark.toml"
    profile.write_text(PROFILE.format(database=json.dumps(database)))
    return profile


def _run(profile: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(cli, [*arguments, "--profile", str(profile)])
    assert result.exit_code == 0, result.output
    return result


def _live(profile: Path, feeds: Path) -> None:
    """Make days in and out of order, vote in between, take a vote back, restore."""
    days = ("2025-02-19", "2025-02-21", "2025-02-20")
    for day in days:
        _run(profile, "run", "--date", day, "--feeds", str(feeds))
    _run(profile, "vote", "2502.12206", "2502.12164", "up", "--no-effect")
    _run(profile, "vote", "2502.12164", "none", "--no-effect")
    for day in ("2025-02-24", "2025-02-21"):
        _run(profile, "run", "--date", day, "--feeds", str(feeds))


def _votes(profile: Path) -> list[list[str]]:
    """Return day, vote and paper of each; a title may be lost with a database."""
    listed = _run(profile, "vote", "--list").stdout
    return [line.split()[:3] for line in listed.splitlines()]


def test_pages_are_the_same_bytes_and_questions_have_the_same_answers(
    shared: Path, server: Server, tmp_path: Path
) -> None:
    address = server.database()
    profiles = (
        _profile(tmp_path / "sqlite", "paperlark.db"),
        _profile(tmp_path / "postgresql", address),
    )
    for profile in profiles:
        _live(profile, shared / "feeds" / "month")
        _run(profile, "site")
    one, other = (profile.parent for profile in profiles)
    made = [path.relative_to(one) for path in sorted((one / "pages").iterdir())]
    assert len(made) == 16
    for path in made:
        assert (one / path).read_bytes() == (other / path).read_bytes(), path
    for question in QUESTIONS:
        # The pages were made one after the other, at times that `why` names.
        answers = [
            re.sub(r"\d\d:\d\d UTC", "", _run(profile, *question).stdout) for profile in profiles
        ]
        assert answers[0] == answers[1] != "", question
    assert not (other / "paperlark.db").exists()
    server.drop(address)


def test_a_lost_database_is_restored_from_the_pages(
    shared: Path, server: Server, tmp_path: Path
) -> None:
    address = server.database()
    profile = _profile(tmp_path / "papers", address)
    _live(profile, shared / "feeds" / "month")
    votes = _votes(profile)
    server.drop(address)
    again = server.database()
    profile.write_text(PROFILE.format(database=json.dumps(again)))
    _run(profile, "restore")
    assert _votes(profile) == votes != []
    assert "on your page" in _run(profile, "why", "2502.12206").stdout
    server.drop(again)


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("postgresql://ada:owl-secret@db/papers", "without its password"),
        ("postgresql://db/papers?password=owl-secret", "without its password"),
        ("mysql://db/papers", "neither a file nor a postgresql:// address"),
        ("postgresql://ada@127.0.0.1:9/papers", "check the address, and that the server runs"),
    ],
)
def test_a_database_that_cannot_be_is_told_in_one_line(
    tmp_path: Path, database: str, said: str
) -> None:
    profile = _profile(tmp_path / "papers", database)
    result = CliRunner().invoke(cli, ["today", "--profile", str(profile)])
    assert result.exit_code == 1
    assert said in result.stderr
    assert "owl-secret" not in result.output
    assert len(result.stderr.strip().splitlines()) == 1, os.linesep + result.stderr
