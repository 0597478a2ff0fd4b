from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.announcement import AnnounceType, Feed
from paperlark.domain.errors import FeedUnreadable, UnknownCategory
from paperlark.domain.paper import Author
from paperlark.sources._arxiv_xml import LIMIT, parse_feed
from standins.feeds import item, rss


def _parse(content: bytes, category: str = "cs.LG") -> Feed:
    return parse_feed(content, category, "a feed")


def _edge(shared: Path, name: str, category: str) -> Feed:
    return _parse(gzip.decompress((shared / "feeds" / "edge" / name).read_bytes()), category)


def test_an_entry_is_parsed_with_all_its_fields() -> None:
    feed = _parse(
        rss(
            item(
                "oai:arXiv.org:nlin/0408039v2",
                title="Stability\n  of things",
                abstract="First.\n  Second paragraph\nwrapped.",
                creator=r"Ada L\"owe (Here, There), Bob",
                categories=("nlin.CD", "cs.LG"),
                type="replace-cross",
            )
        )
    )
    [listing] = feed.listings
    assert listing.type is AnnounceType.REPLACE_CROSS
    assert (listing.paper.id, listing.paper.version) == ("nlin/0408039", 2)
    assert listing.paper.title == "Stability of things"
    assert listing.paper.abstract == "First.\n\nSecond paragraph wrapped."
    assert listing.paper.authors == (Author("Ada Löwe", "Here, There"), Author("Bob"))
    assert listing.paper.categories == ("nlin.CD", "cs.LG")
    assert feed.stamped == date(2025, 2, 26)


def test_markup_in_an_abstract_stays_text() -> None:
    abstract = "We use <a href='x'>y</a>, </think> and a < b &#177; c; Abstract: {\"json\": 1}"
    [listing] = _parse(rss(item(abstract=abstract))).listings
    assert listing.paper.abstract == abstract.replace("&#177;", "±")


def test_an_entry_that_cannot_be_read_is_named_and_the_others_stay() -> None:
    feed = _parse(rss(item(), item("oai:arXiv.org:nonsense"), item(type="brand-new")))
    assert len(feed.listings) == 1
    assert len(feed.notes) == 2
    assert "nonsense" in feed.notes[0]
    assert "brand-new" in feed.notes[1]


def test_a_feed_as_long_as_arxiv_s_limit_may_be_cut_and_has_a_note() -> None:
    feed = _parse(rss(*(item(f"oai:arXiv.org:2502.{n:05}v1") for n in range(LIMIT))))
    assert "2000" in feed.notes[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Rate exceeded.",
        b"<html><body>Sorry</body></html>",
        b"<rss><channel>",
        b"\x1f\x8b\x08\x00",
        b'<!DOCTYPE r [<!ENTITY a "b">]><rss version="2.0"><channel/></rss>',
        b'<?xml version="1.0" encoding="no-such"?><rss/>',
        b"<rss/>",
        b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
    ],
)
def test_bytes_that_are_not_a_feed_are_one_clear_error(content: bytes) -> None:
    with pytest.raises(FeedUnreadable, match="a feed is") as raised:
        _parse(content)
    assert raised.value.hint
    assert "\n" not in str(raised.value)


def test_a_feed_without_a_date_has_a_note() -> None:
    assert _parse(rss(item(), stamp="32 Feb 2025")).notes == ("cs.LG: the feed has no date",)


def test_entries_that_cannot_be_read_count_towards_the_limit() -> None:
    entries = (item(f"oai:arXiv.org:2502.{n:05}v1") for n in range(LIMIT - 1))
    assert "2000" in _parse(rss(item("oai:arXiv.org:oops"), *entries)).notes[-1]


def test_arxiv_s_feed_about_an_unknown_category_is_recognised() -> None:
    with pytest.raises(UnknownCategory, match=r"cs\.XX"):
        _parse(rss(title="Feed error for query: cs.XX"), "cs.XX")


@given(st.binary(max_size=200) | st.text(max_size=200).map(rss))
def test_any_bytes_are_a_feed_or_our_error(content: bytes) -> None:
    try:
        _parse(content)
    except FeedUnreadable:
        return


