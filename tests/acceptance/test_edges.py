"""Feeds and entries that really went wrong, each followed to what paperlark makes of it."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from paperlark.compose.pages import open_page_maker
from paperlark.day.announce import UNCONFIRMED, fetch_batch
from paperlark.domain.announcement import AnnounceType, Feed, Listing, MissingFeed, Via
from paperlark.domain.calendar import expects_announcement
from paperlark.domain.errors import SourceUnreachable
from paperlark.domain.profile import Cutoffs
from paperlark.judges.reply import parse_reply
from paperlark.settings import load_settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.sources._arxiv_xml import parse_feed
from paperlark.testing import FakeAnnouncementBatches, FakeSource, Silent, a_paper
from standins.arxiv import StandInArxiv, now_of, stale
from standins.arxiv_truth import made_up_truth
from standins.feeds import item, rss
from standins.watches import FakeWatch

TUESDAY, WEDNESDAY = date(2025, 2, 25), date(2025, 2, 26)
AWAY = SourceUnreachable("the listing page is away")


def _edge(shared: Path, name: str) -> Feed:
    content = gzip.decompress((shared / "feeds" / "edge" / f"{name}.xml.gz").read_bytes())
    return parse_feed(content, name[11:], name)


def _items(shared: Path, kind: str) -> list[dict[str, str]]:
    rows = gzip.decompress((shared / "feeds/edge/edge_items.jsonl.gz").read_bytes()).splitlines()
    return [row for row in map(json.loads, rows) if row["kind"] == kind]


def _listing(row: dict[str, str]) -> Listing:
    """Read an odd entry back out of a feed."""
    entry = item(
        row["guid"],
        title=row["title"],
        abstract=row["description"].partition("Abstract: ")[2],
        creator=row["creator"],
        categories=tuple(row["category"]),
        type=row["announce_type"],
    )
    [listing] = parse_feed(rss(entry), "cs.LG", "a feed").listings
    return listing


def _fetch_batch(feed: Feed, day: date, *, before: Feed | None = None) -> Feed | MissingFeed:
    """Take a recorded feed for that day, with nobody to confirm it and one batch known before."""
    batches = FakeAnnouncementBatches()
    if before:
        batches.keep(before, day - timedelta(days=1))
    nobody = FakeSource(errors={feed.category: AWAY}, via=Via.LISTING)
    return fetch_batch(
        feed.category,
        day,
        sources=[FakeSource([feed]), nobody],
        batches=batches,
        expected=expects_announcement(day),
    )


@pytest.mark.parametrize(
    ("before", "repeated", "day"),
    [
        ("2026-08-18-cs-cl", "2026-08-19-cs-cl", date(2026, 8, 18)),
        ("2026-08-19-cs-lg", "2026-08-20-cs-lg", date(2026, 8, 19)),
        ("2026-08-14-cs-ai", "2026-08-15-cs-ai", date(2026, 8, 14)),
        ("2024-06-20-cs-cl", "2024-06-21-cs-cl", date(2024, 6, 20)),  # the day after a holiday
        ("2025-01-01-cs-ai", "2025-01-02-cs-ai", date(2025, 1, 1)),  # likewise, cs.LG was empty
    ],
)
def test_a_recorded_feed_with_the_papers_of_the_day_before_is_refused(
    shared: Path, before: str, repeated: str, day: date
) -> None:
    feed = _edge(shared, repeated)
    assert feed.stamped == day
    found = _fetch_batch(feed, day, before=_edge(shared, before))
    assert isinstance(found, MissingFeed)
    assert found.reason.startswith("RSS repeats the announcement of ")


def test_on_a_holiday_one_category_was_stale_and_the_other_empty(shared: Path) -> None:
    empty = _fetch_batch(_edge(shared, "2025-01-02-cs-lg"), date(2025, 1, 1))
    assert isinstance(empty, Feed)
    assert (empty.listings, empty.notes) == ((), (UNCONFIRMED,))


@pytest.mark.parametrize(
    "name", ["2025-12-27-cs-lg", "2026-01-01-cs-cl", "2026-06-23-cs-cl", "2024-05-24-cs-ai"]
)
def test_a_feed_that_is_empty_after_a_holiday_is_not_suspected_of_being_so(
    shared: Path, name: str
) -> None:
    feed = _edge(shared, name)
    assert feed.stamped
    found = _fetch_batch(feed, feed.stamped)
    assert isinstance(found, Feed)
    assert found.notes == (UNCONFIRMED,)


def test_a_feed_that_is_wrongly_empty_on_a_weekday_is_suspected(shared: Path) -> None:
    found = _fetch_batch(_edge(shared, "2024-05-14-cs-cv"), date(2024, 5, 13))
    assert isinstance(found, Feed)
    assert found.notes[0] == "is empty on a day when arXiv should announce"


def test_a_feed_rendered_a_second_before_midnight_is_of_the_day_before(shared: Path) -> None:
    feed = _edge(shared, "2024-07-13-cs-cl")
    assert feed.stamped == date(2024, 7, 11)
    found = _fetch_batch(feed, date(2024, 7, 12))
    assert found == MissingFeed("cs-cl", "RSS is of 2024-07-11; the listing page is away")


def test_a_feed_rendered_22_hours_later_is_of_the_day_that_it_names(shared: Path) -> None:
    feed = _edge(shared, "2026-05-13-cs-lg")
    assert feed.stamped == date(2026, 5, 12)
    assert len(feed.listings) == 1101


@pytest.mark.usefixtures("on_engine")
def test_one_category_is_stale_while_another_is_fresh(tmp_path: Path) -> None:
    with HTTPServer(host="127.0.0.1") as server:
        arxiv = StandInArxiv(server, made_up_truth([TUESDAY, WEDNESDAY]), today=WEDNESDAY)
        arxiv.misbehave(stale, door="rss", category="cs.AI", day=WEDNESDAY)
        (tmp_path / "criteria.md").write_text("## Numbers\nRelevant: number, code.")
        (tmp_path / "paperlark.toml").write_text(
            'name = "Edge"\ncategories = ["cs.LG", "cs.AI"]\n'
            f'[sources]\nrss = "{arxiv.url("rss")}"\npages = "{arxiv.url("list")}"\n'
        )
        environment = Environment(
            variables={"XDG_CACHE_HOME": str(tmp_path)},
            now=lambda: now_of(WEDNESDAY),
            rate_limit_clock=FakeWatch().rate_limit_clock,
        )
        with open_page_maker(
            load_settings(tmp_path / "paperlark.toml"), RunOptions(), environment
        ) as maker:
            maker.make(WEDNESDAY, Silent())
    page = json.loads((tmp_path / "pages" / f"{WEDNESDAY}.json").read_text())
    assert page["status"] == "complete"
    assert [batch["via"] for batch in page["batches"]] == ["RSS", "listing page"]
    assert f"on {WEDNESDAY}" in page["entries"][0]["title"]
    assert not any(f"on {TUESDAY}" in entry["title"] for entry in page["entries"])


def test_a_new_paper_may_have_a_second_version(shared: Path) -> None:
    listings = [_listing(row) for row in _items(shared, "new_not_v1")]
    assert len(listings) == 8
    assert {(one.type, one.paper.version > 1) for one in listings} == {(AnnounceType.NEW, True)}


def test_a_paper_may_be_crossed_long_after_it_was_new(shared: Path) -> None:
    listings = [_listing(row) for row in _items(shared, "cross_high_version")]
    assert {one.type for one in listings} == {AnnounceType.CROSS}
    assert min(one.paper.version for one in listings) >= 4


def test_an_identifier_of_the_old_kind_still_appears(shared: Path) -> None:
    [row] = _items(shared, "old_id")
    paper = _listing(row).paper
    assert (paper.id, paper.version) == ("nlin/0408039", 2)
    assert paper.url == "https://arxiv.org/abs/nlin/0408039"


def test_titles_of_six_letters_and_of_nothing_but_symbols_stay(shared: Path) -> None:
    kinds = ("title_very_short", "title_unbalanced_dollar", "title_angle", "title_markdown")
    for kind in (*kinds, "title_pipe", "title_tex"):
        for row in _items(shared, kind):
            assert _listing(row).paper.title == " ".join(row["title"].split())


@pytest.mark.parametrize(
    ("kind", "least"), [("abs_one_sentence", 1), ("abs_over_1920", 1921), ("abs_mojibake", 500)]
)
def test_an_abstract_is_kept_at_any_length(shared: Path, kind: str, least: int) -> None:
    for row in _items(shared, kind):
        abstract = row["description"].partition("Abstract: ")[2]
        assert _listing(row).paper.abstract.split() == abstract.split()
        assert len(abstract) >= least


def test_an_abstract_that_begins_with_a_word_of_arxiv_s_keeps_it() -> None:
    entry = item(abstract="Abstract: Background: Title: x. Authors: y. Abstract: z.")
    [listing] = parse_feed(rss(entry), "cs.LG", "a feed").listings
    assert listing.paper.abstract == "Abstract: Background: Title: x. Authors: y. Abstract: z."


def test_the_word_withdrawn_and_a_withdrawn_paper_are_entries_like_any() -> None:
    word = item("oai:arXiv.org:2502.00001v1", abstract="Why are papers withdrawn?")
    gone = item(
        "oai:arXiv.org:2502.00002v2",
        abstract="This paper has been withdrawn by the author.",
        type="replace",
    )
    feed = parse_feed(rss(word, gone), "cs.LG", "a feed")
    assert [one.type.value for one in feed.listings] == ["new", "replace"]
    assert feed.notes == ()


def test_several_dois_and_a_missing_licence_lose_no_entry(shared: Path) -> None:
    for kind in ("doi_multi", "no_rights"):
        for row in _items(shared, kind):
            assert _listing(row).paper.id in row["guid"]


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-8", "1e1", "null", "[8]"])
def test_a_score_that_is_no_number_of_the_scale_is_a_fault(score: str) -> None:
    paper = a_paper("2502.00001")
    row = f'{{"paper": 412, "relevance": {score}, "novelty": 8, "comment": "Good."}}'
    reading = parse_reply(f'{{"rows": [{row}]}}', {412: paper}, Cutoffs())
    assert reading.judgements == ()
    assert list(reading.faults) == [paper.id]
