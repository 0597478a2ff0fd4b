from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day.examine import confirm
from paperlark.domain.announcement import AnnounceType, Listing, Via
from paperlark.domain.errors import FeedNotFound, FeedUnreadable, SourceUnreachable
from paperlark.domain.paper import Author, PaperDetails
from paperlark.sources._client import ArxivClient
from paperlark.sources._listing_page import parse_page
from paperlark.sources.listing import CatchupPages, ListingPages
from paperlark.testing import a_feed
from standins import arxiv_pages as pages
from standins.arxiv import (
    Behaviour,
    StandInArxiv,
    another_day,
    cut_in_half,
    empty,
    now_of,
    repeats_entries,
    says,
    shows_first,
    status,
)
from standins.arxiv_truth import made_up_paper, recorded_truth

FRIDAY, MONDAY, TUESDAY = date(2025, 2, 21), date(2025, 2, 24), date(2025, 2, 25)


@pytest.fixture
def listing(arxiv: StandInArxiv, client: ArxivClient) -> ListingPages:
    return ListingPages(client, arxiv.url("list"))


@pytest.fixture
def catchup(arxiv: StandInArxiv, client: ArxivClient) -> CatchupPages:
    return CatchupPages(client, arxiv.url("catchup"), now=lambda: now_of(arxiv.today))


def test_a_listing_page_is_parsed_to_the_batch_it_shows(
    arxiv: StandInArxiv, listing: ListingPages
) -> None:
    feed = listing.feed("cs.LG", TUESDAY)
    assert feed.listings == arxiv.listings("cs.LG", TUESDAY)
    assert (feed.stamped, feed.expected, feed.via) == (TUESDAY, 7, Via.LISTING)
    assert feed.notes == ()


def test_a_page_of_another_day_is_refused(arxiv: StandInArxiv, listing: ListingPages) -> None:
    arxiv.misbehave(another_day, door="list")
    with pytest.raises(FeedNotFound, match="2025-02-24"):
        listing.feed("cs.LG", TUESDAY)


def test_a_partial_page_states_the_total_number_of_entries(
    arxiv: StandInArxiv, listing: ListingPages
) -> None:
    arxiv.misbehave(shows_first(1))
    feed = listing.feed("cs.LG", TUESDAY)
    assert (len(feed.listings), feed.expected) == (3, 7)


def test_a_day_without_updates_is_an_empty_batch(
    arxiv: StandInArxiv, listing: ListingPages, catchup: CatchupPages
) -> None:
    arxiv.misbehave(empty)
    for source in (listing, catchup):
        feed = source.feed("cs.LG", TUESDAY)
        assert (feed.listings, feed.expected, feed.notes) == ((), 0, ())


@pytest.mark.parametrize("behaviour", [cut_in_half, says(b"<html><h1>Oops</h1></html>"), says(b"")])
def test_bytes_that_are_not_a_listing_page_are_one_clear_error(
    arxiv: StandInArxiv, listing: ListingPages, behaviour: Behaviour
) -> None:
    arxiv.misbehave(behaviour)
    with pytest.raises(FeedUnreadable, match=r"/list/cs\.LG/new"):
        listing.feed("cs.LG", TUESDAY)


def test_a_past_day_is_fetched_page_by_page(arxiv: StandInArxiv, catchup: CatchupPages) -> None:
    arxiv.page_size = 3
    feed = catchup.feed("cs.AI", FRIDAY)
    assert feed.listings == arxiv.listings("cs.AI", FRIDAY)
    assert (feed.stamped, feed.expected, feed.via) == (FRIDAY, 7, Via.CATCHUP)
    assert len(arxiv.log) == 3


def test_an_entry_on_two_pages_counts_once(arxiv: StandInArxiv, catchup: CatchupPages) -> None:
    arxiv.page_size = 3
    arxiv.misbehave(repeats_entries)
    feed = catchup.feed("cs.AI", FRIDAY)
    assert len(feed.listings) == len({one.paper.id for one in feed.listings}) >= 6


