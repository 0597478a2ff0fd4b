from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.batch_job import (
    BatchedPaper,
    BatchedQuestion,
    BatchJob,
    BatchJobState,
    BatchMiss,
)
from paperlark.domain.chat import ChatReply
from paperlark.domain.judgement import (
    JudgementKey,
)
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Spend, Tokens
from paperlark.judges.batch_client import BatchClient, no_results, parse_results
from paperlark.llm.batch import BatchService, BatchStatus, Stage
from paperlark.llm.batch_file import BatchReplies, BatchReply
from paperlark.runs.progress import NoProgress
from paperlark.testing.kept import FakeBatchJobs
from standins.openai import MODEL

DAY = date(2025, 3, 25)
CUTOFFS = Cutoffs(5, 1)
START = datetime(2025, 3, 25, 8, 12, tzinfo=UTC)
CENT = Decimal("0.01")
QUESTIONS = tuple(
    BatchedQuestion(
        (
            BatchedPaper(100 + place, PaperId(f"2503.0000{place}"), 1),
            BatchedPaper(200 + place, PaperId(f"2503.0001{place}"), 1),
        ),
        CENT * place,
    )
    for place in range(1, 4)
)
JOB = BatchJob(
    key="k",
    judgement_key=JudgementKey(DAY, "Bats", "c", "gpt-4o/1"),
    model=MODEL,
    base_url="http://server/v1",
    questions=QUESTIONS,
    at=START,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "paper": st.sampled_from([101, 201, 102, 202, 103, 203, 999]),
            "relevance": st.integers(0, 11),
            "novelty": st.integers(1, 10),
            "comment": st.sampled_from(["", "On bats."]),
        }
    ),
    max_size=4,
)
REPLIES = st.builds(
    ChatReply,
    ROWS.map(lambda rows: json.dumps({"rows": rows})) | st.text(max_size=20),
    st.sampled_from([Spend(Tokens(10, 1), None), Spend(None, None)]),
)
ANSWERS = (
    st.builds(BatchReply, REPLIES, st.none())
    | st.builds(BatchReply, REPLIES, st.just("refused: no"))
    | st.builds(BatchReply, st.none(), st.just("expired"), st.booleans())
)


@given(
    st.dictionaries(st.sampled_from(["k-0", "k-1", "k-2"]), ANSWERS),
    st.lists(REPLIES, max_size=5).map(tuple),
)
def test_every_paper_has_a_judgement_or_a_miss_whatever_comes_back(
    by_name: dict[str, BatchReply], strays: tuple[ChatReply, ...]
) -> None:
    collected = parse_results(JOB, BatchReplies(by_name, strays), CUTOFFS)
    judged = [one for model_call in collected.model_calls for one in model_call.judgements]
    ended = [*(one.paper_id for one in judged), *collected.misses]
    assert Counter(ended) == Counter(one.id for one in JOB.asked())
    assert all(miss.reason for miss in collected.misses.values())
    replies = sum(answer.reply is not None for answer in by_name.values())
    counted = min(len(strays), 3 - len(by_name))
    assert len(collected.model_calls) == replies + counted
    assert all(model_call.batch for model_call in collected.model_calls)
    assert all(not model_call.judgements for model_call in collected.model_calls[replies:])
    # A reply judges the papers of its own question alone.
    home = {one.id: name for name, asked in JOB.names.items() for one in asked.asked}
    answers = [by_name[home[one.paper_id]] for one in judged]
    assert all(answer.reply and answer.problem is None for answer in answers)


def test_an_answer_of_unknown_cost_is_bounded_by_its_question() -> None:
    unknown = ChatReply("?", Spend(None, None))
    collected = parse_results(
        JOB, BatchReplies({"k-1": BatchReply(unknown, None)}, (unknown,)), CUTOFFS
    )
    assert [model_call.spend.most for model_call in collected.model_calls] == [CENT * 2, CENT * 3]


def test_a_job_whose_answers_are_lost_counts_as_its_worst_case() -> None:
    lost = no_results(JOB, "its answers are gone", maybe_paid=True)
    assert [one.spend for one in lost.model_calls] == [Spend(None, None, 3, CENT * 6)]
    assert set(lost.misses.values()) == {BatchMiss("its answers are gone", tried=False)}
    assert no_results(JOB, "refused", maybe_paid=False).model_calls == ()


class ScriptedService:
    """A batch service whose jobs are at one stage."""

    base_url = JOB.base_url

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def status(self, _name: str) -> BatchStatus:
        return BatchStatus(self.stage, "completed")

    def answers(self, _status: BatchStatus, _names: object) -> BatchReplies:
        return BatchReplies({}, ())


@pytest.mark.parametrize(
    ("stage", "days"), [(Stage.OVER, {DAY}), (Stage.IN_PROGRESS, set())], ids=["over", "going on"]
)
def test_the_days_of_collected_jobs_are_returned(stage: Stage, days: set[date]) -> None:
    jobs = FakeBatchJobs()
    jobs.keep(replace(JOB, name="batch_1", state=BatchJobState.SUBMITTED))
    service = cast("BatchService", ScriptedService(stage))
    client = BatchClient(service, jobs, "Bats", MODEL, CUTOFFS, now=lambda: START)
    assert client.collect(NoProgress()) == days
    assert (jobs.open_jobs() == ()) is (stage is Stage.OVER)
