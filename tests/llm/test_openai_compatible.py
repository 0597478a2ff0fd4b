from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import (
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelUnusable,
)
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.http.client import BoundedClient
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.rate_limiter import AimdConcurrency, RateLimiter, RateLimits
from paperlark.llm.retry import Retrying, RetryPolicy
from paperlark.ports import ChatModel
from standins.hours import FakeTime
from standins.openai import (
    KEY,
    MODEL,
    USAGE,
    Behaviour,
    StandIn,
    answers,
    complains,
    hangs_up,
    never_answers,
    says,
)

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
PAPERS = "Paper 412: About 2503.00001\nAbstract: Short."
PROMPT = Prompt("Judge as JSON.", PAPERS, SCHEMA, longest_answer=500)
FINE = {"message": {"content": "fine"}}
RATE_LIMIT = {"code": "rate_limit_exceeded", "type": "tokens", "message": "Slow down"}


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def model(server: StandIn, time: FakeTime) -> Iterator[OpenAICompatible]:
    limiter = RateLimiter(AimdConcurrency(8), clock=time.clock, wait=time.wait)
    with OpenAICompatible(server.base_url, MODEL, key=KEY, rate_limiter=limiter) as opened:
        yield opened


@pytest.fixture
def patient(model: OpenAICompatible) -> Retrying:
    return Retrying(model)


def ask(model: ChatModel) -> str:
    return model.ask(PROMPT).text


def test_a_request_follows_the_chat_completions_api(
    server: StandIn, model: OpenAICompatible
) -> None:
    server.then(says("fine"))
    assert ask(model) == "fine"
    assert server.keys == [f"Bearer {KEY}"]
    assert server.questions == [
        {
            "model": "gpt-4o",
            "messages": [
                {"role": "system", "content": "Judge as JSON."},
                {"role": "user", "content": PAPERS},
            ],
            "temperature": 0.0,
            "max_tokens": 500,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
            },
        }
    ]


def test_no_key_is_sent_where_none_is_set(server: StandIn) -> None:
    with OpenAICompatible(f"{server.base_url}/chat/completions/", MODEL) as model:
        server.then(says("fine"))
        assert ask(model) == "fine"
    assert server.keys == [None]


def test_a_client_that_was_passed_in_stays_open(server: StandIn) -> None:
    with BoundedClient(largest=10_000, seconds=10) as client:
        with OpenAICompatible(server.base_url, MODEL, client=client) as model:
            server.then(says("fine"))
            ask(model)
        assert client.request("GET", server.base_url).status


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 60, "completion_tokens": 4}, Tokens(60, 4)),
        (
            {"prompt_tokens": 60, "completion_tokens": 4, "prompt_tokens_details": None},
            Tokens(60, 4),
        ),
        (
            {
                "prompt_tokens": 60,
                "completion_tokens": 4,
                "prompt_tokens_details": {"cached_tokens": 50},
            },
            Tokens(60, 4, 50),
        ),
        (
            {"prompt_tokens": 60, "completion_tokens": 4, "prompt_cache_hit_tokens": 50},
            Tokens(60, 4, 50),
        ),
        ({"prompt_tokens": 60, "completion_tokens": 4, "total_tokens": 100}, Tokens(60, 40)),
        ({"prompt_tokens": 60, "total_tokens": 100}, Tokens(60, 40)),
        ({"prompt_tokens": 60, "completion_tokens": 4, "cached_tokens": 50}, Tokens(60, 4, 50)),
        ({"prompt_tokens": 60, "completion_tokens": 4, "cached_tokens": 90}, Tokens(60, 4, 60)),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, None),
        ({"prompt_tokens": 10**30, "completion_tokens": 4}, None),
        ({"prompt_tokens": True, "completion_tokens": 4}, None),
        ({"prompt_tokens": -1, "completion_tokens": 4}, None),
        ({}, None),
        (None, None),
    ],
)
def test_usage_is_what_the_server_reports_or_unknown(
    server: StandIn, model: OpenAICompatible, usage: dict[str, object] | None, tokens: Tokens | None
) -> None:
    server.then(says("fine", usage=usage))
    spend = model.ask(PROMPT).spend
    assert spend == Spend(tokens=tokens, cost=None)  # loopback has no price


def test_the_price_is_that_of_the_configured_model_and_its_provider() -> None:
    def respond(_request: httpx.Request) -> httpx.Response:
        usage = {"prompt_tokens": 1_000_000, "completion_tokens": 1_000_000}
        choice = {"message": {"content": "fine"}}
        body = {"model": "gpt-4o-renamed", "choices": [choice], "usage": usage}
        return httpx.Response(200, json=body)

    transport = httpx.MockTransport(respond)
    with BoundedClient(largest=10_000, seconds=10, transport=transport) as client:
        model = OpenAICompatible(
            "https://api.openai.com/v1",
            MODEL,
            client=client,
            now=lambda: datetime(2025, 3, 25, tzinfo=UTC),
        )
        spend = model.ask(PROMPT).spend
    assert spend.cost == Cost(Decimal("2.5"), Decimal(10))


