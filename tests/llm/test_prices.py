from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.spending import Cost, Prices, PriceSource, Tokens
from paperlark.llm.prices import context_window, cost, source, worst_case_cost

THEN = datetime(2025, 3, 25, tzinfo=UTC)
OPENAI = "https://api.openai.com/v1"


def test_a_recorded_day_costs_what_its_page_printed() -> None:
    priced = cost("gpt-4o", OPENAI, Tokens(60688, 8612), THEN)
    assert priced == Cost(Decimal("0.15172"), Decimal("0.08612"))


def test_cached_tokens_are_part_of_the_prompt_at_their_own_price() -> None:
    priced = cost("gpt-4o", OPENAI, Tokens(1_000_000, 0, cached=400_000), THEN)
    assert priced == Cost(Decimal("2.0"), Decimal(0))


def test_tokens_written_to_a_cache_have_their_own_price() -> None:
    plain = cost("gpt-5.6", OPENAI, Tokens(4020, 4), THEN)
    written = cost("gpt-5.6", OPENAI, Tokens(4020, 4), THEN, cache_written=4012)
    assert plain is not None
    assert written is not None
    assert written.prompt > plain.prompt


def test_a_recording_without_a_base_url_is_priced_by_its_model() -> None:
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


def test_more_cached_tokens_than_prompt_tokens_have_no_price() -> None:
    assert cost("gpt-4o", OPENAI, Tokens(10, 1, cached=20), THEN) is None


OWN = Prices(prompt=Decimal("0.10"), completion=Decimal("0.40"), cached=Decimal("0.05"))


def test_own_prices_take_precedence() -> None:
    tokens = Tokens(1_000_000, 500_000, cached=200_000)
    expected = Cost(Decimal("0.09"), Decimal("0.20"))
    assert cost("gpt-4o", OPENAI, tokens, THEN, own=OWN) == expected
    assert cost("smollm2", "http://127.0.0.1:8000/v1", tokens, THEN, own=OWN) == expected


def test_a_local_server_may_cost_nothing() -> None:
    free = Prices(Decimal(0), Decimal(0))
    assert cost("smollm2", None, Tokens(1000, 10), THEN, own=free) == Cost(Decimal(0), Decimal(0))


def test_cached_tokens_cost_the_prompt_price_unless_their_own_is_given() -> None:
    alike = replace(OWN, cached=None)
    priced = cost("m", None, Tokens(1_000_000, 0, cached=400_000), THEN, own=alike)
    assert priced == Cost(Decimal("0.10"), Decimal(0))


@pytest.mark.parametrize(
    ("model", "base_url", "own"),
    [
        ("gpt-4o", OPENAI, None),
        ("deepseek-chat", "https://api.deepseek.com/v1", None),
        ("smollm2", None, OWN),
    ],
)
def test_a_batch_service_costs_half(model: str, base_url: str | None, own: Prices | None) -> None:
    tokens, later = Tokens(10_000, 1000), datetime(2026, 11, 1, tzinfo=UTC)
    plain = cost(model, base_url, tokens, later, own=own)
    batch = cost(model, base_url, tokens, later, own=own, batch=True)
    assert plain is not None
    assert batch == Cost(plain.prompt / 2, plain.completion / 2)


def test_a_batch_without_a_known_price_stays_unknown() -> None:
    assert cost("smollm2", None, Tokens(10, 1), THEN, batch=True) is None
    assert worst_case_cost("smollm2", None, Tokens(10, 1), THEN) is None


@given(
    model=st.sampled_from(["gpt-4o", "gpt-5.6", "gpt-5-mini", "o3"]),
    own=st.none() | st.just(OWN),
    limits=st.tuples(st.integers(0, 400_000), st.integers(0, 20_000)),
    shares=st.lists(st.floats(0, 1), min_size=4, max_size=4),
    batch=st.booleans(),
)
def test_no_call_costs_more_than_its_worst_case(
    model: str,
    own: Prices | None,
    limits: tuple[int, int],
    shares: list[float],
    batch: bool,  # noqa: FBT001  # drawn
) -> None:
    prompt, completion = (int(n * share) for n, share in zip(limits, shares, strict=False))
    cached = int(prompt * shares[2])
    written = int((prompt - cached) * shares[3])
    used = cost(
        *(model, OPENAI, Tokens(prompt, completion, cached), THEN),
        cache_written=written,
        own=own,
        batch=batch,
    )
    bound = worst_case_cost(model, OPENAI, Tokens(*limits), THEN, own=own, batch=batch)
    assert used is not None
    assert bound is not None
    assert used.total <= bound


@pytest.mark.parametrize("minute", range(0, 24 * 60, 20))
def test_the_worst_case_covers_a_price_that_rises_during_the_call(minute: int) -> None:
    asked = datetime(2026, 11, 10, tzinfo=UTC) + timedelta(minutes=minute)
    model, url, tokens = "deepseek-chat", "https://api.deepseek.com/v1", Tokens(10_000, 1000)
    bound = worst_case_cost(model, url, tokens, asked)
    assert bound is not None
    for later in (0, 30, 60):
        used = cost(model, url, tokens, asked + timedelta(minutes=later))
        assert used is not None
        assert used.total <= bound


def test_a_price_has_a_source_and_a_date() -> None:
    found = source("gpt-4o", OPENAI, THEN)
    assert found is not None
    assert found.name.startswith("genai-prices 0.")
    assert found.url is not None
    assert found.url.startswith("https://")
    assert found.checked is not None
    assert found.checked > date(2025, 1, 1)


def test_a_price_without_a_check_date_has_that_of_the_list() -> None:
    found = source("babbage-002", OPENAI, THEN)
    assert found is not None
    assert found.checked is not None


def test_own_prices_are_named_as_the_source() -> None:
    assert source("gpt-4o", OPENAI, THEN, own=OWN) == PriceSource("your own prices, [judge.prices]")


def test_an_unknown_price_has_no_source() -> None:
    assert source("smollm2", None, THEN) is None


@pytest.mark.parametrize(
    ("model", "base_url", "tokens"),
    [
        ("gpt-4o", OPENAI, 128_000),
        ("gpt-4", OPENAI, 8192),
        ("gpt-3.5-turbo", OPENAI, 16_385),
        ("gpt-4o", "https://gateway.example.org/v1", 128_000),
        ("openai/gpt-4o", "https://openrouter.ai/api/v1", 128_000),
        ("claude-sonnet-4-5", "http://localhost:4000/v1", 200_000),
        ("llama3.1:8b", "http://localhost:11434/v1", None),
        ("gpt-oss-20b", "http://localhost:8000/v1", None),
        ("deepseek-chat", "http://localhost:8000/v1", None),
        ("gpt-99-that-nobody-made", "http://localhost:8000/v1", None),
        ("no-such-model", OPENAI, None),
        ("", "", None),
    ],
)
def test_the_context_window_is_known_of_hosted_models(
    model: str, base_url: str, tokens: int | None
) -> None:
    assert context_window(model, base_url) == tokens
