from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.chat import ChatReply
from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import BudgetSpent, ModelBusy, ModelRefused, ModelUnusable
from paperlark.domain.judgement import Judgement, ModelCall, Precedent, Unjudged, UnjudgedReason
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Spend, Tokens
from paperlark.judges import llm, prompt
from paperlark.judges.llm import LlmJudge
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.retry import Retrying
from paperlark.ports import ChatModel, Judge
from standins.openai import (
    KEY,
    MODEL,
    Behaviour,
    Rows,
    StandIn,
    accepts_no,
    adding,
    answers,
    complains,
    hangs_up,
    judges,
    lines,
    never_answers,
    papers_of,
    says,
    stand_in,
    with_scores,
    without,
)
from standins.papers import papers
from standins.scripted import Scripted

DAY = date(2025, 3, 25)
CRITERIA = Criteria(text="Sparsity.", topics=())
QUOTA = complains(429, {"code": "insufficient_quota", "message": "No quota"})
RATE_LIMIT = complains(429, {"code": "rate_limit_exceeded", "message": "Try again in 20ms"})
BROKEN = complains(500, "broken")


@pytest.fixture
def model(server: StandIn) -> Iterator[ChatModel]:
    with OpenAICompatible(server.base_url, MODEL, key=KEY, timeout=5) as client:
        yield Retrying(client)


def outcome(
    judge: Judge, asked: Sequence[Paper]
) -> tuple[list[ModelCall], dict[str, Judgement], dict[str, str]]:
    """Judge, and check the port's contract: each paper is either judged or unjudged, once."""
    results = list(judge.judge(asked, DAY))
    model_calls = [end for end in results if isinstance(end, ModelCall)]
    unjudged = [end for end in results if isinstance(end, Unjudged)]
    judgements = [judgement for model_call in model_calls for judgement in model_call.judgements]
    ended = [judgement.paper_id for judgement in judgements] + [end.paper.id for end in unjudged]
    assert Counter(ended) == Counter(paper.id for paper in asked)
    assert all(end.reason.isprintable() for end in unjudged)
    assert {end.cause for end in unjudged} <= {UnjudgedReason.FAILED, UnjudgedReason.BUDGET}
    assert KEY not in repr(results)
    return (
        model_calls,
        {judgement.paper_id: judgement for judgement in judgements},
        {end.paper.id: end.reason for end in unjudged},
    )


def test_papers_are_judged_in_batches(server: StandIn, model: ChatModel) -> None:
    model_calls, judged, unjudged = outcome(LlmJudge(model, CRITERIA, batch_size=8), papers(10))
    assert [len(asked) for asked in server.asked] == [8, 2]
    assert [len(model_call.judgements) for model_call in model_calls] == [8, 2]
    assert model_calls[0].spend == Spend(Tokens(1000, 100), None)
    assert json.loads(model_calls[1].text)["rows"][0]["comment"] == "About 2503.00009."
    assert judged["2503.00007"] == Judgement(papers(7)[6].id, 1, 8, 3, "About 2503.00007.")
    assert unjudged == {}


def test_a_judge_names_what_its_judgements_depend_on(model: ChatModel) -> None:
    judge = LlmJudge(model, CRITERIA)
    assert judge.model(DAY) == "gpt-4o"
    assert judge.signature == f"gpt-4o/{prompt.fingerprint()}"
    assert judge.prompt == prompt.system(CRITERIA, Cutoffs())


def test_every_question_begins_with_the_same_prefix(server: StandIn, model: ChatModel) -> None:
    outcome(LlmJudge(model, CRITERIA, batch_size=1), papers(3))
    assert len({json.dumps(question["messages"][0]) for question in server.questions}) == 1


def test_nothing_is_asked_about_no_papers(server: StandIn, model: ChatModel) -> None:
    assert outcome(LlmJudge(model, CRITERIA), ()) == ([], {}, {})
    assert server.questions == []


@pytest.mark.parametrize(
    "good",
    [
        judges(),
        judges(with_scores(lambda score: f"{score}/10")),
        judges(with_scores(str)),
        judges(with_scores(float)),
        judges(adding({"paper": "invented"}, {"relevance": 9, "novelty": 9})),
        judges(lambda rows: [*rows, rows[0]]),
        judges(lambda rows: rows[::-1]),
        judges(write=lambda rows: f"Gladly!\n```json\n{json.dumps(rows)}\n```"),
        judges(write=lambda rows: f"<think>Hm {{</think>{json.dumps(rows)}"),
        judges(write=lines),
        judges(write=lambda rows: json.dumps({"rows": rows})[:-2] + ",]}"),
        accepts_no("response_format", "no", sent=lambda asked: "response_format" in asked),
        accepts_no("temperature", "no", sent=lambda asked: "temperature" in asked),
    ],
)
def test_a_complete_reply_is_enough(server: StandIn, model: ChatModel, good: Behaviour) -> None:
    server.always = good
    model_calls, judged, _ = outcome(LlmJudge(model, CRITERIA), papers(3))
    assert len(judged) == 3
    assert len(model_calls) == 1


