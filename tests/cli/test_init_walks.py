"""New readers at a real terminal: a wrong turn, only a library, only a name, a text in Chinese.

Each has a profile and a first page after fewer than 150 keys.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark import language_note
from paperlark.domain.announcement import AnnounceType, Listing
from paperlark.domain.paper import Author
from paperlark.settings import Settings, load_settings
from paperlark.testing import a_paper
from standins.arxiv_pages import results
from standins.feeds import item, rss
from standins.openai import StandIn
from standins.serving import loopback, no_waiting, server
from standins.terminal import Terminal

__all__ = ["loopback", "no_waiting", "server"]

pytestmark = pytest.mark.slow
MOST_KEYS = 150
SEARCHED = """
import sys
from dataclasses import replace
import paperlark.cli.init.named_sources as named_sources
usual, address = named_sources.usual_arxiv(), sys.argv.pop()
named_sources.usual_arxiv = lambda: replace(usual, search=address)
from paperlark.cli import main
main()
"""
"""The command line, with another address for arXiv's search, which is the last argument."""
LIBRARY = """
@article{a, title={Sonar of bats in caves}, abstract={How bats hear in caves, with sonar.}}
@article{b, title={Calls of horseshoe bats}, abstract={Horseshoe bats adapt their calls.}}
@book{c, title={Zoology}}
"""
REST = (("names", ""), ("model [", ""), ("delivery [", ""), ("when [", ""))
END = (("Write them?", ""), ("Make the first page now?", ""))


@dataclass(slots=True)
class Walk:
    """What a reader saw, how many keys it took, and the profile that came of it."""

    terminal: Terminal
    home: Path
    keys: int = 0

    def types(self, *answers: tuple[str, str]) -> None:
        """Wait for each question, and type its answer."""
        for question, answer in answers:
            self.terminal.answer(question, answer)
            self.keys += len(answer) + 1

    def ends(self) -> Settings:
        """Wait for the end, and return the profile at its default place."""
        assert self.terminal.finish() in {0, 3}, self.terminal.seen
        assert self.keys < MOST_KEYS
        [page] = (self.home / ".local/share/paperlark/pages").glob("*.html")
        assert f"\n{page}" in self.terminal.seen
        return load_settings(self.home / ".config" / "paperlark" / "paperlark.toml")

    @property
    def criteria(self) -> str:
        """The criteria that were written."""
        return (self.home / ".config" / "paperlark" / "criteria.md").read_text("utf-8")

    @property
    def said(self) -> str:
        """All that was shown, on one line."""
        return " ".join(self.terminal.seen.split())


Begin = Callable[..., Walk]


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    for category in ("q-bio.NC", "cs.LG", "cs.CL"):
        paper = item(title="Sonar of bats", abstract="Bats hear.", categories=(category,))
        (feeds / f"2025-02-26.{category}.rss.xml").write_bytes(
            rss(paper, title=f"{category} updates on arXiv.org")
        )
    (tmp_path / "library.bib").write_text(LIBRARY)

    def run(search: str = "http://127.0.0.1:9/", *options: str) -> Walk:
        command = [sys.executable, "-c", SEARCHED, "init", "--feeds", "feeds", *options, search]
        environment = {
            "HOME": str(tmp_path),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "OPENAI_API_KEY": "sk-walk",
        }
        return Walk(Terminal(command, tmp_path, environment), tmp_path)

    return run


def test_a_wrong_turn_is_taken_back(begin: Begin) -> None:
    walk = begin()
    walk.types(
        ("fields [", "galaxies"),
        ("interests: ", "?"),
        ("interests: ", "<"),
        ("fields [galaxies]", "neurosience"),
        ("neurosience → q-bio.NC", ""),
        ("interests: ", "sonar of bats"),
        ("...", "not: baseball"),
        ("...", ""),
        ("right?", ""),
        ("names", "Gödel"),
        ("names", "Ada Lovelace, Emmy Noether"),
        ("two people", ""),
        ("model [", "2"),
        ("its name [", "<"),
        ("model [2]", "1"),
        *REST[2:],
        *END,
    )
    settings = walk.ends()
    assert settings.profile.categories == ("q-bio.NC",)
    assert [topic.name for topic in settings.profile.criteria.topics][:1] == ["sonar of bats"]
    assert [one.name for one in settings.profile.followed] == ["Ada Lovelace", "Emmy Noether"]
    assert settings.model is None
    assert "'Gödel': a single name matches nobody" in walk.said


