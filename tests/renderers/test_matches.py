from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.digest import Digest
from paperlark.domain.exploration import Unread
from paperlark.domain.judgement import Match, Strength
from paperlark.domain.paper import PaperId
from paperlark.renderers import matches, reasons
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.renderers.terminal import top
from standins.digests import digest, entry, imported, narrowed, ordinary

LIKELY = Match(0.9, 3, 412, probability=0.937)
SURE = replace(LIKELY, calibrated=True)
GOOD = replace(LIKELY, strength=Strength.GOOD)


def _page(match: Match) -> Digest:
    shown = replace(entry(1, judged=False), match=match)
    funnel = replace(digest([shown]).funnel, shortlisted=0, judged=0)
    return digest([shown], model=None, spend=None, funnel=funnel)


def test_a_probability_is_a_percentage_only_where_it_was_calibrated_for_this_reader() -> None:
    assert matches.match_text(SURE) == "94\N{NO-BREAK SPACE}% (3 of 412)"
    assert matches.match_text(GOOD) == "good (3 of 412)"
    assert matches.match_text(LIKELY) == "3 of 412"


def test_a_percentage_says_what_it_promises() -> None:
    said = "of papers with such a match you would want about 94 in 100 (71-99)"
    assert matches.match_meaning(SURE) == said
    nearly = replace(SURE, probability=0.9996)
    assert matches.match_meaning(nearly).endswith("more than 99 in 100 (99-100)")
    assert matches.match_meaning(LIKELY) == ""


@given(st.floats(0, 1))
def test_the_interval_that_is_stated_holds_what_is_promised(probability: float) -> None:
    low, high = matches.stated_interval(probability)
    assert 0 <= low <= min(max(probability, 0.001), 0.999) <= high <= 1
    text = matches.match_meaning(Match(0.5, 1, 9, probability=probability, calibrated=True))
    assert text.endswith(f" in 100 ({round(100 * low)}-{round(100 * high)})")


def _everywhere(page: Digest) -> tuple[str, ...]:
    html, markdown = (
        one.render(page).content.decode() for one in (HtmlRenderer(), MarkdownRenderer())
    )
    return html, markdown, " ".join(top(page).split())


@pytest.mark.parametrize("match", [LIKELY, GOOD])
def test_without_a_calibration_no_form_of_the_page_has_a_percentage(match: Match) -> None:
    for form in _everywhere(_page(match)):
        assert "\N{NO-BREAK SPACE}%" not in form
        assert "94 in 100" not in form


def test_every_form_explains_the_marks_beside_its_titles() -> None:
    for form in _everywhere(_page(SURE)):
        assert "you would want about 94 in 100" in form
    for form in _everywhere(_page(GOOD)):
        assert "of good ones 4" in form
    for form in _everywhere(ordinary()):
        assert "9·8: relevance 9 and novelty 8 of 10." in form
        assert "94\N{NO-BREAK SPACE}%: of papers with such a match" in form or "94 %: of" in form
        assert "of good ones" not in form
    for form in _everywhere(imported()):
        assert "of papers with such a match" not in form


def test_unread_papers_have_ranks_while_nothing_is_calibrated() -> None:
    one = Unread(PaperId("2502.00060"), "Title 60", 0.02)
    assert matches.unread_match(narrowed(), one) == "2\N{NO-BREAK SPACE}%"
    assert matches.unread_match(_page(GOOD), one) == ""


def test_among_papers_of_other_days_words_and_ranks_stand_for_percentages() -> None:
    shown = replace(entry(1, judged=False), match=replace(SURE, strength=Strength.STRONG))
    assert reasons.chip(shown) == "94\N{NO-BREAK SPACE}%"
    assert reasons.mark(shown) == "strong"
    assert reasons.mark(replace(shown, match=SURE)) == "№\N{NO-BREAK SPACE}3"
    assert reasons.mark(entry(1)) == "9·8"
