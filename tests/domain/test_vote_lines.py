"""Votes as lines: what is understood, what is named, and that a line is one vote."""

from __future__ import annotations

from datetime import UTC, date, datetime
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.triage import Action
from paperlark.domain.vote_lines import LONGEST, BadLine, VoteLine, parse_vote_lines

NOW = datetime(2025, 2, 27, 9, tzinfo=UTC)


def parsed(text: str) -> list[VoteLine | BadLine]:
    return list(parse_vote_lines(text, NOW))


def only(text: str) -> VoteLine:
    (line,) = parsed(text)
    assert isinstance(line, VoteLine), line
    return line


@pytest.mark.parametrize(
    ("word", "action", "on"),
    [
        ("want", Action.WANT, True),
        ("up", Action.WANT, True),
        ("not", Action.NOT, True),
        ("down", Action.NOT, True),
        ("none", Action.WANT, False),
        ("save", Action.SAVE, True),
        ("-save", Action.SAVE, False),
        ("later", Action.LATER, True),
        ("seen", Action.SEEN, True),
    ],
)
def test_a_word_is_an_action(word: str, action: Action, on: bool) -> None:  # noqa: FBT001
    event = only(f"arXiv:2502.12206v2  {word}").event
    assert (event.paper_id, event.action, event.on) == ("2502.12206", action, on)
    assert (event.id, event.at, event.page, event.place) == ("", NOW, None, None)


def test_the_page_the_place_and_the_time_may_follow() -> None:
    event = only("math/0309136 save 2025-02-26 3 2025-02-26T08:11:03.250Z").event
    assert (event.paper_id, event.page, event.place) == ("math/0309136", date(2025, 2, 26), 3)
    assert event.at == NOW
    assert only("2502.12206 want - -").event.page is None


def test_a_line_with_a_time_is_the_same_event_however_it_is_written() -> None:
    first = only("2502.12206 want 2025-02-26 3 2025-02-26T08:11:03Z").event.id
    again = only("https://arxiv.org/abs/2502.12206v1  want - - 2025-02-26T09:11:03+01:00").event.id
    assert first == again
    others = ("2502.12206 not - - 2025-02-26T08:11:03Z", "2502.12206 want - - 2025-02-26T08:11:04Z")
    assert first not in {only(line).event.id for line in others}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hello want", "no arXiv identifier"),
        ("2502.12206", "expected one of want, up, not"),
        ("2502.12206 sideways", "expected one of want, up, not"),
        ("2502.12206 want yesterday", "the day of a page"),
        ("2502.12206 want 2025-02-26 first", "a place on the page"),
        ("2502.12206 want 2025-02-26 0", "a place on the page"),
        ("2502.12206 want 2025-02-26 " + "9" * 5_000, "a place on the page"),
        ("2502.12206 want 2025-02-26 3 now", "a time such as"),
        ("2502.12206 want - - 0001-01-01T00:00:00+23:00", "a time such as"),
        ("2502.12206 want - - - more", "more words"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(line: str, said: str) -> None:
    first, bad, last = parsed(f"2502.00001 want\n{line}\n2502.00003 not")
    assert isinstance(first, VoteLine)
    assert isinstance(last, VoteLine)
    assert isinstance(bad, BadLine)
    assert (bad.number, last.number) == (2, 3)
    assert said in bad.reason
    assert len(bad.text) <= 60


def test_empty_lines_and_remarks_say_nothing() -> None:
    assert parsed("\n  \n# of Wednesday\n") == []


def test_too_much_text_is_refused_as_a_whole() -> None:
    with pytest.raises(ValueError, match="no vote is kept"):
        parsed("2502.12206 want\n" + "x" * LONGEST)


@given(st.text(max_size=300))
def test_any_text_is_read_or_named_line_by_line(text: str) -> None:
    for line in parsed(text):
        if isinstance(line, BadLine):
            assert line.reason
            assert not {"Cc", "Cs"} & {category(letter) for letter in line.text}
