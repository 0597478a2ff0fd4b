from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.announcement import AnnounceType, Via
from paperlark.domain.calendar import submission_window
from paperlark.domain.errors import FeedUnreadable, SourceUnreachable
from paperlark.sources._client import ArxivClient
from paperlark.sources.search_api import SearchApi, parse_results, search_query
from standins import arxiv_pages as pages
from standins.arxiv import (
    Behaviour,
    StandInArxiv,
    claims_results,
    cut_in_half,
    repeats_entries,
    says,
    search_refuses,
)
from standins.arxiv_truth import made_up_paper

FRIDAY, MONDAY, TUESDAY = date(2025, 2, 21), date(2025, 2, 24), date(2025, 2, 25)
FRESH = (AnnounceType.NEW, AnnounceType.CROSS)


@pytest.fixture
def source(arxiv: StandInArxiv, client: ArxivClient) -> SearchApi:
    return SearchApi(client, arxiv.url("api"))


@pytest.mark.parametrize("day", [FRIDAY, MONDAY, TUESDAY])
@pytest.mark.parametrize("size", [2000, 2])
def test_a_day_s_submissions_are_its_batch_without_replacements(
    arxiv: StandInArxiv, source: SearchApi, day: date, size: int
) -> None:
    arxiv.page_size = size  # pages are shorter than asked for
    feed = source.feed("cs.LG", day)
    fresh = tuple(one for one in arxiv.listings("cs.LG", day) if one.type in FRESH)
    assert feed.listings == fresh
    assert (feed.via, feed.stamped, feed.expected) == (Via.SEARCH, day, 5)
    assert ["replaced" in note for note in feed.notes] == [True]
    assert len(arxiv.log) == -(-5 // size)


def test_a_day_without_an_announcement_is_not_requested(
    arxiv: StandInArxiv, source: SearchApi
) -> None:
    feed = source.feed("cs.LG", date(2025, 2, 22))
    assert (feed.listings, feed.expected) == ((), 0)
    assert arxiv.log == []


@pytest.mark.parametrize(
    ("category", "day", "query"),
    [
        ("cs.LG", TUESDAY, "cat:cs.LG AND submittedDate:[202502211900 TO 202502241859]"),
        ("hep-th", MONDAY, "cat:hep-th AND submittedDate:[202502201900 TO 202502211859]"),
        ("cs", date(2025, 7, 16), "cat:cs.* AND submittedDate:[202507141800 TO 202507151759]"),
        # Summer time begins in between.
        ("cs.LG", date(2025, 3, 11), "cat:cs.LG AND submittedDate:[202503071900 TO 202503101759]"),
    ],
)
def test_the_submission_window_follows_arxiv_s_schedule(
    category: str, day: date, query: str
) -> None:
    window = submission_window(day)
    assert window
    assert search_query(category, window) == query


def test_an_empty_page_is_asked_for_again(arxiv: StandInArxiv, source: SearchApi) -> None:
    arxiv.misbehave(claims_results(5), times=2)
    assert len(source.feed("cs.LG", TUESDAY).listings) == 5
    assert len(arxiv.log) == 3


def test_missing_results_are_one_clear_error(arxiv: StandInArxiv, source: SearchApi) -> None:
    arxiv.misbehave(claims_results(5))
    with pytest.raises(SourceUnreachable, match="5 results but returns none from number 1 on"):
        source.feed("cs.LG", TUESDAY)
    assert len(arxiv.log) == 3


def test_no_results_are_an_empty_batch(arxiv: StandInArxiv, source: SearchApi) -> None:
    arxiv.misbehave(claims_results(0))
    feed = source.feed("cs.LG", TUESDAY)
    assert (feed.listings, feed.expected) == ((), 0)


def test_pages_that_repeat_results_are_known_to_be_short(
    arxiv: StandInArxiv, source: SearchApi
) -> None:
    arxiv.page_size = 2
    arxiv.misbehave(repeats_entries)
    feed = source.feed("cs.LG", TUESDAY)
    assert len({one.paper.id for one in feed.listings}) == len(feed.listings)
    assert feed.expected
    assert feed.expected >= 5


def test_results_of_another_day_are_left_out(arxiv: StandInArxiv, source: SearchApi) -> None:
    one, other, *_ = arxiv.listings("cs.LG", TUESDAY)
    found = [
        (one, datetime(2025, 2, 24, 12, tzinfo=UTC)),
        (other, datetime(2025, 2, 20, 12, tzinfo=UTC)),
    ]
    arxiv.misbehave(says(pages.results(found, 2), "text/xml"))
    feed = source.feed("cs.LG", TUESDAY)
    assert feed.listings == (one,)
    assert feed.expected == 1


def test_an_error_entry_is_not_a_paper(arxiv: StandInArxiv, source: SearchApi) -> None:
    arxiv.misbehave(search_refuses)
    with pytest.raises(SourceUnreachable, match="answered with an error: incorrect query"):
        source.feed("cs.LG", TUESDAY)


@pytest.mark.parametrize("behaviour", [cut_in_half, says(b"<html></html>"), says(b"")])
def test_bytes_that_are_not_results_are_one_clear_error(
    arxiv: StandInArxiv, source: SearchApi, behaviour: Behaviour
) -> None:
    arxiv.misbehave(behaviour)
    with pytest.raises(FeedUnreadable, match="/api/query is"):
        source.feed("cs.LG", TUESDAY)


def test_more_results_than_arxiv_returns_are_an_error(
    arxiv: StandInArxiv, source: SearchApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paperlark.sources.search_api._MOST", 4)
    arxiv.page_size = 2
    with pytest.raises(SourceUnreachable, match="returns at most 4 of 5"):
        source.feed("cs.LG", TUESDAY)


def test_the_format_of_2026_is_parsed(shared: Path) -> None:
    content = (shared / "recorded/api/atom_feed_malkreide.xml").read_bytes()
    page = parse_results(content, "physics", "a recording")
    first, second = page.found
    assert (page.total, page.notes) == (230, ())
    assert (first.paper.id, first.paper.version) == ("1107.0825", 1)
    assert first.paper.title == "GLACIER and related R&D"
    assert first.paper.categories == ("physics.ins-det",)
    assert [author.name for author in first.paper.authors] == ["Alessandro Curioni"]
    assert first.first == datetime(2011, 7, 5, 9, 17, 46, tzinfo=UTC)
    assert (second.paper.id, second.paper.version) == ("2409.12034", 2)
    assert second.paper.abstract.count("\n\n") >= 1


def test_the_format_before_2026_is_parsed(shared: Path) -> None:
    content = (shared / "recorded/api/atom_response_xiv_2025.xml").read_bytes()
    page = parse_results(content, "cs.RO", "a recording")
    first = page.found[0]
    assert (page.total, page.notes, len(page.found)) == (5619, (), 2)
    assert first.paper.id == "2510.14968"
    assert first.paper.title.endswith(
        "Demonstration Decomposer for Planner Alignment in Long-Horizon Tasks"
    )
    assert first.paper.abstract.startswith(
        "To tackle long-horizon tasks, recent hierarchical vision"
    )
    assert "\n" not in first.paper.abstract
    assert first.paper.categories == ("cs.RO", "cs.AI", "cs.CV", "cs.LG", "cs.SY", "eess.SY")
    assert first.paper.authors[0].name == "Mingxuan Yan"


def test_all_recorded_results_are_parsed(shared: Path) -> None:
    many = (shared / "recorded/api/atom_query_arxivvanity_test-data.xml").read_bytes()
    page = parse_results(many, "cs", "a recording")
    assert (len(page.found), page.total, page.notes) == (10, 46083, ())
    none = (shared / "recorded/api/atom_empty_xiv.xml").read_bytes()
    assert parse_results(none, "cs.RO", "a recording").total == 0


@given(st.binary(max_size=300) | st.text(max_size=100).map(pages.search_error))
def test_any_bytes_are_a_page_or_our_error(content: bytes) -> None:
    with pytest.raises((FeedUnreadable, SourceUnreachable)):
        parse_results(content, "cs.LG", "a page")


@given(st.data())
def test_a_damaged_page_is_read_or_our_error(data: st.DataObject) -> None:
    listing = made_up_paper(TUESDAY, "cs.LG", 1)
    entry = pages._result(listing, datetime(2025, 2, 24, tzinfo=UTC))
    page = bytearray(pages.results((), 3).replace(b"</feed>", (entry * 3 + "</feed>").encode()))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(page)))
        damage = data.draw(st.text("0123456789<>/ abcTZ:+-", max_size=6)).encode()
        page[at : at + len(damage)] = damage
    try:
        read = parse_results(bytes(page), "cs.LG", "a page")
    except (FeedUnreadable, SourceUnreachable):
        return
    assert len(read.found) + len(read.notes) <= 3


def test_a_result_that_cannot_be_read_is_noted_and_the_others_are_kept(shared: Path) -> None:
    content = (shared / "recorded/api/atom_response_xiv_2025.xml").read_bytes()
    page = parse_results(content.replace(b"2510.14968v1", b"nonsense"), "cs.RO", "a recording")
    assert len(page.found) == 1
    (note,) = page.notes
    assert note.startswith("cs.RO: a result could not be read: ")
