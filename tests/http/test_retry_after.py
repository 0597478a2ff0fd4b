"""Retry-After is read in one place, whatever its size and form."""

from __future__ import annotations

import pytest
from httpx import Headers
from hypothesis import given
from hypothesis import strategies as st

from paperlark.http.retry_after import LONGEST, retry_after

NOW = 1_740_000_000.0
"""19 February 2025, 21:20:00 UTC."""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "86400"}, 86400.0),
        ({"Retry-After": "99999999999999999"}, LONGEST),
        ({"Retry-After": "9" * 5000}, LONGEST),
        ({"Retry-After": "-7"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "1e9"}, None),
        ({"Retry-After": "Wed, 19 Feb 2025 21:20:30 GMT"}, 30.0),
        ({"Retry-After": "Wed, 19 Feb 2025 21:20:30"}, 30.0),
        ({"Retry-After": "Wed, 19 Feb 2025 21:00:00 GMT"}, 0.0),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, LONGEST),
        ({"Retry-After": "Sat, 01 Jan 2000 00:00:40 GMT",
          "Date": "Sat, 01 Jan 2000 00:00:00 GMT"}, 40.0),
        ({"Retry-After-Ms": "644", "Retry-After": "1"}, 0.644),
        ({"Retry-After-Ms": "soon", "Retry-After": "1"}, 1.0),
    ],
)  # fmt: skip
def test_a_wait_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(Headers(headers), NOW) == seconds


def test_a_date_counts_from_now_where_nothing_else_is_said() -> None:
    assert retry_after(Headers({"Retry-After": "Wed, 19 Feb 2025 21:20:30 GMT"})) == 0


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_header_breaks_it(header: str, date: str) -> None:
    seconds = retry_after({"Retry-After": header, "Date": date}, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST
