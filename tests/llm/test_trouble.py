from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

from paperlark.domain.errors import ModelBusy, ModelError, ModelRefused
from paperlark.llm import completion, trouble


def error_of(status: int, payload: object, **headers: str) -> ModelError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpx.Request("POST", "https://api.example.org/v1/chat/completions")
    response = httpx.Response(status, json=payload, headers=named, request=request)
    found = trouble.find(response, payload)
    assert found is not None
    return found.error()


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached. Please try again in 18.642s. Visit us.", 18.642),
        ("Please try again in 644ms.", 0.644),
        ("Please try again in 6m0s.", 360),
        ("Please try again in 1h2m3.5s", 3723.5),
        ("Please retry in 34.07s.", 34.07),
        ("try again in 20 seconds", 20),
        ("Please try again later", None),
        ("Limit 3, try again", None),
    ],
)
def test_a_wait_is_read_from_the_message(message: str, seconds: float | None) -> None:
    error = error_of(429, {"error": {"message": message}})
    assert isinstance(error, ModelBusy)
    assert error.retry_after == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0),
        ("soon", None),
        ("nan", None),
        ("-1", None),
    ],
)
def test_a_wait_is_read_from_the_header(header: str, seconds: float | None) -> None:
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    error = error_of(429, {"error": {"message": "slow"}}, retry_after=header, date=date)
    assert isinstance(error, ModelBusy)
    assert error.retry_after == seconds


def test_what_the_provider_behind_a_router_said_is_told() -> None:
    metadata = {"raw": "rate-limited upstream"}
    error = error_of(429, {"error": {"message": "Provider error", "metadata": metadata}})
    assert str(error) == "api.example.org answered 429: Provider error: rate-limited upstream"


def test_errors_that_users_reported_are_told_apart(shared: Path) -> None:
    reported = (
        (shared / "recorded" / "openai" / "error_bodies_reported.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    kinds = []
    for line in map(json.loads, reported):
        body = line.get("body") or {"error": line["error"]}
        kinds.append(type(error_of(line["http_status"], body)).__name__)
    assert kinds == [
        "ModelBusy",  # a rate limit with a wait in its message
        "ModelRefused",  # one question larger than a minute's tokens
        "ModelUnusable",  # no money
        "ModelRefused",  # a temperature, where leaving it out did not help
        "ModelRefused",  # a limit, likewise
        "ModelBusy",  # Anthropic's rate limit
        "ModelRefused",  # a context that is too short
    ]


def test_usage_is_read_from_every_recorded_completion(shared: Path) -> None:
    counted = 0
    for path in (shared / "recorded" / "openai").glob("vcr_*.yaml"):
        text = path.read_text(encoding="utf-8")
        for block in re.findall(r"^ {6}usage:\n((?: {8}.*\n)+)", text, re.MULTILINE):
            usage = _mapping(block)
            payload = {"choices": [{"message": {"content": ""}}], "usage": usage}
            read = completion.read(payload)
            assert read is not None
            assert read.usage is not None
            assert read.usage.tokens.total == usage["total_tokens"]
            counted += 1
    assert counted >= 10


def _mapping(block: str) -> dict[str, object]:
    """Read the two levels of YAML that a recorded usage has."""
    fields: dict[str, object] = {}
    inner: dict[str, object] = {}
    for line in block.splitlines():
        key, _, value = line.strip().partition(": ")
        target = inner if line.startswith(" " * 10) else fields
        if value:
            target[key] = int(value) if value.isdigit() else None
        else:
            inner = {}
            fields[key.rstrip(":")] = inner
    return fields


def test_a_refusal_for_its_size_says_what_to_do() -> None:
    error = error_of(429, {"error": {"message": "Request too large for gpt-4o"}})
    assert isinstance(error, ModelRefused)
    assert str(error).endswith("put fewer papers into one question")
