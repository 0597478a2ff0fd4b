from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import JudgeUnavailable, ModelBusy
from paperlark.domain.job import WINDOW, Asked, Job, JobState, Miss, Posed
from paperlark.domain.judgement import NO_PRECEDENTS, Asking, Exchange, Lack, Unjudged
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Budget, Spend, Tokens
from paperlark.judges.batched import BatchedJudge
from paperlark.judges.collecting import nothing_of, read_job
from paperlark.judges.desk import Desk
from paperlark.judges.llm import LlmJudge
from paperlark.judges.plan import make_plan
from paperlark.judges.posing import Poser, Terms
from paperlark.llm.batch import BatchService
from paperlark.llm.batch_answers import Answer, Answers
from paperlark.llm.connection import Connection
from paperlark.llm.purse import Purse
from paperlark.testing import FakeChat, FakeJobs, Silent
from standins.batch_service import BatchDesk, Ending, Handle, refuses
from standins.openai import KEY, MODEL, StandIn, papers_of
from standins.papers import paper, papers

DAY = date(2025, 3, 25)
CRITERIA = Criteria(text="Sparsity.", topics=())
CUTOFFS = Cutoffs(5, 1)
START = datetime(2025, 3, 25, 8, 12, tzinfo=UTC)
CENT = Decimal("0.01")


def body(prompt: Prompt) -> dict[str, object]:
    said = (("system", prompt.system), ("user", prompt.user))
    return {"model": MODEL, "messages": [{"role": who, "content": what} for who, what in said]}


class Reader:
    """One profile at a service, with what its judge is made of."""

    def __init__(self, desk: BatchDesk, jobs: FakeJobs, *, name: str = "Bats") -> None:
        self.desk, self.jobs, self.name = desk, jobs, name
        self.known = True
        self.chat = FakeChat(iter(()))
        self.purse = Purse()
        self.now = START
        self.base_url = desk.base_url

    def judge(self, *, leaves: bool = True) -> BatchedJudge:
        """Put a judge together, as every run does anew."""
        connection = Connection(self.base_url, key=KEY, timeout=5)
        live = LlmJudge(self.chat, CRITERIA, cutoffs=CUTOFFS, batch_size=4, context=100_000)
        service = BatchService(
            connection, lambda usage: Spend(usage.tokens if usage else None, None)
        )
        keys = (f"{self.name}-{number}" for number in range(len(self.desk.batches), 99))
        return BatchedJudge(
            live,
            Desk(
                service,
                self.jobs,
                self.name,
                MODEL,
                CUTOFFS,
                now=lambda: self.now,
                draw_key=lambda: next(keys),
            ),
            Terms(lambda: self.known, body, lambda _: CENT, self.purse),
            criteria="c",
            leaves=leaves,
        )

    def run(
        self, asked: Sequence[Paper], *, leaves: bool = True, reading: int = 1
    ) -> dict[PaperId, Unjudged]:
        """Collect, then ask about what is not known; every paper must end once."""
        judge = self.judge(leaves=leaves)
        judge.collect(Silent())
        asking = Asking(DAY, self.name, "c", judge.signature).of_reading(reading)
        known = {one.paper_id for one in self.jobs.memory.judgements(asked, asking)}
        missing = [one for one in asked if one.id not in known]
        ends = list(judge.judge(missing, DAY, NO_PRECEDENTS, reading))
        exchanges = [end for end in ends if isinstance(end, Exchange)]
        judged = [one.paper_id for exchange in exchanges for one in exchange.judgements]
        unjudged = {end.paper.id: end for end in ends if isinstance(end, Unjudged)}
        assert Counter([*judged, *unjudged]) == Counter(one.id for one in missing)
        assert all(end.reason.isprintable() and end.reason for end in unjudged.values())
        return unjudged


@pytest.fixture
def desk(loopback: HTTPServer, server: StandIn) -> BatchDesk:
    return BatchDesk(loopback, server)


@pytest.fixture
def reader(desk: BatchDesk) -> Reader:
    return Reader(desk, FakeJobs())


def lacks(unjudged: dict[PaperId, Unjudged]) -> Counter[Lack]:
    return Counter(one.lack for one in unjudged.values())


def test_questions_are_left_and_answers_collected(reader: Reader, desk: BatchDesk) -> None:
    assert lacks(reader.run(papers(10))) == {Lack.WAITING: 10}
    assert [len(papers_of(question)) for question in desk.asked] == [4, 4, 2]
    desk.pass_hours(1)
    assert reader.run(papers(10)) == {}
    assert reader.jobs.living() == ()


def test_the_best_papers_come_first_and_none_twice(reader: Reader, desk: BatchDesk) -> None:
    reader.run(papers(10))
    asked = [one["id"] for question in desk.asked for one in papers_of(question)]
    assert asked == [one.id for one in papers(10)]


