"""Recorded exchanges with real servers, replayed: the expected result of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import ModelBusy, ModelError, ModelRefused, ModelUnusable
from paperlark.domain.spending import Tokens
from paperlark.llm.completion import parse_completion
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.rate_limiter import AimdConcurrency, RateLimiter
from standins.hours import FakeTime
from standins.openai import StandIn, answers

# A word, so that no recorded count of tokens is too small for it.
PROMPT = Prompt("", "Hello", {"type": "object"}, longest_answer=100)
HOPS = {"content-encoding", "content-length", "transfer-encoding", "connection"}
"""Headers of one connection, which another one must not repeat."""

EXPECTED: Mapping[str, list[tuple[str, Tokens] | type[ModelError]]] = {
    "vcr_cerebras_chat": [("2 + 2 = 4.", Tokens(43, 9))],
    "vcr_deepseek_cached_tokens": [
        ("Let me load the dice rolling capability!", Tokens(563, 116, 512)),
        ("Let me get your name and roll the die!", Tokens(875, 79)),
        ("🎉 **Congratulations, Anne!**", Tokens(976, 61, 896)),
    ],
    "vcr_deepseek_reasoner_chat": [("Crossing the street safely", Tokens(12, 789))],
    "vcr_gemini_native_max_tokens_empty": [ModelBusy],  # no chat completion: the wrong address
    "vcr_groq_400_tool_use_failed": [
        ModelRefused,
        ("{", Tokens(301, 52)),  # the arguments of a function
        ("The first call failed", Tokens(336, 96, 256)),
    ],
    "vcr_hf_router_finish_length": [("<think>\nHmm, the user just said", Tokens(4, 100))],
    "vcr_ollama_cloud_prompted": [('{"name":"Loki","animal":"cat","age":3}', Tokens(172, 88))],
    "vcr_ollama_local_json_schema": [('{ "city": "Paris", "country": "France" }', Tokens(136, 15))],
    "vcr_openai_chat_400_unsupported_value_o1mini": [ModelRefused],
    "vcr_openai_chat_400_websearch": [ModelRefused],
    "vcr_openai_chat_404_model_not_found": [ModelUnusable],
    "vcr_openai_chat_json_schema_native_output": [
        ("{}", Tokens(71, 12)),
        ('{"city":"Mexico City","country":"Mexico"}', Tokens(92, 15)),
    ],
    "vcr_openai_chat_prompt_cache_e2e": [
        ("OK", Tokens(4020, 4)),
        ("OK", Tokens(4020, 4, 4012)),
    ],
    "vcr_openai_chat_text_response": [ModelBusy],
    "vcr_openrouter_error": [ModelBusy, ModelBusy, ModelBusy],
}
"""For each recorded answer: the beginning of its text and its tokens, or its error."""


@pytest.fixture
def recorded(shared: Path) -> Path:
    return shared / "recorded" / "openai"


@pytest.fixture
def model(server: StandIn) -> Iterator[OpenAICompatible]:
    time = FakeTime()
    limiter = RateLimiter(AimdConcurrency(8), clock=time.clock, wait=time.wait)
    with OpenAICompatible(server.base_url, "recorded", rate_limiter=limiter) as opened:
        yield opened


def answers_in(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [one["response"] for one in yaml.safe_load(file)["interactions"]]


def replay(server: StandIn, response: Mapping[str, Any]) -> None:
    """Make the stand-in answer as recorded, including headers."""
    headers = {
        name: ", ".join(values)
        for name, values in response["headers"].items()
        if name.lower() not in HOPS
    }
    body = response.get("parsed_body") or response["body"]["string"]
    server.always = answers(body, status=response["status"]["code"], headers=headers)


@pytest.mark.parametrize("name", EXPECTED)
def test_recorded_responses_are_classified_and_parsed(
    server: StandIn, model: OpenAICompatible, recorded: Path, name: str
) -> None:
    for response, expected in zip(
        answers_in(recorded / f"{name}.yaml"), EXPECTED[name], strict=True
    ):
        replay(server, response)
        if isinstance(expected, tuple):
            reply = model.ask(PROMPT)
            text, tokens = expected
            assert reply.text.startswith(text)
            assert bool(reply.text) == bool(text)
            assert reply.spend.tokens == tokens
        else:
            with pytest.raises(expected) as raised:
                model.ask(PROMPT)
            assert type(raised.value) is expected


def test_every_recording_is_replayed(recorded: Path) -> None:
    assert {path.stem for path in recorded.glob("vcr_*.yaml")} == set(EXPECTED)


def test_the_message_of_a_provider_behind_a_router_is_shown(
    server: StandIn, model: OpenAICompatible, recorded: Path
) -> None:
    replay(server, answers_in(recorded / "vcr_openrouter_error.yaml")[0])
    with pytest.raises(ModelBusy, match=r"Provider returned error: .* rate-limited upstream"):
        model.ask(PROMPT)


def test_truncated_reasoning_raises_the_reasoning_tokens(
    server: StandIn, model: OpenAICompatible, recorded: Path
) -> None:
    replay(server, answers_in(recorded / "vcr_hf_router_finish_length.yaml")[0])
    model.ask(PROMPT)
    assert model.reasoning_tokens == 400


def test_an_unknown_role_is_left_out(
    server: StandIn, model: OpenAICompatible, recorded: Path
) -> None:
    replay(server, answers_in(recorded / "vcr_openai_chat_400_unsupported_value_o1mini.yaml")[0])
    with pytest.raises(ModelRefused):
        model.ask(PROMPT)
    roles = [[one["role"] for one in question["messages"]] for question in server.questions]
    assert roles == [["system", "user"], ["user"]]


def test_tokens_written_to_a_cache_are_parsed(recorded: Path) -> None:
    bodies = answers_in(recorded / "vcr_openai_chat_prompt_cache_e2e.yaml")
    read = [parse_completion(body["parsed_body"]) for body in bodies]
    written = [one.usage.cache_written for one in read if one and one.usage]
    assert written == [4012, 0]


def test_usage_adds_up_to_the_total_of_every_recorded_answer(recorded: Path) -> None:
    counted = 0
    for path in recorded.glob("vcr_*.yaml"):
        for body in (response.get("parsed_body", {}) for response in answers_in(path)):
            if "usage" in body:
                read = parse_completion(body)
                assert read is not None
                assert read.usage is not None
                assert read.usage.tokens.total == body["usage"]["total_tokens"]
                counted += 1
    assert counted == 14


REPORTED = [
    ModelBusy,  # a rate limit with a wait in its message
    ModelRefused,  # one question larger than a minute's tokens
    ModelUnusable,  # no money
    ModelRefused,  # a temperature, where leaving it out did not help
    ModelRefused,  # a limit, likewise
    ModelBusy,  # Anthropic's rate limit
    ModelRefused,  # a context that is too short
]


def test_errors_reported_by_users_are_classified(
    server: StandIn, model: OpenAICompatible, recorded: Path
) -> None:
    lines = (recorded / "error_bodies_reported.jsonl").read_text(encoding="utf-8").splitlines()
    kinds, waits = [], []
    for line in map(json.loads, lines):
        body = line.get("body") or {"error": line["error"]}
        server.always = answers(body, status=line["http_status"])
        with pytest.raises(ModelError) as raised:
            model.ask(PROMPT)
        kinds.append(type(raised.value))
        waits += [raised.value.retry_after] if isinstance(raised.value, ModelBusy) else []
    assert kinds == REPORTED
    assert waits == [1.574, None]
