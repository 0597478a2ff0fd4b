"""Texts that are deep, repeated, unclosed or huge: a careless reader would take minutes."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.errors import ProfileError, StoreError
from paperlark.domain.paper import Identifier, PaperId
from paperlark.domain.plain_text import MOST_MARKS, fold, normalize
from paperlark.domain.profile import Cutoffs
from paperlark.importing.bibtex import read_bibtex
from paperlark.importing.bibtex_names import read_names
from paperlark.importing.bibtex_values import plain_tex
from paperlark.importing.references import read_csl
from paperlark.importing.text_markup import strip_markup
from paperlark.judges.reply import LONGEST_COMMENT, clean_comment, parse_reply
from paperlark.llm.completion import parse_completion
from paperlark.people.semantic_scholar import read_reply
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.restore import restore_page
from paperlark.settings import load_settings
from paperlark.sources._arxiv_xml import parse_feed
from paperlark.sources._paper_fields import (
    CUT,
    LONGEST_ABSTRACT,
    LONGEST_NAME,
    LONGEST_TITLE,
    make_paper,
    parse_authors,
)
from paperlark.sources.oai import _without_and
from paperlark.testing import a_paper
from standins import digests

pytestmark = pytest.mark.slow

MANY = 300_000
HUGE = 10_000_000
PAPER = a_paper()


def _rss(title: str, abstract: str, creators: str) -> bytes:
    return (
        '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a="http://arxiv.org/schemas/atom">'
        f"<channel><title>cs.LG</title><item><title>{escape(title)}</title>"
        "<guid>oai:arXiv.org:2502.00001v1</guid>"
        f"<description>{escape(abstract)}</description>"
        f"<dc:creator>{escape(creators)}</dc:creator><category>cs.LG</category>"
        "<a:announce_type>new</a:announce_type></item></channel></rss>"
    ).encode()


def test_a_title_of_10_mb_is_cut_with_a_mark_and_its_paper_kept() -> None:
    words = "bats " * (HUGE // 5)
    feed = parse_feed(_rss(words, words, words), "cs.LG", "a case")
    (paper,) = (one.paper for one in feed.listings)
    assert paper.title.endswith(f"bats{CUT}")
    assert len(paper.title) <= LONGEST_TITLE + len(CUT)
    assert len(paper.abstract) <= LONGEST_ABSTRACT + len(CUT)
    (author,) = paper.authors
    assert len(author.name) <= LONGEST_NAME + len(CUT)
    page = HtmlRenderer().render(digests.digest([digests.entry()])).content
    entry = replace(digests.entry(), paper=paper)
    assert len(HtmlRenderer().render(digests.digest([entry])).content) < len(page) + 100_000


def test_what_papers_have_is_not_cut() -> None:
    authors = parse_authors(", ".join(f"Ada Lovelace {n} (CERN)" for n in range(5_000)))
    paper = make_paper(
        Identifier(PaperId("2502.00001"), 1),
        title="t" * LONGEST_TITLE,
        authors=authors,
        abstract="a" * LONGEST_ABSTRACT,
        categories=["cs.LG"],
    )
    assert (len(paper.title), len(paper.abstract)) == (LONGEST_TITLE, LONGEST_ABSTRACT)
    assert len(paper.authors) == 5_000
    assert paper.authors[-1].name == "Ada Lovelace 4999"


def test_a_comment_of_10_mb_is_cut() -> None:
    row = {"paper": 7, "relevance": 9, "novelty": 9, "comment": "bats " * (HUGE // 5)}
    (judgement,) = parse_reply(json.dumps([row]), {7: PAPER}, Cutoffs()).judgements
    assert len(judgement.comment) <= LONGEST_COMMENT
    assert judgement.comment.endswith("bats…")
    assert clean_comment("\u200b" * HUGE + "x") == "…"


def test_a_reply_of_50_mb_is_read_to_its_bound() -> None:
    row = '{"paper": 7, "relevance": 9, "novelty": 9, "comment": "It is new."}'
    text = row + '{"a": [' * 7_000_000
    completion = parse_completion({"choices": [{"message": {"content": text}}]})
    assert completion is not None
    assert len(completion.text) == 4_000_000
    assert parse_reply(completion.text, {7: PAPER}, Cutoffs()).judgements
    cut = '{"rows": [' + '{"x": [' * 900 + "1, " * 500_000
    assert not parse_reply(cut, {7: PAPER}, Cutoffs()).judgements


def test_a_flood_of_combining_marks_is_cut_to_what_a_letter_can_have() -> None:
    flood = "e" + "\u0301\u0323" * MANY + "n"
    assert fold(flood) == "en"
    assert len(normalize("NFD", flood)) == 2 + MOST_MARKS
    zalgo = "e" + "\u0301\u0323" * 10
    assert normalize("NFC", zalgo * 100) == unicodedata.normalize("NFC", zalgo * 100)


def test_a_name_of_10_mb_at_semantic_scholar_is_cut() -> None:
    found = read_reply([{"authors": [{"name": "a" * HUGE, "authorId": "1" * HUGE}]}], [PAPER.id])
    (person,) = found[PAPER.id].persons  # type: ignore[union-attr]  # it is known
    assert (len(person.name), person.id) == (300, None)


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (_without_and, f"A{' ' * MANY}B and C", "A B, C"),
        (plain_tex, r"\(" * MANY, r"\(" * MANY),
        (strip_markup, f"a{' ' * MANY}<b>c</b>", f"a{' ' * MANY}c"),
        (lambda text: list(read_names(text)), f"given=A{' ' * MANY}B, family=C", None),
        (lambda text: parse_criteria(text).topics, "<!--" * MANY, None),
        (lambda text: parse_criteria(text).topics, f"Bats{', Jr.' * 10_000}", None),
        (lambda text: read_bibtex(text, "x")[0].paper_id,
         "@article{a, eprint={2502.00001}, title={" + r"\frac{a" * 20_000 + "}" * 20_001 + "}",
         "2502.00001"),
        (lambda text: parse_authors(text)[0].name, r"\frac{a" * 40_000, None),
        (lambda text: parse_reply(text, {7: PAPER}, Cutoffs()).problem,
         f"```{' ' * MANY}x", "the model's reply contained no judgement"),
        (lambda text: parse_reply(text, {7: PAPER}, Cutoffs()).problem,
         json.dumps({"paper": 7, "relevance": f"8{' ' * MANY}x"}), None),
    ],
    ids=[
        "blanks before and", "formulas that never close", "blanks before a tag",
        "blanks in a name", "comments that never close", "a list of thousands",
        "nested fractions in BibTeX", "nested fractions in a name", "a fence and blanks",
        "a score and blanks",
    ],
)  # fmt: skip
def test_long_texts_are_read_at_once(
    read: Callable[[str], object], text: str, said: str | None
) -> None:
    assert said is None or read(text) == said
    read(text)


def test_an_old_feed_with_blanks_in_its_title_is_read_at_once() -> None:
    feed = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/"><channel><title>cs.LG</title></channel>'
        "<item><title>Bats. A study.{} (arXiv:2307.01201v1 [cs.LG]{} UPDATED)</title></item>"
        "</rdf:RDF>"
    )
    for blanks in (" ", " " * MANY):
        listings = parse_feed(feed.format(blanks, blanks).encode(), "cs.LG", "x").listings
        assert [one.paper.title for one in listings] == ["Bats. A study"]
    notes = parse_feed(feed.format("(arXiv:" * MANY, "").encode(), "cs.LG", "x").notes
    assert len(notes) in {0, 1, 2}


def test_a_key_of_thousands_of_parts_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "paperlark.toml"
    for line in ("a." * MANY + "b = 1", f"a = {{{'a.' * MANY}b = 1}}"):
        file.write_text(f'name = "Bats"\n{line}\n')
        with pytest.raises(ProfileError, match=r":2: has more dots than any setting"):
            load_settings(file)


def test_an_item_whose_type_is_no_text_is_read_like_any_other() -> None:
    text = json.dumps([{"title": "Bats", "type": "article", "itemType": ["note"]}])
    assert [one.title for one in read_csl(text, "x")] == ["Bats"]


def test_a_comment_in_criteria_takes_no_words_after_it() -> None:
    assert "Bats" in parse_criteria("<!-- a --> Bats\n<!-- b -->\n").text


def test_a_page_with_a_number_where_a_text_should_be_cannot_be_read() -> None:
    page = json.loads(JsonRenderer().render(digests.ordinary()).content)
    values: tuple[object, ...] = (["2025-02-26"], None, {})
    for value in values:
        for key in page:
            with suppress(StoreError):
                restore_page(json.dumps({**page, key: value}).encode(), "2025-02-26")
