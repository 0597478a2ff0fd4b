from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from paperlark.domain.spending import (
    Budget,
    Cost,
    Expense,
    Period,
    PriceSource,
    Spend,
    Tokens,
)
from paperlark.renderers.costs import (
    month_line,
    so_far,
    source_line,
    spending_document,
    spending_lines,
    total_line,
)
from paperlark.renderers.wording import usage_per_paper

MARCH = Expense(
    period=date(2025, 3, 1),
    model="gpt-4o",
    profile="Bats",
    judged=400,
    selected=20,
    requests=40,
    tokens=Tokens(90_000, 10_000, 8_000),
    without_usage=0,
    cost=Cost(Decimal("0.30"), Decimal("0.10")),
    unpriced=0,
    most=None,
)
FEBRUARY = replace(MARCH, period=date(2025, 2, 1), cost=Cost(Decimal("1.00"), Decimal("0.60")))
LOCAL = replace(
    MARCH, model="llama", cost=Cost(Decimal(0), Decimal(0)), unpriced=40, tokens=Tokens(100, 10)
)
LOST = replace(MARCH, without_usage=3, unpriced=3, most=Decimal("0.05"))


def test_a_month_has_a_bar_beside_its_cost_and_a_paragraph_for_each_model_and_reader() -> None:
    assert list(spending_lines([MARCH, FEBRUARY], Period.MONTH)) == [
        "2025-03     $0.4000  ██████",
        "  gpt-4o for Bats: $0.4000",
        "    400 papers judged, 20 of them selected; 40 requests",
        "    90,000 prompt tokens (8,000 cached), 10,000 completion tokens",
        "    250 tokens per judged paper, 5,000 per selected paper",
        "",
        "2025-02       $1.60  ████████████████████████",
        "  gpt-4o for Bats: $1.60",
        "    400 papers judged, 20 of them selected; 40 requests",
        "    90,000 prompt tokens (8,000 cached), 10,000 completion tokens",
        "    250 tokens per judged paper, 5,000 per selected paper",
        "",
    ]


def test_a_day_is_named_in_full() -> None:
    first, *_ = spending_lines([replace(MARCH, period=date(2025, 3, 7))], Period.DAY)
    assert first.startswith("2025-03-07 ")


def test_an_unknown_price_reads_as_unknown_never_as_zero() -> None:
    text = list(spending_lines([LOCAL], Period.MONTH))
    assert text[0] == "2025-03     unknown"
    assert "  llama for Bats: unknown" in text
    assert "    no known price: 40 of 40 requests" in text
    assert spending_document([LOCAL])[0]["cost_usd"] is None


def test_partly_known_costs_are_marked_and_the_rest_counted() -> None:
    text = list(spending_lines([MARCH, LOCAL], Period.MONTH))
    assert text[0].startswith("2025-03    $0.4000+")
    assert total_line([MARCH, LOCAL]) == (
        "total: $0.4000, plus 40 of 80 requests with no known price"
    )
    lost = list(spending_lines([LOST], Period.MONTH))
    assert "    no token usage reported: 3 of 40 requests" in lost
    assert "    no known price: 3 of 40 requests, at most $0.0500" in lost
    assert total_line([MARCH]) == "total: $0.4000"
    assert total_line([LOCAL]) == "total: unknown"


def test_without_reported_usage_no_tokens_are_shown() -> None:
    silent = replace(LOST, without_usage=40, unpriced=40, tokens=Tokens(0, 0))
    assert not any("tokens" in line for line in spending_lines([silent], Period.MONTH))


def test_names_from_outside_command_no_terminal() -> None:
    odd = replace(MARCH, model="gpt\x1b[31m", profile="Bats\u202e")
    assert all(line.isprintable() for line in spending_lines([odd], Period.MONTH))
    assert source_line("gpt\x1b[31m", None).isprintable()


def test_the_budget_of_the_month_is_shown_if_there_is_one() -> None:
    budget = Budget(month=Decimal(5))
    assert month_line(MARCH.period, Decimal("1.2"), Budget(day=Decimal(1))) is None
    assert month_line(MARCH.period, Decimal("1.2"), budget) == (
        "this month (2025-03, UTC): $1.20 of $5.00 spent or reserved for requests that may still"
        " be billed"
    )


def test_prices_have_a_source_and_a_date() -> None:
    source = PriceSource("genai-prices 0.2.3", "https://example.org/prices", date(2025, 3, 1))
    assert source_line("gpt-4o", source) == (
        "prices of gpt-4o: genai-prices 0.2.3, checked on 2025-03-01\n  https://example.org/prices"
    )
    assert "no price known for llama" in source_line("llama", None)


def test_programs_get_the_same_in_decimals() -> None:
    (record,) = spending_document([LOST])
    assert record == {
        "period": date(2025, 3, 1),
        "model": "gpt-4o",
        "profile": "Bats",
        "judged": 400,
        "selected": 20,
        "requests": 40,
        "tokens": {"prompt": 90_000, "cached": 8_000, "completion": 10_000, "total": 100_000},
        "requests_without_usage": 3,
        "cost_usd": {"prompt": "0.30", "completion": "0.10", "total": "0.40"},
        "requests_without_price": 3,
        "at_most_usd_more": "0.05",
        "tokens_per_judged": 250.0,
        "tokens_per_selected": 5000.0,
    }


@pytest.mark.parametrize(
    ("spend", "said"),
    [
        (Spend(Tokens(1000, 10), Cost(Decimal("0.01"), Decimal("0.002"))), "$0.0120"),
        (Spend(Tokens(1000, 10), None), "1,010 tokens"),
        (Spend(None, None), ""),
    ],
)
def test_a_running_step_says_what_it_spent_so_far(spend: Spend, said: str) -> None:
    assert so_far(spend) == said


@pytest.mark.parametrize(
    ("tokens", "judged", "selected", "said"),
    [
        (Tokens(900, 100), 10, 2, "100 tokens per judged paper, 500 per selected paper"),
        (Tokens(900, 100), 10, 0, "100 tokens per judged paper"),
        (Tokens(900, 100), 0, 0, None),
        (Tokens(0, 0), 10, 2, None),
        (None, 10, 2, None),
    ],
)
def test_tokens_per_paper_are_shown_where_known(
    tokens: Tokens | None, judged: int, selected: int, said: str | None
) -> None:
    assert usage_per_paper(tokens, judged, selected) == said
