from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from paperlark.domain.digest import Digest
from paperlark.domain.judgement import Nearest
from paperlark.domain.paper import PaperId
from paperlark.ports import Renderer
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.renderers.terminal import top
from standins.digests import (
    hostile,
    narrowed,
    ordinary,
    partial,
    quiet,
    with_something_else,
    without_judge,
)

RENDERERS: tuple[Renderer, ...] = (MarkdownRenderer(), JsonRenderer(), HtmlRenderer())
DAYS = [ordinary, without_judge, partial, narrowed, with_something_else, quiet, hostile]


@pytest.mark.parametrize("make", DAYS)
def test_the_three_name_the_same_papers_in_the_same_order(make: Callable[[], Digest]) -> None:
    digest = make()
    markdown, document, html = (r.render(digest).content.decode() for r in RENDERERS)
    expected = [entry.paper.anchor for entry in digest.entries]
    assert re.findall(r'^### .*<a id="([^"]+)"></a>$', markdown, re.MULTILINE) == expected
    assert [entry["anchor"] for entry in json.loads(document)["entries"]] == expected
    assert re.findall(r'<article id="([^"]+)"', html) == expected


@pytest.mark.parametrize("make", DAYS)
@pytest.mark.parametrize("renderer", RENDERERS)
def test_the_same_digest_gives_the_same_bytes(
    renderer: Renderer, make: Callable[[], Digest]
) -> None:
    assert renderer.render(make()) == renderer.render(make())


def test_pages_are_named_by_their_day() -> None:
    pages = [renderer.render(ordinary()) for renderer in RENDERERS]
    assert [str(page.path) for page in pages] == [
        "2025-02-26.md",
        "2025-02-26.json",
        "2025-02-26.html",
    ]
    assert [page.media_type for page in pages] == ["text/markdown", "application/json", "text/html"]


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, paperlark.renderers.html, paperlark.renderers.json, "
        "paperlark.renderers.markdown;"
        "print({'jinja2', 'pydantic', 'latex2mathml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603
    assert done.stdout == "set()\n"


def test_all_forms_say_what_was_not_read_and_what_that_may_have_missed() -> None:
    markdown, document, html = (r.render(narrowed()).content.decode() for r in RENDERERS)
    for text in (markdown, html, top(narrowed())):
        assert "About 1 relevant paper among 190 unread, 95 % interval 0-4." in text
        assert "complete" in text
    for text in (markdown, html):
        assert "Not read by the model, because their match is low: 190 papers." in text
        assert "Title 249" in text
    page = json.loads(document)
    assert page["missed"] == {"expected": 1.2, "low": 0, "high": 4, "unread": 190}
    assert (page["status"], page["funnel"]["unread"], len(page["unread"])) == ("complete", 190, 190)
    assert page["unread"][0]["url"] == "https://arxiv.org/abs/2502.00060"


@pytest.mark.parametrize("make", [narrowed, with_something_else])
def test_all_forms_mark_what_is_from_outside_the_reader_s_usual(make: Callable[[], Digest]) -> None:
    markdown, document, html = (r.render(make()).content.decode() for r in RENDERERS)
    *others, last = json.loads(document)["entries"]
    assert (last["outside"], any(one["outside"] for one in others)) == (True, False)
    assert html.count('<li class="outside">from outside your usual</li>') == 1
    assert markdown.count("*from outside your usual*") == 1
    assert "1 from outside your usual" in top(make())


def test_all_forms_name_the_earlier_paper_that_one_resembles() -> None:
    markdown, document, html = (r.render(with_something_else()).content.decode() for r in RENDERERS)
    address = "https://arxiv.org/abs/2501.00042"
    assert f"resembles: [Fast kernels: $x^2$]({address}) (14 January 2025)" in markdown
    assert json.loads(document)["entries"][0]["match"]["nearest"] == {
        "id": "2501.00042",
        "url": address,
        "title": r"Fast \emph{kernels}: $x^2$",
        "day": "2025-01-14",
    }
    assert f'<a href="{address}">Fast <em>kernels</em>: <math' in html
    assert "like Fast kernels: $x^2$ (14 January 2025)" in top(with_something_else(), width=200)


def test_a_paper_that_arxiv_does_not_have_is_named_without_a_link() -> None:
    page = with_something_else()
    book = Nearest(PaperId("library:0123456789abcdef"), "A book", date(2025, 1, 14))
    match = replace(page.entries[0].match, nearest=book)
    page = replace(page, entries=(replace(page.entries[0], match=match),))
    markdown, document, html = (r.render(page).content.decode() for r in RENDERERS)
    assert "resembles: A book (14 January 2025)" in markdown
    assert json.loads(document)["entries"][0]["match"]["nearest"]["url"] is None
    assert re.search(r"<dd>A book\s", html)
    assert "library:" not in html
