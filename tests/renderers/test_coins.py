"""COinS, read as Zotero's Connector reads them.

The parser here follows what Zotero's own one is documented to do with a span of class Z3988: pairs
are split at `&` and `=`, `+` is a space (an escaped one too), values are percent-decoded, the
format decides the type of the item, and `rft.type` of Dublin Core is Zotero's own name of it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.paper import PaperId
from paperlark.renderers.coins import MOST_PAPERS, coins
from paperlark.renderers.html import HtmlRenderer
from standins.sites import heavy, ordinary, publish, written

ID = PaperId("2502.12206")


class _Spans(HTMLParser):
    """Collects the titles of spans of class Z3988."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.hidden: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "span" and "Z3988" in (found.get("class") or "").split():
            self.titles.append(found.get("title") or "")
            self.hidden.append("hidden" in found)


def spans(page: str) -> list[str]:
    parser = _Spans()
    parser.feed(page)
    assert all(parser.hidden)
    return parser.titles


def as_zotero(context: str) -> dict[str, object]:
    """Return the item that Zotero makes of a ContextObject."""
    item: dict[str, object] = {}
    creators: list[str] = []
    for part in context.split("&"):
        key, value = part.split("=")
        value = unquote(re.sub(r"\+|%2[bB]", " ", value), errors="strict")
        match key:
            case "rft_val_fmt":
                assert value == "info:ofi/fmt:kev:mtx:dc"
                item["itemType"] = "webpage"
            case "rft.type":
                item["itemType"] = value
            case "rft_id":
                assert value.startswith("info:doi/")
                item["DOI"] = value[9:]
            case "rft.identifier":
                item["url"] = value
            case "rft.title" | "rft.date":
                item[key.removeprefix("rft.")] = value
            case "rft.creator":
                creators.append(value)
            case _:
                assert (key, value) == ("ctx_ver", "Z39.88-2004")
    return {**item, "creators": creators}


def test_a_paper_is_a_preprint_with_its_authors_its_doi_and_its_address() -> None:
    (context,) = spans(str(coins(ID, "On $A & B$: 100% <b>", ["Ada Lovelace", "Émilie d'X"])))
    assert as_zotero(context) == {
        "itemType": "preprint",
        "DOI": "10.48550/arXiv.2502.12206",
        "url": "https://arxiv.org/abs/2502.12206",
        "title": "On $A & B$: 100% <b>",
        "date": "2025-02",
        "creators": ["Ada Lovelace", "Émilie d'X"],
    }


def test_an_old_identifier_has_its_own_month() -> None:
    (context,) = spans(str(coins(PaperId("hep-th/9901001"), "Strings", [])))
    assert as_zotero(context)["date"] == "1999-01"
    assert as_zotero(context)["DOI"] == "10.48550/arXiv.hep-th/9901001"


def test_a_paper_that_arxiv_does_not_have_has_none() -> None:
    assert coins(PaperId("library:0123456789abcdef"), "A book", []) == ""


_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(title=_TEXT, author=_TEXT)
def test_no_text_ends_its_attribute_or_its_value(title: str, author: str) -> None:
    (context,) = spans(f"<p>{coins(ID, title, [author])}</p>")
    item = as_zotero(context)
    assert str(item.get("title", "")).split() == title.replace("+", " ").split()
    assert item["DOI"] == "10.48550/arXiv.2502.12206"


def test_each_paper_of_a_page_has_one() -> None:
    papers = [written(number) for number in range(1, MOST_PAPERS + 1)]
    page = HtmlRenderer().render(heavy(papers)).content.decode()
    found = [as_zotero(one) for one in spans(page)]
    assert [one["url"] for one in found] == [
        f"https://arxiv.org/abs/{entry.paper.id}" for entry in heavy(papers).entries
    ]


def test_a_very_long_page_leaves_them_to_its_citations() -> None:
    papers = [written(number) for number in range(1, MOST_PAPERS + 2)]
    assert spans(HtmlRenderer().render(heavy(papers)).content.decode()) == []


def test_months_citations_and_unselected_papers_have_them_too(tmp_path: Path) -> None:
    site = publish(ordinary(), tmp_path)
    pages = {path: spans(path.read_text("utf-8")) for path in site.rglob("index.html")}
    marked = {path.parent.relative_to(site).parts for path, found in pages.items() if found}
    assert {len(parts) for parts in marked} >= {3, 4}
    assert any(parts[-1] == "citations" for parts in marked)
    assert all(as_zotero(one)["title"] for found in pages.values() for one in found)