def test_only_a_library(begin: Begin) -> None:
    walk = begin()
    walk.types(
        ("fields [", "neuroscience"), ("interests: ", "library.bib"), ("interests: ", ""),
        ("right?", ""), *REST, *END,
    )  # fmt: skip
    settings = walk.ends()
    assert "left out: “Zoology”" in walk.said
    assert "drafted: 1 topic" in walk.said
    assert "2 liked papers" in walk.said
    assert "horseshoe" in walk.criteria.lower()
    assert "- Sonar of bats in caves" in walk.criteria
    [topic] = settings.profile.criteria.topics
    assert "bats" in topic.relevant


def _papers_of(names: tuple[str, ...]) -> list[tuple[Listing, datetime]]:
    papers = (
        replace(a_paper(f"2502.0000{n}", title=f"Calls of bats {n}"), authors=(Author(name),),
                categories=("q-bio.NC",))
        for n, name in enumerate(names)
    )  # fmt: skip
    return [(Listing(one, AnnounceType.NEW), datetime(2025, 2, 20, tzinfo=UTC)) for one in papers]


@pytest.fixture
def search(loopback: HTTPServer) -> Iterator[str]:
    """Serve arXiv's search, which knows three papers of Ada Lovelace."""
    loopback.clear()

    def answer(request: Request) -> Response:
        known = "ada" in request.args["search_query"]
        found = _papers_of(("Ada Lovelace", "Ada K. Lovelace", "Ada Lovelace")) if known else []
        return Response(results(found, len(found)), content_type="text/xml")

    loopback.expect_request("/search").respond_with_handler(answer)
    yield loopback.url_for("/search")
    loopback.clear()


def test_only_a_name(begin: Begin, search: str) -> None:
    walk = begin(search)
    walk.types(
        ("fields [", ""), ("interests: ", "Ada Lovelace"), ("Ada Lovelace is", ""),
        ("interests: ", ""), ("right?", ""), ("which [", "1"), *REST, *END,
    )  # fmt: skip
    settings = walk.ends()
    assert "Ada Lovelace: 3 papers by that name at arXiv" in walk.said
    assert "- Calls of bats 0" in walk.criteria
    assert settings.profile.categories == ("q-bio.NC",)
    assert settings.profile.criteria.topics


def test_a_text_in_chinese_without_a_model(begin: Begin) -> None:
    walk = begin()
    walk.types(
        ("fields [", "cs.LG"), ("interests: ", "蝙蝠的回声定位"), ("...", "不要综述"), ("...", ""),
        ("right?", ""), *REST, *END,
    )  # fmt: skip
    walk.ends()
    assert "蝙蝠的回声定位\n不要综述\n" in walk.criteria
    sentence = language_note("蝙蝠的回声定位\n不要综述")
    assert sentence is not None
    before, _, after = walk.said.partition("right?")
    for text in (before, after):
        assert sentence in text


def test_a_text_in_chinese_with_a_model(begin: Begin, server: StandIn) -> None:
    walk = begin("http://127.0.0.1:9/", "--model", "bat-1", "--base-url", server.base_url)
    walk.types(
        ("fields [", "cs.LG"), ("interests: ", "蝙蝠的回声定位"), ("...", ""), ("right?", ""),
        ("names", ""), *REST[2:], *END,
    )  # fmt: skip
    settings = walk.ends()
    assert settings.model is not None
    assert settings.model.model == "bat-1"
    assert "bat-1 reads your interests as you wrote them" in walk.said
    assert "蝙蝠的回声定位" in walk.criteria
    assert server.asked
