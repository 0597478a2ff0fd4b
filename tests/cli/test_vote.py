from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from paperlark.store.connection import connect, transaction
from paperlark.store.lock import run_lock
from standins.commands import Paperlark

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")


@pytest.fixture
def made(paperlark: Paperlark) -> Paperlark:
    """Return the commands in a place where one day's page was made."""
    assert paperlark(*RUN).exit_code == 0
    return paperlark


def test_a_vote_is_confirmed_with_the_title(made: Paperlark) -> None:
    result = made("vote", "2502.00007", "up")
    assert result.exit_code == 0
    assert result.stdout.startswith("up    2502.00007  Bats 7\ncounts from the next page; ")


def test_several_papers_are_voted_for_at_once_however_they_are_pasted(made: Paperlark) -> None:
    names = ("arXiv:2502.00007v1", "https://arxiv.org/pdf/2502.00008.pdf", "2502.00007")
    result = made("vote", *names, "down", "--no-effect")
    assert result.stdout == (
        "down  2502.00007  Bats 7\ndown  2502.00008  Bats 8\ncount from the next page\n"
    )


def test_the_last_vote_is_the_one_that_is_listed(made: Paperlark) -> None:
    made("vote", "2502.00007", "2502.00008", "2502.00009", "up")
    made("vote", "2502.00008", "down")
    assert made("vote", "2502.00009", "none").stdout.startswith("none  2502.00009  Bats 9\n")
    assert made("vote", "--list").stdout == (
        "2025-02-26  up    2502.00007  Bats 7\n2025-02-26  down  2502.00008  Bats 8\n"
    )


def test_all_votes_are_taken_back_at_once_and_stay_so(made: Paperlark, home: Path) -> None:
    made("vote", "2502.00007", "2502.00008", "up")
    made("vote", "2502.00007", "down")
    assert made("vote", "--reset").exit_code == 1  # nobody says yes
    assert made("vote", "--list").stdout.count("\n") == 2
    assert made("vote", "--reset", "--yes").stdout == "taken back: 3\n"
    assert made("vote", "--list").stdout == ""
    (home / "paperlark.db").unlink()
    assert made("restore").exit_code == 0
    assert made("vote", "--list").stdout == ""


def test_without_a_vote_there_is_an_empty_list(made: Paperlark) -> None:
    result = made("vote", "--list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no votes yet" in result.stderr


def test_a_paper_that_is_not_known_is_named_and_nobody_is_voted_for(made: Paperlark) -> None:
    result = made("vote", "2502.00007", "2501.99999", "up")
    assert result.exit_code == 1
    assert "2501.99999 is not in the archive" in result.stderr
    assert "paperlark import 2501.99999" in result.stderr
    assert made("vote", "--list").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name papers"),
        (("up",), "which paper"),
        (("2502.00007",), "'2502.00007' is not a vote; end with one of up, down, none"),
        (("2502.00007", "sideways"), "'sideways' is not a vote"),
        (("hello", "up"), "'hello' is no arXiv identifier"),
        (("2502.00007", "up", "--list"), "or give --list or --reset alone"),
        (("--list", "--reset"), "or give --list or --reset alone"),
    ],
)
def test_a_mistake_in_the_command_says_how_it_is_written(
    made: Paperlark, arguments: tuple[str, ...], said: str
) -> None:
    result = made("vote", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_without_a_page_there_is_nothing_to_vote_on(paperlark: Paperlark, home: Path) -> None:
    result = paperlark("vote", "2502.00007", "up")
    assert result.exit_code == 1
    assert "no page yet: make one: paperlark today" in result.stderr
    assert not (home / "paperlark.db").exists()


def test_a_vote_does_not_wait_for_a_run(made: Paperlark, home: Path) -> None:
    with run_lock(home / "paperlark.db", patience=0):
        assert made("vote", "2502.00007", "up").exit_code == 0


def test_a_vote_waits_for_a_transaction_that_is_under_way(made: Paperlark, home: Path) -> None:
    with closing(connect(home / "paperlark.db")) as other:
        with transaction(other):
            other.execute("DELETE FROM judgements")
        assert made("vote", "2502.00007", "up").exit_code == 0


def test_a_title_commands_no_terminal(made: Paperlark, home: Path) -> None:
    with sqlite3.connect(home / "paperlark.db") as other:
        other.execute("UPDATE papers SET title = ? WHERE id = '2502.00007'", ("\x1b[31mred\nx",))
    other.close()
    said = made("vote", "2502.00007", "up").stdout
    assert said.startswith("up    2502.00007  [31mred x\n")
    made("vote", "2502.00007", "none", "--no-effect")
    assert "\x1b" not in made("vote", "2502.00008", "up").stdout  # the other moves, and is named


def test_votes_outlive_the_database(made: Paperlark, home: Path) -> None:
    made("vote", "2502.00007", "up")
    made("vote", "2502.00008", "down")
    listed = made("vote", "--list").stdout
    (home / "paperlark.db").write_bytes(b"ruined" * 1000)
    assert "repeat your imports" in made("vote", "--list").stderr
    restored = made("restore")
    assert restored.stdout == "2025-02-26  restored\n2 votes of Bats  restored\n"
    assert made("vote", "--list").stdout == listed


def test_a_line_of_the_copy_that_is_no_vote_is_named_and_the_pages_come_back(
    made: Paperlark, home: Path
) -> None:
    made("vote", "2502.00007", "up")
    with (home / "paperlark.db.votes.jsonl").open("a") as copy:
        copy.write('{"id": "2502.00007"}\n')
    (home / "paperlark.db").unlink()
    restored = made("restore")
    assert restored.stdout == "2025-02-26  restored\n"
    assert "paperlark.db.votes.jsonl:2: not a vote" in restored.stderr


def test_a_line_that_was_being_written_when_the_machine_stopped_takes_no_vote_with_it(
    made: Paperlark, home: Path
) -> None:
    made("vote", "2502.00007", "up")
    with (home / "paperlark.db.votes.jsonl").open("a") as copy:
        copy.write('{"profile": "Ba')
    made("vote", "2502.00008", "down")
    listed = made("vote", "--list").stdout
    (home / "paperlark.db").unlink()
    assert made("restore").stdout == "2025-02-26  restored\n2 votes of Bats  restored\n"
    assert made("vote", "--list").stdout == listed


def test_a_copy_that_cannot_be_written_is_said(made: Paperlark, home: Path) -> None:
    (home / "paperlark.db.votes.jsonl").mkdir()
    result = made("vote", "2502.00007", "up")
    assert result.exit_code == 1
    assert "the vote is stored, but its copy" in result.stderr
    assert "2502.00007" in made("vote", "--list").stdout
