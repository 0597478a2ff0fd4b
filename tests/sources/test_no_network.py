"""Without a network a client says so within seconds, whatever is tried, and asks no more."""

from __future__ import annotations

import time
from pathlib import Path

import httpcore
import pytest

from paperlark.domain.errors import NoConnection, SourceUnreachable
from paperlark.http.transport import DeadlineBackend
from paperlark.sources._client import ArxivClient
from standins.arxiv import StandInArxiv, hangs_up
from standins.watches import FakeWatch

SERVERS = [f"http://{name}.arxiv.example" for name in ("rss", "pages", "oai", "search")]
PAUSE = 3.0


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refuse every connection at once, and note to which server."""
    names: list[str] = []

    def refuse(_self: object, host: str, **_: object) -> None:
        names.append(host.partition(".")[0])
        raise httpcore.ConnectError("[Errno -2] Name or service not known")

    monkeypatch.setattr(DeadlineBackend, "connect_tcp", refuse)
    return names


def test_every_server_is_tried_the_first_one_twice(
    client: ArxivClient, rate_limit_clock: FakeWatch, tried: list[str]
) -> None:
    for _category in range(3):
        for url in SERVERS:
            with pytest.raises(NoConnection, match="could not be reached"):
                client.get(url)
    assert tried == ["rss", "rss", "pages", "oai", "search"]
    assert rate_limit_clock.sleeps == [PAUSE]


def test_what_the_system_says_is_told_without_its_number(
    client: ArxivClient, tried: list[str]
) -> None:
    with pytest.raises(NoConnection) as raised:
        client.get(SERVERS[0])
    assert raised.value.problem == (
        "rss.arxiv.example could not be reached (Name or service not known)"
    )
    assert tried


def test_lookups_that_hang_end_within_nine_seconds(
    client: ArxivClient, rate_limit_clock: FakeWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed: list[float] = []

    def hang(_self: object, *, timeout: float, **_: object) -> None:
        allowed.append(timeout)
        rate_limit_clock.passes(timeout)
        raise httpcore.ConnectTimeout("no connection in time")

    monkeypatch.setattr(DeadlineBackend, "connect_tcp", hang)
    for url in SERVERS:
        with pytest.raises(NoConnection, match="could not be reached"):
            client.get(url)
    assert allowed == [7.0, 2.0]
    assert rate_limit_clock.sleeps == []


def test_another_day_finds_no_network_at_once_and_looks_again_after_a_minute(
    client: ArxivClient, rate_limit_clock: FakeWatch, tried: list[str]
) -> None:
    for _ in range(2):
        client.begin()
        with pytest.raises(NoConnection):
            client.get(SERVERS[0])
    assert len(tried) == 2
    rate_limit_clock.passes(61)
    with pytest.raises(NoConnection):
        client.get(SERVERS[0])
    assert len(tried) == 4


def test_a_server_that_answers_shows_that_the_network_is_there(
    client: ArxivClient, arxiv: StandInArxiv
) -> None:
    client.get(f"{arxiv.url('rss')}/cs.LG")
    with pytest.raises(NoConnection):
        client.get("http://127.0.0.1:1/")
    client.get(f"{arxiv.url('rss')}/cs.LG")


def test_a_broken_connection_is_not_taken_for_a_missing_network(
    client: ArxivClient, arxiv: StandInArxiv
) -> None:
    arxiv.misbehave(hangs_up)
    with pytest.raises(SourceUnreachable) as raised:
        client.get(f"{arxiv.url('rss')}/cs.LG")
    assert not isinstance(raised.value, NoConnection)


def test_a_lookup_that_the_system_never_ends_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: time.sleep(60))
    monkeypatch.setattr("paperlark.sources._client._CONNECT", 0.2)
    monkeypatch.setattr("paperlark.sources._client._SEARCH", 0.3)
    began = time.monotonic()
    with ArxivClient("x", tmp_path) as client:
        for url in SERVERS:
            with pytest.raises(NoConnection, match="no connection within"):
                client.get(url)
    assert time.monotonic() - began < 30