@pytest.mark.parametrize(
    ("behaviour", "text"),
    [
        (says("", finish="length"), ""),
        (says(None, finish="length"), ""),
        (says("   "), "   "),
        (says('{"papers": [', finish="length"), '{"papers": ['),
        (says([{"type": "thinking"}, {"type": "text", "text": "fine"}]), "fine"),  # type: ignore[arg-type]  # Mistral's parts
        (says("a\ud800\0b"), "a?\ufffdb"),
        (says(None, finish="tool_calls", tool_calls=[{"id": "call_1"}]), ""),
        (says("", finish="length", reasoning="It may be fine."), ""),
        (says("fine", reasoning="Is it bad?", reasoning_content="Is it bad?"), "fine"),
        (answers({"choices": [{"finish_reason": "length"}], "usage": USAGE}), ""),
        (answers({"choices": [], "usage": USAGE}), ""),
        (answers("\n\n\n" + json.dumps({"choices": [FINE], "usage": USAGE})), "fine"),
    ],
)
def test_whatever_was_paid_for_is_returned(
    server: StandIn, model: OpenAICompatible, behaviour: Behaviour, text: str
) -> None:
    server.then(behaviour)
    reply = model.ask(PROMPT)
    assert (reply.text, reply.spend.tokens) == (text, Tokens(1000, 100))
    assert len(server.questions) == 1


@pytest.mark.parametrize(
    "busy",
    [
        complains(429, RATE_LIMIT),
        complains(429, RATE_LIMIT, retry_after="1"),
        complains(500, "oops"),
        complains(503, {"message": "overloaded"}),
        answers("<html>Bad gateway</html>", status=502),
        answers("<html>Welcome</html>"),
        answers({"choices": []}),
        answers({"choices": [{"finish_reason": "stop"}]}),
        answers({"error": {"code": 429, "message": "Provider returned error"}}),
        answers({"error": {"code": "rate_limit_exceeded", "message": "Slow down"}}),
        answers({"error": {"message": "Something broke"}}),
        answers({"choices": [{"error": {"code": 502, "message": "upstream"}, "message": {}}]}),
        answers([{"error": {"code": 503, "message": "The model is overloaded."}}], status=503),
        answers({"object": "error", "message": "busy", "code": 503}, status=503),
        hangs_up,
    ],
)
def test_a_busy_server_is_retried(server: StandIn, patient: Retrying, busy: Behaviour) -> None:
    server.then(busy, busy, says("fine"))
    assert ask(patient) == "fine"
    assert len(server.questions) == 3
    assert server.questions[0] == server.questions[2]


def test_a_server_that_stays_busy_is_given_up(server: StandIn, patient: Retrying) -> None:
    server.always = complains(500, {"message": "out of memory"})
    with pytest.raises(ModelBusy, match="answered 500: out of memory"):
        ask(patient)
    assert len(server.questions) == 4


def test_a_server_that_never_answers_is_given_up(server: StandIn) -> None:
    server.always = never_answers
    with (
        OpenAICompatible(server.base_url, MODEL, timeout=0.05) as model,
        pytest.raises(ModelBusy, match=r"did not answer within 0\.05 seconds"),
    ):
        ask(Retrying(model, RetryPolicy(attempts=2)))
    assert len(server.questions) == 2


def test_an_unreachable_server_counts_as_busy() -> None:
    with (
        OpenAICompatible("http://127.0.0.1:1/v1", MODEL) as model,
        pytest.raises(ModelBusy, match="could not be reached"),
    ):
        ask(model)


@pytest.mark.parametrize("busy", [complains(429, RATE_LIMIT, retry_after="20"), never_answers])
def test_an_overloaded_server_gets_fewer_concurrent_requests(
    server: StandIn, busy: Behaviour
) -> None:
    concurrency = AimdConcurrency(8)
    server.then(busy)
    time = FakeTime()
    limiter = RateLimiter(concurrency, clock=time.clock, wait=time.wait)
    with OpenAICompatible(server.base_url, MODEL, timeout=0.2, rate_limiter=limiter) as model:
        ask(Retrying(model, RetryPolicy()))
    assert concurrency.width == 4
    assert time.now == (0 if busy is never_answers else 20)


def test_all_threads_respect_a_wait_that_one_was_told(
    server: StandIn, model: OpenAICompatible, time: FakeTime
) -> None:
    server.then(complains(429, {**RATE_LIMIT, "message": "Please try again in 18.642s."}))
    with pytest.raises(ModelBusy):
        ask(model)
    assert time.waits == []
    ask(model)
    assert time.waits == [18.642]


