from __future__ import annotations

import socket
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.announcement import Via
from paperlark.domain.errors import FeedNotFound, SourceUnreachable, UnknownCategory
from paperlark.sources._client import ArxivClient
from paperlark.sources.rss import RssFeeds
from standins.arxiv import Behaviour, StandInArxiv, hangs_up, stale, status
from standins.watches import FakeWatch

FRIDAY, MONDAY, TUESDAY = date(2025, 2, 21), date(2025, 2, 24), date(2025, 2, 25)


@pytest.fixture
def source(arxiv: StandInArxiv, client: ArxivClient) -> RssFeeds:
    return RssFeeds(client, arxiv.url("rss"))


def test_feeds_are_requested_with_a_user_agent_and_contact(
    arxiv: StandInArxiv, source: RssFeeds
) -> None:
    feed = source.feed("cs.LG", TUESDAY)
    assert feed.listings == arxiv.listings("cs.LG", TUESDAY)
    assert feed.via is source.via is Via.RSS
    assert [asked.agent for asked in arxiv.log] == ["paperlark/test (mail)"]


def test_a_stale_feed_looks_like_a_fresh_one(arxiv: StandInArxiv, source: RssFeeds) -> None:
    arxiv.misbehave(stale, door="rss")
    feed = source.feed("cs.LG", TUESDAY)
    assert (feed.stamped, feed.listings) == (TUESDAY, arxiv.listings("cs.LG", MONDAY))


def test_a_feed_of_another_day_is_refused(source: RssFeeds) -> None:
    with pytest.raises(FeedNotFound, match="2025-02-25"):
        source.feed("cs.LG", MONDAY)


def test_an_unknown_category_is_an_error_of_its_own(source: RssFeeds) -> None:
    with pytest.raises(UnknownCategory):
        source.feed("cs.XX", TUESDAY)


@pytest.mark.parametrize("behaviour", [status(429), status(500), status(503), hangs_up])
def test_a_busy_server_is_asked_again(
    arxiv: StandInArxiv, source: RssFeeds, behaviour: Behaviour
) -> None:
    arxiv.misbehave(behaviour, times=1)
    assert len(source.feed("cs.LG", TUESDAY).listings) == 7


@pytest.mark.parametrize("code", [403, 404, 503])
def test_the_error_names_a_server_that_keeps_refusing(
    arxiv: StandInArxiv, source: RssFeeds, code: int
) -> None:
    arxiv.misbehave(status(code))
    with pytest.raises(SourceUnreachable, match=f"HTTP {code}") as raised:
        source.feed("cs.LG", TUESDAY)
    assert raised.value.hint


def test_no_network_is_one_line_with_something_to_try(
    tmp_path: Path, rate_limit_clock: FakeWatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with ArxivClient(
        "x", tmp_path, rate_limit_clock=rate_limit_clock.rate_limit_clock, attempts=2
    ) as client:
        source = RssFeeds(client, f"http://127.0.0.1:{port}")
        with pytest.raises(SourceUnreachable, match="could not be reached") as raised:
            source.feed("cs.LG", TUESDAY)
    assert "check the network" in str(raised.value)
    assert "--feeds" in str(raised.value)
