from __future__ import annotations

import html
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import KeyMissing, ModelError
from paperlark.llm.capabilities import ChatRequest
from paperlark.llm.error_classes import ErrorClass
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.redact import OMITTED, redact, repeats_prompt
from paperlark.llm.retry import Retrying, RetryPolicy
from standins.openai import (
    KEY,
    MODEL,
    Behaviour,
    StandIn,
    answers,
    complains,
    hangs_up,
    says,
    stand_in,
)

SYSTEM = (
    "You read papers for one reader.\n\n# Criteria\n\nI am secretly looking for a way out of string"
    ' theory; mark "swampland" conjectures, über-exotic compactifications & 5-branes.\n'
)
USER = "Paper 412: Bats\nAbstract: Bats in the belfry sleep $\\alpha$ hours by day, and more.\n"
PROMPT = Prompt(SYSTEM, USER, {"type": "object"}, longest_answer=200)
SECRETS = ("I am secretly looking", "way out of string theory", "Bats in the belfry", KEY, KEY[5:])

DISGUISES: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    json.dumps,
    lambda text: json.dumps(json.dumps(json.dumps({"input": text}))),
    lambda text: json.dumps(text, ensure_ascii=False),
    html.escape,
    quote,
    repr,
    lambda text: " ".join(text.split()),
    lambda text: text[len(text) // 3 :],
)


class RecordKeeper(logging.Handler):
    """Keeps all records."""

    def __init__(self) -> None:
        super().__init__(0)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def everything_logged() -> Iterator[list[logging.LogRecord]]:
    """Collect the records of all loggers, at any level."""
    handler = RecordKeeper()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.records
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def shown(error: BaseException | None, records: list[logging.LogRecord]) -> str:
    """Return all that is visible of an error, and of what our side logged."""
    parts = [
        json.dumps(record.__dict__, default=repr) + record.getMessage()
        for record in records
        if record.name != "werkzeug"
    ]
    while error is not None:
        parts += ["".join(traceback.format_exception(error)), repr(error), repr(error.__dict__)]
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


def echoes(
    status: int, where: str, disguise: Callable[[str], str], *, reason: bool, headers: bool
) -> Behaviour:
    """Answer with what was sent, prompt and key, somewhere in the answer."""

    def behaviour(_standing: StandIn, request: Request) -> Response:
        sent = json.loads(request.data)
        texts = [request.headers["Authorization"], *(one["content"] for one in sent["messages"])]
        echo = disguise("\n".join(texts))
        bodies: dict[str, object] = {
            "message": {"error": {"message": f"Bad request: {echo}"}},
            "code": {"error": {"message": "no", "code": echo, "type": echo, "param": echo}},
            "raw": {"error": {"message": "no", "metadata": {"raw": echo}}},
            "detail": {"detail": [{"msg": "bad", "input": sent, "echo": echo}]},
            "list": [{"error": {"message": echo}}],
            "flat": {"object": "error", "message": echo},
            "text": f"<html>{echo}</html>",
            "refusal": {"choices": [{"message": {"refusal": echo}}]},
            "choice": {"choices": [{"error": {"message": echo}, "message": {}}]},
        }
        named = {"X-Echo": quote(echo), "Retry-After": quote(echo)} if headers else {}
        response = answers(bodies[where], status=status, headers=named)(_standing, request)
        if reason:
            response.status = f"{status} {KEY} {' '.join(SYSTEM.split())}".encode(
                "ascii", "replace"
            ).decode()
        return response

    return behaviour


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    status=st.sampled_from([200, 301, 400, 401, 403, 404, 413, 422, 429, 500, 503]),
    where=st.sampled_from(
        ["message", "code", "raw", "detail", "list", "flat", "text", "refusal", "choice"]
    ),
    disguise=st.sampled_from(DISGUISES),
    reason=st.booleans(),
    headers=st.booleans(),
)
@example(status=500, where="message", disguise=str, reason=True, headers=True)
def test_no_error_log_or_repr_shows_key_or_prompt(
    loopback: HTTPServer,
    status: int,
    where: str,
    disguise: Callable[[str], str],
    *,
    reason: bool,
    headers: bool,
) -> None:
    raised: ModelError | None = None
    with (
        stand_in(loopback) as server,
        everything_logged() as records,
        OpenAICompatible(server.base_url, MODEL, key=KEY) as model,
    ):
        server.always = echoes(status, where, disguise, reason=reason, headers=headers)
        try:
            Retrying(model, RetryPolicy(attempts=2)).ask(PROMPT)
        except ModelError as error:
            raised = error
        seen = shown(raised, records) + repr(model) + repr(model._connection)
    letters = "".join(filter(str.isalnum, seen)).casefold()
    for secret in SECRETS:
        assert "".join(filter(str.isalnum, secret)).casefold() not in letters


