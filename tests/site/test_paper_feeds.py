"""Feeds of saved papers and of searches, in a site that is built from a real store."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import feedparser
import pytest

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.renderers import feeds
from paperlark.renderers.paper_feeds import MOST, FeedPaper, paper_feed
from paperlark.settings.environment import Environment
from paperlark.testing import a_paper
from standins.hostile import HOSTILE
from standins.links import broken

DAY = date(2025, 2, 26)
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)


def _profile(home: Path, site: str) -> OpenedProfile:
    shutil.copytree(str(files("paperlark") / "sample"), home, dirs_exist_ok=True)
    profile = home / "paperlark.toml"
    profile.write_text(f"{profile.read_text()}\n[site]\n{site}")
    variables = {f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA")}
    environment = Environment(variables=variables, now=lambda: NOW)
    options = RunOptions(feeds=home / "feeds")
    return paperlark.open_profile(home, options=options, environment=environment)


def _atom(file: Path) -> Any:
    found = feedparser.parse(file.read_bytes())
    assert not found.bozo, found.get("bozo_exception")
    return found


def test_saved_papers_and_searches_have_feeds_where_the_profile_wants_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    profile = _profile(home, 'saved = true\nsearches = ["learning", "cs.LG", "nosuchword"]\n')
    profile.make_page(DAY)
    paper = profile.digest(DAY).entries[0].paper
    profile.reading.triage(paper.id, "save", page=DAY)
    profile.reading.triage(paper.id, "note", text="for my eyes only")
    folder = profile.build_site(address="https://example.org/papers").folder
    saved = next(folder.rglob("saved.xml"))
    (entry,) = _atom(saved).entries
    assert (entry.link, entry.title) == (paper.url, " ".join(paper.title.split()))
    assert "for my eyes only" not in saved.read_text()
    (item,) = json.loads(saved.with_suffix(".json").read_bytes())["items"]
    assert item["url"] == paper.url
    by_search = {one.parent.name: _atom(one) for one in folder.rglob("searches/*/feed.xml")}
    category = next(name for name in by_search if name.startswith("cs-lg-"))
    assert set(by_search) == {"learning", category, "nosuchword"}
    assert by_search["nosuchword"].entries == []
    assert len(by_search[category].entries) > len(by_search["learning"].entries)
    assert all("cs.LG" in {tag.term for tag in one.tags} for one in by_search[category].entries)
    words = [f"{one.title} {one.content[0].value}" for one in by_search["learning"].entries]
    assert words
    assert all("learn" in one.lower() for one in words)
    ids = [one.id for found in by_search.values() for one in found.entries] + [entry.id]
    assert len(ids) == len(set(ids))
    assert broken(folder) == []
    front = (folder / "index.html").read_text()
    assert front.count("saved.xml") == 2  # for programs and for people


def test_without_being_asked_for_nothing_saved_is_published(tmp_path: Path) -> None:
    profile = _profile(tmp_path / "home", "")
    profile.make_page(DAY)
    profile.reading.triage(profile.digest(DAY).entries[0].paper.id, "save", page=DAY)
    folder = profile.build_site().folder
    assert not list(folder.rglob("saved.*"))
    assert not list(folder.rglob("searches"))


def test_a_feed_is_built_again_only_where_it_changed(tmp_path: Path) -> None:
    profile = _profile(tmp_path / "home", "saved = true\n")
    profile.make_page(DAY)
    profile.build_site()
    assert profile.build_site().built.made == 0
    profile.reading.triage(profile.digest(DAY).entries[0].paper.id, "save", page=DAY)
    assert profile.build_site().built.made == 2


def _feed(
    papers: list[FeedPaper], base: str | None = "https://example.org/f.xml"
) -> feeds.PublishedFeed:
    return paper_feed("ada", "saved", "T", papers, own="f.xml", home="index.html", base=base)


def test_a_feed_has_the_latest_papers_first_and_not_too_many() -> None:
    papers = [FeedPaper(a_paper(f"2502.{n:05}"), NOW + timedelta(minutes=n)) for n in range(1, 61)]
    entries = feedparser.parse(feeds.atom(_feed(papers))).entries
    assert [one.link[-5:] for one in entries] == [f"{n:05}" for n in range(60, 60 - MOST, -1)]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_paper_is_text_in_both_formats(name: str) -> None:
    one = HOSTILE[name]
    paper = a_paper("2502.00001", title=one.title or "x", abstract=one.abstract or "x")
    feed = _feed([FeedPaper(paper, NOW, "9·8", one.title)])
    found = feedparser.parse(feeds.atom(feed))
    assert not found.bozo
    assert len(found.entries) == 1
    assert "<script" not in found.entries[0].content[0].value
    assert len(json.loads(feeds.json_feed(feed))["items"]) == 1


def test_papers_have_addresses_where_the_site_has_none() -> None:
    feed = json.loads(feeds.json_feed(_feed([FeedPaper(a_paper(), NOW)], base=None)))
    assert "feed_url" not in feed
    assert feed["items"][0]["url"] == "https://arxiv.org/abs/2502.00001"
