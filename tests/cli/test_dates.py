"""Days that cannot be are answered at once, in one line."""

from __future__ import annotations

import pytest

from standins.arxiv import StandInArxiv
from standins.commands import Paperlark

_TYPO = "is not a valid date; write it like 2025-02-26"


@pytest.mark.parametrize(
    "command",
    [
        ("run", "--date"),
        ("run", "--to", "2025-02-26", "--from"),
        ("show",),
        ("open",),
        ("why", "2502.00001", "--date"),
        ("search", "bats", "--from"),
        ("deliver", "--date"),
        ("criteria", "--on"),
    ],
)
@pytest.mark.parametrize("day", ["2025-02-30", "26.2.2025", "tomorrow", "x" * 500, "2025-02-26\n"])
def test_a_day_that_is_none_is_one_line(
    paperlark: Paperlark, command: tuple[str, ...], day: str
) -> None:
    ended = paperlark(*command, day)
    assert ended.exit_code == 2
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert _TYPO in line
    assert len(line) < 250


@pytest.mark.parametrize(
    "arguments",
    [
        ("--date", "2031-01-01"),
        ("--from", "2025-02-26", "--to", "2031-01-01"),
        ("--date", "2031-01-01", "--estimate"),
        ("--date", "2999-12-31"),
    ],
)
def test_a_day_in_the_future_is_refused_before_anything_is_asked(
    paperlark: Paperlark, arxiv: StandInArxiv, arguments: tuple[str, ...]
) -> None:
    ended = paperlark("run", *arguments)
    assert ended.exit_code == 2
    (line,) = ended.stderr.splitlines()
    assert "is in the future; arXiv's latest day is 2025-02-26" in line
    assert arxiv.log == []


@pytest.mark.parametrize(
    "day", ["0001-01-01", "0225-02-26", "1991-08-13", "3025-02-26", "9999-12-31"]
)
@pytest.mark.parametrize("command", [("run", "--feeds", "feeds", "--date"), ("show",)])
def test_a_day_that_arxiv_cannot_have_is_one_line(
    paperlark: Paperlark, arxiv: StandInArxiv, command: tuple[str, ...], day: str
) -> None:
    ended = paperlark(*command, day)
    assert ended.exit_code == 2
    (line,) = ended.stderr.splitlines()
    assert f"{day} is no day of arXiv's, which began on 1991-08-14" in line
    assert arxiv.log == []
