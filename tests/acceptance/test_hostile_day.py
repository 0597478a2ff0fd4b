"""A day of nothing but trouble: what 125 hostile papers do to the others and to the pages."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from paperlark.cli import cli
from standins.feeds import item, rss
from standins.gullible import Gullible, behaves, copies_after, honest, obeys_the_last_order
from standins.hostile import HOSTILE
from standins.openai import StandIn
from standins.serving import loopback, no_waiting, server

__all__ = ["loopback", "no_waiting", "server"]

pytestmark = [pytest.mark.usefixtures("on_engine"), pytest.mark.slow]

_NEVER_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROFILE = """
name = "Bats"
categories = ["cs.LG"]
[cutoffs]
relevance = 1
novelty = 1
[judge]
model = "gpt-4o"
base_url = "{url}"
"""
_OURS = "2502.1"
"""So begin the ids of honest papers."""


def _day(folder: Path, *, disturbed: bool) -> None:
    """Lay out a day of honest papers, each with a hostile one behind it where disturbed."""
    items = []
    for number, (name, hostile) in enumerate(HOSTILE.items()):
        title, abstract = f"Honest {number}", f"We do {name} right."
        items.append(item(f"oai:arXiv.org:{_OURS}{number:04}v1", title=title, abstract=abstract))
        if disturbed:
            title = _NEVER_IN_XML.sub("", hostile.title)
            abstract = _NEVER_IN_XML.sub("", hostile.abstract)
            guid = f"oai:arXiv.org:2502.2{number:04}v1"
            items.append(item(guid, title=title, abstract=abstract))
    folder.mkdir()
    (folder / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(*items))


def _pages(home: Path, server: StandIn, gullible: Gullible, *, disturbed: bool) -> dict[str, str]:
    """Make the pages of that day."""
    home.mkdir()
    (home / "criteria.md").write_text("## Bats\nRelevant: bats and sonar.")
    (home / "paperlark.toml").write_text(_PROFILE.format(url=server.base_url))
    _day(home / "feeds", disturbed=disturbed)
    server.always = behaves(gullible)
    options = ["--profile", str(home / "paperlark.toml"), "--feeds", str(home / "feeds")]
    result = CliRunner().invoke(cli, ["run", "--date", "2025-02-26", *options])
    assert result.exit_code in {0, 3}, result.output
    return {
        path.suffix: path.read_text("utf-8") for path in (home / "pages").glob("2025-02-26.*m*")
    } | {".json": (home / "pages" / "2025-02-26.json").read_text("utf-8")}


def _said(page: dict[str, Any]) -> dict[str, Any]:
    """Find what is said of honest papers."""
    return {
        entry["id"]: (entry["judgement"], entry["title"], entry["abstract"])
        for entry in page["entries"]
        if entry["id"].startswith(_OURS)
    }


class _Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("gullible", [copies_after, obeys_the_last_order])
def test_a_hostile_day_says_of_honest_papers_what_a_peaceful_one_does(
    tmp_path: Path,
    server: StandIn,
    gullible: Gullible,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nothing")
    peace = _pages(tmp_path / "peace", server, honest, disturbed=False)
    trouble = _pages(tmp_path / "trouble", server, gullible, disturbed=True)
    page = json.loads(trouble[".json"])
    said = _said(page)
    assert said == _said(json.loads(peace[".json"]))
    assert len(said) == len(HOSTILE)
    funnel = page["funnel"]
    assert funnel["judged"] + funnel["unjudged"] == 2 * len(HOSTILE)
    assert len(page["unjudged"]) == funnel["unjudged"]
    assert all(one["reason"] for one in page["unjudged"])
    anchors = [entry["anchor"] for entry in page["entries"]]
    _check_html(trouble[".html"], anchors)
    _check_markdown(trouble[".md"], anchors)


def _check_html(html: str, anchors: list[str]) -> None:
    # The vote pad, which is ours, comes after all that papers wrote.
    page, pad = html.split('<template id="pad"')
    assert [tag for tag, _ in _Elements(pad).found if tag == "script"] == ["script"]
    elements = _Elements(page).found
    tags = {tag for tag, _ in elements}
    assert not tags & {"script", "img", "iframe", "object", "form", "input", "link"}
    names = {name for _, attributes in elements for name in attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"style", "src"})
    assert [attributes["id"] for tag, attributes in elements if tag == "article"] == anchors
    links = {str(attributes["href"]) for tag, attributes in elements if tag == "a"}
    # An address that an abstract names can be followed, as in any abstract.
    assert all(link.startswith(("https://", "http://", "#")) for link in links)


def _check_markdown(text: str, anchors: list[str]) -> None:
    assert re.findall(r'^### .*<a id="([^"]+)"></a>$', text, re.MULTILINE) == anchors
    found = MarkdownIt("commonmark").enable(["table"]).parse(text)
    # The selection prompt, and what was understood of the criteria: nothing of the papers.
    assert len([one for one in found if one.type == "fence"]) == 2
    flat = [child for one in found for child in (one, *(one.children or ()))]
    assert not {one.type for one in flat} & {"image", "code_block"}
    html = {one.content for one in flat if one.type in {"html_inline", "html_block"}}
    assert all(one == "</a>" or one.startswith('<a id="paper-2502.') for one in html)
