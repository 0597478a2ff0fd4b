from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.digest import AuthorMatch, Entry, Status
from paperlark.domain.exploration import AchievedRecall, Missed
from paperlark.domain.judgement import Match, Unjudged, UnjudgedReason
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.renderers import english, matches, not_judged, reasons, wording
from paperlark.renderers.english import dollars
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from standins.digests import (
    digest,
    entry,
    narrowed,
    ordinary,
    paper,
    partial,
    quiet,
    without_judge,
)

AMOUNTS = st.decimals(0, 10_000, places=9)


def test_the_date_is_written_out() -> None:
    assert english.long_date(date(2025, 2, 26)) == "Wednesday, 26 February 2025"


@pytest.mark.parametrize(
    ("prompt", "completion", "printed"),
    [
        ("0.1474725", "0.08331", ("$0.1475", "$0.0833", "$0.2308")),
        ("0.00004", "0.00004", ("$0.000040", "$0.000040", "$0.000080")),
        ("0.21", "0.07", ("$0.2100", "$0.0700", "$0.2800")),
        ("1.005", "0.995", ("$1.01", "$0.99", "$2.00")),
        ("0", "0", ("$0.00", "$0.00", "$0.00")),
        ("1234.5", "0", ("$1,234.50", "$0.00", "$1,234.50")),
    ],
)
def test_money_is_printed_so_that_it_adds_up(
    prompt: str, completion: str, printed: tuple[str, ...]
) -> None:
    assert dollars(Cost(Decimal(prompt), Decimal(completion))) == printed


@given(AMOUNTS, AMOUNTS)
def test_printed_parts_of_a_cost_always_add_up(prompt: Decimal, completion: Decimal) -> None:
    cost = Cost(prompt, completion)
    parts = [Decimal(part.removeprefix("$").replace(",", "")) for part in dollars(cost)]
    assert parts[0] + parts[1] == parts[2]
    assert min(parts) >= 0
    assert abs(parts[2] - cost.total) <= Decimal("0.005")


def test_unknown_values_read_as_unknown() -> None:
    rows = wording.usage_rows(Spend(Tokens(10, 2), None))
    assert rows[0].cells == ("10", "2", "12")
    assert rows[1].cells == ("unknown", "unknown", "unknown")
    assert all(row.cells == ("unknown",) * 3 for row in wording.usage_rows(None))


def test_cached_tokens_are_mentioned_where_there_were_any() -> None:
    assert wording.usage_rows(Spend(Tokens(10, 2, 4), None))[0].remark == "4 prompt tokens cached"
    assert wording.usage_rows(Spend(Tokens(10, 2), None))[0].remark == ""


@pytest.mark.parametrize(
    ("page", "line"),
    [
        (ordinary(), "3 of 299 papers · 1 by an author you follow · complete"),
        (
            partial(),
            "1 of 299 papers · 3 not recorded · partial: 2 papers not judged, see below",
        ),
        (quiet(), "cs.LG, cs.AI · no announcement"),
        (replace(partial(), funnel=ordinary().funnel), "3 of 299 papers · partial: see the notes"),
    ],
)
def test_the_summary_is_one_line(page: object, line: str) -> None:
    assert " · ".join(wording.summary(page)) == line  # type: ignore[arg-type]


def test_the_funnel_has_steps_of_a_judge_only_with_one() -> None:
    names = [row.name for row in wording.funnel_rows(ordinary())]
    assert names == ["announced", "scanned", "shortlisted", "judged", "unjudged", "selected"]
    assert [row.name for row in wording.funnel_rows(without_judge())] == [
        "announced",
        "scanned",
        "selected",
    ]
    assert "not recorded" in [row.name for row in wording.funnel_rows(partial())]
    assert wording.funnel_rows(ordinary())[0].remark == "625 listings in 2 feeds"


def test_the_funnel_has_the_h_index_filter_only_where_it_left_something_out() -> None:
    funnel = replace(digest().funnel, gated=12, shortlisted=287, judged=287)
    [gated] = wording.funnel_rows(digest(funnel=funnel))[2:3]
    assert (gated.name, gated.cells) == ("gated", ("12",))
    assert gated.remark == "no author reaches your minimum h-index"


def test_a_name_that_may_be_a_namesake_s_is_marked() -> None:
    ada = AuthorMatch("Ada Example", by_name_only=False)
    both = replace(entry(followed=True), followed=(ada, AuthorMatch("C. Babbage", True)))  # noqa: FBT003
    assert reasons.reason(both) == "Author match: Ada Example, C. Babbage (by name)"
    assert both.comment == "Author match"


def test_chips_show_a_star_scores_or_the_match() -> None:
    assert reasons.chip(entry(followed=True)) == "★"
    assert reasons.chip(entry()) == "9·8"
    assert reasons.chip(entry(judged=False)) == "94\N{NO-BREAK SPACE}%"
    uncalibrated = replace(entry(judged=False), match=Match(0.5, 3, 299))
    assert reasons.chip(uncalibrated) == "№\N{NO-BREAK SPACE}3"


