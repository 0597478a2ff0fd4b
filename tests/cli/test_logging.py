from __future__ import annotations

import logging
import re
from pathlib import Path

import click
import pytest

from paperlark.cli._logging import set_up_logging
from standins.arxiv import StandInArxiv
from standins.commands import Paperlark

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} (INFO|DEBUG) paperlark\.[\w.]+: .+")
RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")


def log_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if LINE.fullmatch(line)]


def test_nothing_is_logged_unless_asked_for(paperlark: Paperlark) -> None:
    result = paperlark(*RUN)
    assert result.exit_code == 0, result.output
    assert log_lines(result.output) == []


@pytest.mark.parametrize("command", [("--verbose", *RUN), ("-v", *RUN), (*RUN, "--verbose")])
def test_verbose_logs_how_long_each_step_took_to_standard_error(
    paperlark: Paperlark, command: tuple[str, ...]
) -> None:
    result = paperlark(*command)
    assert result.exit_code == 0, result.output
    steps = [line for line in log_lines(result.stderr) if "paperlark.runs.progress: step" in line]
    assert any(re.search(r"step ranking \(3\): \d+\.\d\d s$", line) for line in steps)
    assert log_lines(result.stdout) == []


def test_the_log_file_is_appended_to_and_standard_error_stays_as_it_was(
    paperlark: Paperlark, home: Path
) -> None:
    for _ in range(2):
        result = paperlark(*RUN, "--log-file", "run.log")
        assert log_lines(result.output) == []
    steps = [line for line in log_lines((home / "run.log").read_text()) if "step ranking" in line]
    assert len(steps) == 2


def test_a_log_file_that_cannot_be_written_is_reported(paperlark: Paperlark) -> None:
    result = paperlark("--log-file", "nowhere/run.log", *RUN)
    assert result.exit_code == 1
    assert "nowhere/run.log cannot be written" in result.stderr


def test_a_scheduled_morning_logs_its_decisions_without_being_asked(
    arxiv: StandInArxiv, paperlark: Paperlark
) -> None:
    del arxiv
    lines = log_lines(paperlark("morning").stderr)
    assert any(line.endswith("due on 2025-02-26: 2025-02-26") for line in lines)
    assert any(line.endswith("morning of 2025-02-26: exit code 0") for line in lines)


def test_a_secret_is_left_out_of_the_log(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-4711-open-sesame")

    def careless(*_: object) -> None:
        logging.getLogger("paperlark.careless").info("the key is sk-4711-open-sesame")

    monkeypatch.setattr("paperlark.runs.make_page.check_writable", careless)
    paperlark(*RUN, "--verbose", "--log-file", "run.log")
    log = (home / "run.log").read_text()
    (line,) = [line for line in log.splitlines() if "paperlark.careless" in line]
    assert line.endswith("[secret]")
    assert "4711" not in log


def test_the_handlers_are_gone_when_the_command_ends(paperlark: Paperlark) -> None:
    before = list(logging.getLogger("paperlark").handlers)
    paperlark(*RUN, "--verbose")
    assert logging.getLogger("paperlark").handlers == before


def test_a_new_log_file_is_for_its_owner_alone(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN, "--log-file", "run.log")
    assert (home / "run.log").stat().st_mode & 0o777 == 0o600


def test_no_secret_of_the_environment_is_logged_or_printed(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "xoxb-12345-abcdef")
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:pr0xy-passw@proxy:3128")
    (home / "paperlark.toml").write_text(
        'name = "Bats xoxb-12345-abcdef pr0xy-passw"\ncategories = ["cs.LG"]\n'
    )
    result = paperlark(*RUN, "-vv")
    assert result.exit_code == 0, result.output
    assert "Bats [secret] [secret]" in result.stdout
    assert "xoxb-" not in result.output
    assert "passw" not in result.output


@pytest.mark.parametrize("verbosity", [0, 1])
def test_what_is_told_unasked_is_not_lost_among_all_decisions(
    verbosity: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with click.Context(click.Command("read")) as context:
        set_up_logging(context, verbosity, None, told=("paperlark.web",))
        logging.getLogger("paperlark.web.sign_in").info("ada signed in")
        logging.getLogger("paperlark.rankers").info("ranking 299 papers")
        logging.getLogger("paperlark.rankers").warning("slow")
    told = [line.rpartition(": ")[2] for line in capsys.readouterr().err.splitlines()]
    assert told == ["ada signed in", *["ranking 299 papers"][:verbosity], "slow"]
