"""The contract of AnnouncementBatches, run against each implementation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.announcement import AnnounceType, Earlier, Feed, Listing, Via
from paperlark.domain.paper import Author
from paperlark.ports import AnnouncementBatches
from paperlark.store.announcements import AnnouncementStore
from paperlark.testing import FakeAnnouncementBatches, a_feed, a_paper
from standins.postgresql import OpenEngine

DAY, NEXT = date(2025, 2, 26), date(2025, 2, 27)
PAPER = a_paper(
    "hep-th/9901001",
    version=3,
    title="$a < b$",
    authors=(Author("Łukasz", 'Here, "there"'), Author("Ada")),
    categories=("hep-th", "cs.LG"),
)
FEED = Feed(
    category="cs.LG",
    stamped=DAY,
    listings=(Listing(PAPER, AnnounceType.CROSS), Listing(a_paper(), AnnounceType.NEW)),
    origin="https://example.org/list",
    notes=("has 2 of 3 entries",),
    via=Via.RSS,
    expected=3,
    confirmed=Via.LISTING,
    trail=("RSS repeats the announcement of 2025-02-25",),
)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def batches(
    request: pytest.FixtureRequest, tmp_path: Path, open_engine: OpenEngine
) -> Iterator[AnnouncementBatches]:
    if request.param == "fake":
        yield FakeAnnouncementBatches()
        return
    path = tmp_path / "store.db"
    with open_engine(request.param) as connection:
        yield AnnouncementStore(connection, path)


def test_a_batch_comes_back_equal(batches: AnnouncementBatches) -> None:
    batches.keep(FEED, DAY)
    assert batches.batch("cs.LG", DAY) == FEED
    assert batches.batch("cs.AI", DAY) is None
    assert batches.batch("cs.LG", NEXT) is None


def test_a_paper_crossed_since_comes_back_with_its_new_category(
    batches: AnnouncementBatches,
) -> None:
    first = a_feed(replace(PAPER, categories=("hep-th",)), category="hep-th")
    batches.keep(first, DAY)
    crossed = replace(FEED, stamped=NEXT)
    batches.keep(crossed, NEXT)
    assert batches.batch("cs.LG", NEXT) == crossed
    # A source that knows less of it takes nothing away.
    batches.keep(first, NEXT)
    assert batches.batch("cs.LG", NEXT) == crossed


def test_a_later_batch_replaces_it(batches: AnnouncementBatches) -> None:
    batches.keep(FEED, DAY)
    whole = replace(FEED, listings=FEED.listings[:1], notes=(), trail=())
    batches.keep(whole, DAY)
    assert batches.batch("cs.LG", DAY) == whole


def test_earlier_days_come_latest_first_without_empty_ones(
    batches: AnnouncementBatches,
) -> None:
    batches.keep(FEED, DAY)
    batches.keep(replace(a_feed(a_paper("2502.00009")), stamped=NEXT), NEXT)
    batches.keep(replace(a_feed(), stamped=date(2025, 2, 28)), date(2025, 2, 28))
    assert batches.earlier("cs.LG", date(2025, 3, 3)) == (
        Earlier(NEXT, frozenset({a_paper("2502.00009").id})),
        Earlier(DAY, frozenset({PAPER.id, a_paper().id})),
    )
    assert batches.earlier("cs.LG", DAY) == ()
    assert batches.earlier("cs.AI", NEXT) == ()
