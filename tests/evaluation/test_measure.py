from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest

from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.agreement import self_agreement
from paperlark.evaluation.cases import FIRST_MORNING, OWN, RANDOM, Label, LabelledReader, Method
from paperlark.evaluation.measure import EvaluationPlan, cautions, measure
from paperlark.evaluation.method_metrics import bootstrap_counts, interval, means, ratios
from paperlark.evaluation.report import Report, as_json
from paperlark.evaluation.runs import RunPlan
from paperlark.testing import Silent, a_paper
from standins.readers import FIRST, a_day, a_reader

READER = a_reader(days=9)


@dataclass(frozen=True, slots=True)
class Knowing:
    """Ranks bats first, or last, with certain probabilities once it has an example."""

    first: bool = True

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,  # noqa: ARG002
        evidence: Evidence = NO_EVIDENCE,
    ) -> tuple[Match, ...]:
        order = sorted(papers, key=lambda paper: ("Bats" in paper.title) != self.first)
        rank = {paper.id: place for place, paper in enumerate(order, start=1)}
        return tuple(
            Match(
                score=-rank[paper.id],
                rank=rank[paper.id],
                of=len(papers),
                probability=float("Bats" in paper.title) if evidence.examples else None,
            )
            for paper in papers
        )


METHODS = [Method(OWN, Knowing()), Method(RANDOM, Knowing(first=False), learns=False)]
WISH = EvaluationPlan(history=(0, 2), votes=(3,), replicates=1000)


@pytest.fixture(scope="module")
def report() -> Report:
    return measure(READER, METHODS, WISH, Silent())


def test_the_last_third_are_test_days_by_default(report: Report) -> None:
    assert (report.test_from, report.test_to, report.days) == (
        FIRST + timedelta(6),
        FIRST + timedelta(8),
        3,
    )
    some = replace(WISH, test_from=FIRST + timedelta(2), test_to=FIRST + timedelta(3))
    assert measure(READER, METHODS, some, Silent()).days == 2


def test_there_is_a_row_for_each_method_and_history(report: Report) -> None:
    assert [(row.method, row.history_days, row.votes) for row in report.rows] == [
        (OWN, 0, None),
        (OWN, 2, None),
        (FIRST_MORNING, 0, None),
        (RANDOM, 0, None),
        (RANDOM, 2, None),
    ]
    assert [(row.method, row.history_days, row.votes) for row in report.votes] == [
        (OWN, 0, 3),
        (RANDOM, 0, 3),
    ]


def test_figures_follow_the_order(report: Report) -> None:
    best, worst = as_json(report)["rows"][1], as_json(report)["rows"][4]  # type: ignore[index]
    assert best["average_precision"] == best["recall_at_k"] == best["ndcg_at_20"] == 1
    assert best["share_to_judge"] == {"0.90": 0.2, "0.95": 0.2, "0.98": 0.2}
    assert best["wss_at_95"] == pytest.approx(0.75)
    assert best["brier"] == 0
    assert worst["average_precision"] == pytest.approx((1 / 9 + 2 / 10) / 2)
    assert worst["share_to_judge"]["0.95"] == 1
    assert worst["brier"] is None
    assert worst["intervals"]["brier"] is None
    assert best["intervals"]["share_to_judge"]["0.95"] == [0.2, 0.2]


def test_json_has_its_keys_and_no_nan(report: Report) -> None:
    found = json.loads(json.dumps(as_json(report), allow_nan=False))
    assert set(found) == {
        "reader", "test_from", "test_to", "days", "candidates_per_day", "wanted_per_day",
        "settings", "rows", "votes", "agreement", "comparisons", "notes", "plain",
    }  # fmt: skip
    measured = {
        "recall_at_k", "recall_at_2k", "average_precision", "ndcg_at_20", "share_to_judge",
        "wss_at_95", "brier",
    }  # fmt: skip
    for row in found["rows"]:
        assert set(row) == {"method", "history_days", "intervals", "reliability"} | measured
        assert set(row["intervals"]) == measured
    assert {row["votes"] for row in found["votes"]} == {3}
    assert found["candidates_per_day"] == 10
    assert found["wanted_per_day"] == 2


def test_the_plain_summary_is_of_the_longest_history_and_of_every_method() -> None:
    # 25 papers a day, 2 of them wanted; the bats come first, or last, at places 24 and 25.
    reader = a_reader(days=18, papers=25)
    found = as_json(measure(reader, METHODS, WISH, Silent()))["plain"]
    assert isinstance(found, dict)
    assert (found["history_days"], found["days_with_wanted"], found["wanted"]) == (2, 6, 12)
    assert (found["shown_per_day"], found["papers_per_day"]) == (20, 25)
    assert found["recall"] == {
        OWN: {"value": 1.0, "interval": [1.0, 1.0]},
        FIRST_MORNING: {"value": 1.0, "interval": [1.0, 1.0]},
        RANDOM: {"value": 0.0, "interval": [0.0, 0.0]},
    }
    assert found["share_to_judge_95"] == {"value": 0.08, "interval": [0.08, 0.08]}
    assert found["sentences"][:2] == [
        "Of 10 papers you want, the page's first 20 hold 10 (10-10).",
        "You read 20 of 25 papers a day.",
    ]


def test_of_three_days_no_number_is_stated(report: Report) -> None:
    found = as_json(report)["plain"]
    assert isinstance(found, dict)
    assert (found["days_with_wanted"], found["recall"], found["share_to_judge_95"]) == (3, {}, None)
    assert "cannot be said yet" in found["sentences"][0]


