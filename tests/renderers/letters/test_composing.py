from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from paperlark.renderers.letters.composing import merge_entries
from standins.bulletins import judged, ranked
from standins.digests import digest, entry, narrowed, with_something_else


def numbers(*days: list[object]) -> list[int]:
    return [int(one.paper.id[-5:]) for one in merge_entries([digest(day) for day in days])]  # type: ignore[arg-type]


def test_followed_authors_come_first_then_the_best_judged() -> None:
    monday = [judged(1, 9, 9), judged(2, 8, 8)]
    tuesday = [entry(3, followed=True), judged(4, 10, 8), judged(5, 9, 8)]
    assert numbers([*monday], [*tuesday]) == [3, 4, 1, 5, 2]


def test_without_a_judge_the_likelier_come_first_and_random_picks_last() -> None:
    far = replace(ranked(3, 0.99), outside=True)
    assert numbers([ranked(1, 0.9), far], [ranked(4, 0.8), ranked(5, 0.1)]) == [1, 4, 5, 3]


def test_without_probabilities_the_ranks_decide() -> None:
    assert numbers([ranked(1, None, 1), ranked(2, None, 3)], [ranked(3, None, 2)]) == [1, 3, 2]


def test_a_paper_of_two_days_is_there_once_where_it_is_best() -> None:
    assert numbers([judged(1, 7, 7), judged(2, 6, 6)], [judged(1, 9, 9)]) == [1, 2]


def test_one_day_stays_as_its_page_has_it() -> None:
    for day in (narrowed(), with_something_else()):
        assert merge_entries([day]) == day.entries


@given(
    st.lists(st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10)), max_size=6), max_size=5)
)
def test_every_day_keeps_its_own_order_and_nothing_is_lost(
    days: list[list[tuple[int, int]]],
) -> None:
    made = [
        [judged(day * 10 + place, *scores) for place, scores in enumerate(scored)]
        for day, scored in enumerate(days)
    ]
    together = merge_entries([digest(day) for day in made])
    assert len(together) == sum(map(len, made))
    for day in made:
        assert [one for one in together if one in day] == day
