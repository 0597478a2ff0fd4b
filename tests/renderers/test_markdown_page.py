from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from paperlark.domain.digest import Digest
from paperlark.domain.plain_text import one_line
from paperlark.renderers import typeset
from paperlark.renderers.markdown import MarkdownRenderer, escape, escape_label, escape_line
from standins.digests import HOSTILE, digest, entry, hostile, ordinary, partial, without_judge

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKS = st.lists(st.sampled_from([*"\\`*_[]()<>&!#+-=~|$.:;1a ", "a b", "&amp;", "--", "1."])).map(
    "".join
)


def rendered(digest: Digest) -> str:
    return MarkdownRenderer().render(digest).content.decode()


def tokens(text: str) -> Iterator[Token]:
    for token in READER.parse(text):
        yield token
        yield from token.children or ()


def read(text: str) -> str:
    """Return what a reader sees if that is a single paragraph of text."""
    kinds = {token.type for token in tokens(text)} - {"text_special"}
    assert kinds <= {"paragraph_open", "inline", "text", "paragraph_close"}, text
    return "".join(t.content for t in tokens(text) if t.type in ("text", "text_special"))


@pytest.mark.parametrize(
    "text",
    [
        r"$\mathcal{O}(n_i)$ and x_i, \alpha, 5 > 3, a < b, [",
        "snake_case and ~10 % of A&B, see https://a.org/b_c",
    ],
)
def test_what_would_not_take_effect_is_left_alone(text: str) -> None:
    assert escape(text).replace("\\[", "[") == text


@given(st.one_of(MARKS, st.text()))
def test_untrusted_text_is_never_markup(text: str) -> None:
    text = one_line(text)
    assert read(f"Why: {escape(text)}.") == f"Why: {text}."
    assert read(f"{escape_line(text)}").strip() == text
    links = [t for t in tokens(f"[{escape_label(text)}](https://arxiv.org)") if t.tag == "a"]
    assert len(links) == 2


@pytest.mark.slow
def test_a_hostile_day_has_only_our_own_links_and_anchors() -> None:
    found = list(tokens(rendered(hostile())))
    links = {str(t.attrs["href"]) for t in found if t.type == "link_open"}
    assert all(link.startswith(("https://arxiv.org/", "#paper-2502.")) for link in links)
    html = {t.content for t in found if t.type in ("html_inline", "html_block")}
    assert all(one == "</a>" or one.startswith('<a id="paper-2502.') for one in html)
    assert not {t.type for t in found} & {"image", "em_open", "s_open", "code_inline", "hr"}
    headings = [t for t in found if t.type == "heading_open"]
    assert len(headings) == 6 + len(HOSTILE)
    assert len([t for t in found if t.type == "fence"]) == 1


def test_the_page_reads_well_as_plain_text() -> None:
    page = rendered(ordinary())
    assert "3 of 299 papers · 1 by an author you follow · complete" in page
    assert "| cost | $0.1475 | $0.0833 | $0.2308 |" in page
    assert "2. 9·8 [Title 2](#paper-2502.00002) 2502.00002 — networks" in page
    assert (
        '### 2. [Title 2](https://arxiv.org/abs/2502.00002) <a id="paper-2502.00002"></a>' in page
    )
    assert "**Relevance 9** · **Novelty 8** · Match 94\N{NO-BREAK SPACE}% (2 of 299)" in page
    assert "**Why:** Author match: Ada Example" in page
    assert "```text\nJudge the papers.\n```" in page


def test_without_a_judge_the_page_says_so_and_shows_the_evidence() -> None:
    page = rendered(without_judge())
    assert "No model: ordered by the embedded ranker." in page
    assert "topic: AI for science; matched terms: networks; counting against: clinical" in page
    assert "Relevance" not in page


def test_papers_without_a_judgement_are_named_with_their_reason() -> None:
    page = rendered(partial())
    assert "- [2502.00007](https://arxiv.org/abs/2502.00007) Title 7: the reply was no JSON" in page
    assert "The recording has no judgement of 3 papers; this is not an error." in page


def test_the_fence_around_the_prompt_is_longer_than_any_inside() -> None:
    page = rendered(digest([entry()], prompt="a\n`````\nb"))
    assert "``````text\na\n`````\nb\n``````" in page


def test_names_and_titles_are_decoded() -> None:
    page = rendered(digest([entry(title=r"Schr\"odinger at 90\% of $\mathcal{C}^k$")]))
    assert r"Schrödinger at 90% of $\mathcal{C}^k$" in page
    assert typeset.plain(r"90\%") == "90%"
