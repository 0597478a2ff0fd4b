from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.announcement import Announced, AnnounceType, Feed, Listing, merge
from paperlark.testing import a_feed, a_paper

DAY = date(2025, 2, 26)
TYPES = st.sampled_from(AnnounceType)
LISTINGS = st.lists(
    st.tuples(st.integers(1, 20), st.integers(1, 5), TYPES), unique_by=lambda row: row[0]
)


def _feed(category: str, rows: list[tuple[int, int, AnnounceType]]) -> Feed:
    listings = tuple(
        Listing(a_paper(f"2502.{number:05}", version=version), kind)
        for number, version, kind in rows
    )
    return Feed(category, None, listings, "made up")


def test_a_paper_new_in_one_feed_and_crossed_into_another_is_new() -> None:
    paper = a_paper()
    cross = a_feed(paper, category="cs.AI", type=AnnounceType.CROSS)
    new = a_feed(paper, category="cs.LG", type=AnnounceType.NEW)
    announcement = merge(DAY, [cross, new])
    assert announcement.papers == (Announced(paper, (AnnounceType.CROSS, AnnounceType.NEW)),)
    assert announcement.papers[0].type is AnnounceType.NEW
    assert announcement.listings == 2


@given(st.lists(TYPES, min_size=1))
def test_the_type_with_priority_wins_whatever_the_order(types: list[AnnounceType]) -> None:
    order = ["new", "cross", "replace", "replace-cross"]
    expected = min(types, key=lambda kind: order.index(kind.value))
    assert Announced(a_paper(), tuple(types)).type is expected


@given(st.lists(LISTINGS, max_size=4))
def test_merging_loses_no_listing_and_repeats_no_paper(
    feeds: list[list[tuple[int, int, AnnounceType]]],
) -> None:
    announcement = merge(DAY, [_feed(f"cs.{n}", rows) for n, rows in enumerate(feeds)])
    ids = [announced.paper.id for announced in announcement.papers]
    assert len(ids) == len(set(ids))
    assert set(ids) == {f"2502.{row[0]:05}" for rows in feeds for row in rows}
    assert sum(len(announced.types) for announced in announcement.papers) == announcement.listings
    for announced in announcement.papers:
        versions = [
            v for rows in feeds for n, v, _ in rows if announced.paper.id.endswith(f"{n:05}")
        ]
        assert announced.paper.version == max(versions)
