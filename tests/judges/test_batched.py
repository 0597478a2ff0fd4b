from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.batch_job import (
    WINDOW,
    BatchJob,
    BatchJobState,
    BatchMiss,
)
from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import JudgeUnavailable, ModelBusy
from paperlark.domain.judgement import (
    NO_PRECEDENTS,
    JudgementKey,
    ModelCall,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Budget, Spend
from paperlark.judges.batch_client import BatchClient
from paperlark.judges.batch_requests import BatchTerms
from paperlark.judges.batched import BatchedJudge
from paperlark.judges.llm import LlmJudge
from paperlark.llm.batch import BatchService
from paperlark.llm.budget import BudgetLedger
from paperlark.llm.connection import Connection
from paperlark.testing import FakeBatchJobs, FakeChat, Silent
from standins.batch_service import Ending, FakeBatchService, Handle, refuses
from standins.openai import KEY, MODEL, StandIn, papers_of
from standins.papers import paper, papers
from standins.scripted import Scripted

DAY = date(2025, 3, 25)
CRITERIA = Criteria(text="Sparsity.", topics=())
CUTOFFS = Cutoffs(5, 1)
START = datetime(2025, 3, 25, 8, 12, tzinfo=UTC)
CENT = Decimal("0.01")


def body(prompt: Prompt) -> dict[str, object]:
    text = (("system", prompt.system), ("user", prompt.user))
    return {"model": MODEL, "messages": [{"role": who, "content": what} for who, what in text]}


class Reader:
    """One profile at a batch service, and the parts of its judge."""

    def __init__(
        self, batch_service: FakeBatchService, jobs: FakeBatchJobs, *, name: str = "Bats"
    ) -> None:
        self.batch_service, self.jobs, self.name = batch_service, jobs, name
        self.known = True
        self.chat = FakeChat(iter(()))
        self.ledger = BudgetLedger()
        self.now = START
        self.base_url = batch_service.base_url

    def judge(self, *, submits: bool = True) -> BatchedJudge:
        """Build a judge, as every run does."""
        connection = Connection(self.base_url, key=KEY, timeout=5)
        live = LlmJudge(self.chat, CRITERIA, cutoffs=CUTOFFS, batch_size=4, context=100_000)
        service = BatchService(
            connection, lambda usage: Spend(usage.tokens if usage else None, None)
        )
        keys = (f"{self.name}-{number}" for number in range(len(self.batch_service.batches), 99))
        return BatchedJudge(
            live,
            BatchClient(
                service,
                self.jobs,
                self.name,
                MODEL,
                CUTOFFS,
                now=lambda: self.now,
                new_key=lambda: next(keys),
            ),
            BatchTerms(lambda: self.known, body, lambda _: CENT, self.ledger),
            criteria="c",
            submits=submits,
        )

    def run(
        self, asked: Sequence[Paper], *, submits: bool = True, reading: int = 1
    ) -> dict[PaperId, Unjudged]:
        """Collect, then judge what is unknown; every paper must have one outcome."""
        judge = self.judge(submits=submits)
        judge.collect(Silent())
        judgement_key = JudgementKey(DAY, self.name, "c", judge.signature).of_reading(reading)
        known = {one.paper_id for one in self.jobs.memory.judgements(asked, judgement_key)}
        missing = [one for one in asked if one.id not in known]
        results = list(judge.judge(missing, DAY, NO_PRECEDENTS, reading))
        model_calls = [end for end in results if isinstance(end, ModelCall)]
        judged = [one.paper_id for model_call in model_calls for one in model_call.judgements]
        unjudged = {end.paper.id: end for end in results if isinstance(end, Unjudged)}
        assert Counter([*judged, *unjudged]) == Counter(one.id for one in missing)
        assert all(end.reason.isprintable() and end.reason for end in unjudged.values())
        return unjudged


@pytest.fixture
def batch_service(loopback: HTTPServer, server: StandIn) -> FakeBatchService:
    return FakeBatchService(loopback, server)


@pytest.fixture
def reader(batch_service: FakeBatchService) -> Reader:
    return Reader(batch_service, FakeBatchJobs())


def lacks(unjudged: dict[PaperId, Unjudged]) -> Counter[UnjudgedReason]:
    return Counter(one.cause for one in unjudged.values())


def test_questions_are_submitted_and_answers_collected(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    assert lacks(reader.run(papers(10))) == {UnjudgedReason.WAITING: 10}
    assert [len(papers_of(question)) for question in batch_service.asked] == [4, 4, 2]
    batch_service.pass_hours(1)
    assert reader.run(papers(10)) == {}
    assert reader.jobs.open_jobs() == ()


def test_the_best_papers_come_first_and_none_twice(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    reader.run(papers(10))
    asked = [one["id"] for question in batch_service.asked for one in papers_of(question)]
    assert asked == [one.id for one in papers(10)]


def test_a_job_is_stored_before_anything_is_sent(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    written: list[tuple[BatchJob, ...]] = []

    def rate_limit_clock(_request: Request, handle: Handle) -> Response:
        written.append(reader.jobs.open_jobs())
        return handle()

    batch_service.fault = rate_limit_clock
    reader.run(papers(2))
    assert [[(job.state, job.name) for job in jobs] for jobs in written] == [
        [(BatchJobState.SUBMITTING, None)],
        [(BatchJobState.SUBMITTING, None)],
    ]
    (job,) = reader.jobs.open_jobs()
    assert (job.state, job.name, job.key) == (
        BatchJobState.SUBMITTED,
        "batch_0",
        batch_service.batches[0].key,
    )
    shown = {one["paper"]: one["id"] for one in papers_of(batch_service.asked[0])}
    assert {one.number: one.id for one in job.asked()} == shown


def test_another_profiles_batch_is_waited_for_but_not_for_ever(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    other = Reader(batch_service, reader.jobs, name="Birds")
    other.run(papers(2))
    (first, _) = reader.run(papers(2)).values()
    assert first.cause is UnjudgedReason.WAITING
    assert first.reason == (
        "in a batch submitted at 08:12 UTC for the page of 2025-03-25 of 'Birds', not answered yet"
    )
    assert len(batch_service.batches) == 1
    reader.now += WINDOW
    reader.run(papers(2))
    assert len(batch_service.batches) == 2


def test_a_batch_at_another_server_is_not_looked_up_here(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    reader.run(papers(2))
    (job,) = reader.jobs.open_jobs()
    reader.jobs.keep(replace(job, base_url="http://elsewhere/v1"))
    requests = len(batch_service.requests)
    assert lacks(reader.run(papers(2))) == {UnjudgedReason.WAITING: 2}
    assert len(batch_service.requests) == requests


def test_a_new_version_is_judged_anew(reader: Reader, batch_service: FakeBatchService) -> None:
    reader.run([paper(1)])
    reader.run([paper(1, version=2)])
    assert len(batch_service.batches) == 2


def test_each_reading_has_a_batch_of_its_own(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    for _ in range(2):
        for reading in (1, 2):
            reader.run(papers(4), reading=reading)
    assert len(batch_service.batches) == 2
    assert [job.judgement_key.judge[-2:] for job in reader.jobs.open_jobs()][1] == "#2"
    batch_service.pass_hours(1)
    assert reader.run(papers(4), reading=1) == reader.run(papers(4), reading=2) == {}


def test_a_paper_whose_answer_was_unusable_is_submitted_alone(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    reader.run(papers(9))
    (job,) = reader.jobs.open_jobs()
    tried = {PaperId(f"2503.0000{n}"): BatchMiss("it was blank", tried=n < 3) for n in range(1, 8)}
    reader.jobs.keep(replace(job, state=BatchJobState.COLLECTED, misses=tried))
    unjudged = reader.run(papers(7))
    assert [len(papers_of(question)) for question in batch_service.asked[3:]] == [4, 1, 1, 1]
    assert unjudged[papers(1)[0].id].reason == (
        "in a batch submitted at 08:12 UTC, not answered yet; before that: it was blank"
    )


def test_the_first_question_is_asked_at_once_while_capabilities_are_unknown(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    class Teaching(FakeChat):
        def ask(self, prompt: Prompt) -> ChatReply:
            reader.known = True
            rows = [
                {"paper": one["paper"], "relevance": 3, "novelty": 3}
                for one in papers_of({"messages": [{"content": prompt.user}]})
            ]
            return ChatReply(json.dumps({"rows": rows}), Spend(None, None))

    reader.known = False
    reader.chat = Teaching(iter(()))
    assert lacks(reader.run(papers(10))) == {UnjudgedReason.WAITING: 6}
    assert batch_service.requests == ["list", "upload", "create"]


def test_if_the_first_question_fails_nothing_is_submitted(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    reader.known = False
    reader.chat = FakeChat(ModelBusy("out of order") for _ in range(99))
    unjudged = reader.run(papers(10))
    assert lacks(unjudged) == {UnjudgedReason.FAILED: 10}
    assert (
        unjudged[papers(10)[9].id].reason
        == "not submitted: not asked after 3 failures in a row, the last: out of order"
    )
    assert batch_service.batches == []


@pytest.mark.parametrize("is_back", [True, False])
def test_after_a_batch_that_could_not_be_read_one_question_is_asked_first(
    reader: Reader, batch_service: FakeBatchService, *, is_back: bool
) -> None:
    reader.run(papers(10))
    (job,) = reader.jobs.open_jobs()
    missed = {one.id: BatchMiss("it was blank", tried=True) for one in papers(10)}
    reader.jobs.keep(replace(job, state=BatchJobState.COLLECTED, misses=missed))
    chat = Scripted(*([] if is_back else ["No."] * 99))
    chat.name = reader.chat.name
    reader.chat = chat  # type: ignore[assignment]  # a chat model, too
    unjudged = reader.run(papers(10))
    if is_back:
        assert [len(asked) for asked in chat.asked] == [1, 3]
        # The papers are not to blame: they are asked about together again.
        assert [len(papers_of(question)) for question in batch_service.asked[3:]] == [4, 2]
        assert lacks(unjudged) == {UnjudgedReason.WAITING: 6}
    else:
        assert [len(asked) for asked in chat.asked] == [1]
        assert lacks(unjudged) == {UnjudgedReason.FAILED: 10}
        assert len(batch_service.batches) == 1
        last = unjudged[papers(10)[9].id].reason
        assert last.startswith(f"not submitted: {chat.name} is not asked again in this run: ")


def test_without_batches_what_does_not_wait_is_asked_at_once(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    reader.run(papers(2))
    reader.chat = FakeChat(ModelBusy("out of order") for _ in range(99))
    unjudged = reader.run(papers(3), submits=False)
    assert [one.cause for one in unjudged.values()] == [
        UnjudgedReason.WAITING,
        UnjudgedReason.WAITING,
        UnjudgedReason.FAILED,
    ]
    assert len(batch_service.batches) == 1


def test_a_server_without_a_batch_service_makes_the_judge_unavailable(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    batch_service.fault = refuses(404, "What is that?")
    with pytest.raises(JudgeUnavailable, match="does not accept batches like this"):
        reader.run(papers(2))
    assert reader.jobs.open_jobs() == ()


def test_no_question_is_asked_of_a_server_without_a_batch_service(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    reader.known = False
    reader.chat = FakeChat(ModelBusy("out of order") for _ in range(99))
    batch_service.fault = refuses(404, "What is that?")
    with pytest.raises(JudgeUnavailable, match="does not accept batches like this"):
        reader.run(papers(2))
    assert reader.chat.questions == []


def test_after_one_rejected_job_no_other_is_tried(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    batch_service.endings.append(Ending("failed", 0.0, words="too much"))
    reader.run(papers(16))
    batch_service.faults["upload"].extend([refuses(429, "Enqueued token limit reached")] * 10)
    before = len(batch_service.requests)
    unjudged = reader.run(papers(16))
    assert lacks(unjudged) == {UnjudgedReason.FAILED: 16}
    assert Counter(batch_service.requests[before:])["upload"] == 4
    assert batch_service.requests[before:].count("create") == 0


def test_the_worst_case_of_a_batch_counts_as_spent_until_it_is_collected(reader: Reader) -> None:
    reader.ledger = BudgetLedger(Budget(run=Decimal("0.025")))
    unjudged = reader.run(papers(10))
    assert lacks(unjudged) == {UnjudgedReason.WAITING: 8, UnjudgedReason.BUDGET: 2}
    reason = unjudged[papers(10)[9].id].reason
    assert reason.startswith(
        "this run's budget of $0.025 is used up (the rest is too little for another question): "
    )
    assert reader.ledger.left() == {"run": (Decimal("0.005"), Decimal("0.025"))}
    (job,) = reader.jobs.open_jobs()
    assert job.most == Decimal("0.02")


def test_what_was_not_submitted_is_not_spent(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    reader.ledger = BudgetLedger(Budget(run=Decimal("0.025")))
    batch_service.faults["upload"].extend([refuses(429, "slow down")] * 10)
    reader.run(papers(10))
    assert reader.ledger.left() == {"run": (Decimal("0.025"), Decimal("0.025"))}


def test_submitting_and_collecting_is_logged(
    reader: Reader, batch_service: FakeBatchService, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "paperlark"):
        reader.run(papers(10))
        reader.run(papers(10))
        batch_service.pass_hours(1)
        reader.run(papers(10))
    logged = [one.getMessage() for one in caplog.records if one.name.startswith("paperlark")]
    assert logged == [
        "batch Bats-0 submitted: 3 questions",
        "batch Bats-0 is not answered yet",
        "batch Bats-0 collected: 10 judgements, 0 papers without one",
    ]


def test_a_batch_of_which_nobody_knows_whether_it_was_submitted_counts_as_paid(
    reader: Reader, batch_service: FakeBatchService
) -> None:
    reader.run(papers(2))
    (job,) = reader.jobs.open_jobs()
    reader.jobs.keep(replace(job, name=None, state=BatchJobState.SUBMITTING))
    batch_service.fault = lambda _request, _handle: Response("", 500)
    reader.now += WINDOW
    reader.run(papers(2), submits=False)
    (kept,) = reader.jobs.of(job.judgement_key)
    assert kept.state is BatchJobState.COLLECTED
    assert reader.jobs.memory.spend(job.judgement_key) == Spend(None, None, 1, CENT)
