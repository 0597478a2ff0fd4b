from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.vote_effect import Move, moves
from paperlark.testing import a_paper

A, B, C, D, E = (a_paper(f"2502.0000{number}") for number in range(1, 6))
PAPERS = (A, B, C, D, E)
PAGES = st.lists(st.sampled_from(PAPERS), unique_by=lambda paper: paper.id)


def test_the_same_page_has_no_moves() -> None:
    assert moves((A, B, C), (A, B, C)) == ()


def test_the_furthest_move_comes_first_and_others_that_shift_by_it_are_moves_too() -> None:
    assert moves((A, B, C, D), (D, A, B, C)) == (
        Move(D, 4, 1),
        Move(A, 1, 2),
        Move(B, 2, 3),
        Move(C, 3, 4),
    )


def test_papers_that_enter_or_leave_have_no_place_on_one_of_the_pages() -> None:
    assert moves((A, B, C), (E, A, B)) == (
        Move(E, None, 1),
        Move(A, 1, 2),
        Move(B, 2, 3),
        Move(C, 3, None),
    )
    assert moves((), (A,)) == (Move(A, None, 1),)


@given(PAGES, PAGES)
def test_a_paper_is_a_move_exactly_if_its_place_differs(
    before: list[object], after: list[object]
) -> None:
    found = {move.paper.id for move in moves(before, after)}  # type: ignore[arg-type]
    places = [{one.id: n for n, one in enumerate(page)} for page in (before, after)]  # type: ignore[attr-defined]
    assert found == {
        paper.id for paper in PAPERS if places[0].get(paper.id) != places[1].get(paper.id)
    }