def test_bytes_that_are_not_http_show_nothing(server: StandIn) -> None:
    def garbage(standing: StandIn, request: Request) -> Response:
        connection = request.environ["werkzeug.socket"]
        connection.sendall(f"{KEY} {' '.join(SYSTEM.split())[:200]}\r\n\r\n".encode("latin-1"))
        return hangs_up(standing, request)

    server.always = garbage
    with (
        everything_logged() as records,
        OpenAICompatible(server.base_url, MODEL, key=KEY) as model,
        pytest.raises(ModelError, match="sent none that can be read") as raised,
    ):
        model.ask(PROMPT)
    seen = shown(raised.value, records)
    assert not [secret for secret in SECRETS if secret in seen]


def test_logs_of_other_requests_are_not_silenced(server: StandIn) -> None:
    with OpenAICompatible(server.base_url, MODEL, key=KEY) as model, everything_logged() as records:
        model.ask(PROMPT)
        assert not [record for record in records if record.name.startswith("http")]
        httpx.post(f"{server.base_url}/chat/completions", json={"messages": [{"content": "?"}]})
    assert [record.name for record in records if record.name == "httpx"] == ["httpx"]


def test_no_repr_shows_key_or_prompt() -> None:
    assert "secretly" not in repr(ChatRequest(MODEL, PROMPT, 0.0)) + repr(PROMPT)
    assert "Bats" not in repr(PROMPT)
    error = ErrorClass("here", 400, SYSTEM, SYSTEM, SYSTEM, None, KEY)
    assert repr(error) == "ErrorClass(server='here', status=400, retry_after=None)"


def test_a_key_is_cut_out_and_the_rest_is_shown(server: StandIn) -> None:
    server.always = complains(401, {"message": f"Incorrect API key provided: {KEY}."})
    with (
        OpenAICompatible(server.base_url, MODEL, key=KEY) as model,
        pytest.raises(ModelError, match=r"Incorrect API key provided: \[secret\]\.: check the key"),
    ):
        model.ask(PROMPT)


def test_text_of_abstracts_decides_nothing(server: StandIn) -> None:
    """A server that repeats an abstract in its error says nothing about credit or waiting."""
    abstract = "Insufficient balance. Please try again in 9999 h. Request too large, temperature."
    prompt = Prompt("Judge as JSON.", f"Paper 412: Bats\nAbstract: {abstract}", {}, 200)
    server.then(complains(500, {"message": f"crashed at: {abstract}"}), says("fine"))
    with OpenAICompatible(server.base_url, MODEL, key=KEY) as model:
        reply = Retrying(model).ask(prompt)
    assert reply.text == "fine"
    assert "temperature" in server.questions[-1]


@pytest.mark.parametrize(
    "words",
    [
        "This model's maximum context length is 6048 tokens. However, you requested 6616 tokens.",
        "Unsupported value: 'temperature' does not support 0.3 with this model.",
        "Incorrect API key provided: sk-a-***************see. You can find your API key at ...",
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported.",
        "The papers are too long.",
        "",
    ],
)
def test_a_servers_own_message_is_shown(words: str) -> None:
    assert redact(words, key=KEY, prompt=SYSTEM + USER) == words


@given(st.text(min_size=60), st.integers(0, 30), st.sampled_from(DISGUISES))
def test_a_part_of_a_prompt_is_recognized(
    prompt: str, start: int, disguise: Callable[[str], str]
) -> None:
    part = prompt[start:]
    letters = "".join(filter(str.isalnum, part))
    if len(letters) >= 24 and part.isascii():
        assert redact(f"no: {disguise(part)}", prompt=prompt) == OMITTED


@given(st.text(), st.text())
def test_no_text_crashes_the_redaction(words: str, prompt: str) -> None:
    line = redact(words, key=prompt, prompt=prompt)
    assert line == "" or line.isprintable()
    assert not repeats_prompt(words, "")


def test_a_key_that_no_header_can_hold_is_refused_without_showing_it() -> None:
    with pytest.raises(KeyMissing) as raised:
        OpenAICompatible("https://127.0.0.1", MODEL, key="sk-\u201cquoted\u201d")
    assert "quoted" not in str(raised.value)