@pytest.mark.parametrize(
    "first",
    [
        judges(without(1, 2)),
        judges(lambda rows: [*rows, {**rows[1], "novelty": 1}, {**rows[2], "relevance": 1}]),
        judges(lambda rows: [rows[0], {**rows[1], "relevance": 11}, {**rows[2], "novelty": None}]),
        judges(write=lambda rows: json.dumps({"rows": rows})[:100]),
    ],
)
def test_papers_without_an_unambiguous_row_are_asked_about_again(
    server: StandIn, model: ChatModel, first: Behaviour
) -> None:
    server.then(first)
    model_calls, judged, _ = outcome(LlmJudge(model, CRITERIA), papers(3))
    assert server.asked[1:] == [["2503.00002", "2503.00003"]]
    assert [len(model_call.judgements) for model_call in model_calls] == [1, 2]
    assert len(judged) == 3


@pytest.mark.parametrize(
    "busy",
    [
        RATE_LIMIT,
        complains(429, {"code": "rate_limit_exceeded", "message": "Slow"}, retry_after="1"),
        BROKEN,
        hangs_up,
        answers("<html>"),
        answers({"error": {"code": 429, "message": "upstream"}}),
        answers({"object": "error", "code": 503, "message": "busy"}, status=503),
        answers([{"error": {"code": 503, "message": "busy"}}], status=503),
    ],
)
def test_a_busy_server_loses_no_paper(server: StandIn, model: ChatModel, busy: Behaviour) -> None:
    server.then(busy)
    _, judged, unjudged = outcome(LlmJudge(model, CRITERIA), papers(2))
    assert (len(judged), unjudged) == (2, {})


def test_a_paper_is_asked_about_three_times_at_most(server: StandIn, model: ChatModel) -> None:
    def spoils_the_last(rows: Rows) -> Rows:
        return [row | ({"relevance": "high"} if row["id"] == "2503.00008" else {}) for row in rows]

    server.always = judges(spoils_the_last)
    model_calls, judged, unjudged = outcome(LlmJudge(model, CRITERIA, batch_size=8), papers(8))
    assert [len(asked) for asked in server.asked] == [8, 1, 1]
    assert len(model_calls) == 3  # each was paid for
    assert len(judged) == 7
    assert unjudged == {"2503.00008": "the model gave high relevance, not a number from 1 to 10"}


BLANK = [says(""), says("  "), says(None, finish="length"), says("No.")]


@pytest.mark.parametrize("bad", BLANK)
def test_empty_replies_are_paid_for_and_reported(
    server: StandIn, model: ChatModel, bad: Behaviour
) -> None:
    server.always = bad
    model_calls, judged, unjudged = outcome(LlmJudge(model, CRITERIA), papers(2))
    assert judged == {}
    assert [len(asked) for asked in server.asked] == [2, 1, 1, 1]
    assert len(model_calls) == 4
    assert len(unjudged) == 2


def test_one_refused_paper_does_not_lose_the_others(server: StandIn, model: ChatModel) -> None:
    def refuses_the_fifth(standing: StandIn, request: object) -> object:
        refusing = complains(400, {"code": "content_filter", "message": "filtered"})
        chosen = refusing if "2503.00005" in standing.asked[-1] else judges()
        return chosen(standing, request)  # type: ignore[arg-type]  # passed through

    server.always = refuses_the_fifth  # type: ignore[assignment]  # passed through
    _, judged, unjudged = outcome(LlmJudge(model, CRITERIA), papers(8))
    assert len(judged) == 7
    assert list(unjudged) == ["2503.00005"]
    assert unjudged["2503.00005"].endswith("answered 400: filtered")


def test_a_paid_refusal_is_a_call_without_judgements(server: StandIn, model: ChatModel) -> None:
    server.always = says(None, refusal="No.")
    model_calls, _, unjudged = outcome(LlmJudge(model, CRITERIA), papers(1))
    assert model_calls == [ModelCall((), Spend(Tokens(1000, 100), None))]
    assert unjudged == {"2503.00001": "gpt-4o refused: No."}
    assert len(server.questions) == 1


