from __future__ import annotations

from typing import Any

import pytest

from paperlark.domain.digest import Funnel
from paperlark.domain.errors import DigestInconsistent
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import PaperId

GOOD = {
    "feeds": 2,
    "announced": 10,
    "announced_listings": 12,
    "scanned": 8,
    "scanned_listings": 9,
    "followed": 1,
    "shortlisted": 7,
    "judged": 4,
    "unjudged": 2,
    "not_recorded": 1,
    "selected": 3,
}


def test_a_funnel_that_adds_up_is_accepted() -> None:
    assert Funnel(**GOOD).judged == 4


@pytest.mark.parametrize(
    "change",
    [
        {"announced": 13},
        {"scanned": 11},
        {"scanned_listings": 7},
        {"shortlisted": 8},
        {"judged": 5},
        {"selected": 0},
        {"selected": 9},
    ],
)
def test_a_funnel_that_does_not_add_up_is_rejected(change: dict[str, int]) -> None:
    with pytest.raises(DigestInconsistent):
        Funnel(**GOOD | change)


UNKNOWN: dict[str, Any] = dict.fromkeys([*GOOD, "gated", "seen", "explored", "unread", "waiting"])


def test_the_known_counts_of_an_imported_digest_add_up() -> None:
    known = UNKNOWN | {"followed": 1, "selected": 3}
    assert Funnel(**known).judged is None
    assert Funnel(**known | {"announced": 9, "scanned": 3, "judged": 3}).scanned == 3
    for change in (
        {"followed": 4},
        {"scanned": 2},
        {"announced": 3, "scanned": 4},
        {"scanned": 5, "judged": 6},
    ):
        with pytest.raises(DigestInconsistent):
            Funnel(**known | change)


@pytest.mark.parametrize("score", [0, 11, -1])
def test_a_score_outside_the_scale_is_rejected(score: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        Judgement(PaperId("2502.00001"), 1, score, 5, "")


def test_gated_papers_are_neither_shortlisted_nor_selected() -> None:
    assert Funnel(**GOOD | {"shortlisted": 5, "judged": 2, "gated": 2}).gated == 2
    unjudged = {"followed": 0, "shortlisted": 0, "judged": 0, "unjudged": 0, "not_recorded": 0}
    assert Funnel(**GOOD | unjudged | {"gated": 5}).selected == 3
    for change in ({"gated": 1}, unjudged | {"gated": 6}):
        with pytest.raises(DigestInconsistent):
            Funnel(**GOOD | change)
