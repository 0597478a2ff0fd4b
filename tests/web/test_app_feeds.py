"""Feeds of the app: whoever has the signed address reads that feed, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.feed_links import ENDINGS, FeedLink, checked_feed, feed_path
from paperlark.settings.environment import Environment
from standins.by_proxy import by_proxy

pytestmark = pytest.mark.enable_socket

HOST = "lark.example.org"
DAY = date(2025, 2, 26)
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
KEY = b"k" * 32


def _opened(home: Path) -> OpenedProfile:
    variables = {f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA")}
    environment = Environment(variables=variables, now=lambda: NOW)
    options = RunOptions(feeds=home / "feeds")
    return paperlark.open_profile(home, options=options, environment=environment)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the page of a day, once for all tests."""
    home = tmp_path_factory.mktemp("made")
    shutil.copytree(str(files("paperlark") / "sample"), home, dirs_exist_ok=True)
    profile = home / "paperlark.toml"
    profile.write_text(f'{profile.read_text()}\n[read]\naddress = "https://{HOST}/"\n')
    _opened(home).make_page(DAY)
    return home


@pytest.fixture
def profile(made: Path, tmp_path: Path) -> OpenedProfile:
    home = tmp_path / "home"
    shutil.copytree(made, home)
    return _opened(home)


@pytest.fixture
def client(profile: OpenedProfile) -> Iterator[httpx.Client]:
    """Return a program without any cookie, which comes by the reader's proxy."""
    with by_proxy(profile, HOST) as found:
        yield found


def _read(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    found = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert not found.bozo, found.get("bozo_exception")
    return found


def test_saved_papers_are_a_feed_in_both_formats(
    client: httpx.Client, profile: OpenedProfile
) -> None:
    first, second = (one.paper for one in profile.digest(DAY).entries[:2])
    assert _read(client.get(profile.feeds.path())).entries == []
    for paper in (first, second):
        profile.reading.triage(paper.id, "save", page=DAY)
    profile.reading.triage(first.id, "note", text="for my eyes only")
    answer = client.get(profile.feeds.path())
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert {one.link for one in _read(answer).entries} == {first.url, second.url}
    assert [one.name for one in _read(answer).entries[0].authors]
    assert "for my eyes only" not in answer.text
    address = f"https://{HOST}{profile.feeds.path()}"
    assert [one.href for one in _read(answer).feed.links if one.rel == "self"] == [address]
    as_json = json.loads(client.get(profile.feeds.path(ending="json")).content)
    assert {one["url"] for one in as_json["items"]} == {first.url, second.url}
    assert as_json["home_page_url"] == f"https://{HOST}/list/saved"
    profile.reading.triage(first.id, "save", on=False)
    assert [one.link for one in _read(client.get(profile.feeds.path())).entries] == [second.url]


def test_a_search_is_a_feed_of_papers_with_all_words(
    client: httpx.Client, profile: OpenedProfile
) -> None:
    paper = profile.digest(DAY).entries[0].paper
    words = " ".join(paper.title.split()[:3])
    found = _read(client.get(profile.feeds.path(words)))
    assert paper.url in {one.link for one in found.entries}
    assert words in found.feed.title
    assert _read(client.get(profile.feeds.path("perpetuum mobile"))).entries == []
    category = profile.feeds.path(f"{words} {paper.categories[0]}")
    assert paper.url in {one.link for one in _read(client.get(category)).entries}
    assert client.get(profile.feeds.path('"..."')).status_code == 400


def test_a_feed_that_is_the_same_is_not_sent_again(
    client: httpx.Client, profile: OpenedProfile
) -> None:
    answer = client.get(profile.feeds.path())
    again = client.get(profile.feeds.path(), headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    profile.reading.triage(profile.digest(DAY).entries[0].paper.id, "save")
    changed = client.get(profile.feeds.path(), headers={"If-None-Match": answer.headers["etag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/feed/saved.xml", "/feed/saved/x.xml", "/feed/", "/feed/search/a3Y/AAAA.json", "/feed/../"],
)
def test_an_address_that_was_not_signed_shows_nothing(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {403, 404, 421}
    assert "<entry" not in answer.text


def test_the_address_of_one_feed_opens_no_other_page(
    client: httpx.Client, profile: OpenedProfile
) -> None:
    saved, found = profile.feeds.path(), profile.feeds.path("kv cache")
    swapped = found.replace(found.rpartition("/")[2], saved.rpartition("/")[2])
    assert client.get(swapped).status_code == 403
    assert client.get(saved).cookies.jar._cookies == {}  # type: ignore[attr-defined]
    assert client.get("/list/saved").status_code == 421
    assert client.post(saved).status_code == 405


@given(st.text(max_size=400), st.text(max_size=20), st.sampled_from(ENDINGS))
def test_a_path_gives_back_what_it_was_made_of(query: str, reader: str, ending: str) -> None:
    query = query.encode("utf-8", "replace").decode()
    path = feed_path(FeedLink(query, ending), reader, KEY)
    assert checked_feed(path, reader, KEY) == FeedLink(query, ending)
    for other in ((reader + "x", KEY), (reader, b"x" * 32)):
        with pytest.raises(PaperlarkError):
            checked_feed(path, *other)


@given(st.text(max_size=200))
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(PaperlarkError):
        checked_feed(path, "ada", KEY)