@pytest.mark.parametrize(
    "unusable", [QUOTA, complains(401, f"bad key {KEY}"), complains(404, "no such model")]
)
def test_an_unusable_model_opens_the_circuit_breaker(
    server: StandIn, model: ChatModel, unusable: Behaviour
) -> None:
    server.then(judges(), unusable)
    _, judged, unjudged = outcome(LlmJudge(model, CRITERIA, batch_size=2), papers(6))
    assert len(server.questions) == 2
    assert list(judged) == ["2503.00001", "2503.00002"]
    assert len(set(unjudged.values())) == 1


NO_ANSWER = [BROKEN, RATE_LIMIT, hangs_up, answers("<html>"), answers("OK"), answers([])]


@pytest.mark.parametrize("broken", NO_ANSWER)
def test_repeated_failures_open_the_circuit_breaker(
    server: StandIn, model: ChatModel, broken: Behaviour
) -> None:
    server.then(judges())
    server.always = broken
    _, judged, unjudged = outcome(LlmJudge(model, CRITERIA, batch_size=1), papers(20))
    assert len(judged) == 1
    assert len(server.questions) == 1 + 1 + 4
    assert unjudged["2503.00020"].startswith("not asked again in this run after 5 failures in a")


def test_a_model_too_slow_for_many_papers_is_asked_about_few(server: StandIn) -> None:
    def thinks(standing: StandIn, request: Request) -> Response:
        many = len(standing.asked[-1]) > 2
        return (never_answers if many else judges())(standing, request)

    server.always = thinks
    with OpenAICompatible(server.base_url, MODEL, timeout=0.8) as model:
        _, judged, _ = outcome(LlmJudge(Retrying(model), CRITERIA, batch_size=16), papers(16))
    assert len(judged) == 16


def test_a_server_that_never_answers_is_given_up(server: StandIn) -> None:
    server.always = never_answers
    with OpenAICompatible(server.base_url, MODEL, timeout=0.05) as model:
        _, _, unjudged = outcome(LlmJudge(model, CRITERIA), papers(2))
    assert "did not answer within 0.05 seconds" in unjudged["2503.00001"]


def test_questions_can_be_sent_on_threads(server: StandIn, model: ChatModel) -> None:
    server.then(judges(without(0)), BROKEN, judges(without(1)))
    with ThreadPoolExecutor(4) as pool:
        _, judged, _ = outcome(LlmJudge(model, CRITERIA, batch_size=2, map_=pool.map), papers(12))
    assert len(judged) == 12


def test_threads_that_discover_capabilities_at_once_agree(
    server: StandIn, model: ChatModel
) -> None:
    server.always = accepts_no("response_format", "", sent=lambda asked: "response_format" in asked)
    with ThreadPoolExecutor(4) as pool:
        _, judged, _ = outcome(LlmJudge(model, CRITERIA, batch_size=1, map_=pool.map), papers(8))
    assert len(judged) == 8


def test_a_consumer_that_leaves_stops_the_questions(server: StandIn, model: ChatModel) -> None:
    results = LlmJudge(model, CRITERIA, batch_size=1).judge(papers(5), DAY)
    next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(server.questions) == 1


def test_questions_that_wait_for_a_thread_are_not_put_once_nobody_listens() -> None:
    waiting: list[Callable[[], object]] = []

    def on_one_thread(ask: Callable[[Any], Any], batches: Iterable[Any]) -> Iterator[Any]:
        first, *others = batches
        waiting.extend(partial(ask, batch) for batch in others)
        yield ask(first)

    model = Scripted()
    ends = LlmJudge(model, CRITERIA, batch_size=1, map_=on_one_thread).judge(papers(3), DAY)
    next(ends)
    ends.close()  # type: ignore[attr-defined]  # it is a generator
    for late in waiting:
        late()
    assert len(waiting) == 2
    assert model.asked == [[papers(1)[0].id]]


FORGED = {"paper": 5, "relevance": 10, "novelty": 10, "comment": "Forged."}


def test_papers_of_a_suspect_reply_are_asked_about_again_alone(
    server: StandIn, model: ChatModel
) -> None:
    server.then(judges(adding(FORGED)))
    model_calls, judged, unjudged = outcome(LlmJudge(model, CRITERIA), papers(3))
    assert [len(asked) for asked in server.asked] == [3, 1, 1, 1]
    assert [len(model_call.judgements) for model_call in model_calls] == [0, 1, 1, 1]
    assert "Forged." in model_calls[0].text
    assert model_calls[0].spend == Spend(Tokens(1000, 100), None)
    assert len(judged) == 3
    assert unjudged == {}


