from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from paperlark.domain.spending import Cost, Tokens
from paperlark.llm.prices import cost

THEN = datetime(2025, 3, 25, tzinfo=UTC)
OPENAI = "https://api.openai.com/v1"


def test_a_day_of_2025_costs_what_its_page_said() -> None:
    priced = cost("gpt-4o", OPENAI, Tokens(60688, 8612), THEN)
    assert priced == Cost(Decimal("0.15172"), Decimal("0.08612"))


def test_cached_tokens_count_inside_the_prompt_at_their_own_price() -> None:
    priced = cost("gpt-4o", OPENAI, Tokens(1_000_000, 0, cached=400_000), THEN)
    assert priced == Cost(Decimal("2.0"), Decimal(0))


def test_tokens_written_to_a_cache_have_their_own_price() -> None:
    plain = cost("gpt-5.6", OPENAI, Tokens(4020, 4), THEN)
    written = cost("gpt-5.6", OPENAI, Tokens(4020, 4), THEN, cache_written=4012)
    assert plain is not None
    assert written is not None
    assert written.prompt > plain.prompt


def test_a_recording_without_an_address_is_priced_by_its_model() -> None:
    assert cost("gpt-4o", None, Tokens(0, 1_000_000), THEN) == Cost(Decimal(0), Decimal(10))


@pytest.mark.parametrize(
    ("model", "base_url"),
    [
        ("gpt-4o", "http://127.0.0.1:8000/v1"),
        ("gpt-4o", "https://models.example.org/v1"),
        ("gpt-4o", ""),
        ("smollm2", None),
        ("a-model-that-nobody-sells", OPENAI),
    ],
)
def test_an_unknown_price_is_unknown(model: str, base_url: str | None) -> None:
    assert cost(model, base_url, Tokens(1000, 1000), THEN) is None


def test_more_cached_tokens_than_there_were_have_no_price() -> None:
    assert cost("gpt-4o", OPENAI, Tokens(10, 1, cached=20), THEN) is None
