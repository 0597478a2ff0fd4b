"""The contract of AnnouncementBatches, run against each implementation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.announcement import AnnounceType, Earlier, Feed, Listing, Via
from paperlark.domain.paper import Author, PaperDetails
from paperlark.ports import AnnouncementBatches
from paperlark.store.announcements import AnnouncementStore, PaperTextStore, lacks_papers
from paperlark.testing import FakeAnnouncementBatches, a_feed, a_paper
from standins.postgresql import ENGINES, OpenEngine

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


@pytest.mark.parametrize("engine", ENGINES)
def test_details_that_come_later_are_added_and_none_is_lost(
    engine: str, tmp_path: Path, open_engine: OpenEngine
) -> None:
    feed = PaperDetails(doi="10.1000/x", licence="http://creativecommons.org/licenses/by/4.0/")
    page = PaperDetails(comments="9 pages", journal_reference="J. Bats 3")
    with open_engine(engine) as connection:
        store = AnnouncementStore(connection, tmp_path / "store.db")
        texts = PaperTextStore(connection, tmp_path / "store.db", "Mine")

        def kept(details: PaperDetails, **changes: object) -> PaperDetails:
            paper = replace(PAPER, details=details, **changes)  # type: ignore[arg-type]
            lacks = lacks_papers(connection, [paper])
            before = texts.find([PAPER.id])
            store.keep(a_feed(paper), DAY)
            found = texts.find([PAPER.id])
            assert lacks == (before != found)
            return found[PAPER.id].details

        assert kept(feed) == feed
        assert kept(page) == feed.completed_by(page)
        assert kept(PaperDetails()) == feed.completed_by(page)
        # Another title of the same version is still not taken, and no category is lost.
        again = PaperDetails(journal_reference="J. Bats 4")
        assert kept(again, title="Other", categories=("hep-th",)).journal_reference == "J. Bats 4"
        [found] = texts.find([PAPER.id]).values()
        assert (found.title, found.categories) == (PAPER.title, PAPER.categories)
        [listed] = [one.paper for one in store.batch("cs.LG", DAY).listings]  # type: ignore[union-attr]
        assert listed == found
