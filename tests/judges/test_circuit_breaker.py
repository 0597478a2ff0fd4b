"""A model whose replies cannot be read is left alone, and tried again with one question."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import ModelRefused
from paperlark.domain.judgement import ModelCall, Unjudged
from paperlark.domain.paper import Paper
from paperlark.judges.circuit_breaker import ReplyBreaker, quote
from paperlark.judges.llm import LlmJudge
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.retry import Retrying
from paperlark.llm.threads import Threads
from paperlark.ports import ChatModel
from standins.openai import (
    KEY,
    MODEL,
    Behaviour,
    StandIn,
    adding,
    judges,
    refuses_schemas,
    says,
    says_in,
    streams,
    with_scores,
)
from standins.papers import papers
from standins.scripted import Scripted

DAY = date(2025, 3, 25)
CRITERIA = Criteria(text="Sparsity.", topics=())


class Remembering:
    """What a run remembers for the next one."""

    def __init__(self, said: str | None = None) -> None:
        self.said = said

    def recall(self) -> str | None:
        return self.said

    def keep(self, said: str) -> None:
        self.said = said

    def forget(self) -> None:
        self.said = None


@pytest.fixture
def model(server: StandIn) -> Iterator[ChatModel]:
    with OpenAICompatible(server.base_url, MODEL, key=KEY, timeout=5) as client:
        yield Retrying(client)


def ends(judge: LlmJudge, asked: Sequence[Paper]) -> tuple[int, list[str]]:
    """Judge, and return how many were judged and why the others were not."""
    results = list(judge.judge(asked, DAY))
    judged = sum(len(one.judgements) for one in results if isinstance(one, ModelCall))
    reasons = [one.reason for one in results if isinstance(one, Unjudged)]
    assert judged + len(reasons) == len(asked)
    return judged, reasons


UNREADABLE = {
    "garbage": says("Lorem ipsum dolor sit amet."),
    "blank": says(""),
    "blank after long reasoning": says("", finish="length", reasoning_content="Hm, let me see"),
    "prose in its reasoning": says(None, reasoning="The first is good, the second is not."),
    "words for scores": judges(with_scores(lambda _: "rather high")),
    "JSON of something else": says('{"answer": "yes"}'),
}


@pytest.mark.parametrize("at_once", [1, 8])
@pytest.mark.parametrize("day", [(1, 1), (16, 16), (30, 16), (48, 16), (48, 1)])
@pytest.mark.parametrize("bad", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_model_costs_little_more_than_a_good_day(
    server: StandIn, model: ChatModel, bad: Behaviour, day: tuple[int, int], at_once: int
) -> None:
    server.always = bad
    count, size = day
    with Threads(at_once) as threads:
        judge = LlmJudge(model, CRITERIA, batch_size=size, map_=threads.map)
        judged, reasons = ends(judge, papers(count))
    assert judged == 0
    assert len(server.questions) <= 1.2 * math.ceil(count / size) + 5
    if count > 2:
        assert all(reason.isprintable() for reason in reasons)
        assert "could not be read" in reasons[-1]


READABLE = {
    "reasoning_content": says_in("reasoning_content"),
    "reasoning": says_in("reasoning"),
    "reasoning with prose": says_in("reasoning", lambda text: f"I think so:\n```json\n{text}\n```"),
    "reasoning_details": says_in("reasoning_details", lambda text: [{"text": text}]),
    "a function's arguments": says_in(
        "tool_calls", lambda text: [{"function": {"name": "answer", "arguments": text}}]
    ),
    "an unclosed thought": judges(write=lambda rows: f"<think>\n{json.dumps(rows)}"),
    "a closed thought": judges(write=lambda rows: f"<think>{json.dumps(rows)}</think>\n"),
    "a string": judges(write=lambda rows: json.dumps(json.dumps(rows))),
    "half scores": judges(with_scores(lambda score: score + 0.5 if score < 10 else score)),
    "scores of ten": judges(with_scores(lambda score: f"{score} out of 10")),
    "no schema": refuses_schemas(400, "failed to parse grammar"),
}


@pytest.mark.parametrize("good", READABLE.values(), ids=READABLE)
def test_what_can_be_read_costs_a_good_day(
    server: StandIn, model: ChatModel, good: Behaviour
) -> None:
    server.always = good
    with Threads(8) as threads:
        judge = LlmJudge(model, CRITERIA, batch_size=4, map_=threads.map)
        assert ends(judge, papers(48)) == (48, [])
    assert len(server.questions) <= 12 + 1


def test_a_server_that_streams_is_left_alone(server: StandIn, model: ChatModel) -> None:
    server.always = streams()
    with Threads(8) as threads:
        judge = LlmJudge(model, CRITERIA, batch_size=4, map_=threads.map)
        _, reasons = ends(judge, papers(48))
    assert len(server.questions) <= 8  # those that were under way
    assert "answered with a stream" in reasons[0]


def test_the_reason_quotes_what_the_model_said_and_no_secret(
    server: StandIn, model: ChatModel
) -> None:
    server.always = says(f"I am only a parrot with {KEY}.\x1b[31m\n" + "and so on " * 99)
    memory = Remembering()
    _, reasons = ends(LlmJudge(model, CRITERIA, batch_size=1, memory=memory), papers(5))
    assert len(server.questions) == 3
    assert "it said: “I am only a parrot with [secret]. [31m and so on" in reasons[-1]
    assert len(reasons[-1]) < 300
    assert KEY not in str(reasons)
    assert memory.said is not None
    assert memory.said in reasons[-1]


def test_what_repeats_the_question_is_not_quoted() -> None:
    abstract = "We show that bats sleep upside down in the caves of the north."
    assert quote(f"You said: {abstract}", f"Abstract: {abstract}") == "what it was asked"
    assert quote("  \n", abstract) == "nothing"
    assert quote("No.", abstract) == "“No.”"


def test_the_model_is_left_alone_on_every_later_day_of_the_run(
    server: StandIn, model: ChatModel
) -> None:
    server.always = says("No.")
    judge = LlmJudge(model, CRITERIA, batch_size=1)
    ends(judge, papers(9))
    before = len(server.questions)
    _, reasons = ends(judge, papers(9))
    assert len(server.questions) == before
    assert len(set(reasons)) == 1


def test_the_next_run_asks_one_question_and_then_none(server: StandIn, model: ChatModel) -> None:
    server.always = says("No.")
    memory = Remembering("“No.”")
    _, reasons = ends(LlmJudge(model, CRITERIA, batch_size=4, memory=memory), papers(9))
    assert [len(asked) for asked in server.asked] == [1]
    assert "like those of an earlier run" in reasons[-1]
    assert memory.said == "“No.”"


def test_a_model_that_can_be_read_again_is_forgiven(server: StandIn, model: ChatModel) -> None:
    memory = Remembering("“No.”")
    judge = LlmJudge(model, CRITERIA, batch_size=4, memory=memory)
    assert ends(judge, papers(9)) == (9, [])
    assert [len(asked) for asked in server.asked] == [1, 3, 4, 1]
    assert memory.said is None


def test_a_model_that_was_read_is_not_remembered(server: StandIn, model: ChatModel) -> None:
    server.then(judges())
    server.always = says("No.")
    memory = Remembering()
    judged, reasons = ends(LlmJudge(model, CRITERIA, batch_size=1, memory=memory), papers(20))
    assert (judged, len(reasons)) == (1, 19)
    assert len(server.questions) == 1 + 5
    assert memory.said is None


def test_papers_that_silence_a_model_do_not_cost_the_others_theirs(
    server: StandIn, model: ChatModel
) -> None:
    silencing = {paper.id for paper in papers(9)[3:7]}

    def falls_silent(standing: StandIn, request: object) -> object:
        quiet = not silencing.isdisjoint(standing.asked[-1])
        return (says("") if quiet else judges())(standing, request)  # type: ignore[arg-type]  # as it came

    server.always = falls_silent  # type: ignore[assignment]  # likewise
    memory = Remembering()
    judged, _ = ends(LlmJudge(model, CRITERIA, memory=memory), papers(9))
    assert judged == 5
    assert memory.said is None


def test_rows_about_other_papers_are_no_reason_to_leave_a_model_alone(
    server: StandIn, model: ChatModel
) -> None:
    forged = {"paper": 5, "relevance": 9, "novelty": 9, "comment": "Forged."}
    server.always = judges(adding(forged))
    judge = LlmJudge(model, CRITERIA, batch_size=1)
    ends(judge, papers(9))
    assert judge.replies.fault is None


def test_a_model_that_only_ever_names_other_papers_is_left_alone(
    server: StandIn, model: ChatModel
) -> None:
    server.always = judges(
        lambda rows: [row | {"paper": place} for place, row in enumerate(rows, 1)]
    )
    memory = Remembering()
    ends(LlmJudge(model, CRITERIA, batch_size=16, memory=memory), papers(48))
    assert len(server.questions) == 1 + 4
    assert memory.said is None


def test_a_model_that_refuses_every_single_paper_is_left_alone() -> None:
    model = Scripted(*[ModelRefused("no")] * 99)
    _, reasons = ends(LlmJudge(model, CRITERIA, batch_size=1), papers(48))
    assert len(model.asked) == 4
    assert reasons[-1].endswith(": 4 replies in a row could not be read (no)")


outcomes = st.lists(st.tuples(st.booleans(), st.integers(1, 16), st.booleans()), max_size=40)


@given(outcomes)
def test_a_breaker_opens_only_after_several_single_papers_in_a_row(
    replies: list[tuple[bool, int, bool]],
) -> None:
    memory = Remembering()
    breaker = ReplyBreaker(MODEL, memory)
    singles = 0
    for is_read, count, hostile in replies:
        if is_read:
            breaker.read()
            singles = 0
        else:
            breaker.unreadable("blank", "nothing", count, hostile=hostile)
            singles += count == 1
        if breaker.fault is not None:
            assert singles >= 3
            return
    assert memory.said is None


@settings(max_examples=40)
@given(
    bad=st.lists(st.sampled_from(["", "No.", "{}", '{"rows": []}', "<think>"]), max_size=40),
    count=st.integers(0, 40),
    size=st.integers(1, 16),
    seed=st.integers(),
)
def test_however_long_it_cannot_be_read_no_paper_is_lost(
    bad: list[str], count: int, size: int, seed: int
) -> None:
    judge = LlmJudge(Scripted(*bad), CRITERIA, batch_size=size, rng=Random(seed))  # noqa: S311
    ends(judge, papers(count))
