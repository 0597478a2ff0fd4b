"""What judging has cost, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from standins.commands import Paperlark
from standins.openai import KEY, StandIn

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")


@pytest.fixture
def paid(home: Path, server: StandIn, paperlark: Paperlark) -> Paperlark:
    """Have a page made that was paid for."""
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n'
            "[judge.prices]\nprompt = 2.5\ncompletion = 10\n[budget]\nmonth = 5\n"
        )
    assert paperlark(*RUN).exit_code == 0
    return paperlark


def test_the_report_says_what_was_paid_for_what(paid: Paperlark) -> None:
    result = paid("cost")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0].startswith("2025-02 $0.00")
    assert "gpt-4o for Bats: $0.0035" in lines
    assert "3 papers judged, 0 of them selected; 1 request" in lines
    assert "1,000 prompt tokens, 100 completion tokens" in lines
    assert "total: $0.0035" in lines
    assert "this month (2025-02, UTC): $0.0035 of $5.00 spent or reserved for" in result.stdout
    assert "prices of gpt-4o: your own prices, [judge.prices]" in lines


def test_the_report_for_programs(paid: Paperlark) -> None:
    document = json.loads(paid("cost", "--by", "day", "--json").stdout)
    (expense,) = document["expenses"]
    assert (expense["period"], expense["model"]) == ("2025-02-26", "gpt-4o")
    assert expense["cost_usd"]["total"] == "0.0035"
    assert document["this_month"] == {
        "month": "2025-02",
        "spent_usd": "0.0035",
        "budget_usd": "5",
    }
    assert document["prices"]["source"] == "your own prices, [judge.prices]"


def test_a_page_made_again_costs_nothing(paid: Paperlark) -> None:
    before = paid("cost").stdout
    paid(*RUN)
    assert paid("cost").stdout == before


def test_a_month_without_expenses_is_said_to_have_none(paid: Paperlark) -> None:
    assert paid("cost", "--month", "2024-12").stdout.startswith(
        "Nothing was paid for in 2024-12.\n"
    )
    assert "gpt-4o for Bats" in paid("cost", "--month", "2025-02").stdout


def test_a_price_that_nobody_knows_is_told_as_unknown(
    home: Path, server: StandIn, paperlark: Paperlark
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n')
    paperlark(*RUN)
    output = paperlark("cost").stdout
    assert "gpt-4o for Bats: unknown" in output
    assert "no known price: 1 of 1 request" in output
    assert "total: unknown" in output
    assert "$0" not in output
    assert "no price known for gpt-4o; set it in [judge.prices]" in output


def test_where_there_is_no_model_it_says_why_there_is_nothing(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark("cost")
    assert result.exit_code == 0
    assert "this profile names no model" in result.stdout
    assert not (home / "paperlark.db").exists()


def test_where_nothing_was_asked_yet_it_says_how_to_know_before(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('[judge]\nmodel = "gpt-4o"\n')
    output = paperlark("cost").stdout
    assert "gpt-4o was never asked" in output
    assert "paperlark today --estimate" in output
    assert "prices of gpt-4o: genai-prices " in output
    assert ", checked on 20" in output


def test_a_month_is_written_in_one_way(paperlark: Paperlark, home: Path) -> None:  # noqa: ARG001
    result = paperlark("cost", "--month", "February")
    assert result.exit_code == 2
    assert "write it like 2025-02" in result.stderr


def test_what_was_restored_counts_in_the_month_of_its_page(paid: Paperlark, home: Path) -> None:
    (home / "paperlark.db").unlink()
    assert paid("restore").exit_code == 0
    assert "total: $0.0035" in paid("cost", "--month", "2025-02").stdout
