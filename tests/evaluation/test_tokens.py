from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from paperlark.domain.errors import PaperlarkError
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Tokens
from paperlark.evaluation.cases import Label, LabelledDay, LabelledReader
from paperlark.evaluation.full_prompt_baseline import SIZES, USUAL_SIZE, plain_tokens
from paperlark.evaluation.measure import EvaluationPlan
from paperlark.evaluation.token_report import TokenCounts, TokenReport, as_json
from paperlark.evaluation.tokens import (
    ASSUMED_COMMENT,
    JudgingParts,
    count_day,
    judgements,
    measure_tokens,
    own_tokens,
    short_comment,
)
from paperlark.testing import FakeRanker, Silent
from standins.readers import FIRST, a_reader

READER = a_reader(days=6, papers=20, wanted=3)
DAY = READER.days[0]
ALL = judgements(DAY, ASSUMED_COMMENT)


def _commented(day: LabelledDay, comment: str) -> LabelledDay:
    return replace(day, labels=tuple(replace(label, comment=comment) for label in day.labels))


def _measured(
    reader: LabelledReader = READER, *, history: int = 2, first: date | None = None
) -> TokenReport:
    plan = EvaluationPlan((history,), test_from=first or FIRST + timedelta(3), replicates=50)
    return measure_tokens(reader, JudgingParts(FakeRanker()), plan, Silent())


def test_every_plain_prompt_repeats_its_instructions() -> None:
    by_size = {size: plain_tokens(DAY.papers, DAY.criteria, ALL, size) for size in SIZES}
    five, three, two = (by_size[size].prompt for size in (4, 8, 16))
    # Twenty papers are five, three or two prompts, which differ only in repeated instructions.
    instructions = three - two
    assert instructions > 700
    assert five - three == pytest.approx(2 * instructions, rel=0.02)


def test_the_plain_prompt_has_a_comment_on_each_paper() -> None:
    long = judgements(_commented(DAY, "A word. " * 20), ASSUMED_COMMENT)
    short = judgements(_commented(DAY, ""), ASSUMED_COMMENT)
    more = (
        plain_tokens(DAY.papers, DAY.criteria, long).completion
        - plain_tokens(DAY.papers, DAY.criteria, short).completion
    )
    assert more == pytest.approx(20 * 60, rel=0.05)


def test_paperlark_counts_judged_papers_and_comments_near_the_cutoffs() -> None:
    answers = judgements(_commented(DAY, "A word. " * 20), ASSUMED_COMMENT)
    whole, few = own_tokens(DAY, DAY.papers, answers), own_tokens(DAY, DAY.papers[:5], answers)
    assert few.prompt < whole.prompt / 2
    # Three of these papers reach relevance 7 or are one below it, the others have 3.
    uncommented = own_tokens(DAY, DAY.papers[3:], answers).completion
    assert whole.completion - uncommented > 3 * 60
    assert uncommented < 17 * 30


def test_no_judged_papers_need_no_tokens() -> None:
    assert own_tokens(DAY, (), ALL) == Tokens(0, 0)
    assert count_day(replace(DAY, papers=(), labels=()), (), ()).share() is None


def test_a_day_counts_its_judged_and_kept_papers() -> None:
    counts = count_day(DAY, DAY.papers[2:7], ALL)
    assert (counts.candidates, counts.judged, counts.wanted, counts.kept) == (20, 5, 3, 1)
    assert counts.recall == pytest.approx(1 / 3)
    assert counts.plain == counts.plain_by_size[USUAL_SIZE]


def test_days_are_counted_one_by_one_and_in_sum() -> None:
    report = _measured()
    assert [day.isoformat() for day in report.days] == ["2025-03-06", "2025-03-07", "2025-03-08"]
    # After so few examples all papers are judged.
    assert report.sum.judged == report.sum.candidates == 60
    assert report.recall_kept.value == 1
    assert report.sum.paperlark.prompt == sum(one.paperlark.prompt for one in report.days.values())
    share = report.share
    assert share.value is not None
    assert share.value == pytest.approx(report.sum.paperlark.total / report.sum.plain.total)
    assert share.interval is not None
    assert share.interval.low <= share.value <= share.interval.high


def test_the_json_has_the_tokens_of_each_day_and_their_sum() -> None:
    found = as_json(_measured())
    days, whole = found["days"], found["sum"]
    assert isinstance(days, list)
    assert isinstance(whole, dict)
    assert days[0]["day"] == "2025-03-06"
    for row in (*days, whole):
        for name in ("plain_tokens", "paperlark_tokens"):
            assert row[name]["total"] == row[name]["prompt"] + row[name]["completion"] > 0
        assert row["recall_kept"] == row["kept"] / row["wanted"] == 1
        assert row["tokens_per_judged"] == row["paperlark_tokens"]["total"] / row["judged"]
    assert set(whole["intervals"]) == {"recall_kept", "share_of_tokens"}
    assert (found["lessons"], found["history_days"]) == ("read", 2)


def test_recall_is_undefined_where_nothing_was_wanted() -> None:
    nothing = {USUAL_SIZE: Tokens(10, 1)}
    empty = TokenCounts(1, 0, 0, 0, nothing, Tokens(0, 0))
    report = TokenReport("bats", 2, True, 0.95, 0, 20, "1", {FIRST: empty})  # noqa: FBT003
    assert (report.recall_kept.value, empty.recall, report.share.value) == (None, None, 0)
    row = as_json(report)["sum"]
    assert isinstance(row, dict)
    assert (row["recall_kept"], row["tokens_per_judged"]) == (None, None)


def test_unknown_judgements_are_assumed_near_the_cutoffs_with_a_short_comment() -> None:
    labels = (
        Label(wanted=True, relevance=9, novelty=8, comment="It is."),
        Label(wanted=False),
        *DAY.labels[2:],
    )
    day = replace(DAY, labels=labels, cutoffs=Cutoffs(8, 1))
    wanted, unselected = judgements(day, "Short.")[:2]
    assert (wanted.relevance, wanted.novelty, wanted.comment) == (9, 8, "It is.")
    assert (unselected.relevance, unselected.novelty, unselected.comment) == (7, 1, "Short.")


def test_the_assumed_comment_is_the_25th_percentile_of_lengths() -> None:
    comments = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg", "hhhhhhhh"]
    labels = tuple(Label(wanted=True, comment=comment) for comment in reversed(comments))
    day = replace(DAY, papers=DAY.papers[:8], labels=labels)
    assert short_comment(LabelledReader("bats", (day,))) == "ccc"
    assert short_comment(READER) == ASSUMED_COMMENT


def test_the_report_has_its_caveats_as_notes() -> None:
    days = [replace(day, followed=1) for day in READER.days]
    commented = Label(wanted=True, relevance=9, novelty=6, comment="It is.")
    days[-1] = replace(days[-1], labels=(commented, *days[-1].labels[1:]))
    reader = replace(READER, days=tuple(days), notes=("odd",))
    notes = " | ".join(_measured(reader, history=9).notes)
    for note in (
        "odd",
        "a plain prompt has 8 papers",
        "no comment was recorded for 59 papers",
        "3 papers by followed authors",
        "only 3 labelled days before 2025-03-06",
    ):
        assert note in notes


def test_test_days_outside_the_labelled_days_are_an_error() -> None:
    with pytest.raises(PaperlarkError, match="has no day from"):
        _measured(first=date(2031, 1, 1))