def test_a_paper_whose_reply_is_suspect_when_alone_is_unjudged(
    server: StandIn, model: ChatModel
) -> None:
    server.always = judges(adding(FORGED))
    model_calls, judged, unjudged = outcome(LlmJudge(model, CRITERIA), papers(2))
    assert [len(asked) for asked in server.asked] == [2, 1, 1]
    assert len(model_calls) == 3
    assert judged == {}
    assert set(unjudged.values()) == {"the model's reply judged papers that it was not asked about"}


def test_a_selected_paper_without_a_comment_is_asked_about_again_alone(
    server: StandIn, model: ChatModel
) -> None:
    server.then(judges(lambda rows: [{**row, "comment": ""} for row in rows]))
    judge = LlmJudge(model, CRITERIA, cutoffs=Cutoffs(4, 7))
    model_calls, judged, _ = outcome(judge, papers(9))  # 4 and 7: the third and the second paper
    assert server.asked[1:] == [["2503.00003"]]
    assert len(model_calls[0].judgements) == 8
    assert [judged[paper.id].comment for paper in papers(3)] == ["", "", "About 2503.00003."]


def test_the_cost_of_failed_attempts_is_a_call_of_its_own() -> None:
    lost, unknown = Spend(Tokens(7, 0), None), Spend(None, None)
    reply = ChatReply("{}", unknown, lost=lost)
    model_calls, _, _ = outcome(
        LlmJudge(Scripted(reply, ModelBusy("busy", spend=lost)), CRITERIA), papers(1)
    )
    assert [model_call.spend for model_call in model_calls] == [lost, unknown, lost, unknown]


SPENT = BudgetSpent("today's budget of $1.00 is used up")


def test_what_exceeds_the_budget_is_tried_in_smaller_questions_best_first() -> None:
    model = Scripted(None, SPENT, SPENT)
    _, judged, unjudged = outcome(LlmJudge(model, CRITERIA, batch_size=4), papers(10))
    ids = [paper.id for paper in papers(10)]
    assert model.asked == [ids[:4], ids[4:8], ids[4:6], *([one] for one in ids[4:])]
    assert len(judged) == 10
    assert unjudged == {}


def test_papers_that_do_not_even_fit_alone_are_over_the_budget() -> None:
    model = Scripted(*[SPENT] * 99)
    results = list(LlmJudge(model, CRITERIA).judge(papers(20), DAY))
    assert [len(asked) for asked in model.asked] == [16, 8, 1]
    assert results == [Unjudged(paper, UnjudgedReason.BUDGET, str(SPENT)) for paper in papers(20)]


def test_a_model_that_leaves_papers_out_is_asked_about_fewer(
    server: StandIn, model: ChatModel
) -> None:
    server.then(judges(without(*range(8, 16))))
    judge = LlmJudge(model, CRITERIA, context=128_000)
    _, judged, _ = outcome(judge, papers(70))
    assert [len(asked) for asked in server.asked] == [16, 8, 10, 12, 15, 9, 8]
    assert len(judged) == 70


def test_the_batch_size_learned_holds_for_the_next_day() -> None:
    model = Scripted("{}")
    judge = LlmJudge(model, CRITERIA, context=128_000)
    outcome(judge, papers(16))
    model.prompts.clear()
    outcome(judge, papers(40))
    assert len(model.asked[0]) < 16


def test_a_small_context_window_gets_fewer_papers() -> None:
    model = Scripted()
    outcome(LlmJudge(model, CRITERIA, context=2048), papers(20))
    assert 1 < max(len(asked) for asked in model.asked) < 16
    assert all(prompt.longest_answer for prompt in model.prompts)
    assert max(prompt.longest_answer or 0 for prompt in model.prompts) < 2048


def test_earlier_papers_are_shown_under_the_paper_that_resembles_them() -> None:
    model = Scripted()
    first, second = papers(2)
    known = {second.id: (Precedent(PaperId("2401.00001"), "On bats", date(2024, 1, 1), 0.5),)}
    list(LlmJudge(model, CRITERIA).judge([first, second], DAY, known))
    shown = papers_of({"messages": [{"content": model.prompts[0].user}]})
    assert [row["earlier"] for row in shown] == [None, "2024-01 On bats"]


def test_authors_are_shown_where_requested() -> None:
    for wanted in (True, False):
        model = Scripted()
        outcome(LlmJudge(model, CRITERIA, authors=wanted), papers(1))
        assert ("Ada Lovelace" in model.prompts[0].user) is wanted
    model = Scripted()
    outcome(LlmJudge(model, CRITERIA), papers(1))
    assert "Ada Lovelace" not in model.prompts[0].user