@pytest.mark.parametrize("day", [TUESDAY - timedelta(days=91), TUESDAY + timedelta(days=1)])
def test_days_too_long_ago_or_in_the_future_are_not_requested(
    arxiv: StandInArxiv, catchup: CatchupPages, day: date
) -> None:
    with pytest.raises(FeedNotFound, match="90 days"):
        catchup.feed("cs.AI", day)
    assert arxiv.log == []


def test_a_page_that_arxiv_does_not_have_is_not_found(
    arxiv: StandInArxiv, client: ArxivClient
) -> None:
    later = CatchupPages(client, arxiv.url("catchup"), now=lambda: now_of(MONDAY))
    arxiv.today = MONDAY + timedelta(days=100)
    with pytest.raises(FeedNotFound, match="HTTP 400"):
        later.feed("cs.AI", FRIDAY)


def _one(listing: Listing, category: str = "cs.LG") -> Listing:
    [read] = parse_page(pages.listing_page(TUESDAY, [listing]), category, "a page").listings
    return read


@pytest.mark.parametrize(
    ("primary", "category", "type_"),
    [
        ("cs.LG", "cs.LG", AnnounceType.REPLACE),
        ("stat.ML", "cs.LG", AnnounceType.REPLACE_CROSS),
        ("cs.AI", "cs", AnnounceType.REPLACE),
        ("math.NA", "cs.NA", AnnounceType.REPLACE),
        ("hep-th", "hep-th", AnnounceType.REPLACE),
    ],
)
def test_a_replaced_paper_is_a_cross_list_outside_its_primary_category(
    primary: str, category: str, type_: AnnounceType
) -> None:
    paper = made_up_paper(TUESDAY, primary, 1, ["q-bio.NC"], version=3)
    assert _one(Listing(paper, type_), category) == Listing(paper, type_)


@pytest.mark.parametrize(("type_", "version"), [(AnnounceType.NEW, 1), (AnnounceType.REPLACE, 2)])
def test_without_an_html_link_the_lowest_possible_version_is_assumed(
    type_: AnnounceType, version: int
) -> None:
    paper = made_up_paper(TUESDAY, "cs.LG", 1, version=4)
    page = pages.listing_page(TUESDAY, [Listing(paper, type_)], html=False)
    [read] = parse_page(page, "cs.LG", "a page").listings
    assert read.paper == replace(paper, version=version)


def test_an_unavailable_list_of_authors_is_empty() -> None:
    paper = replace(made_up_paper(TUESDAY, "cs.LG", 1), authors=())
    assert _one(Listing(paper, AnnounceType.NEW)).paper.authors == ()


def test_a_shortened_list_of_authors_is_marked_as_incomplete() -> None:
    shown = (Author("Ada Lovelace"), Author("et al.", "12 additional authors not shown"))
    paper = replace(made_up_paper(TUESDAY, "cs.LG", 1), authors=shown)
    page = pages.listing_page(TUESDAY, [Listing(paper, AnnounceType.NEW)])
    assert b"</a>, <a" in page
    [read] = parse_page(page.replace(b"</a>, <a", b"</a> <a"), "cs.LG", "a page").listings
    assert read.paper.authors == shown


def test_an_entry_that_cannot_be_read_is_named_and_the_others_stay() -> None:
    listings = [Listing(made_up_paper(TUESDAY, "cs.LG", n), AnnounceType.NEW) for n in range(3)]
    page = pages.listing_page(TUESDAY, listings).replace(
        f'id="{listings[1].paper.id}"'.encode(), b'id="nonsense"'
    )
    read = parse_page(page, "cs.LG", "a page")
    assert read.listings == (listings[0], listings[2])
    assert "nonsense" in read.notes[0]
    assert read.expected == 3


