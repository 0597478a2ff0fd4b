from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import date

import pytest
import stamina
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.errors import FeedNotFound, SourceUnreachable, UnknownCategory
from paperlark.sources.rss import PAUSE, RssFeeds
from standins.feeds import item, rss

DAY = date(2025, 2, 26)


@pytest.fixture(autouse=True)
def _nobody_waits_between_attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def source(httpserver: HTTPServer, pauses: list[float]) -> RssFeeds:
    return RssFeeds(
        base_url=httpserver.url_for("/rss"), user_agent="paperlark/test", sleep=pauses.append
    )


def test_a_feed_is_fetched_with_a_name_to_write_to(
    httpserver: HTTPServer, source: RssFeeds
) -> None:
    httpserver.expect_request(
        "/rss/cs.LG", headers={"User-Agent": "paperlark/test"}
    ).respond_with_data(rss(item()))
    assert len(source.feed("cs.LG", DAY).listings) == 1


def test_requests_are_three_seconds_apart(
    httpserver: HTTPServer, source: RssFeeds, pauses: list[float]
) -> None:
    for category in ("cs.LG", "cs.AI", "stat.ML"):
        httpserver.expect_request(f"/rss/{category}").respond_with_data(rss())
        source.feed(category, DAY)
    assert pauses == [PAUSE, PAUSE]


def test_a_feed_of_another_day_is_refused(httpserver: HTTPServer, source: RssFeeds) -> None:
    httpserver.expect_request("/rss/cs.LG").respond_with_data(rss(stamp="25 Feb 2025"))
    with pytest.raises(FeedNotFound, match="2025-02-25"):
        source.feed("cs.LG", DAY)


def test_an_unknown_category_is_said_to_be_one(httpserver: HTTPServer, source: RssFeeds) -> None:
    httpserver.expect_request("/rss/cs.XX").respond_with_data(
        rss(title="Feed error for query: cs.XX"), status=400
    )
    with pytest.raises(UnknownCategory):
        source.feed("cs.XX", DAY)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(
    httpserver: HTTPServer, source: RssFeeds, status: int
) -> None:
    answers = iter([Response(status=status), Response(rss(item()))])

    def answer(_request: Request) -> Response:
        return next(answers)

    httpserver.expect_request("/rss/cs.LG").respond_with_handler(answer)
    assert len(source.feed("cs.LG", DAY).listings) == 1


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_server_that_goes_on_refusing_is_named(
    httpserver: HTTPServer, source: RssFeeds, status: int
) -> None:
    httpserver.expect_request("/rss/cs.LG").respond_with_data(status=status)
    with pytest.raises(SourceUnreachable, match=f"HTTP {status}") as raised:
        source.feed("cs.LG", DAY)
    assert "--feeds" in str(raised.value)


def test_no_network_is_one_line_with_something_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    source = RssFeeds(base_url=f"http://127.0.0.1:{port}", user_agent="x", attempts=1)
    with pytest.raises(SourceUnreachable, match="cannot be reached") as raised:
        source.feed("cs.LG", DAY)
    assert "check the network" in str(raised.value)
