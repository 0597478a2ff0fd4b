from __future__ import annotations

import httpx
import pytest

from paperlark.domain.errors import ModelBusy, ModelError, ModelRefused
from paperlark.llm.error_classes import classify_error


def error_of(status: int, payload: object, **headers: str) -> ModelError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpx.Request("POST", "https://api.example.org/v1/chat/completions")
    response = httpx.Response(status, json=payload, headers=named, request=request)
    found = classify_error(response, payload)
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
def test_a_wait_is_parsed_from_the_message(message: str, seconds: float | None) -> None:
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
def test_a_wait_is_parsed_from_the_retry_after_header(header: str, seconds: float | None) -> None:
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    error = error_of(429, {"error": {"message": "slow"}}, retry_after=header, date=date)
    assert isinstance(error, ModelBusy)
    assert error.retry_after == seconds


def test_a_request_that_is_too_large_gets_a_hint() -> None:
    error = error_of(429, {"error": {"message": "Request too large for gpt-4o"}})
    assert isinstance(error, ModelRefused)
    assert str(error).endswith("put fewer papers into one question")


@pytest.mark.parametrize(
    ("wait", "shown_message"),
    [("30", "slow"), ("3600", "slow: it asks to wait 3600 s before the next request")],
)
def test_a_long_wait_is_reported(wait: str, shown_message: str) -> None:
    error = error_of(429, {"error": {"message": "slow"}}, retry_after=wait)
    assert str(error) == f"api.example.org answered 429: {shown_message}"


def test_a_wait_in_milliseconds_is_parsed() -> None:
    headers = {"retry_after_ms": "644", "retry_after": "1"}
    error = error_of(429, {"error": {"message": "slow"}}, **headers)
    assert isinstance(error, ModelBusy)
    assert error.retry_after == 0.644
