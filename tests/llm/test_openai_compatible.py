from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from paperlark.domain.errors import (
    KeyMissing,
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelUnusable,
)
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.llm.openai_compatible import OpenAICompatible, worth_waiting
from paperlark.ports import Prompt
from standins.openai import (
    KEY,
    MODEL,
    Behaviour,
    Body,
    StandIn,
    accepts_no,
    answers,
    complains,
    hangs_up,
    never_answers,
    says,
)

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
PAPERS = '[{"id":"2503.00001"}]'
PROMPT = Prompt("Judge as JSON.", PAPERS, SCHEMA, longest_answer=500)
RATE_LIMIT = {"code": "rate_limit_exceeded", "type": "tokens", "message": "Slow down"}


@pytest.fixture
def model(server: StandIn) -> Iterator[OpenAICompatible]:
    with OpenAICompatible(server.base_url, MODEL, key=KEY) as talking:
        yield talking


def ask(model: OpenAICompatible) -> str:
    return model.ask(PROMPT).text


def test_a_question_is_put_as_the_protocol_asks(server: StandIn, model: OpenAICompatible) -> None:
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


def test_a_server_without_a_key_is_sent_none(server: StandIn) -> None:
    with OpenAICompatible(f"{server.base_url}/chat/completions/", MODEL) as model:
        server.then(says("fine"))
        assert ask(model) == "fine"
    assert server.keys == [None]


def test_a_client_that_is_lent_stays_open(server: StandIn) -> None:
    with httpx.Client() as client:
        with OpenAICompatible(server.base_url, MODEL, client=client) as model:
            server.then(says("fine"))
            ask(model)
        assert not client.is_closed


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 4}, Tokens(10, 4)),
        (
            {"prompt_tokens": 10, "completion_tokens": 4, "prompt_tokens_details": None},
            Tokens(10, 4),
        ),
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 4,
                "prompt_tokens_details": {"cached_tokens": 6},
            },
            Tokens(10, 4, 6),
        ),
        (
            {"prompt_tokens": 10, "completion_tokens": 4, "prompt_cache_hit_tokens": 6},
            Tokens(10, 4, 6),
        ),
        ({"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 50}, Tokens(10, 40)),
        ({"prompt_tokens": 10, "total_tokens": 50}, Tokens(10, 40)),
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

    with httpx.Client(transport=httpx.MockTransport(respond)) as client:
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
    ],
)
def test_what_was_paid_for_comes_back_whatever_it_is(
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
def test_a_busy_server_is_asked_again(
    server: StandIn, model: OpenAICompatible, busy: Behaviour
) -> None:
    server.then(busy, busy, says("fine"))
    assert ask(model) == "fine"
    assert len(server.questions) == 3
    assert server.questions[0] == server.questions[2]


def test_a_server_that_stays_busy_is_given_up(server: StandIn, model: OpenAICompatible) -> None:
    server.always = complains(500, {"message": "out of memory"})
    with pytest.raises(ModelBusy, match="answered 500: out of memory"):
        ask(model)
    assert len(server.questions) == 4


def test_a_server_that_never_answers_is_given_up(server: StandIn) -> None:
    server.always = never_answers
    with (
        OpenAICompatible(server.base_url, MODEL, timeout=0.05, attempts=2) as model,
        pytest.raises(ModelBusy, match=r"did not answer within 0\.05 seconds"),
    ):
        ask(model)
    assert len(server.questions) == 2


def test_a_server_that_is_not_there_is_busy() -> None:
    with (
        OpenAICompatible("http://127.0.0.1:1/v1", MODEL, attempts=2) as model,
        pytest.raises(ModelBusy, match="could not be reached"),
    ):
        ask(model)


@pytest.mark.parametrize("address", ["not an address", "ftp://127.0.0.1/v1", "http://[::1/v1", ""])
def test_an_address_that_is_none_is_unusable(address: str) -> None:
    with OpenAICompatible(address, MODEL) as model, pytest.raises(ModelUnusable, match="base URL"):
        ask(model)


@pytest.mark.parametrize(
    ("retry_after", "answer"),
    [(None, True), (18.6, 18.6), (60.0, 60.0), (61.0, False)],
)
def test_a_wait_is_heeded_within_bounds(retry_after: float | None, answer: object) -> None:
    assert worth_waiting(ModelBusy("busy", retry_after=retry_after), 60) == answer


def test_a_wait_of_a_day_is_not_waited(server: StandIn, model: OpenAICompatible) -> None:
    server.always = complains(429, RATE_LIMIT, retry_after="86400")
    with pytest.raises(ModelBusy) as raised:
        ask(model)
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
        (answers({"object": "error", "message": "bad", "code": 400}, status=400), ModelRefused),
        (answers({"detail": [{"loc": ["body"], "msg": "bad"}]}, status=422), ModelRefused),
        (answers({"error": {"code": 400, "message": "bad"}}), ModelRefused),
        (says(None, refusal="I cannot help with that."), ModelRefused),
        (says("", finish="content_filter"), ModelRefused),
    ],
)
def test_what_waiting_does_not_mend_is_said_at_once(
    server: StandIn, model: OpenAICompatible, behaviour: Behaviour, error: type[ModelError]
) -> None:
    server.always = behaviour
    with pytest.raises(error) as raised:
        ask(model)
    assert len(server.questions) == 1
    assert KEY not in str(raised.value)


