from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from paperlark.domain.digest import Digest
from paperlark.domain.judgement import Match, Nearest
from paperlark.domain.paper import PaperId
from paperlark.ports import Renderer
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.manifest import ManifestRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.renderers.terminal import top
from standins.digests import (
    hostile,
    imported,
    in_private,
    narrowed,
    ordinary,
    over_budget,
    partial,
    quiet,
    read_thrice,
    with_something_else,
    without_judge,
)

RENDERERS: tuple[Renderer, ...] = (MarkdownRenderer(), JsonRenderer(), HtmlRenderer())
DAYS = [
    *(ordinary, without_judge, partial, narrowed, with_something_else, read_thrice, in_private),
    *(over_budget, imported, quiet, hostile),
]


@pytest.mark.slow
@pytest.mark.parametrize("make", DAYS)
def test_the_three_name_the_same_papers_in_the_same_order(make: Callable[[], Digest]) -> None:
    digest = make()
    markdown, document, html = (r.render(digest).content.decode() for r in RENDERERS)
    expected = [entry.paper.anchor for entry in digest.entries]
    assert re.findall(r'^### .*<a id="([^"]+)"></a>$', markdown, re.MULTILINE) == expected
    assert [entry["anchor"] for entry in json.loads(document)["entries"]] == expected
    assert re.findall(r'<article id="([^"]+)"', html) == expected


def test_all_forms_say_what_an_imported_page_says_and_that_the_rest_is_unknown() -> None:
    markdown, text, html = (r.render(imported()).content.decode() for r in RENDERERS)
    document = json.loads(text)
    for page in (markdown, html, top(imported())):
        summary = "4 of 384 papers.* · .*1 by an author you follow.* · .*imported"
        assert re.search(summary, page, re.DOTALL)
        assert "It cost $0.2307 at most." in page
        assert "Imported from old.md; anything it does not state is unknown." in page
        assert not re.search(r"None|Match |Evidence|Selected:|keeps the selection", page)
    assert "| judged | unknown |" in markdown
    assert (document["status"], document["cutoffs"]) == ("imported", None)
    assert (document["usage"]["requests"], document["usage"]["tokens"]) == (None, None)
    assert {name for name, count in document["funnel"].items() if count is not None} == {
        *("announced", "scanned", "followed", "selected")
    }
    assert {one["announce_type"] for one in document["entries"]} == {None}
    [unnamed] = document["entries"][0]["followed"]
    assert unnamed == {"name": None, "by": "name", "order_reversed": False}


@pytest.mark.slow
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


def test_all_forms_show_unread_papers_and_the_estimate_of_missed_ones() -> None:
    markdown, document, html = (r.render(narrowed()).content.decode() for r in RENDERERS)
    for text in (markdown, html, top(narrowed())):
        assert "About 1 relevant paper among 190 unread, 95 % interval 0-4." in text
        assert (
            "Of the relevant papers of the last 20 days about 97 % were read,"
            " 95 % interval 95-99 %."
        ) in " ".join(text.split())
        assert "complete" in text
    for text in (markdown, html):
        assert "Not sent to the model because of a low match: 190 papers." in text
        assert "Title 249" in text
    page = json.loads(document)
    assert page["missed"] == {"expected": 1.2, "low": 0, "high": 4, "unread": 190}
    assert (page["recall"]["days"], page["recall"]["share"]) == (20, 0.97)
    assert (page["recall"]["low"], page["recall"]["high"]) == (582 / 613, 582 / 588)
    assert (page["status"], page["funnel"]["unread"], len(page["unread"])) == ("complete", 190, 190)
    assert page["unread"][0]["url"] == "https://arxiv.org/abs/2502.00060"


def test_all_forms_show_the_agreement_of_several_readings() -> None:
    markdown, document, html = (r.render(read_thrice()).content.decode() for r in RENDERERS)
    for text in (markdown, html, " ".join(top(read_thrice()).split())):
        assert (
            "Scores are means of up to 3 readings per paper. The readings agree on the selection of"
            " 95 % of 299 papers; on average two readings differ by 0.4 points per score."
        ) in text.replace("\N{NO-BREAK SPACE}", " ")
    assert json.loads(document)["agreement"] == {
        "readings": 3,
        "papers": 299,
        "agreed": 283,
        "distance": 0.416,
        "share": 283 / 299,
    }
    manifest = json.loads(ManifestRenderer().render(read_thrice()).content)
    assert manifest["agreement"]["agreed"] == 283
    assert [one["judge"] for one in manifest["readings"]] == ["m/1", "m/1#2", "m/1#3"]


def test_all_forms_show_the_comment_on_a_paper_by_a_followed_author() -> None:
    markdown, document, html = (r.render(read_thrice()).content.decode() for r in RENDERERS)
    why = "Author match: Ada Example (by name). Not quite what it says."
    assert f"**Why:** {why}" in markdown
    assert "**Relevance 4** · **Novelty 5**" in markdown
    assert why in html
    assert "Relevance <b>4</b>" in html
    first = json.loads(document)["entries"][0]
    assert first["comment"] == "Author match"
    assert first["judgement"]["comment"] == "Not quite what it says."
    assert json.loads(document)["funnel"]["followed_asked"] == 1
    assert "judged           299  1 followed" in top(read_thrice())


def test_all_forms_say_that_the_selection_prompt_is_private() -> None:
    markdown, document, html = (r.render(in_private()).content.decode() for r in RENDERERS)
    for text in (markdown, html):
        assert "The reader keeps the selection prompt private." in text
        assert "The selection prompt" not in text.replace("the selection prompt", "")
    assert json.loads(document)["prompt"] is None


