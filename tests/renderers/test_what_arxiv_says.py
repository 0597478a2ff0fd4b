"""Comments, journal references and code of a paper are shown in every form of a page."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from paperlark.domain.digest import Digest
from paperlark.domain.errors import FeedUnreadable, UnknownCategory
from paperlark.domain.paper import Paper, PaperDetails, PaperId
from paperlark.domain.paper_facts import facts_of
from paperlark.renderers import typeset
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.letters import write
from paperlark.renderers.markdown import MarkdownRenderer, escape
from paperlark.renderers.restore import restore_page
from paperlark.sources._arxiv_xml import parse_feed
from paperlark.sources.oai import parse_oai
from paperlark.sources.search_api import parse_results
from standins.bulletins import MAIL, of_a_day
from standins.digests import digest, entry

SAID = PaperDetails(
    "Accepted at ICLR 2025; 9 pages, $n^2$ figures",
    "J. Phys. A 12 (2025) 3",
    "10.1000/x.y",
    "http://creativecommons.org/licenses/by-nc-sa/4.0/",
)
PAPER = replace(entry(1).paper, details=SAID, abstract="Code: https://github.com/ada/bats.")


def page_of(*papers: Paper) -> Digest:
    return digest([replace(entry(n), paper=one) for n, one in enumerate(papers, 1)])


def words(markup: bytes) -> str:
    body = LexborHTMLParser(markup.decode()).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def test_a_page_shows_all_of_it() -> None:
    content = HtmlRenderer().render(page_of(PAPER)).content
    tree = LexborHTMLParser(content.decode())
    [comments] = tree.css("article .comments")
    assert comments.text().startswith("Accepted at ICLR 2025; 9 pages, ")
    assert "J. Phys. A 12 (2025) 3" in comments.text()
    assert "CC BY-NC-SA 4.0" in words(content)
    links = {one.text(): one.attributes["href"] for one in tree.css("article a")}
    assert links["doi"] == "https://doi.org/10.1000/x.y"
    assert links["code"] == "https://github.com/ada/bats"


def test_a_page_says_that_a_paper_was_withdrawn() -> None:
    gone = replace(PAPER, details=PaperDetails("This paper has been withdrawn by the author"))
    [mark] = LexborHTMLParser(HtmlRenderer().render(page_of(gone)).content.decode()).css(
        ".comments b"
    )
    assert mark.text() == "Withdrawn"
    assert "**withdrawn**" in MarkdownRenderer().render(page_of(gone)).content.decode()
    assert "\n     withdrawn\n" in _mail(page_of(gone)) or " · withdrawn" in _mail(page_of(gone))


def test_a_paper_of_which_nothing_is_known_has_no_line_for_it() -> None:
    bare = replace(PAPER, details=PaperDetails(), abstract="Nothing.")
    content = HtmlRenderer().render(page_of(bare)).content.decode()
    assert 'class="comments"' not in content
    assert ">code<" not in content
    [shown] = json.loads(JsonRenderer().render(page_of(bare)).content)["entries"]
    assert shown["details"] is None


def test_arxiv_s_own_licence_is_not_printed() -> None:
    own = replace(PAPER, details=PaperDetails(licence="http://arxiv.org/licenses/x/1.0/"))
    assert "licenses" not in HtmlRenderer().render(page_of(own)).content.decode()


def test_the_json_page_has_what_was_said_and_what_was_parsed_from_it_and_comes_back() -> None:
    page = page_of(PAPER)
    content = JsonRenderer().render(page).content
    [shown] = json.loads(content)["entries"]
    assert shown["details"] == {
        "comments": SAID.comments,
        "journal_reference": SAID.journal_reference,
        "doi": SAID.doi,
        "licence": SAID.licence,
        "accepted_at": {"name": "ICLR", "year": 2025},
        "pages": 9,
        "figures": None,
        "code": ["https://github.com/ada/bats"],
        "withdrawn": False,
    }
    assert restore_page(content, "a day").entries[0].paper == PAPER


@pytest.mark.parametrize(
    "hostile",
    [
        '<script>x</script> " onmouseover="x',
        "javascript:x\u202e\x00",
        "w" * 1_000,
        "$\\style{x}{y}$",
    ],
)
def test_hostile_comments_do_nothing(hostile: str) -> None:
    paper = replace(PAPER, details=PaperDetails(hostile, hostile, '10.1/"><script>', hostile))
    tree = LexborHTMLParser(HtmlRenderer().render(page_of(paper)).content.decode())
    assert tree.css("article script, article [onmouseover], article [style]") == []
    for one in tree.css("article a"):
        assert (one.attributes["href"] or "").startswith("https://")


def _mail(page: Digest) -> str:
    [message] = write(of_a_day(page, abstracts=0), MAIL)
    return message.text


def _recorded(shared: Path) -> Iterator[tuple[str, tuple[Paper, ...]]]:
    """Yield the raw text of every recorded reply that is read, and the papers in it."""
    for path in sorted((shared / "feeds" / "edge").glob("*.xml.gz")):
        content = gzip.decompress(path.read_bytes())
        try:
            feed = parse_feed(content, "cs.LG", path.name)
        except (FeedUnreadable, UnknownCategory):
            continue
        yield content.decode("utf-8", "replace"), tuple(one.paper for one in feed.listings)
    for path in sorted((shared / "recorded" / "oai").glob("*.xml")):
        try:
            records = parse_oai(path.read_bytes(), "cs.LG", path.name).records
        except FeedUnreadable:
            continue
        # Those in another format than we ask for are not read.
        if records:
            yield path.read_text("utf-8"), tuple(one.paper for one in records)
    for path in sorted((shared / "recorded" / "api").glob("*.xml")):
        try:
            found = parse_results(path.read_bytes(), "cs.LG", path.name).found
        except FeedUnreadable:
            continue
        yield path.read_text("utf-8"), tuple(one.paper for one in found)


_COMMENTS = re.compile(r"<(?:arxiv:comment|comments)\b[^>]*(?<!/)>\s*[^<\s]")
_JOURNALS = re.compile(r"<(?:arxiv:journal_ref(?:erence)?|journal-ref)\b[^>]*(?<!/)>\s*[^<\s]")


@pytest.mark.slow
def test_comments_and_journal_references_of_every_recorded_paper_are_shown(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    papers: dict[PaperId, Paper] = {}
    raw_comments = raw_journals = 0
    read_comments = read_journals = 0
    for text, read in _recorded(shared):
        raw_comments += len(_COMMENTS.findall(text))
        raw_journals += len(_JOURNALS.findall(text))
        read_comments += sum(one.details.comments is not None for one in read)
        read_journals += sum(one.details.journal_reference is not None for one in read)
        papers.update(
            (one.id, one) for one in read if one.details.comments or one.details.journal_reference
        )
    code = sum(bool(facts_of(one).code) for one in papers.values())
    with capsys.disabled():
        sys.stdout.write(
            f"\nrecorded: {raw_comments} comments, {read_comments} read; {raw_journals} journal"
            f" references, {read_journals} read; in {len(papers)} papers, {code} with code\n"
        )
    assert (read_comments, read_journals) == (raw_comments, raw_journals)
    assert read_comments > 5
    assert read_journals > 100
    page = page_of(*papers.values())
    html = words(HtmlRenderer().render(page).content)
    markdown = MarkdownRenderer().render(page).content.decode()
    for paper in papers.values():
        for said in filter(None, (paper.details.comments, paper.details.journal_reference)):
            assert escape(typeset.plain(said)) in markdown
            body = LexborHTMLParser(f"<p>{typeset.html(said)}</p>").body
            assert body is not None
            assert " ".join(body.text(separator=" ").split()) in html
            assert " ".join(typeset.readable(said)[:200].split()) in " ".join(
                _mail(page_of(paper)).split()
            )
