from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from paperlark.domain.announcement import AnnounceType, Listing, Via
from paperlark.domain.errors import FeedUnreadable, SourceUnreachable
from paperlark.sources._client import ArxivClient
from paperlark.sources.oai import OaiRecords, oai_set, parse_oai
from standins import arxiv_pages as pages
from standins.arxiv import (
    Ask,
    Behaviour,
    StandInArxiv,
    cut_in_half,
    forgets_tokens,
    oai_refuses,
    repeats_entries,
    says,
)
from standins.arxiv_truth import made_up_paper, recorded_truth

FRIDAY, MONDAY, TUESDAY = date(2025, 2, 21), date(2025, 2, 24), date(2025, 2, 25)


@pytest.fixture
def source(arxiv: StandInArxiv, client: ArxivClient) -> OaiRecords:
    return OaiRecords(client, arxiv.url("oai"))


@pytest.mark.parametrize("day", [FRIDAY, MONDAY, TUESDAY])
@pytest.mark.parametrize("size", [2000, 3, 7])
def test_a_day_s_records_are_its_batch(
    arxiv: StandInArxiv, source: OaiRecords, day: date, size: int
) -> None:
    arxiv.page_size = size
    feed = source.feed("cs.LG", day)
    assert feed.listings == arxiv.listings("cs.LG", day)
    assert (feed.via, feed.stamped, feed.expected, feed.notes) == (Via.OAI, day, None, ())
    assert len(arxiv.log) == -(-7 // size)


def test_a_day_without_records_is_an_empty_batch(source: OaiRecords) -> None:
    assert source.feed("cs.LG", date(2025, 2, 26)).listings == ()


def test_pages_that_repeat_records_give_each_once(arxiv: StandInArxiv, source: OaiRecords) -> None:
    arxiv.page_size = 3
    arxiv.misbehave(repeats_entries)
    ids = [one.paper.id for one in source.feed("cs.LG", TUESDAY).listings]
    assert len(ids) == len(set(ids)) >= 6


def test_an_expired_token_begins_the_list_again(arxiv: StandInArxiv, source: OaiRecords) -> None:
    arxiv.page_size = 4
    arxiv.misbehave(forgets_tokens, times=2)
    assert source.feed("cs.LG", TUESDAY).listings == arxiv.listings("cs.LG", TUESDAY)
    assert len(arxiv.log) == 4


def test_resumption_tokens_that_always_expire_are_one_clear_error(
    arxiv: StandInArxiv, source: OaiRecords
) -> None:
    arxiv.page_size = 4
    arxiv.misbehave(forgets_tokens)
    with pytest.raises(SourceUnreachable, match="The token has expired"):
        source.feed("cs.LG", TUESDAY)


def test_a_list_with_repeating_tokens_is_an_error(arxiv: StandInArxiv, source: OaiRecords) -> None:
    def circles(standing: StandInArxiv, ask: Ask) -> Response:
        listings = standing.listings(ask.category, ask.day)
        content = pages.records(ask.day, listings, skip=0, size=1, token=f"cs:cs:LG|{ask.day}|0")
        return says(content, "text/xml")(standing, ask)

    arxiv.misbehave(circles)
    with pytest.raises(FeedUnreadable, match="pages without end"):
        source.feed("cs.LG", TUESDAY)
    assert len(arxiv.log) == 2


@pytest.mark.parametrize("code", ["badArgument", "cannotDisseminateFormat", "badVerb", ""])
def test_an_error_with_http_200_is_an_error(
    arxiv: StandInArxiv, source: OaiRecords, code: str
) -> None:
    arxiv.misbehave(oai_refuses(code))
    with pytest.raises(SourceUnreachable, match=f"answered with an error: {code}"):
        source.feed("cs.LG", TUESDAY)


@pytest.mark.parametrize("behaviour", [cut_in_half, says(b"<html></html>"), says(b"")])
def test_bytes_that_are_not_records_are_one_clear_error(
    arxiv: StandInArxiv, source: OaiRecords, behaviour: Behaviour
) -> None:
    arxiv.misbehave(behaviour)
    with pytest.raises(FeedUnreadable, match="/oai is"):
        source.feed("cs.LG", TUESDAY)


def _answers(arxiv: StandInArxiv, *records: str) -> None:
    head, tail = pages._oai("<ListRecords>|</ListRecords>").split(b"|")
    arxiv.misbehave(says(head + "".join(records).encode() + tail, "text/xml"), door="oai")


def _record(listing: Listing, *, submitted_for: date) -> str:
    return pages._record(submitted_for, listing, 0)


def test_an_edited_old_paper_is_not_announced(arxiv: StandInArxiv, source: OaiRecords) -> None:
    paper = made_up_paper(TUESDAY, "cs.LG", 9, version=3)
    _answers(arxiv, _record(Listing(paper, AnnounceType.REPLACE), submitted_for=date(2024, 9, 3)))
    feed = source.feed("cs.LG", TUESDAY)
    assert (feed.listings, feed.notes) == ((), ())


def test_a_paper_that_moderators_may_have_held_is_named(
    arxiv: StandInArxiv, source: OaiRecords
) -> None:
    paper = made_up_paper(TUESDAY, "cs.LG", 9)
    _answers(arxiv, _record(Listing(paper, AnnounceType.NEW), submitted_for=FRIDAY))
    feed = source.feed("cs.LG", TUESDAY)
    assert feed.listings == ()
    assert len(feed.notes) == 1
    assert paper.id in feed.notes[0]


def test_a_replaced_paper_of_another_primary_category_is_a_replaced_cross_list(
    arxiv: StandInArxiv, source: OaiRecords
) -> None:
    paper = made_up_paper(TUESDAY, "stat.ML", 9, ["cs.LG"], version=2)
    crossed = Listing(paper, AnnounceType.REPLACE_CROSS)
    _answers(arxiv, _record(crossed, submitted_for=TUESDAY))
    assert source.feed("cs.LG", TUESDAY).listings == (crossed,)


def test_deleted_and_unreadable_records_are_counted_and_named(
    arxiv: StandInArxiv, source: OaiRecords
) -> None:
    whole = _record(
        Listing(made_up_paper(TUESDAY, "cs.LG", 9), AnnounceType.NEW), submitted_for=TUESDAY
    )
    _answers(
        arxiv,
        "<record><header status='deleted'><identifier>oai:x</identifier></header></record>",
        "<record><header><identifier>oai:arXiv.org:0000</identifier></header></record>",
        whole.replace("Feb 2025", "Smarch 2025"),
        whole,
    )
    feed = source.feed("cs.LG", TUESDAY)
    assert len(feed.listings) == 1
    nameless, dateless, deleted = feed.notes
    assert "0000" in nameless
    assert "Smarch" in dateless
    assert "1 records" in deleted


@pytest.mark.parametrize(
    ("category", "set_"),
    [
        ("cs.LG", "cs:cs:LG"),
        ("hep-th", "physics:hep-th"),
        ("math.NA", "math:math:NA"),
        ("cs.NA", "math:math:NA"),
        ("astro-ph.CO", "physics:astro-ph:CO"),
        ("physics.optics", "physics:physics:optics"),
        ("cs", "cs:cs"),
        ("physics", "physics:physics"),
        ("astro-ph", "physics:astro-ph"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
    ],
)
def test_each_category_has_an_oai_set(category: str, set_: str) -> None:
    assert oai_set(category) == set_


def test_a_recorded_record_is_parsed_with_all_its_fields(shared: Path) -> None:
    content = (shared / "recorded/oai/arxivraw_1810.09584_fatcat.xml").read_bytes()
    [record] = parse_oai(content, "cond-mat.stat-mech", "a recording").records
    paper = record.paper
    assert (paper.id, paper.version) == ("1810.09584", 2)
    assert paper.title == "Martingale theory for housekeeping heat"
    assert [author.name for author in paper.authors] == [
        "Raphael Chetrite",
        "Shamik Gupta",
        "Izaak Neri",
        "Édgar Roldán",
    ]
    assert paper.categories == ("cond-mat.stat-mech", "physics.bio-ph", "physics.data-an")
    assert paper.abstract.startswith("The housekeeping heat is the energy exchanged between a")
    assert paper.abstract.endswith("described by Langevin dynamics.")
    assert "\n" not in paper.abstract
    assert record.first == datetime(2018, 10, 22, 22, 41, 50, tzinfo=UTC)
    assert record.latest == datetime(2019, 1, 13, 11, 17, 9, tzinfo=UTC)


def test_every_recorded_reply_is_read_or_named(shared: Path) -> None:
    for file in sorted((shared / "recorded/oai").glob("*.xml")):
        content = file.read_bytes()
        try:
            page = parse_oai(content, "hep-th", file.name)
        except FeedUnreadable:
            assert b"<OAI-PMH" not in content, file
            continue
        # Those in another format than arXivRaw are named, record by record.
        assert len(page.records) + len(page.notes) == content.count(b"<record>"), file


def test_the_token_of_the_old_server_is_read(shared: Path) -> None:
    content = (shared / "recorded/oai/ads_arxiv_multi_20230125.xml").read_bytes()
    assert parse_oai(content, "cs.LG", "a recording").token == "6460044|1001"  # noqa: S105


@pytest.mark.parametrize(
    ("printed", "token"),
    [("", None), ("\n  ", None), ("\n  t|2\n", "t|2")],
)
def test_space_around_a_token_says_nothing(printed: str, token: str | None) -> None:
    listings = [Listing(made_up_paper(TUESDAY, "cs.LG", n), AnnounceType.NEW) for n in range(2)]
    content = pages.records(TUESDAY, listings, skip=0, size=1, token=printed)
    assert parse_oai(content, "cs.LG", "a page").token == token


@pytest.mark.slow
def test_a_real_week_comes_back_from_its_records(shared: Path) -> None:
    week = recorded_truth(shared / "feeds" / "month", until=date(2025, 2, 25))
    for day, batches in week.items():
        for category, listings in batches.items():
            content = pages.records(day, listings, skip=0, size=5000, token="")
            page = parse_oai(content, category, "a page")
            assert page.notes == ()
            for printed, read in zip(listings, page.records, strict=True):
                assert replace(read.paper, authors=()) == replace(printed.paper, authors=())


@given(st.binary(max_size=300) | st.text(max_size=100).map(pages._oai))
def test_any_bytes_are_a_page_or_our_error(content: bytes) -> None:
    try:
        page = parse_oai(content, "cs.LG", "a page")
    except FeedUnreadable:
        return
    assert page.records == ()


@given(st.data())
def test_a_damaged_reply_is_read_or_our_error(data: st.DataObject) -> None:
    listings = [Listing(made_up_paper(TUESDAY, "cs.LG", n), AnnounceType.NEW) for n in range(3)]
    page = bytearray(pages.records(TUESDAY, listings, skip=0, size=2, token="t"))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(page)))
        damage = data.draw(st.text("0123456789<>/ abcT:+-", max_size=6)).encode()
        page[at : at + len(damage)] = damage
    try:
        read = parse_oai(bytes(page), "cs.LG", "a page")
    except FeedUnreadable:
        return
    assert len(read.records) + len(read.notes) + read.deleted <= 3


@given(st.text(max_size=60))
def test_any_date_of_a_version_is_kept_or_named(text: str) -> None:
    listing = Listing(made_up_paper(TUESDAY, "cs.LG", 1), AnnounceType.NEW)
    whole = pages.records(TUESDAY, [listing], skip=0, size=2, token="").decode()
    content = whole.replace("Mon, 24 Feb 2025 15:00:00 GMT", escape(text))
    assert content != whole or text in whole
    try:
        read = parse_oai(content.encode("utf-8", "surrogatepass"), "cs.LG", "a page")
    except FeedUnreadable:
        return
    assert len(read.records) + len(read.notes) == 1