@given(title=st.text(), abstract=st.text(), creator=st.text())
def test_any_text_in_an_entry_is_kept_or_named(title: str, abstract: str, creator: str) -> None:
    try:
        feed = _parse(rss(item(title=title, abstract=abstract, creator=creator)))
    except FeedUnreadable:
        return  # a control character that XML forbids
    assert len(feed.listings) + len(feed.notes) == 1


@pytest.mark.slow
def test_every_recorded_feed_is_read_to_its_last_entry(shared: Path) -> None:
    files = [*(shared / "feeds/month").glob("*.gz"), *(shared / "feeds/edge").glob("*.xml.gz")]
    assert len(files) > 100
    for file in files:
        content = gzip.decompress(file.read_bytes())
        feed = _parse(content)
        assert len(feed.listings) == len(re.findall(rb"<(?:item|entry)[ >]", content)), file
        assert feed.notes == (), file
        for listing in feed.listings:
            assert listing.paper.authors, listing.paper.id
            assert listing.paper.title
            assert not listing.paper.abstract.startswith(("arXiv:", "Abstract:")), listing.paper.id
            names = "".join(author.name for author in listing.paper.authors)
            assert not set(names) & set("\\{}$~"), listing.paper.id
            assert not any(map(unicodedata.combining, names)), listing.paper.id


def test_the_largest_list_of_authors_has_3435(shared: Path) -> None:
    feed = _edge(shared, "2025-10-18-cs-cl.xml.gz", "cs.CL")
    assert max(len(listing.paper.authors) for listing in feed.listings) == 3435


def test_the_feeds_of_before_2024_are_read(shared: Path) -> None:
    feed = _edge(shared, "2023-07-06-cs-cl.xml.gz", "cs.CL")
    types = Counter(listing.type.value for listing in feed.listings)
    assert types == {"new": 34, "cross": 8, "replace": 23, "replace-cross": 6}
    first = feed.listings[0].paper
    assert (first.id, first.version) == ("2307.01201", 1)
    assert first.title.endswith("in-context learning and emergence")
    assert [author.name for author in first.authors][:2] == [
        "Sivaramakrishnan Swaminathan",
        "Antoine Dedieu",
    ]
    assert first.abstract.startswith("In-context learning (ICL) is one of")
    assert feed.stamped == date(2023, 7, 6)


def test_a_title_of_before_2024_that_quotes_another_paper_is_of_its_own() -> None:
    feed = _parse(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
            xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel><title>cs.LG updates on arXiv.org</title></channel>
        <item>
            <title>On bats (arXiv:2301.00001 [cs.CV]). (arXiv:2307.01234v2 [cs.LG] UPDATED)</title>
            <description>So.</description><dc:creator>Ada</dc:creator>
        </item></rdf:RDF>"""
    )
    [listing] = feed.listings
    assert (listing.paper.id, listing.paper.version) == ("2307.01234", 2)
    assert listing.paper.title == "On bats (arXiv:2301.00001 [cs.CV])"


def test_atom_says_the_same_as_rss(shared: Path) -> None:
    feed = _edge(shared, "atom_cs.AI_2025-08-20_tidedra.xml.gz", "cs.AI")
    first = feed.listings[0]
    assert len(feed.listings) == 7
    assert first.paper.id == "2508.13426"
    assert first.type is AnnounceType.CROSS
    assert first.paper.categories == ("cs.CL", "cs.AI")
    assert first.paper.abstract.startswith("As large language models")
    assert feed.stamped == date(2025, 8, 20)


@pytest.mark.slow
def test_odd_entries_lose_nothing(shared: Path) -> None:
    rows = gzip.decompress((shared / "feeds/edge/edge_items.jsonl.gz").read_bytes()).splitlines()
    for row in map(json.loads, rows):
        entry = item(
            row["guid"],
            title=row["title"],
            abstract=row["description"].partition("Abstract: ")[2],
            creator=row["creator"],
            categories=tuple(row["category"]),
            type=row["announce_type"],
        )
        [listing] = _parse(rss(entry)).listings
        words = re.findall(r"[A-Za-z]{4,}", row["description"].partition("Abstract: ")[2])
        assert [w for w in words if w not in listing.paper.abstract and w != "quot"] == []
        assert listing.paper.authors