def test_a_refusal_tells_what_it_cost(server: StandIn, model: OpenAICompatible) -> None:
    server.then(says(None, refusal="No."))
    with pytest.raises(ModelRefused, match="gpt-4o refused: No") as raised:
        ask(model)
    assert raised.value.spend == Spend(Tokens(1000, 100), None)


def form(question: Body) -> str:
    return str(question.get("response_format", {}).get("type"))


def test_what_a_server_does_not_accept_is_left_out_and_remembered(
    server: StandIn, model: OpenAICompatible
) -> None:
    message = "Unsupported value: 'temperature' does not support 0 with this model."
    server.always = accepts_no("temperature", message, sent=lambda asked: "temperature" in asked)
    ask(model)
    ask(model)
    assert ["temperature" in question for question in server.questions] == [True, False, False]


def test_a_newer_name_for_the_limit_is_learned(server: StandIn, model: OpenAICompatible) -> None:
    message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    server.always = accepts_no("max_tokens", message, sent=lambda asked: "max_tokens" in asked)
    ask(model)
    assert server.questions[-1]["max_completion_tokens"] == 500


def test_a_limit_that_is_too_large_is_left_out(server: StandIn, model: OpenAICompatible) -> None:
    message = "max_tokens is too large: 500. This model supports at most 64 completion tokens."
    server.always = accepts_no("max_tokens", message, sent=lambda asked: "max_tokens" in asked)
    ask(model)
    assert not {"max_tokens", "max_completion_tokens"} & server.questions[-1].keys()


def test_a_server_without_schemas_is_asked_for_json_then_for_text(
    server: StandIn, model: OpenAICompatible
) -> None:
    server.always = accepts_no(
        "response_format",
        "This response_format type is unavailable now",
        sent=lambda asked: "response_format" in asked,
    )
    ask(model)
    ask(model)
    forms = [form(question) for question in server.questions]
    assert forms == ["json_schema", "json_object", "json_object", "None", "None"]


def test_the_server_of_llama_cpp_for_python_is_given_its_own_form(
    server: StandIn, model: OpenAICompatible
) -> None:
    message = "[{'msg': \"Input should be 'text' or 'json_object'\", 'input': 'json_schema'}]"
    server.then(complains(500, {"message": message, "code": None}), says("fine"))
    assert ask(model) == "fine"
    assert server.questions[-1]["response_format"] == {"type": "json_object", "schema": SCHEMA}


def test_a_model_without_a_system_role_gets_all_in_one_message(
    server: StandIn, model: OpenAICompatible
) -> None:
    server.always = accepts_no(
        "messages[0].role",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        sent=lambda asked: asked["messages"][0]["role"] == "system",
    )
    ask(model)
    (message,) = server.questions[-1]["messages"]
    assert message == {"role": "user", "content": f"Judge as JSON.\n\n{PAPERS}"}


def test_a_complaint_that_nothing_mends_ends(server: StandIn, model: OpenAICompatible) -> None:
    everything = "response_format, temperature, max_tokens and the system role are bad"
    server.always = complains(400, everything)
    with pytest.raises(ModelRefused):
        ask(model)
    assert len(server.questions) == 7


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("where", ["message", "code", "type", "param"])
def test_no_error_and_no_log_shows_the_key(
    server: StandIn,
    model: OpenAICompatible,
    caplog: pytest.LogCaptureFixture,
    status: int,
    where: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    error: dict[str, Any] = {"message": "no", where: f"the key was {KEY}"}
    server.always = complains(status, error)
    with pytest.raises(ModelError) as raised:
        ask(model)
    shown = "".join(traceback.format_exception(raised.value)) + caplog.text + repr(raised.value)
    logged = json.dumps([record.__dict__ for record in caplog.records], default=repr)
    assert KEY not in shown + logged + repr(model)


def test_a_connection_that_breaks_shows_no_key(
    server: StandIn, model: OpenAICompatible, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.always = hangs_up
    with pytest.raises(ModelBusy) as raised:
        ask(model)
    assert KEY not in "".join(traceback.format_exception(raised.value)) + caplog.text


def test_a_key_that_no_header_can_hold_is_refused_without_showing_it() -> None:
    with pytest.raises(KeyMissing) as raised:
        OpenAICompatible("https://127.0.0.1", MODEL, key="sk-\u201cquoted\u201d")
    assert "quoted" not in str(raised.value)


def test_an_error_is_one_short_line(server: StandIn, model: OpenAICompatible) -> None:
    server.always = complains(400, "a\n\x1b[31m" + "b" * 5000)
    with pytest.raises(ModelRefused) as raised:
        ask(model)
    text = str(raised.value)
    assert text.isprintable()
    assert len(text) < 400