def test_a_job_is_written_down_before_anything_is_sent(reader: Reader, desk: BatchDesk) -> None:
    written: list[tuple[Job, ...]] = []

    def watch(_request: Request, handle: Handle) -> Response:
        written.append(reader.jobs.living())
        return handle()

    desk.fault = watch
    reader.run(papers(2))
    assert [[(job.state, job.name) for job in jobs] for jobs in written] == [
        [(JobState.LEAVING, None)],
        [(JobState.LEAVING, None)],
    ]
    (job,) = reader.jobs.living()
    assert (job.state, job.name, job.key) == (JobState.LEFT, "batch_0", desk.batches[0].key)
    shown = {one["paper"]: one["id"] for one in papers_of(desk.asked[0])}
    assert {one.number: one.id for one in job.asked()} == shown


def test_what_another_profile_left_waits_here_too_but_not_for_ever(
    reader: Reader, desk: BatchDesk
) -> None:
    other = Reader(desk, reader.jobs, name="Birds")
    other.run(papers(2))
    (first, _) = reader.run(papers(2)).values()
    assert first.lack is Lack.WAITING
    assert first.reason == (
        "in a batch left at 08:12 UTC for the page of 2025-03-25 of 'Birds', not answered yet"
    )
    assert len(desk.batches) == 1
    reader.now += WINDOW
    reader.run(papers(2))
    assert len(desk.batches) == 2


def test_what_was_left_with_another_server_is_not_asked_of_this_one(
    reader: Reader, desk: BatchDesk
) -> None:
    reader.run(papers(2))
    (job,) = reader.jobs.living()
    reader.jobs.keep(replace(job, base_url="http://elsewhere/v1"))
    requests = len(desk.requests)
    assert lacks(reader.run(papers(2))) == {Lack.WAITING: 2}
    assert len(desk.requests) == requests


def test_a_new_version_is_another_paper(reader: Reader, desk: BatchDesk) -> None:
    reader.run([paper(1)])
    reader.run([paper(1, version=2)])
    assert len(desk.batches) == 2


def test_each_reading_is_left_by_itself(reader: Reader, desk: BatchDesk) -> None:
    for _ in range(2):
        for reading in (1, 2):
            reader.run(papers(4), reading=reading)
    assert len(desk.batches) == 2
    assert [job.asking.judge[-2:] for job in reader.jobs.living()][1] == "#2"
    desk.pass_hours(1)
    assert reader.run(papers(4), reading=1) == reader.run(papers(4), reading=2) == {}


def test_a_paper_whose_answer_was_no_use_is_left_alone_the_others_together(
    reader: Reader, desk: BatchDesk
) -> None:
    reader.run(papers(9))
    (job,) = reader.jobs.living()
    tried = {PaperId(f"2503.0000{n}"): Miss("it was blank", tried=n < 3) for n in range(1, 8)}
    reader.jobs.keep(replace(job, state=JobState.COLLECTED, misses=tried))
    unjudged = reader.run(papers(7))
    assert [len(papers_of(question)) for question in desk.asked[3:]] == [4, 1, 1, 1]
    assert unjudged[papers(1)[0].id].reason == (
        "in a batch left at 08:12 UTC, not answered yet; before that: it was blank"
    )