def test_a_bug_in_the_parser_loses_no_paid_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError(KEY)

    monkeypatch.setattr(llm, "parse_reply", broken)
    model_calls, _, unjudged = outcome(LlmJudge(Scripted("said"), CRITERIA), papers(1))
    assert model_calls[0].text == "said"
    assert unjudged == {"2503.00001": "the question failed unexpectedly (KeyError)"}


def test_a_bug_in_an_adapter_loses_no_paper_and_shows_no_secret() -> None:
    model = Scripted(*[RuntimeError(KEY)] * 9)
    _, _, unjudged = outcome(LlmJudge(model, CRITERIA), papers(1))
    assert unjudged == {"2503.00001": "the question failed unexpectedly (RuntimeError)"}


def test_an_answer_between_failures_keeps_the_circuit_breaker_closed() -> None:
    busy = ModelBusy("busy")
    model = Scripted(busy, busy, "[]", busy, busy)
    _, judged, _ = outcome(LlmJudge(model, CRITERIA, batch_size=1), papers(5))
    assert len(judged) == 5


steps = st.one_of(
    st.sampled_from(
        [
            ModelBusy("busy"),
            ModelBusy("gave up", spend=Spend(None, None)),
            ModelRefused("refused"),
            ModelRefused("refused", spend=Spend(Tokens(1, 1), None)),
            BudgetSpent("spent"),
            ModelUnusable("unusable"),
            ValueError("bug"),
        ]
    ),
    st.text(alphabet='{}[]",: ab1.<>', max_size=30),
    st.lists(
        st.builds(
            lambda number: {"paper": number, "relevance": 8, "novelty": 8, "comment": "Good."},
            st.integers(100, 999),
        ),
        max_size=8,
    ).map(json.dumps),
)


@given(script=st.lists(steps, max_size=12), count=st.integers(0, 9), size=st.integers(0, 5))
def test_whatever_a_model_does_no_paper_is_lost(
    script: list[Exception | str], count: int, size: int
) -> None:
    outcome(LlmJudge(Scripted(*script), CRITERIA, batch_size=size), papers(count))


changes: list[Callable[[Rows], Rows]] = [
    without(0),
    without(0, 1, 2),
    adding({"paper": 5, "relevance": 9, "novelty": 9, "comment": "Forged."}),
    with_scores(lambda score: score + 0.5),
    with_scores(lambda score: f"{score}/10"),
    lambda rows: [{**row, "comment": ""} for row in rows],
]
misbehaviours: list[Behaviour] = [
    *map(judges, changes),
    judges(write=lambda rows: json.dumps(rows)[:-20]),
    RATE_LIMIT,
    BROKEN,
    QUOTA,
    hangs_up,
    says(""),
    says(None, refusal="No."),
    answers("{"),
    answers([]),
    answers({"error": {"code": 400, "message": "bad"}}),
    complains(400, {"message": "no", "param": "response_format"}),
    complains(400, "the system role is not supported"),
]


@pytest.mark.slow
@settings(max_examples=30)
@given(
    script=st.lists(st.sampled_from(misbehaviours), max_size=15),
    count=st.integers(0, 9),
    size=st.integers(1, 4),
)
def test_whatever_a_server_does_no_paper_is_lost(
    loopback: HTTPServer, script: list[Behaviour], count: int, size: int
) -> None:
    with (
        stand_in(loopback) as server,
        OpenAICompatible(server.base_url, MODEL, key=KEY) as model,
    ):
        server.then(*script)
        outcome(LlmJudge(Retrying(model), CRITERIA, batch_size=size), papers(count))


def test_decisions_are_logged_without_prompt_or_criteria(
    server: StandIn, model: ChatModel, caplog: pytest.LogCaptureFixture
) -> None:
    server.then(judges(without(0, 1)), complains(401, f"bad key {KEY}"))
    with caplog.at_level("DEBUG", "paperlark"):
        outcome(LlmJudge(model, CRITERIA, batch_size=4), papers(4))
    judging = ("paperlark.judges.llm", "paperlark.judges.circuit_breaker")
    lines = [one.getMessage() for one in caplog.records if one.name in judging]
    assert lines[0] == "round 2: asking about 2 papers again"
    assert lines[1].startswith("circuit breaker opened, no more questions: ")
    assert "4 papers in one question were too many: trying 2" in caplog.messages
    for secret in (CRITERIA.text, KEY, papers(1)[0].title, papers(1)[0].abstract):
        assert secret not in caplog.text
