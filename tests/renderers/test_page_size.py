"""How much a day with very many papers weighs."""

from __future__ import annotations

import gzip
from pathlib import Path

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.digest import Digest
from paperlark.domain.paper import Paper
from paperlark.renderers.html import HtmlRenderer, Navigation, NavigationLink
from paperlark.sources._arxiv_xml import parse_feed
from standins.sites import heavy, written

MANY = 183
_WALK = Navigation(
    previous=NavigationLink("Tue 25 Feb", "../25/index.html"),
    parents=(NavigationLink("February 2025", "../index.html"),),
    next=NavigationLink("Thu 27 Feb", "../27/index.html"),
    citations="citations/index.html",
)


def _page(digest: Digest) -> bytes:
    return HtmlRenderer(_WALK).render(digest).content


def test_the_markup_of_a_paper_is_small_beside_its_text() -> None:
    """The frame of a paper, twice its title and six addresses: less than half an abstract."""
    papers = [written(number) for number in range(1, MANY + 1)]
    bare, full = (len(_page(heavy(papers[:count]))) for count in (1, MANY))
    said = len(papers[0].abstract) + sum(len(author.name) + 2 for author in papers[0].authors)
    assert (full - bare) / (MANY - 1) - said < 720


def test_183_real_papers_take_at_most_400_kilobytes(shared: Path) -> None:
    papers: dict[str, Paper] = {}
    for category in ("cs.LG", "cs.AI"):
        file = shared / "feeds" / "month" / f"2025-02-26.{category}.rss.xml.gz"
        for one in parse_feed(gzip.decompress(file.read_bytes()), category, file.name).listings:
            if one.type in {AnnounceType.NEW, AnnounceType.CROSS}:
                papers.setdefault(one.paper.id, one.paper)
    page = _page(heavy(list(papers.values())[:MANY]))
    assert page.count(b"<article") == MANY
    assert len(page) <= 400 * 1024
    assert len(gzip.compress(page, 6)) <= 125_000
