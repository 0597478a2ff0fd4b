from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from paperlark.domain.errors import PaperlarkError
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Tokens
from paperlark.evaluation.assumed_labels import ASSUMED, judgements, short_comment, unknown
from paperlark.evaluation.cases import Label, LabelledDay, LabelledReader
from paperlark.evaluation.full_prompt_baseline import SIZES, USUAL_SIZE, plain_tokens
from paperlark.evaluation.measure import Wish
from paperlark.evaluation.token_report import TokenReport, TokensTaken, as_json
from paperlark.evaluation.tokens import JudgingParts, measure_tokens, own_tokens, take
from paperlark.testing import FakeRanker, Silent
from standins.readers import FIRST, a_reader

READER = a_reader(days=6, papers=20, wanted=3)
DAY = READER.days[0]
ALL = judgements(DAY, ASSUMED)


def _commented(day: LabelledDay, comment: str) -> LabelledDay:
    return replace(day, labels=tuple(replace(label, comment=comment) for label in day.labels))


def _measured(
    reader: LabelledReader = READER, *, history: int = 2, first: date | None = None
) -> TokenReport:
    wish = Wish((history,), test_from=first or FIRST + timedelta(3), replicates=50)
    return measure_tokens(reader, JudgingParts(FakeRanker()), wish, Silent())


def test_the_plain_way_pays_for_its_instructions_with_every_question() -> None:
    by_size = {size: plain_tokens(DAY.papers, DAY.criteria, ALL, size) for size in SIZES}
    five, three, two = (by_size[size].prompt for size in (4, 8, 16))
    # Twenty papers are five, three or two questions, which differ in nothing but instructions.
    instructions = three - two
    assert instructions > 700
    assert five - three == pytest.approx(2 * instructions, rel=0.02)


def test_the_plain_way_pays_for_a_comment_on_each() -> None:
    long = judgements(_commented(DAY, "A word. " * 20), ASSUMED)
    short = judgements(_commented(DAY, ""), ASSUMED)
    more = (
        plain_tokens(DAY.papers, DAY.criteria, long).completion
        - plain_tokens(DAY.papers, DAY.criteria, short).completion
    )
    assert more == pytest.approx(20 * 60, rel=0.05)


def test_paperlark_pays_for_what_it_reads_and_for_comments_near_the_cutoffs() -> None:
    said = judgements(_commented(DAY, "A word. " * 20), ASSUMED)
    whole, few = own_tokens(DAY, DAY.papers, said), own_tokens(DAY, DAY.papers[:5], said)
    assert few.prompt < whole.prompt / 2
    # Three of these papers reach relevance 7 or are one below it, the others have 3.
    uncommented = own_tokens(DAY, DAY.papers[3:], said).completion
    assert whole.completion - uncommented > 3 * 60
    assert uncommented < 17 * 30


def test_nothing_read_takes_nothing() -> None:
    assert own_tokens(DAY, (), ALL) == Tokens(0, 0)
    assert take(replace(DAY, papers=(), labels=()), (), ()).share() is None


def test_a_day_is_taken_with_what_was_kept_of_it() -> None:
    taken = take(DAY, DAY.papers[2:7], ALL)
    assert (taken.candidates, taken.judged, taken.wanted, taken.kept) == (20, 5, 3, 1)
    assert taken.recall == pytest.approx(1 / 3)
    assert taken.plain == taken.plain_by_size[USUAL_SIZE]


def test_days_are_measured_one_by_one_and_in_sum() -> None:
    report = _measured()
    assert [day.isoformat() for day in report.days] == ["2025-03-06", "2025-03-07", "2025-03-08"]
    # So few papers make nobody known: all are read.
    assert report.sum.judged == report.sum.candidates == 60
    assert report.recall_kept.value == 1
    assert report.sum.paperlark.prompt == sum(one.paperlark.prompt for one in report.days.values())
    share = report.share
    assert share.value is not None
    assert share.value == pytest.approx(report.sum.paperlark.total / report.sum.plain.total)
    assert share.interval is not None
    assert share.interval.low <= share.value <= share.interval.high


def test_the_json_says_what_each_day_took_and_all_together() -> None:
    found = as_json(_measured())
    days, whole = found["days"], found["sum"]
    assert isinstance(days, list)
    assert isinstance(whole, dict)
    assert days[0]["day"] == "2025-03-06"
    for row in (*days, whole):
        for way in ("plain_tokens", "paperlark_tokens"):
            assert row[way]["total"] == row[way]["prompt"] + row[way]["completion"] > 0
        assert row["recall_kept"] == row["kept"] / row["wanted"] == 1
        assert row["tokens_per_judged"] == row["paperlark_tokens"]["total"] / row["judged"]
    assert set(whole["intervals"]) == {"recall_kept", "share_of_tokens"}
    assert (found["lessons"], found["history_days"]) == ("read", 2)


def test_where_nothing_was_wanted_no_share_of_it_was_kept() -> None:
    nothing = {USUAL_SIZE: Tokens(10, 1)}
    empty = TokensTaken(1, 0, 0, 0, nothing, Tokens(0, 0))
    report = TokenReport("bats", 2, True, 0.95, 0, 20, "1", {FIRST: empty})  # noqa: FBT003
    assert (report.recall_kept.value, empty.recall, report.share.value) == (None, None, 0)
    row = as_json(report)["sum"]
    assert isinstance(row, dict)
    assert (row["recall_kept"], row["tokens_per_judged"]) == (None, None)


def test_what_was_not_recorded_counts_as_near_the_cutoffs_with_a_short_comment() -> None:
    labels = (
        Label(wanted=True, relevance=9, novelty=8, comment="It is."),
        Label(wanted=False),
        *DAY.labels[2:],
    )
    day = replace(DAY, labels=labels, cutoffs=Cutoffs(8, 1))
    wanted, unsaid = judgements(day, "Short.")[:2]
    assert (wanted.relevance, wanted.novelty, wanted.comment) == (9, 8, "It is.")
    assert (unsaid.relevance, unsaid.novelty, unsaid.comment) == (7, 1, "Short.")
    assert unknown([day]) == 19


def test_the_comment_assumed_is_one_that_a_quarter_are_shorter_than() -> None:
    comments = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg", "hhhhhhhh"]
    labels = tuple(Label(wanted=True, comment=comment) for comment in reversed(comments))
    day = replace(DAY, papers=DAY.papers[:8], labels=labels)
    assert short_comment(LabelledReader("bats", (day,))) == "ccc"
    assert short_comment(READER) == ASSUMED


def test_what_has_to_be_known_is_told() -> None:
    reader = replace(
        READER, days=tuple(replace(day, followed=1) for day in READER.days), notes=("odd",)
    )
    told = " | ".join(_measured(reader, history=9).notes)
    for note in (
        "odd",
        "8 papers into a prompt",
        "of 60 papers nobody knows what was said",
        "3 papers by followed authors",
        "before 2025-03-06 there are only 3 days",
    ):
        assert note in told


def test_days_that_there_are_not_cannot_be_measured() -> None:
    with pytest.raises(PaperlarkError, match="has no day from"):
        _measured(first=date(2031, 1, 1))
