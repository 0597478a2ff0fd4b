"""Whose word on a day's batch is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day.announce import UNCONFIRMED, announce, fetch_batch
from paperlark.day.examine import confirm
from paperlark.domain.announcement import Announcement, AnnounceType, Feed, MissingFeed, Via
from paperlark.domain.errors import (
    FeedNotFound,
    NoConnection,
    NoNetwork,
    SourceError,
    SourceUnreachable,
    UnknownCategory,
)
from paperlark.runs.progress import NoProgress
from paperlark.testing import FakeAnnouncementBatches, FakeSource, a_feed, a_paper

YESTERDAY, DAY, SATURDAY = date(2025, 2, 25), date(2025, 2, 26), date(2025, 3, 1)
PAPERS = tuple(a_paper(f"2502.{number:05}") for number in range(1, 9))
OLD = tuple(a_paper(f"2502.1{number:04}") for number in range(1, 9))
DOWN = SourceUnreachable("it is down")


def _rss(*papers: object, stamped: date = DAY) -> Feed:
    return replace(a_feed(*papers), stamped=stamped)  # type: ignore[arg-type]


def _proof(via: Via, *papers: object, stamped: date = DAY, expected: int | None = None) -> Feed:
    feed = a_feed(*papers)  # type: ignore[arg-type]
    count = len(papers) if expected is None else expected
    return replace(feed, via=via, stamped=stamped, expected=count)


def _source(via: Via, feed: Feed | None) -> FakeSource:
    errors = {} if feed else {"cs.LG": DOWN}
    return FakeSource([feed] if feed else [], errors, via)


def _fetch(
    *sources: FakeSource,
    batches: FakeAnnouncementBatches | None = None,
    day: date = DAY,
    expected: bool = True,
) -> Feed | MissingFeed:
    known = batches if batches is not None else FakeAnnouncementBatches()
    return fetch_batch("cs.LG", day, sources=sources, batches=known, expected=expected)


def _ids(feed: Feed | MissingFeed) -> list[str]:
    assert isinstance(feed, Feed)
    return [listing.paper.id for listing in feed.listings]


def _known(*papers: object, day: date = YESTERDAY) -> FakeAnnouncementBatches:
    batches = FakeAnnouncementBatches()
    batches.keep(_rss(*papers, stamped=day), day)
    return batches


def test_a_fresh_feed_confirmed_by_the_listing_page_is_the_batch() -> None:
    rss, page = _source(Via.RSS, _rss(*PAPERS)), _source(Via.LISTING, _proof(Via.LISTING, *PAPERS))
    feed = _fetch(rss, page)
    assert _ids(feed) == _ids(_rss(*PAPERS))
    assert isinstance(feed, Feed)
    assert (feed.via, feed.confirmed, feed.expected) == (Via.RSS, Via.LISTING, 8)
    assert (feed.notes, feed.trail) == ((), ())


def test_the_confirmed_feed_keeps_what_only_rss_knows_of_a_paper() -> None:
    second = a_paper("2502.00001", version=2)
    page = _proof(Via.LISTING, a_paper("2502.00001"))
    feed = _fetch(_source(Via.RSS, _rss(second)), _source(Via.LISTING, page))
    assert isinstance(feed, Feed)
    assert feed.listings[0].paper.version == 2


def test_yesterday_s_papers_under_today_s_stamp_are_rejected_for_the_listing_page() -> None:
    rss, page = _source(Via.RSS, _rss(*OLD)), _source(Via.LISTING, _proof(Via.LISTING, *PAPERS))
    feed = _fetch(rss, page, batches=_known(*OLD))
    assert _ids(feed) == _ids(_rss(*PAPERS))
    assert isinstance(feed, Feed)
    assert feed.via is Via.LISTING
    assert feed.trail == ("RSS repeats the announcement of 2025-02-25",)


def test_a_stale_feed_is_rejected_even_where_no_other_source_answers() -> None:
    missing = _fetch(_source(Via.RSS, _rss(*OLD)), _source(Via.LISTING, None), batches=_known(*OLD))
    assert missing == MissingFeed("cs.LG", "RSS repeats the announcement of 2025-02-25; it is down")


def test_the_listing_page_exposes_a_stale_feed_without_stored_batches() -> None:
    feed = _fetch(_source(Via.RSS, _rss(*OLD)), _source(Via.LISTING, _proof(Via.LISTING, *PAPERS)))
    assert _ids(feed) == _ids(_rss(*PAPERS))
    assert isinstance(feed, Feed)
    assert feed.via is Via.LISTING


@pytest.mark.parametrize(
    ("type_", "via"),
    [
        (AnnounceType.NEW, Via.LISTING),
        (AnnounceType.CROSS, Via.LISTING),
        (AnnounceType.REPLACE, Via.RSS),
        (AnnounceType.REPLACE_CROSS, Via.RSS),
    ],
)
def test_a_feed_that_lacks_a_new_or_crossed_paper_is_not_the_source(
    type_: AnnounceType, via: Via
) -> None:
    proof = _proof(Via.LISTING, *PAPERS)
    *others, last = proof.listings
    proof = replace(proof, listings=(*others, replace(last, type=type_)))
    assert confirm(_rss(*PAPERS[:-1]), proof).via is via


def test_a_truncated_feed_is_completed_from_the_listing_page() -> None:
    rss = _source(Via.RSS, _rss(*PAPERS[5:]))
    feed = _fetch(rss, _source(Via.LISTING, _proof(Via.LISTING, *PAPERS)))
    assert sorted(_ids(feed)) == sorted(_ids(_rss(*PAPERS)))
    assert isinstance(feed, Feed)
    assert feed.notes == ()


def test_papers_that_only_the_feed_has_are_taken_as_well() -> None:
    page = _proof(Via.LISTING, *PAPERS[:6])
    feed = _fetch(_source(Via.RSS, _rss(*PAPERS)), _source(Via.LISTING, page))
    assert sorted(_ids(feed)) == sorted(_ids(_rss(*PAPERS)))
    assert isinstance(feed, Feed)
    assert (feed.expected, feed.notes) == (6, ())


def test_replacements_that_only_the_feed_has_are_left_to_the_page() -> None:
    rss = _rss(*PAPERS)
    *others, last = rss.listings
    rss = replace(rss, listings=(*others, replace(last, type=AnnounceType.REPLACE)))
    page = _proof(Via.LISTING, *PAPERS[:7])
    assert sorted(_ids(_fetch(_source(Via.RSS, rss), _source(Via.LISTING, page)))) == sorted(
        _ids(_rss(*PAPERS[:7]))
    )


def test_a_page_that_shows_only_some_is_followed_by_the_catch_up_page() -> None:
    short = _proof(Via.LISTING, *PAPERS[:3], expected=8)
    feed = _fetch(
        _source(Via.RSS, None),
        _source(Via.LISTING, short),
        _source(Via.CATCHUP, _proof(Via.CATCHUP, *PAPERS)),
    )
    assert sorted(_ids(feed)) == sorted(_ids(_rss(*PAPERS)))
    assert isinstance(feed, Feed)
    assert feed.confirmed is Via.CATCHUP


def test_missing_entries_are_counted_where_no_source_is_complete() -> None:
    short = _proof(Via.LISTING, *PAPERS[:3], expected=8)
    feed = _fetch(_source(Via.RSS, None), _source(Via.LISTING, short), _source(Via.CATCHUP, None))
    assert isinstance(feed, Feed)
    assert feed.notes == ("has 3 of 8 entries",)


def test_an_incomplete_page_is_completed_from_the_feed() -> None:
    short = _proof(Via.LISTING, *PAPERS[:3], expected=8)
    feed = _fetch(_source(Via.RSS, _rss(*PAPERS)), _source(Via.LISTING, short))
    assert sorted(_ids(feed)) == sorted(_ids(_rss(*PAPERS)))
    assert isinstance(feed, Feed)
    assert feed.notes == ()


def test_an_empty_page_is_not_completed_with_yesterday_s_papers() -> None:
    nothing = _proof(Via.LISTING, expected=8)
    feed = _fetch(_source(Via.RSS, _rss(*OLD)), _source(Via.LISTING, nothing))
    assert isinstance(feed, Feed)
    assert feed.listings == ()
    assert feed.notes == ("has 0 of 8 entries",)


@pytest.mark.parametrize("via", [Via.LISTING, Via.CATCHUP])
def test_an_empty_weekday_is_believed_only_from_a_source_that_proves_it(via: Via) -> None:
    rss = _source(Via.RSS, _rss())
    feed = _fetch(rss, _source(via, _proof(via)))
    assert isinstance(feed, Feed)
    assert feed.listings == ()
    doubted = _fetch(rss, _source(via, None))
    assert isinstance(doubted, Feed)
    assert "is empty on a day when arXiv should announce" in doubted.notes


def test_on_a_saturday_arxiv_is_not_asked() -> None:
    sources = [FakeSource([], {"cs.LG": AssertionError("asked")}) for _ in range(2)]
    feed = _fetch(*sources, day=SATURDAY, expected=False)
    assert isinstance(feed, Feed)
    assert (feed.listings, feed.notes, feed.trail) == ((), (), ())


def test_a_saturday_is_empty_whatever_its_recorded_feed_carries() -> None:
    rss = _source(Via.RSS, _rss(*OLD, stamped=SATURDAY))
    feed = _fetch(rss, day=SATURDAY, expected=False)
    assert isinstance(feed, Feed)
    assert (feed.listings, feed.notes) == ((), ())
    assert feed.trail == ("RSS carries 8 entries of another day",)


AWAY = NoConnection("rss.arxiv.org could not be reached (Name or service not known)")
NO_SUCH_DAY = FeedNotFound("the listing page has only the latest day")


def _announce(*errors: SourceError, feeds: Sequence[Feed] = ()) -> Announcement:
    sources = [FakeSource(feeds, {"cs.LG": error}) for error in errors]
    batches = FakeAnnouncementBatches()
    return announce(DAY, ["cs.LG"], sources=sources, batches=batches, progress=NoProgress())


@pytest.mark.parametrize("errors", [(AWAY, AWAY), (NO_SUCH_DAY, AWAY), (AWAY, NO_SUCH_DAY)])
def test_where_no_server_could_be_connected_to_there_is_no_network(
    errors: tuple[SourceError, ...],
) -> None:
    with pytest.raises(NoNetwork) as raised:
        _announce(*errors)
    assert raised.value.problem == f"No network: {AWAY.problem}"


@pytest.mark.parametrize("errors", [(AWAY, DOWN), (DOWN, AWAY), (NO_SUCH_DAY, NO_SUCH_DAY)])
def test_where_one_server_answered_the_network_is_not_to_blame(
    errors: tuple[SourceError, ...],
) -> None:
    with pytest.raises(FeedNotFound) as raised:
        _announce(*errors)
    assert not isinstance(raised.value, NoNetwork)


def test_the_list_of_holidays_is_only_a_hint() -> None:
    rss = _source(Via.RSS, _rss(*PAPERS))
    doubted = _fetch(rss, expected=False)
    assert isinstance(doubted, Feed)
    assert doubted.notes == ("has entries on a day when arXiv should announce nothing",)
    feed = _fetch(rss, _source(Via.LISTING, _proof(Via.LISTING, *PAPERS)), expected=False)
    assert isinstance(feed, Feed)
    assert (len(feed.listings), feed.notes) == (8, ())


def test_an_unconfirmed_feed_has_a_note() -> None:
    feed = _fetch(_source(Via.RSS, _rss(*PAPERS)), _source(Via.LISTING, None))
    assert isinstance(feed, Feed)
    assert feed.notes == (UNCONFIRMED,)


def test_a_reconstruction_is_never_presented_as_complete() -> None:
    batches = FakeAnnouncementBatches()
    some = replace(_rss(*PAPERS[:4]), via=Via.OAI)  # its server has lost the others
    feed = _fetch(_source(Via.RSS, None), _source(Via.OAI, some), batches=batches)
    assert isinstance(feed, Feed)
    assert feed.notes == (UNCONFIRMED,)
    again = _fetch(_source(Via.RSS, None), _source(Via.LISTING, None), batches=batches)
    assert isinstance(again, Feed)
    assert again.notes == (UNCONFIRMED,)


@pytest.mark.parametrize(
    ("guessed", "via", "notes"),
    [
        (8, Via.OAI, ("has 5 entries reconstructed from submissions",)),
        (6, Via.OAI, ("has 6 of 8 entries", "has 3 entries reconstructed from submissions")),
        (2, Via.LISTING, ("has 3 of 8 entries",)),
    ],
)
def test_a_reconstruction_completes_a_short_page_and_the_number_stays_known(
    guessed: int, via: Via, notes: tuple[str, ...]
) -> None:
    page = _source(Via.LISTING, _proof(Via.LISTING, *PAPERS[:3], expected=8))
    oai = _source(Via.OAI, replace(_rss(*PAPERS[:guessed]), via=Via.OAI))
    feed = _fetch(_source(Via.RSS, None), page, oai)
    assert isinstance(feed, Feed)
    assert len(feed.listings) == max(3, guessed)
    assert (feed.notes, feed.via) == (notes, via)


def test_a_single_source_is_believed() -> None:
    feed = _fetch(_source(Via.RSS, _rss(*PAPERS)))
    assert isinstance(feed, Feed)
    assert feed.notes == ()


def test_reconstructing_sources_are_queried_last() -> None:
    oai = _source(Via.OAI, replace(_rss(*PAPERS), via=Via.OAI))
    _fetch(_source(Via.RSS, _rss(*PAPERS)), _source(Via.LISTING, None), oai)
    assert oai.asked == []
    feed = _fetch(_source(Via.RSS, None), _source(Via.LISTING, None), oai)
    assert isinstance(feed, Feed)
    assert (feed.via, feed.confirmed) == (Via.OAI, None)


def test_a_confirmed_batch_is_not_fetched_again() -> None:
    batches = FakeAnnouncementBatches()
    rss, page = _source(Via.RSS, _rss(*PAPERS)), _source(Via.LISTING, _proof(Via.LISTING, *PAPERS))
    first = _fetch(rss, page, batches=batches)
    again = _fetch(_source(Via.RSS, None), _source(Via.LISTING, None), batches=batches)
    assert again == first


def test_a_listing_replaces_a_reconstruction_and_never_the_other_way_round() -> None:
    batches = FakeAnnouncementBatches()
    guess = _source(Via.OAI, replace(_rss(*PAPERS[:4]), via=Via.OAI))
    _fetch(_source(Via.RSS, None), guess, batches=batches)
    better = _fetch(
        _source(Via.RSS, None), _source(Via.CATCHUP, _proof(Via.CATCHUP, *PAPERS)), batches=batches
    )
    assert len(_ids(better)) == 8
    assert len(_ids(_fetch(_source(Via.RSS, None), guess, batches=batches))) == 8


def test_an_unknown_category_is_an_error_at_once() -> None:
    with pytest.raises(UnknownCategory):
        _fetch(FakeSource(errors={"cs.LG": UnknownCategory("what?")}))


def test_an_incomplete_batch_is_stored_so_that_its_copy_is_detected() -> None:
    batches = FakeAnnouncementBatches()
    noted = replace(_rss(*OLD, stamped=YESTERDAY), notes=("an entry could not be read",))
    fetch_batch(
        "cs.LG", YESTERDAY, sources=[_source(Via.RSS, noted)], batches=batches, expected=True
    )
    assert isinstance(_fetch(_source(Via.RSS, _rss(*OLD)), batches=batches), MissingFeed)


def test_a_folder_s_feed_does_not_replace_a_confirmed_batch() -> None:
    batches = FakeAnnouncementBatches()
    page = _source(Via.LISTING, _proof(Via.LISTING, *PAPERS))
    _fetch(_source(Via.RSS, _rss(*PAPERS)), page, batches=batches)
    assert len(_ids(_fetch(_source(Via.RSS, _rss(*PAPERS[:3])), batches=batches))) == 3
    known = batches.batch("cs.LG", DAY)
    assert known is not None
    assert (len(known.listings), known.confirmed) == (8, Via.LISTING)


def test_a_stale_feed_from_a_folder_is_not_believed_against_a_page_that_proves_its_day() -> None:
    batches = FakeAnnouncementBatches()
    _fetch(_source(Via.RSS, _rss(*OLD)), batches=batches)
    short = _source(Via.LISTING, _proof(Via.LISTING, *PAPERS[:7], expected=8))
    feed = _fetch(_source(Via.RSS, None), short, batches=batches)
    assert _ids(feed) == _ids(_rss(*PAPERS[:7]))
    assert isinstance(feed, Feed)
    assert feed.notes == ("has 7 of 8 entries",)


def test_a_folder_s_feed_is_not_called_confirmed_when_no_source_answers() -> None:
    batches = FakeAnnouncementBatches()
    _fetch(_source(Via.RSS, _rss(*PAPERS)), batches=batches)
    feed = _fetch(_source(Via.RSS, None), _source(Via.LISTING, None), batches=batches)
    assert isinstance(feed, Feed)
    assert feed.notes == (UNCONFIRMED,)


def test_a_page_without_its_number_of_entries_proves_nothing() -> None:
    page = replace(_proof(Via.CATCHUP, *PAPERS[:2]), expected=None)
    feed = _fetch(_source(Via.RSS, None), _source(Via.CATCHUP, page))
    assert isinstance(feed, Feed)
    assert feed.confirmed is None
    assert "does not state its number of entries" in feed.notes


def test_of_two_incomplete_pages_the_longer_is_used() -> None:
    feed = _fetch(
        _source(Via.RSS, None),
        _source(Via.LISTING, _proof(Via.LISTING, *PAPERS[:1], expected=8)),
        _source(Via.CATCHUP, _proof(Via.CATCHUP, *PAPERS[:7], expected=8)),
    )
    assert len(_ids(feed)) >= 7


def test_the_number_of_missing_entries_stays_known_after_a_reconstruction() -> None:
    oai = replace(_rss(*PAPERS[:5]), via=Via.OAI)
    search = replace(_rss(*PAPERS[1:7]), via=Via.SEARCH, notes=("replacements are not known",))
    feed = _fetch(
        _source(Via.RSS, None),
        _source(Via.LISTING, _proof(Via.LISTING, *PAPERS[:2], expected=8)),
        _source(Via.OAI, oai),
        _source(Via.SEARCH, search),
    )
    assert isinstance(feed, Feed)
    assert len(feed.listings) == 7
    assert "has 7 of 8 entries" in feed.notes


def test_a_paper_replaced_the_day_after_it_was_new_does_not_make_a_feed_stale() -> None:
    replaced = replace(a_feed(*OLD[:1], type=AnnounceType.REPLACE), stamped=DAY)
    feed = _fetch(_source(Via.RSS, replaced), batches=_known(*OLD[:1]))
    assert isinstance(feed, Feed)


WORLD = st.sampled_from(["fresh", "stale", "empty", "cut", "down"])


@given(WORLD, WORLD, WORLD, st.booleans())
def test_whatever_goes_wrong_the_batch_is_complete_or_names_what_it_lacks(
    rss: str,
    page: str,
    catchup: str,
    memory: bool,  # noqa: FBT001  # drawn
) -> None:
    def seen(state: str, via: Via) -> Feed | None:
        papers = {"fresh": PAPERS, "stale": OLD, "empty": (), "cut": PAPERS[4:]}.get(state)
        if papers is None:
            return None
        if via is Via.RSS:
            return _rss(*papers)
        if state == "stale":
            return _proof(via, *papers, stamped=YESTERDAY)
        return _proof(via, *papers, expected=8)

    found = _fetch(
        *(_source(via, seen(state, via)) for via, state in
          ((Via.RSS, rss), (Via.LISTING, page), (Via.CATCHUP, catchup))),
        batches=_known(*OLD) if memory else FakeAnnouncementBatches(),
    )  # fmt: skip
    if isinstance(found, Feed) and not found.notes:
        assert sorted(_ids(found)) == sorted(_ids(_rss(*PAPERS)))
    if "fresh" in {page, catchup}:
        assert isinstance(found, Feed)
        assert found.notes == ()