@pytest.mark.parametrize(
    ("probability", "printed"),
    [(0.0, "0 %"), (0.001, "<1 %"), (0.5, "50 %"), (0.999, ">99 %"), (1.0, ">99 %")],
)
def test_a_probability_never_reads_as_more_certain_than_it_is(
    probability: float, printed: str
) -> None:
    match = Match(0.5, 3, 299, probability=probability, calibrated=True)
    assert matches.match_best(match).replace("\N{NO-BREAK SPACE}", " ") == printed


def test_a_page_without_papers_does_not_claim_an_order() -> None:
    assert wording.without_model(quiet()) == "No model was used."
    assert wording.no_papers_text(digest()) == "None of 299 papers was selected."


@pytest.mark.parametrize(
    ("missed", "said"),
    [
        (Missed(1.2, 0, 4, 214), "About 1 relevant paper among 214 unread, 95 % interval 0-4."),
        (Missed(2.5, 1, 5, 1200), "About 2 relevant papers among 1,200 unread, 95 % interval 1-5."),
        (Missed(0.3, 0, 2, 9), "Probably no relevant paper among 9 unread, 95 % interval 0-2."),
        (None, None),
    ],
)
def test_the_estimate_of_missed_papers_is_in_whole_papers(
    missed: Missed | None, said: str | None
) -> None:
    assert wording.missed(digest(missed=missed)) == said


@pytest.mark.parametrize(
    ("achieved", "said"),
    [
        (
            AchievedRecall(1, 9, Missed(1.0, 0, 3, 40)),
            "Of the relevant papers of the last day about 90 % were read, 95 % interval 75-100 %.",
        ),
        (AchievedRecall(5, 0, Missed(0.5, 0, 2, 40)), None),
    ],
)
def test_the_recall_so_far_is_told_with_its_interval(
    achieved: AchievedRecall, said: str | None
) -> None:
    assert wording.missed(digest(achieved=achieved)) == said


def test_the_funnel_has_a_threshold_only_where_there_is_one() -> None:
    rows = [(row.name, row.cells[0], row.remark) for row in wording.funnel_rows(narrowed())]
    assert rows[2:7] == [
        ("shortlisted", "98", ""),
        ("explored", "10", "random sample"),
        ("unread", "190", "low match"),
        ("judged", "108", ""),
        ("unjudged", "0", ""),
    ]


def _left(n: int, cause: UnjudgedReason = UnjudgedReason.FAILED, why: str = "gone") -> Unjudged:
    return Unjudged(paper(n), cause, why)


def _unjudged(place: int) -> Entry:
    return replace(entry(place, judged=False), unjudged=True)


def test_the_note_names_the_model_what_happened_how_many_papers_and_who_chose() -> None:
    several = (*(_left(n) for n in range(2, 5)), _left(5, why="flagged"))
    one = digest([entry(1), _unjudged(2), _unjudged(3)], unjudged=several)
    assert not_judged.unjudged_note(one) == (
        "gpt-4o did not judge 4 papers (mostly: gone); the embedded ranker chose 2 of them by"
        " match, marked “not judged”."
    )


def test_without_a_match_or_with_a_page_that_was_to_fail_the_note_claims_no_choice() -> None:
    nothing = replace(digest().funnel, judged=0, unjudged=299)
    lost = digest(unjudged=(_left(1),), funnel=nothing)
    assert not_judged.unjudged_note(lost) == (
        "gpt-4o did not judge 1 paper (gone); the embedded ranker found no match among them."
    )
    listed = digest([entry(2)], unjudged=(_left(1),))
    assert not_judged.unjudged_note(listed) == "gpt-4o did not judge 1 paper (gone)."
    assert not_judged.unjudged_note(digest([entry(1)])) is None


def test_a_budget_used_up_as_planned_has_a_note_only_where_the_ranker_chose() -> None:
    left = (_left(2, UnjudgedReason.BUDGET, "used up"),)
    planned = digest([entry(1)], unjudged=left, status=Status.WITHIN_BUDGET)
    assert not_judged.unjudged_note(planned) is None
    assert wording.status_text(planned) == "complete within budget"
    chosen = replace(planned, entries=(entry(1), _unjudged(2)))
    assert "did not judge 1 paper (used up); the embedded" in (
        not_judged.unjudged_note(chosen) or ""
    )


def test_a_long_reason_is_cut_at_a_word() -> None:
    note = not_judged.unjudged_note(digest(unjudged=(_left(1, why="no answer at all " * 60),)))
    assert note is not None
    assert len(note) < 420
    assert note.endswith((" at …).", " all …).", "answer …)."))


def test_a_reason_that_many_papers_share_is_said_once() -> None:
    many = tuple(_left(n, why="no credit left") for n in range(10, 50))
    one = digest(unjudged=(*many, _left(2), _left(3)))
    assert [left.paper.id for left in not_judged.failed_alone(one)] == [paper(2).id, paper(3).id]
    assert not_judged.not_judged_together(one) == (("40 papers: no credit left", many),)
    for render in (MarkdownRenderer, HtmlRenderer):
        page = render().render(one).content.decode()
        assert page.count("no credit left") == 2  # at the top, and above the papers
        assert all(f"Title {n}" in page for n in range(10, 50))