@pytest.mark.parametrize("make", [narrowed, with_something_else])
def test_all_forms_mark_what_is_from_outside_the_reader_s_usual(make: Callable[[], Digest]) -> None:
    markdown, document, html = (r.render(make()).content.decode() for r in RENDERERS)
    *others, last = json.loads(document)["entries"]
    assert (last["outside"], any(one["outside"] for one in others)) == (True, False)
    assert html.count('<span class="outside">outside your usual topics</span>') == 1
    assert markdown.count("*outside your usual topics*") == 1
    assert "1 outside your usual topics" in top(make())


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
    assert "resembles Fast kernels: x² (14 January 2025)" in top(with_something_else(), width=200)


def test_a_paper_that_arxiv_does_not_have_is_named_without_a_link() -> None:
    page = with_something_else()
    book = Nearest(PaperId("library:0123456789abcdef"), "A book", date(2025, 1, 14))
    match = Match(0.5, 1, 299, nearest=book)
    page = replace(page, entries=(replace(page.entries[0], match=match),))
    markdown, document, html = (r.render(page).content.decode() for r in RENDERERS)
    assert "resembles: A book (14 January 2025)" in markdown
    assert json.loads(document)["entries"][0]["match"]["nearest"]["url"] is None
    assert re.search(r"<dd>A book\s", html)
    assert "library:" not in html


@pytest.mark.parametrize("make", [narrowed, with_something_else])
def test_all_forms_name_the_nearest_earlier_papers(make: Callable[[], Digest]) -> None:
    markdown, document, html = (r.render(make()).content.decode() for r in RENDERERS)
    first, second = "https://arxiv.org/abs/2501.00042", "https://arxiv.org/abs/hep-th/9901001"
    assert (
        f"**Nearest earlier:** [Fast kernels: $x^2$]({first}) (14 January 2025, similarity 0.83);"
        f" [Slow kernels]({second}) (2 January 2025, similarity 0.75)\n"
    ) in markdown
    (named,) = [one["precedents"] for one in json.loads(document)["entries"] if one["precedents"]]
    assert named[1] == {
        "id": "hep-th/9901001",
        "url": second,
        "title": "Slow kernels",
        "day": "2025-01-02",
        "similarity": 0.7583,
    }
    assert f'<a href="{second}">Slow kernels</a>' in html
    assert '<span class="when">2 January 2025, similarity 0.75</span>' in html


def test_the_nearest_earlier_paper_is_below_the_novelty_score() -> None:
    html = HtmlRenderer().render(narrowed()).content.decode()
    novelty, nearest, why = (
        html.index(words) for words in ("Novelty <b>8</b>", "Nearest earlier", "Matches the")
    )
    assert novelty < nearest < why
    assert html.count("Nearest earlier") == 2  # once more among the evidence, with the others


def test_an_earlier_paper_that_is_nearly_the_same_does_not_read_as_the_same() -> None:
    page = narrowed()
    near = replace(page.entries[1].precedents[0], similarity=0.9999)
    page = replace(page, entries=(replace(page.entries[1], precedents=(near,)),))
    for renderer in (MarkdownRenderer(), HtmlRenderer()):
        assert "similarity 0.99" in renderer.render(page).content.decode()


def test_all_forms_name_papers_over_budget() -> None:
    markdown, document, html = (r.render(over_budget()).content.decode() for r in RENDERERS)
    plain = markdown.replace("\\", "")
    for text in (plain, unescape(html)):
        assert "18 papers over budget: the day's $0.50 is spent." in text
        assert "Title 77" in text
    for text in (plain, html, " ".join(top(over_budget()).split())):
        assert "partial: 1 paper not judged, 18 papers over budget, see below" in text
        assert re.search(r"over budget(?:</?t\w+>|\W)+18\b", text)
    page = json.loads(document)
    assert page["funnel"]["over_budget"] == 18
    assert [one["lack"] for one in page["unjudged"]] == ["failed", *["over budget"] * 18]


def test_all_forms_show_tokens_per_paper_and_the_bound_of_the_cost() -> None:
    markdown, document, html = (r.render(over_budget()).content.decode() for r in RENDERERS)
    for text in (markdown.replace("\\", ""), html, top(over_budget())):
        assert "244 tokens per judged paper, 34,000 per selected paper." in text
        assert "It cost $0.4999 at most." in text
    usage = json.loads(document)["usage"]
    assert usage["tokens_per_judged"] == 243.7
    assert usage["tokens_per_selected"] == 34_000
    assert (usage["cost_usd"], usage["at_most_usd"]) == (None, "0.4999")
    assert usage["prices"] == {
        "source": "genai-prices 0.2.3",
        "url": "https://example.org/prices",
        "checked": "2025-02-26",
    }
    manifest = json.loads(ManifestRenderer().render(over_budget()).content)
    assert manifest["usage"]["prices"] == usage["prices"]
    assert manifest["usage"]["tokens_per_judged"] == 243.7
    assert "genai-prices" in manifest["versions"]


def test_unknown_tokens_are_not_mentioned() -> None:
    markdown, document, html = (r.render(partial()).content.decode() for r in RENDERERS)
    for text in (markdown, html, top(partial())):
        assert "per judged paper" not in text
        assert "at most" not in text
    usage = json.loads(document)["usage"]
    assert (usage["tokens_per_judged"], usage["at_most_usd"], usage["prices"]) == (None, None, None)
