"""Feeds that any reader takes: the rules of RFC 4287 and of JSON Feed 1.1, checked here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.digest import AuthorMatch, Status
from paperlark.domain.paper import PaperId
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.site.facts import DayFacts, PaperFacts
from paperlark.site.feeds import DAYS, atom, json_feed

ATOM = "{http://www.w3.org/2005/Atom}"
DAY = date(2025, 2, 26)
ROOT = "https://example.org/digest"

SONAR = PaperFacts(
    id=PaperId("2502.18377"),
    title="Sonar <b>in</b> bats & birds",
    authors=("Ada Lovelace",),
    categories=("cs.LG",),
    place=1,
    chip="9·8",
    mark="9·8",
    aside="Sonar",
    relevance=9,
    novelty=8,
    probability=0.94,
    strength=None,
    topic="Sonar",
    followed=(AuthorMatch("Ada Lovelace", by_name_only=True),),
    reason="Author match: Ada Lovelace",
    outside=False,
)
WEDNESDAY = DayFacts(
    profile="Bats",
    day=DAY,
    status=Status.COMPLETE,
    summary=("1 of 40 papers", "complete"),
    model="gpt-4o",
    spend=Spend(Tokens(100, 10), Cost(Decimal("0.1"), Decimal("0.2"))),
    announced=60,
    scanned=40,
    judged=20,
    selected=1,
    papers=(SONAR,),
)


def week(count: int) -> list[DayFacts]:
    return [replace(WEDNESDAY, day=DAY + timedelta(n)) for n in range(count)]


def check_atom(raw: bytes) -> list[Element]:
    """Hold a feed against what RFC 4287 demands of it; gives its entries."""
    feed = fromstring(raw)
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        for needed in ("id", "title", "updated"):
            (one,) = element.findall(f"{ATOM}{needed}")
            assert one.text
        moment = element.findtext(f"{ATOM}updated", "")
        assert datetime.fromisoformat(moment).tzinfo is not None
        assert urlsplit(element.findtext(f"{ATOM}id", "")).scheme
        relations = [link.get("rel") for link in element.findall(f"{ATOM}link")]
        assert len(relations) == len(set(relations))
        assert all(link.get("href") for link in element.findall(f"{ATOM}link"))
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    entries: list[Element] = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        # An entry without an alternate link must have content; ours have both.
        assert entry.find(f"{ATOM}link[@rel='alternate']") is not None
        assert entry.find(f"{ATOM}content[@type='html']") is not None
    return entries


def test_an_atom_feed_keeps_the_rules_and_has_the_latest_day_first() -> None:
    entries = check_atom(atom("Bats", week(3), ROOT))
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "Friday, 28 February 2025: 1 paper",
        "Thursday, 27 February 2025: 1 paper",
        "Wednesday, 26 February 2025: 1 paper",
    ]


def test_what_a_title_holds_is_text_in_the_feed() -> None:
    (entry,) = check_atom(atom("Bats", [WEDNESDAY], ROOT))
    content = entry.findtext(f"{ATOM}content", "")
    assert "Sonar &lt;b&gt;in&lt;/b&gt; bats &amp; birds" in content


@pytest.mark.parametrize("root", [ROOT, f"{ROOT}/", None])
def test_links_lead_to_the_day_wherever_the_site_is(root: str | None) -> None:
    feed = fromstring(atom("Bats", [WEDNESDAY], root))
    base = feed.get("{http://www.w3.org/XML/1998/namespace}base")
    assert base == (f"{ROOT}/bats/feed.xml" if root else None)
    (way,) = (one.get("href") for one in feed.findall(f"{ATOM}entry/{ATOM}link"))
    assert way == "2025/02/26/index.html"


def test_a_feed_is_as_long_as_a_reader_wants() -> None:
    assert len(check_atom(atom("Bats", week(DAYS + 5), ROOT))) == DAYS


def test_a_profile_without_a_day_has_a_feed_all_the_same() -> None:
    assert check_atom(atom("Bats", [], None)) == []
    assert json.loads(json_feed("Bats", [], None))["items"] == []


def test_a_json_feed_has_what_the_format_demands() -> None:
    feed = json.loads(json_feed("Bats", week(2), ROOT))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{ROOT}/bats/feed.json"
    assert feed["home_page_url"] == f"{ROOT}/bats/index.html"
    assert [item["url"] for item in feed["items"]] == [
        f"{ROOT}/bats/2025/02/27/index.html",
        f"{ROOT}/bats/2025/02/26/index.html",
    ]
    for item in feed["items"]:
        assert item["id"]
        assert item["content_html"]
        assert datetime.fromisoformat(item["date_published"]).tzinfo is not None


def test_half_an_address_is_none() -> None:
    feed = json.loads(json_feed("Bats", [WEDNESDAY], None))
    assert "feed_url" not in feed
    assert "url" not in feed["items"][0]


_TEXT = st.text(max_size=40)


@given(
    st.lists(
        st.builds(
            PaperFacts,
            id=st.just(PaperId("2502.18377")),
            title=_TEXT,
            authors=st.lists(_TEXT, max_size=3).map(tuple),
            categories=st.just(("cs.LG",)),
            place=st.integers(1, 9),
            chip=_TEXT,
            relevance=st.just(None),
            novelty=st.just(None),
            probability=st.just(None),
            topic=st.none() | _TEXT,
            followed=st.just(()),
            reason=_TEXT,
            outside=st.booleans(),
        ),
        max_size=3,
    ),
    _TEXT,
)
def test_whatever_a_day_contains_both_feeds_are_well_formed(
    papers: Sequence[PaperFacts], profile: str
) -> None:
    day = replace(WEDNESDAY, papers=tuple(papers), summary=(profile,))
    assert len(json.loads(json_feed(profile, [day], ROOT))["items"]) == 1
    assert len(fromstring(atom(profile, [day], ROOT)).findall(f"{ATOM}entry")) == 1
