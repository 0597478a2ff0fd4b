"""What a page will cost, said before anything is sent."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from standins.billing import PROFILE, BillingServer
from standins.commands import Paperlark
from standins.openai import StandIn

DAYS = ("2025-02-19", "2025-02-26", "2025-03-25")


@pytest.fixture
def sample(home: Path, server: StandIn) -> Path:
    """Return the bundled days and reader, with a model that bills."""
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").unlink()
    with as_file(files("paperlark").joinpath("sample")) as folder:
        shutil.copytree(folder, home, dirs_exist_ok=True)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'\n[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n{PROFILE}')
    return home


def estimated(paperlark: Paperlark, day: str) -> dict[str, Any]:
    result = paperlark("run", "--date", day, "--feeds", "feeds", "--estimate", "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


@pytest.mark.slow
def test_an_estimate_is_within_a_tenth_of_what_is_then_billed(
    paperlark: Paperlark, sample: Path, server: StandIn
) -> None:
    for day in DAYS:
        till = BillingServer()
        server.always = till
        (expected,) = estimated(paperlark, day)["days"]
        assert server.questions == []
        assert not (sample / "pages" / f"{day}.json").exists()
        assert paperlark("run", "--date", day, "--feeds", "feeds").exit_code == 0
        assert expected["questions"] == len(server.questions)
        assert expected["tokens"]["prompt"] == pytest.approx(till.prompt, rel=0.02)
        assert float(expected["cost_usd"]["total"]) == pytest.approx(float(till.billed), rel=0.1)
        page = json.loads((sample / "pages" / f"{day}.json").read_text())
        assert Decimal(page["usage"]["cost_usd"]["total"]) == till.billed
        assert expected["to_be_read"] == page["funnel"]["judged"]
        server.questions.clear()


def test_what_was_paid_is_not_estimated_again(
    paperlark: Paperlark,
    sample: Path,  # noqa: ARG001  # run in there
    server: StandIn,
) -> None:
    server.always = BillingServer()
    paperlark("run", "--date", DAYS[0], "--feeds", "feeds")
    (again,) = estimated(paperlark, DAYS[0])["days"]
    assert (again["to_be_read"], again["already_paid"], again["questions"]) == (0, 41, 0)
    assert Decimal(again["cost_usd"]["total"]) == 0


def test_an_estimate_says_what_it_is_made_of(
    paperlark: Paperlark, sample: Path, server: StandIn
) -> None:
    with (sample / "paperlark.toml").open("a") as profile:
        profile.write("[budget]\nday = 0.05\nmonth = 5\n")
    result = paperlark("run", "--date", DAYS[1], "--feeds", "feeds", "--estimate")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "Wednesday, 26 February 2025"
    assert "to be read 37 of 37 papers" in lines
    assert "already paid 0" in lines
    assert any(line.startswith("questions 3") for line in lines)
    assert "left of the day $0.0500 of $0.0500" in lines
    assert "left of the month $5.00 of $5.00" in lines
    assert "prices of gpt-4o: your own prices, [judge.prices]" in lines
    assert lines[-1] == "Nothing was sent to the model, and no page was written."
    assert server.questions == []
    assert not (sample / "pages").exists()


def test_an_estimate_over_the_budget_says_so(paperlark: Paperlark, sample: Path) -> None:
    with (sample / "paperlark.toml").open("a") as profile:
        profile.write("[budget]\nmonth = 0.01\n")
    document = estimated(paperlark, DAYS[0])
    assert document["days"][0]["fits"] is False
    result = paperlark("run", "--date", DAYS[0], "--feeds", "feeds", "--estimate")
    assert "more than is left to spend: the best matches are read until then" in result.output


@pytest.mark.slow
def test_a_range_is_estimated_day_by_day_and_added_up(paperlark: Paperlark, sample: Path) -> None:  # noqa: ARG001
    arguments = ("run", "--from", DAYS[0], "--to", DAYS[2], "--feeds", "feeds", "--estimate")
    document = json.loads(paperlark(*arguments, "--json").stdout)
    assert [one["day"] for one in document["days"]] == list(DAYS)
    costs = [Decimal(one["cost_usd"]["total"]) for one in document["days"]]
    assert Decimal(document["cost_usd"]["total"]) == sum(costs)
    assert "3 days: about $" in paperlark(*arguments).stdout


def test_a_day_that_cannot_be_had_does_not_stop_the_next(
    paperlark: Paperlark, sample: Path
) -> None:
    for name in ("cs.LG", "cs.AI"):
        (sample / "feeds" / f"{DAYS[1]}.{name}.rss.xml.gz").write_bytes(b"no feed")
    arguments = ("run", "--from", DAYS[0], "--to", DAYS[2], "--feeds", "feeds", "--estimate")
    result = paperlark(*arguments, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert [one["day"] for one in document["days"]] == [DAYS[0], DAYS[2]]
    assert list(document["errors"]) == [DAYS[1]]


def test_a_model_of_unknown_price_costs_the_unknown_and_not_nothing(
    paperlark: Paperlark, sample: Path
) -> None:
    profile = sample / "paperlark.toml"
    profile.write_text(profile.read_text().replace(PROFILE, ""))
    document = estimated(paperlark, DAYS[0])
    assert document["days"][0]["cost_usd"] is None
    assert document["prices"] is None
    result = paperlark("run", "--date", DAYS[0], "--feeds", "feeds", "--estimate")
    assert "no price known for gpt-4o; set it in [judge.prices]" in result.output


def test_an_estimate_needs_no_key(paperlark: Paperlark, sample: Path) -> None:
    profile = sample / "paperlark.toml"
    text = profile.read_text()
    profile.write_text(
        text.replace('model = "gpt-4o"\n', 'model = "gpt-4o"\nkey_variable = "NO"\n')
    )
    assert estimated(paperlark, DAYS[0])["days"][0]["to_be_read"] == 41


def test_without_a_model_there_is_nothing_to_estimate(paperlark: Paperlark, home: Path) -> None:  # noqa: ARG001
    result = paperlark("run", "--date", "2025-02-26", "--feeds", "feeds", "--estimate")
    assert result.exit_code == 1
    assert "the profile names no model" in result.stderr


@pytest.mark.parametrize("other", [("--no-llm",), ("--judgements", "judged.jsonl")])
def test_an_estimate_is_about_a_model(paperlark: Paperlark, other: tuple[str, ...]) -> None:
    result = paperlark("run", "--date", "2025-02-26", "--feeds", "feeds", "--estimate", *other)
    assert result.exit_code == 2
    assert "--estimate is about a model" in result.stderr


def test_today_is_estimated_too(paperlark: Paperlark, sample: Path) -> None:  # noqa: ARG001
    result = paperlark("today", "--feeds", "feeds", "--estimate")
    assert result.exit_code == 0
    assert result.stdout.startswith("Wednesday, 26 February 2025\n")