def test_a_page_that_never_comes_is_unreachable(arxiv: StandInArxiv, listing: ListingPages) -> None:
    arxiv.misbehave(status(500), door="list")
    with pytest.raises(SourceUnreachable, match="HTTP 500"):
        listing.feed("cs.LG", TUESDAY)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_page_or_our_error(content: bytes) -> None:
    for whole in (content, content + b"</html>"):
        with pytest.raises(FeedUnreadable):
            parse_page(whole, "cs.LG", "a page")


@given(st.data())
def test_a_damaged_page_is_read_or_our_error(data: st.DataObject) -> None:
    listings = [Listing(made_up_paper(TUESDAY, "cs.LG", n), AnnounceType.NEW) for n in range(3)]
    page = bytearray(pages.listing_page(TUESDAY, listings))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(page)))
        page[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    try:
        read = parse_page(bytes(page), "cs.LG", "a page")
    except FeedUnreadable:
        return
    assert len(read.listings) + len(read.notes) <= 6


@given(title=st.text(min_size=1), abstract=st.text(), name=st.text())
def test_any_text_on_a_page_is_kept_or_named(title: str, abstract: str, name: str) -> None:
    paper = replace(
        made_up_paper(TUESDAY, "cs.LG", 1), title=title, abstract=abstract, authors=(Author(name),)
    )
    page = pages.listing_page(TUESDAY, [Listing(paper, AnnounceType.NEW)])
    read = parse_page(page, "cs.LG", "a page")
    assert len(read.listings) + len(read.notes) == 1


@pytest.mark.slow
def test_a_real_week_printed_as_pages_reads_as_its_feeds(shared: Path) -> None:
    week = recorded_truth(shared / "feeds" / "month", until=date(2025, 2, 25))
    for day, batches in week.items():
        for category, listings in batches.items():
            page = parse_page(pages.listing_page(day, listings), category, "a page")
            assert page.notes == ()
            assert page.expected == len(listings)
            for printed, read in zip(listings, page.listings, strict=True):
                assert read.type is printed.type, printed.paper.id
                # The pages have no licences and no DOIs.
                known = replace(printed.paper.details, doi=None, licence=None)
                assert read.paper == replace(printed.paper, details=known)


@pytest.mark.parametrize("nested", [b"<div>", b"<b></i>", b"<dl id='articles'><dt>x<dd>"])
def test_a_page_nested_without_end_takes_no_time(nested: bytes) -> None:
    page = pages.listing_page(TUESDAY, ()).replace(b"</h3>", b"</h3>" + nested * 100_000)
    with pytest.raises(FeedUnreadable, match="nested too deeply"):
        parse_page(page, "cs.LG", "a page")


def test_a_mark_makes_a_replacement_whatever_the_heading_is_called() -> None:
    paper = made_up_paper(TUESDAY, "cs.LG", 1, version=2)
    page = pages.listing_page(TUESDAY, [Listing(paper, AnnounceType.REPLACE)])
    assert b"Replacement" in page
    [read] = parse_page(page.replace(b"Replacement", b"Earlier"), "cs.LG", "a page").listings
    assert read.type is AnnounceType.REPLACE


def test_a_listing_page_has_comments_and_journal_references() -> None:
    details = PaperDetails(
        "9 pages, code at https://github.com/ada/bats", "J. Bats 3 (2025) & more"
    )
    paper = replace(made_up_paper(TUESDAY, "cs.LG", 1), details=details)
    listing = Listing(paper, AnnounceType.NEW)
    assert _one(listing) == listing


def test_what_only_the_listing_page_says_is_added_to_what_the_feed_says() -> None:
    feed = PaperDetails(doi="10.1000/x", licence="http://creativecommons.org/licenses/by/4.0/")
    page = PaperDetails(comments="9 pages")
    paper = made_up_paper(TUESDAY, "cs.LG", 1)
    claim, proof = (a_feed(replace(paper, details=one)) for one in (feed, page))
    [both] = confirm(claim, replace(proof, expected=1, via=Via.LISTING)).listings
    assert both.paper.details == PaperDetails("9 pages", None, feed.doi, feed.licence)
