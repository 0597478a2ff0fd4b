from __future__ import annotations

import json
import lzma
from itertools import islice
from pathlib import Path

import httpx
import pytest
import toktok
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import ModelRefused
from paperlark.domain.spending import Spend, Tokens
from paperlark.llm.completion import (
    RateLimitHeaders,
    RemainingQuota,
    min_tokens,
    parse_duration,
    parse_rate_limits,
)
from paperlark.llm.openai_compatible import OpenAICompatible
from standins.openai import MODEL, StandIn, says

VOCABULARIES = ("o200k_base", "qwen3.5")
PROMPT = Prompt("Judge as JSON.", " ".join(["bats"] * 3000), {}, 100)


@given(
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.text("aBé1_-.,' \n(\u2019\"$\\\u0947\u093f\u0939")
)
def test_no_vocabulary_has_fewer_than_the_minimum_of_tokens(text: str) -> None:
    counts = [toktok.batch_count([text], name)[0] for name in VOCABULARIES]
    assert min_tokens(text) <= min(counts)


def test_the_minimum_is_close_for_abstracts(shared: Path) -> None:
    with lzma.open(shared / "corpus" / "abstracts.jsonl.xz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["abstract"] for line in islice(lines, 500)]
    least = sum(map(min_tokens, texts))
    for name in VOCABULARIES:
        assert 0.75 < least / sum(toktok.batch_count(texts, name)) < 1


@pytest.mark.parametrize("counted", [1, 2048, 3002])
def test_an_answer_to_a_truncated_prompt_is_refused(server: StandIn, counted: int) -> None:
    usage = {"prompt_tokens": counted, "completion_tokens": 10}
    server.always = says('{"rows": []}', usage=usage)
    with (
        OpenAICompatible(server.base_url, MODEL) as model,
        pytest.raises(ModelRefused) as raised,
    ):
        model.ask(PROMPT)
    assert raised.value.spend == Spend(Tokens(counted, 10), None)
    assert str(raised.value) == (
        f"{server.base_url.split('/')[2]} read {counted} tokens of a prompt of at least 3004: it"
        " truncates prompts that are too long for it: raise its context window (Ollama:"
        " OLLAMA_CONTEXT_LENGTH=8192, or num_ctx in a Modelfile), or put fewer papers into one"
        " question"
    )


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 3004, "completion_tokens": 10},
        {"prompt_tokens": 0, "completion_tokens": 10},  # Ollama, of a prompt that it had cached
        {},
        None,
    ],
)
def test_a_server_that_may_have_read_everything_is_trusted(
    server: StandIn, usage: dict[str, int] | None
) -> None:
    server.always = says("fine", usage=usage)
    with OpenAICompatible(server.base_url, MODEL) as model:
        assert model.ask(PROMPT).text == "fine"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1s", 1),
        ("6m0s", 360),
        ("120ms", 0.12),
        ("1h2m3.5s", 3723.5),
        ("2m59.56s", 179.56),
        ("7.66", 7.66),
        (" 20 s ", 20),
        ("0s", 0),
        ("1d", 86400),
        ("", None),
        ("soon", None),
        ("-1s", None),
        ("1s later", None),
        ("nan", None),
    ],
)
def test_durations_are_parsed_in_every_notation(text: str, expected: float | None) -> None:
    assert parse_duration(text) == pytest.approx(expected)


def test_rate_limit_headers_are_parsed() -> None:
    headers = httpx.Headers(
        {
            "X-RateLimit-Limit-Requests": "60",
            "x-ratelimit-remaining-requests": "59",
            "x-ratelimit-reset-requests": "1s",
            "x-ratelimit-remaining-tokens": "149984",
            "x-ratelimit-reset-tokens": "0.5s",
        }
    )
    assert parse_rate_limits(headers) == RateLimitHeaders(
        RemainingQuota(59, 1.0, 60), RemainingQuota(149984, 0.5)
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-remaining-requests": "5"},
        {"x-ratelimit-reset-requests": "5s"},
        {"x-ratelimit-remaining-requests": "many", "x-ratelimit-reset-requests": "5s"},
        {"x-ratelimit-remaining-requests": "-5", "x-ratelimit-reset-requests": "5s"},
        {"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "2m59.56s"},
        {"x-ratelimit-remaining": "5", "x-ratelimit-reset": "1763823600"},
    ],
)
def test_a_limit_that_is_not_renewed_within_a_minute_is_ignored(
    headers: dict[str, str],
) -> None:
    assert parse_rate_limits(httpx.Headers(headers)) == RateLimitHeaders()


@given(st.dictionaries(st.sampled_from(["remaining", "reset", "limit"]), st.text()))
def test_no_header_crashes_the_parser(parts: dict[str, str]) -> None:
    parse_rate_limits({f"x-ratelimit-{part}-tokens": text for part, text in parts.items()})


def test_combining_marks_are_no_tokens_of_their_own() -> None:
    assert min_tokens("cafe\u0301 noir") == min_tokens("cafe noir") == 2
