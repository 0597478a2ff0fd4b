from __future__ import annotations

import pytest

from paperlark.domain.feedback import LaterVotes, vote_notes


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (LaterVotes(0), ()),
        (LaterVotes(0, taken_in=True), ()),
        (
            LaterVotes(1),
            (
                "1 later vote is left out, so that this page shows what was known on that day;"
                " take it in with --with-all-votes",
            ),
        ),
        (
            LaterVotes(3),
            (
                "3 later votes are left out, so that this page shows what was known on that day;"
                " take them in with --with-all-votes",
            ),
        ),
        (
            LaterVotes(1, taken_in=True),
            ("1 later vote is taken in, so this page shows more than what was known on that day",),
        ),
        (
            LaterVotes(2, taken_in=True),
            (
                "2 later votes are taken in, so this page shows more than what"
                " was known on that day",
            ),
        ),
    ],
)
def test_the_page_says_what_became_of_later_votes(later: LaterVotes, said: tuple[str, ...]) -> None:
    assert vote_notes(later) == said
