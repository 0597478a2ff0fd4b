from __future__ import annotations

from datetime import date

import pytest

from paperlark.day.authors import name_notes
from paperlark.domain.followed import FollowingReport, fault_advice
from paperlark.domain.name_matching import NameFault, person_fault
from paperlark.domain.paper import Author, PaperId
from paperlark.domain.profile import FollowedAuthor
from paperlark.testing import a_paper

LONE = FollowedAuthor("Lovelace")
PAPERS = [
    a_paper(PaperId("2502.00001"), authors=(Author("Ada Lovelace"), Author("Charles Babbage"))),
    a_paper(PaperId("2502.00002"), authors=(Author("Emmy Noether"),)),
]


@pytest.mark.parametrize(
    ("author", "fault"),
    [
        (LONE, NameFault.SINGLE),
        (FollowedAuthor("A. Lovelace"), NameFault.INITIALS),
        (FollowedAuthor("Lovelace", ("A. Lovelace",)), NameFault.SINGLE),
        (FollowedAuthor("Lovelace", ("Ada Lovelace",)), None),
        (FollowedAuthor("Ada Lovelace", ("A. Lovelace",)), None),
        (FollowedAuthor("OpenAI", ("OpenAI",)), None),
    ],
)
def test_an_author_needs_one_whole_name_or_one_that_is_meant_as_printed(
    author: FollowedAuthor, fault: NameFault | None
) -> None:
    assert person_fault(author.name, author.aliases) is fault


def test_the_page_notes_a_name_that_matches_next_to_nothing_with_todays_names() -> None:
    [note] = name_notes([LONE, FollowedAuthor("Emmy Noether")], PAPERS, dict)
    assert note == (
        'followed author "Lovelace" is a single name, and matches only papers that print just'
        " that; did you mean Ada Lovelace? (today: 2502.00001)"
    )


def test_the_names_of_the_last_month_are_suggested_too() -> None:
    [note] = name_notes([FollowedAuthor("G. Hopper")], PAPERS, lambda: {"Grace Hopper": 2})
    assert note == (
        'followed author "G. Hopper" has only initials for given names, and matches only papers'
        " that print just that; did you mean Grace Hopper?"
    )


def test_nothing_is_looked_up_where_every_name_is_whole_or_nothing_was_announced() -> None:
    def never() -> dict[str, int]:
        raise AssertionError

    assert list(name_notes([FollowedAuthor("Ada Lovelace")], PAPERS, never)) == []
    assert list(name_notes([LONE], [], never)) == []


@pytest.mark.parametrize(
    ("name", "fault", "advice"),
    [
        ("*", NameFault.EMPTY,
         '"*" matches nobody: there is no name in it; write a full name as papers print it'),
        ("x" * 400, NameFault.TOO_LONG,
         f'"{"x" * 59}…" matches nobody: it is too long for a name; write a full name as papers'
         " print it"),
        ("Hopper", NameFault.SINGLE,
         '"Hopper" is a single name, and matches only papers that print just that; write the full'
         " name as papers print it"),
    ],
)  # fmt: skip
def test_advice_is_one_line(name: str, fault: NameFault, advice: str) -> None:
    assert fault_advice(name, fault) == advice


@pytest.mark.parametrize(
    ("first", "last", "days", "holds"),
    [
        (date(2025, 2, 3), date(2025, 3, 3), 20, True),
        (date(2025, 2, 10), date(2025, 3, 3), 15, False),
        (date(2024, 1, 1), date(2025, 3, 3), 3, False),
        (None, None, 0, False),
    ],
)
def test_silence_means_something_where_most_of_a_month_is_in_the_archive(
    first: date | None, last: date | None, days: int, *, holds: bool
) -> None:
    assert FollowingReport((), first, last, 100, days).holds_month is holds
