"""`paperlark vote -`: votes that come as lines on standard input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperlark.cli import cli
from paperlark.settings.environment import Environment
from standins.commands import Paperlark

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
TIMED = "2502.00007 want 2025-02-26 3 2025-02-26T08:11:03Z\n"


@pytest.fixture
def made(paperlark: Paperlark) -> Paperlark:
    """Return the commands in a place where one day's page was made."""
    assert paperlark(*RUN).exit_code == 0
    return paperlark


@pytest.fixture
def said(made: Paperlark, environment: Environment) -> Callable[..., Result]:  # noqa: ARG001
    """Return `paperlark vote -` with these lines on standard input."""

    def run(lines: str | bytes, *options: str) -> Result:
        return CliRunner().invoke(cli, ["vote", "-", *options], input=lines, obj=environment)

    return run


def test_each_line_is_a_vote(made: Paperlark, said: Callable[..., Result]) -> None:
    result = said("2502.00007 want\n2502.00008 not 2025-02-26 2\narXiv:2502.00009 save\n")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "want    2502.00007  Bats 7\nnot     2502.00008  Bats 8\nsave    2502.00009  Bats 9\n"
        "3 votes kept\n"
    )
    assert made("vote", "--list").stdout == (
        "2025-02-26  up    2502.00007  Bats 7\n2025-02-26  down  2502.00008  Bats 8\n"
    )


def test_a_bad_line_is_named_and_the_others_are_kept(
    made: Paperlark, said: Callable[..., Result]
) -> None:
    result = said("2502.00007 want\nhello\x1b[31m want\n\n2501.99999 not\n2502.00008 up\n")
    assert result.exit_code == 3
    assert result.stdout.endswith("2 votes kept, 2 lines not kept\n")
    first, second = result.stderr.splitlines()
    assert first.startswith("line 2 ('hello[31m want'): no arXiv identifier")
    assert second.startswith("line 4 ('2501.99999'): this paper is not in the archive")
    assert made("vote", "--list").stdout.count("  up  ") == 2


def test_of_many_bad_lines_the_first_are_named(said: Callable[..., Result]) -> None:
    result = said("hello\n" * 25)
    assert len(result.stderr.splitlines()) == 21
    assert result.stderr.endswith("and 5 more lines like these\n")


@pytest.mark.parametrize("line", ["2502.00007 want\n", TIMED])
def test_the_same_line_twice_counts_once(line: str, said: Callable[..., Result]) -> None:
    assert said(line + line).stdout.endswith("1 vote kept, 1 there already\n")
    assert said(line).stdout == "0 votes kept, 1 there already\n"


def test_a_line_with_its_time_does_not_bring_back_what_was_taken_back(
    made: Paperlark, said: Callable[..., Result]
) -> None:
    said(TIMED)
    said("2502.00007 none\n")
    assert made("vote", "--list").stdout == ""
    said(TIMED)
    assert made("vote", "--list").stdout == ""
    said("2502.00007 want\n")
    assert "up    2502.00007" in made("vote", "--list").stdout


def test_votes_of_lines_are_restored(
    made: Paperlark, said: Callable[..., Result], home: Path
) -> None:
    said(TIMED + "2502.00008 not\n")
    before = made("vote", "--list").stdout
    (home / "paperlark.db").unlink()
    assert made("restore").exit_code == 0
    assert made("vote", "--list").stdout == before
    assert said(TIMED).stdout == "0 votes kept, 1 there already\n"


def test_a_program_reads_what_became_of_each_line(said: Callable[..., Result]) -> None:
    result = said("2502.00007 want\nhello\n2502.00007 none\n2502.00007 none\n", "--json")
    assert json.loads(result.stdout) == {
        "kept": [
            {"id": "2502.00007", "title": "Bats 7", "vote": "want"},
            {"id": "2502.00007", "title": "Bats 7", "vote": "none"},
        ],
        "repeated": 1,
        "not_kept": [
            {"line": 2, "text": "hello", "why": "no arXiv identifier; write it like 2502.12206"}
        ],
    }


@pytest.mark.parametrize("lines", ["2502.00007 want\n" + "x" * 1_000_000, b"2502.00007 want\n\xff"])
def test_what_is_no_list_of_votes_changes_nothing(
    made: Paperlark, said: Callable[..., Result], lines: str | bytes
) -> None:
    result = said(lines)
    assert result.exit_code == 2
    assert made("vote", "--list").stdout == ""


def test_without_a_page_there_is_nothing_to_vote_on(
    home: Path,
    environment: Environment,
) -> None:
    result = CliRunner().invoke(cli, ["vote", "-"], input=TIMED, obj=environment)
    assert result.exit_code == 1
    assert not (home / "paperlark.db").exists()
