from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.llm.completion import (
    RateLimitHeaders,
    RemainingQuota,
    parse_duration,
    parse_rate_limits,
)


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
def test_a_duration_is_read_however_it_is_written(text: str, expected: float | None) -> None:
    assert parse_duration(text) == pytest.approx(expected)


def test_what_is_left_is_read_from_an_answer() -> None:
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
def test_what_does_not_say_when_it_is_renewed_within_a_minute_binds_nobody(
    headers: dict[str, str],
) -> None:
    assert parse_rate_limits(httpx.Headers(headers)) == RateLimitHeaders()


@given(st.dictionaries(st.sampled_from(["remaining", "reset", "limit"]), st.text()))
def test_no_header_breaks_anything(parts: dict[str, str]) -> None:
    parse_rate_limits({f"x-ratelimit-{part}-tokens": text for part, text in parts.items()})