def test_rate_limit_headers_are_respected(
    server: StandIn, model: OpenAICompatible, time: FakeTime
) -> None:
    left = {"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "30s"}
    fine = {"choices": [{"message": {"content": "fine"}}]}
    server.always = answers(fine, headers=left)
    moments = []
    for _ in range(3):
        ask(model)
        moments.append(time.now)
    assert moments == [0, 0, 0]
    server.always = answers(fine, headers={**left, "x-ratelimit-remaining-requests": "0"})
    for _ in range(3):
        ask(model)
        moments.append(time.now)
    assert moments[3:] == [0, 30, 60]


def test_the_servers_count_of_tokens_fills_the_minute(server: StandIn) -> None:
    time = FakeTime()
    limiter = RateLimiter(
        AimdConcurrency(8, RateLimits(tokens=3000)), clock=time.clock, wait=time.wait
    )
    server.always = says("fine")  # 1,100 tokens
    moments = []
    with OpenAICompatible(server.base_url, MODEL, rate_limiter=limiter) as model:
        for _ in range(3):
            ask(model)
            moments.append(time.now)
    assert moments[:2] == [0, 0]
    assert moments[2] > 60


@pytest.mark.parametrize("address", ["not an address", "ftp://127.0.0.1/v1", "http://[::1/v1", ""])
def test_an_invalid_address_is_unusable(address: str) -> None:
    with OpenAICompatible(address, MODEL) as model, pytest.raises(ModelUnusable, match="base URL"):
        ask(model)


def test_after_a_wait_of_a_day_nothing_more_is_sent(server: StandIn, patient: Retrying) -> None:
    server.always = complains(429, RATE_LIMIT, retry_after="86400")
    with pytest.raises(ModelBusy) as raised:
        ask(patient)
    with pytest.raises(ModelUnusable, match=r"not asked again in this run.*to wait 86400 s"):
        ask(patient)
    assert raised.value.retry_after == 86400
    assert len(server.questions) == 1


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (complains(429, {"code": "insufficient_quota", "message": "No quota"}), ModelUnusable),
        (complains(402, {"message": "Insufficient Balance"}), ModelUnusable),
        (complains(401, {"code": "invalid_api_key", "message": f"Wrong: {KEY}"}), ModelUnusable),
        (complains(403, {"message": "Not allowed"}), ModelUnusable),
        (complains(404, {"code": "model_not_found", "message": "No such model"}), ModelUnusable),
        (complains(404, "404 page not found"), ModelUnusable),
        (answers("", status=301, headers={"Location": "/v2"}), ModelUnusable),
        (
            answers([{"error": {"code": 400, "message": "API key not valid."}}], status=400),
            ModelUnusable,
        ),
        (complains(400, {"message": "Model Not Exist"}), ModelUnusable),
        (complains(403, {"message": "Your input was flagged"}), ModelRefused),
        (complains(400, {"code": "content_filter", "message": "Filtered"}), ModelRefused),
        (complains(400, {"message": "This model's maximum context length is 6048"}), ModelRefused),
        (complains(413, "too much"), ModelRefused),
        (complains(429, {"message": "Request too large for gpt-4o"}), ModelRefused),
        (
            complains(500, {"message": "exceeds the available context size"}),
            ModelRefused,
        ),
        (complains(400, {"code": "context_length_exceeded", "message": "no"}), ModelRefused),
        (says(None, refusal="I cannot help with that."), ModelRefused),
        (says("", finish="content_filter"), ModelRefused),
        (says(None, finish="content_filter: PROHIBITED_CONTENT"), ModelRefused),
    ],
)
def test_what_waiting_cannot_fix_is_reported_at_once(
    server: StandIn, model: OpenAICompatible, behaviour: Behaviour, error: type[ModelError]
) -> None:
    server.always = behaviour
    with pytest.raises(error) as raised:
        ask(model)
    assert len(server.questions) == 1
    assert KEY not in str(raised.value)


def test_a_refusal_reports_its_cost(server: StandIn, model: OpenAICompatible) -> None:
    server.then(says(None, refusal="No."))
    with pytest.raises(ModelRefused, match="gpt-4o refused: No") as raised:
        ask(model)
    assert raised.value.spend == Spend(Tokens(1000, 100), None)


def test_an_error_is_one_short_line(server: StandIn, model: OpenAICompatible) -> None:
    server.always = complains(400, "a\n\x1b[31m" + "b" * 5000)
    with pytest.raises(ModelRefused) as raised:
        ask(model)
    text = str(raised.value)
    assert text.isprintable()
    assert len(text) < 400