def test_paperlark_is_compared_with_the_best_of_the_others(report: Report) -> None:
    precision, share = report.comparisons[2:4]
    assert (precision.measure, precision.history, precision.against) == (
        "average_precision",
        2,
        RANDOM,
    )
    assert precision.ahead == share.ahead == 1
    assert precision.difference == pytest.approx(1 - (1 / 9 + 2 / 10) / 2)
    assert share.ratio == pytest.approx(0.2)


def test_probabilities_are_compared_with_outcomes(report: Report) -> None:
    by_history = {row.history_days: row.reliability for row in report.rows if row.method == OWN}
    assert by_history[0] == ()
    assert [(one.papers, one.mean_probability, one.share_wanted) for one in by_history[2]] == [
        (24, 0, 0),
        (6, 1, 1),
    ]


def test_a_measurement_is_reproducible(report: Report) -> None:
    assert as_json(measure(READER, METHODS, WISH, Silent())) == as_json(report)


@pytest.mark.parametrize(
    ("reader", "plan", "message"),
    [
        (READER, {"test_from": FIRST + timedelta(99)}, "its days are 2025-03-03 to 2025-03-11"),
        (READER, {"test_to": FIRST - timedelta(1)}, "its days are 2025-03-03 to 2025-03-11"),
        (a_reader(wanted=0), {}, "bats wanted no paper from"),
        (LabelledReader("nobody", ()), {}, "nobody has no labelled days"),
    ],
)
def test_nothing_to_measure_is_an_error(
    reader: LabelledReader, plan: dict[str, object], message: str
) -> None:
    with pytest.raises(PaperlarkError, match=message):
        measure(reader, METHODS, replace(WISH, **plan), Silent())  # type: ignore[arg-type]


def test_days_without_wanted_papers_count_in_shares_and_not_in_precision() -> None:
    empty = replace(READER.days[-1], labels=(Label(wanted=False),) * 10)
    found = measure(LabelledReader("bats", (*READER.days[:-1], empty)), METHODS, WISH, Silent())
    assert found.rows[0].figures["average_precision"].value == 1
    assert found.rows[0].figures["share_to_judge 0.95"].value == 0.2
    assert "days without a wanted paper, only in j90 to j98 and Brier: 1" in found.notes[0]


def test_a_ranker_with_invalid_ranks_is_an_error() -> None:
    class Broken(Knowing):
        def rank(
            self,
            papers: Sequence[Paper],
            criteria: Criteria,  # noqa: ARG002
            evidence: Evidence = NO_EVIDENCE,  # noqa: ARG002
        ) -> tuple[Match, ...]:
            return (Match(score=1, rank=1, of=1),) * len(papers)

    with pytest.raises(ValueError, match="did not return a unique rank for every paper"):
        measure(READER, [Method(OWN, Broken())], WISH, Silent())


def test_self_agreement_compares_judgements_with_the_same_criteria_and_rule() -> None:
    papers = [a_paper(f"2503.0000{number}") for number in range(4)]
    first = a_day(0, *papers, wanted=[papers[0].id, papers[1].id])
    second = a_day(1, *papers, wanted=[papers[1].id, papers[2].id])
    found = self_agreement(LabelledReader("bats", (first, second, a_day(2, a_paper("2503.00009")))))
    assert found is not None
    assert (found.pairs, found.papers, found.wanted, found.f1) == (1, 4, 2, 0.5)
    # Two tied above two: each pair of ranks has one wanted paper, either way.
    orders = [(1 / a + 2 / b) / 2 for a in (1, 2) for b in (3, 4)]
    assert found.average_precision == pytest.approx(np.mean(orders))
    other = replace(second, rule="another model")
    assert self_agreement(LabelledReader("bats", (first, other))) is None


def test_intervals_are_bootstrapped_over_days() -> None:
    day_counts = bootstrap_counts(5, seed=1, replicates=1000)
    assert (day_counts.sum(axis=1) == 5).all()
    assert (day_counts == bootstrap_counts(5, seed=1, replicates=1000)).all()
    found = means(np.array([1.0, 2.0, np.nan, 3.0, 2.0]), day_counts)
    assert interval(found) is not None
    assert np.nanmin(found) >= 1
    assert np.nanmean(found) == pytest.approx(2, abs=0.05)
    assert ratios(np.zeros(2), np.zeros(2), np.ones((3, 2), dtype=np.int64)) == pytest.approx(
        [np.nan] * 3, nan_ok=True
    )
    assert interval(np.array([np.nan])) is None


@pytest.mark.slow
def test_several_processes_give_the_same_report(report: Report) -> None:
    assert as_json(measure(READER, METHODS, WISH, Silent(), processes=2)) == as_json(report)


def _cautions(reader: LabelledReader, **plan: tuple[int, ...]) -> list[str]:
    values = {"places": (6, 7, 8), "history": (0, 5), "votes": (3,)} | plan
    return list(cautions(reader, RunPlan(**values, seed=0)))


def test_without_caveats_there_is_no_note() -> None:
    assert _cautions(READER) == []
    assert _cautions(READER, votes=()) == []


def test_short_histories_and_missing_likes_are_noted() -> None:
    assert _cautions(READER, history=(0, 60), votes=(3, 100)) == [
        "only 6 labelled days before 2025-03-09: a history of 60 is shorter on the first test days",
        "only 12 wanted papers before some test days: fewer likes than 100",
    ]


def test_followed_papers_and_days_without_wanted_ones_are_noted() -> None:
    *before, last = READER.days
    unwanted = tuple(replace(label, wanted=False) for label in last.labels)
    days = (*before, replace(last, labels=unwanted, followed=2))
    assert _cautions(replace(READER, days=days)) == [
        "2 papers by followed authors are always selected, and are left out",
        "days without a wanted paper, only in j90 to j98 and Brier: 1",
    ]