def test_a_question_is_asked_at_once_where_nothing_is_known_of_the_server(
    reader: Reader, desk: BatchDesk
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
    assert lacks(reader.run(papers(10))) == {Lack.WAITING: 6}
    assert desk.requests == ["list", "upload", "create"]


def test_where_that_question_fails_nothing_is_left(reader: Reader, desk: BatchDesk) -> None:
    reader.known = False
    reader.chat = FakeChat(ModelBusy("out of order") for _ in range(99))
    unjudged = reader.run(papers(10))
    assert lacks(unjudged) == {Lack.FAILED: 10}
    assert (
        unjudged[papers(10)[9].id].reason
        == "not left: not asked after 3 failures in a row, the last: out of order"
    )
    assert desk.batches == []


def test_without_leaving_what_does_not_wait_is_asked_at_once(
    reader: Reader, desk: BatchDesk
) -> None:
    reader.run(papers(2))
    reader.chat = FakeChat(ModelBusy("out of order") for _ in range(99))
    unjudged = reader.run(papers(3), leaves=False)
    assert [one.lack for one in unjudged.values()] == [Lack.WAITING, Lack.WAITING, Lack.FAILED]
    assert len(desk.batches) == 1


def test_a_server_without_a_batch_service_makes_no_page(reader: Reader, desk: BatchDesk) -> None:
    desk.fault = refuses(404, "What is that?")
    with pytest.raises(JudgeUnavailable, match="takes no such batch"):
        reader.run(papers(2))
    assert reader.jobs.living() == ()


def test_nothing_is_asked_first_of_a_server_without_a_batch_service(
    reader: Reader, desk: BatchDesk
) -> None:
    reader.known = False
    reader.chat = FakeChat(ModelBusy("out of order") for _ in range(99))
    desk.fault = refuses(404, "What is that?")
    with pytest.raises(JudgeUnavailable, match="takes no such batch"):
        reader.run(papers(2))
    assert reader.chat.questions == []


def test_after_one_job_that_is_not_taken_no_other_is_tried(reader: Reader, desk: BatchDesk) -> None:
    desk.endings.append(Ending("failed", 0.0, words="too much"))
    reader.run(papers(16))
    desk.faults["upload"].extend([refuses(429, "Enqueued token limit reached")] * 10)
    before = len(desk.requests)
    unjudged = reader.run(papers(16))
    assert lacks(unjudged) == {Lack.FAILED: 16}
    assert Counter(desk.requests[before:])["upload"] == 4
    assert desk.requests[before:].count("create") == 0


def test_what_may_be_spent_is_held_until_it_is_collected(reader: Reader) -> None:
    reader.purse = Purse(Budget(run=Decimal("0.025")))
    unjudged = reader.run(papers(10))
    assert lacks(unjudged) == {Lack.WAITING: 8, Lack.BUDGET: 2}
    reason = unjudged[papers(10)[9].id].reason
    assert reason.startswith("the run's $0.025 is spent but for too little to ask with: allow more")
    assert reader.purse.left() == {"run": (Decimal("0.005"), Decimal("0.025"))}
    (job,) = reader.jobs.living()
    assert job.most == Decimal("0.02")


def test_what_was_not_left_is_not_spent(reader: Reader, desk: BatchDesk) -> None:
    reader.purse = Purse(Budget(run=Decimal("0.025")))
    desk.faults["upload"].extend([refuses(429, "slow down")] * 10)
    reader.run(papers(10))
    assert reader.purse.left() == {"run": (Decimal("0.025"), Decimal("0.025"))}


@given(st.integers(0, 30), st.integers(1, 6), st.integers(0, 40))
def test_questions_never_cost_more_than_there_is(count: int, most: int, cents: int) -> None:
    left = CENT * cents
    purse = Purse(Budget(run=left))
    plan = make_plan(CRITERIA, CUTOFFS, batch_size=most, context=100_000)

    def price(prompt: Prompt) -> Decimal:
        return CENT * len(papers_of({"messages": [{"content": prompt.user}]}))

    poser = Poser(plan, Terms(lambda: True, body, price, purse), Random(1))  # noqa: S311
    questions = list(poser.pose(papers(count), NO_PRECEDENTS, most))
    posed = [one.id for question in questions for one in question.papers]
    cost = sum((question.posed.most or 0 for question in questions), Decimal(0))
    assert cost == CENT * len(posed) == min(left, CENT * count)
    assert posed == [one.id for one in papers(count)][: len(posed)]
    assert (poser.over is None) == (len(posed) == count)
    assert purse.left() == {"run": (left, left)}


# What came back.

QUESTIONS = tuple(
    Posed(
        (
            Asked(100 + place, PaperId(f"2503.0000{place}"), 1),
            Asked(200 + place, PaperId(f"2503.0001{place}"), 1),
        ),
        CENT * place,
    )
    for place in range(1, 4)
)
JOB = Job(
    key="k",
    asking=Asking(DAY, "Bats", "c", "gpt-4o/1"),
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
    st.builds(Answer, REPLIES, st.none())
    | st.builds(Answer, REPLIES, st.just("refused: no"))
    | st.builds(Answer, st.none(), st.just("expired"), st.booleans())
)


@given(
    st.dictionaries(st.sampled_from(["k-0", "k-1", "k-2"]), ANSWERS),
    st.lists(REPLIES, max_size=5).map(tuple),
)
def test_whatever_comes_back_every_paper_is_judged_or_missed(
    by_name: dict[str, Answer], strays: tuple[ChatReply, ...]
) -> None:
    collected = read_job(JOB, Answers(by_name, strays), CUTOFFS)
    judged = [one for exchange in collected.exchanges for one in exchange.judgements]
    ended = [*(one.paper_id for one in judged), *collected.misses]
    assert Counter(ended) == Counter(one.id for one in JOB.asked())
    assert all(miss.reason for miss in collected.misses.values())
    replies = sum(answer.reply is not None for answer in by_name.values())
    counted = min(len(strays), 3 - len(by_name))
    assert len(collected.exchanges) == replies + counted
    assert all(exchange.batch for exchange in collected.exchanges)
    assert all(not exchange.judgements for exchange in collected.exchanges[replies:])
    # A reply judges the papers of its own question alone.
    home = {one.id: name for name, posed in JOB.names.items() for one in posed.asked}
    answers = [by_name[home[one.paper_id]] for one in judged]
    assert all(answer.reply and answer.problem is None for answer in answers)


def test_an_answer_of_unknown_cost_cost_no_more_than_its_question_can() -> None:
    unknown = ChatReply("?", Spend(None, None))
    collected = read_job(JOB, Answers({"k-1": Answer(unknown, None)}, (unknown,)), CUTOFFS)
    assert [exchange.spend.most for exchange in collected.exchanges] == [CENT * 2, CENT * 3]


def test_a_job_whose_answers_are_lost_may_have_cost_all_that_it_can() -> None:
    lost = nothing_of(JOB, "its answers are gone", maybe_paid=True)
    assert [one.spend for one in lost.exchanges] == [Spend(None, None, 3, CENT * 6)]
    assert set(lost.misses.values()) == {Miss("its answers are gone", tried=False)}
    assert nothing_of(JOB, "refused", maybe_paid=False).exchanges == ()
