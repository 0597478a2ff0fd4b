"""What a reader allows to be spent is never exceeded, and the page says what was left for it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal
from html import unescape
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from paperlark.store.day_values import unpack_ranking
from standins.billing import PROFILE, BillingServer
from standins.commands import Paperlark
from standins.openai import StandIn, hangs_up

FIRST, SECOND, LAST = "2025-02-19", "2025-02-26", "2025-03-25"


@pytest.fixture
def till(server: StandIn) -> BillingServer:
    server.always = till = BillingServer()
    return till


@pytest.fixture
def sample(home: Path, server: StandIn) -> Path:
    """Return the bundled days and reader, with a model that bills."""
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").unlink()
    with as_file(files("paperlark").joinpath("sample")) as folder:
        shutil.copytree(folder, home, dirs_exist_ok=True)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'\n[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n')
        profile.write(f"batch_size = 4\n{PROFILE}")
    return home


def allow(home: Path, budget: str) -> None:
    """Set the budget, in place of an earlier one."""
    profile = home / "paperlark.toml"
    text = profile.read_text().partition("[budget]")[0]
    profile.write_text(f"{text}[budget]\n{budget}\n")


def run(paperlark: Paperlark, day: str) -> int:
    return paperlark("run", "--date", day, "--feeds", "feeds").exit_code


def page(home: Path, day: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((home / "pages" / f"{day}.json").read_text())
    return document


def test_a_page_is_never_dearer_than_a_day_may_be(
    paperlark: Paperlark, sample: Path, till: BillingServer
) -> None:
    allow(sample, "day = 0.07")
    result = paperlark("run", "--date", SECOND, "--feeds", "feeds")
    assert result.exit_code == 0
    assert "complete within budget" in " ".join(result.stdout.split())
    assert Decimal(0) < till.billed <= Decimal("0.07")
    made = page(sample, SECOND)
    assert made["status"] == "complete within budget"
    assert Decimal(made["usage"]["cost_usd"]["total"]) == till.billed
    funnel = made["funnel"]
    assert funnel["judged"] > 0
    assert funnel["over_budget"] > 0
    assert funnel["judged"] + funnel["over_budget"] == funnel["shortlisted"] == 37
    assert {one["lack"] for one in made["unjudged"]} == {"over budget"}
    said = f"{funnel['over_budget']} papers over budget: today's budget of $0.07 is"
    markdown = (sample / "pages" / f"{SECOND}.md").read_text().replace("\\", "")
    html = unescape((sample / "pages" / f"{SECOND}.html").read_text())
    assert said in markdown
    assert said in html


def test_the_best_matches_are_read_until_the_budget_ends(
    paperlark: Paperlark, sample: Path, till: BillingServer
) -> None:
    profile = sample / "paperlark.toml"
    profile.write_text(
        profile.read_text().replace("batch_size = 4", "batch_size = 4\nparallel = 1")
    )
    allow(sample, "day = 0.06")
    run(paperlark, SECOND)
    made = page(sample, SECOND)
    left = {one["id"] for one in made["unjudged"]}
    manifest = json.loads((sample / "pages" / f"{SECOND}.manifest.json").read_text())
    judged = {one["paper_id"] for one in manifest["judgements"]}
    with closing(sqlite3.connect(sample / "paperlark.db")) as database:
        query = "SELECT ranking FROM digests WHERE day = ?"
        (ranking,) = database.execute(query, [SECOND]).fetchone()
    ranks = {one.paper_id: one.match.rank for one in unpack_ranking(ranking)}
    assert till.billed <= Decimal("0.06")
    assert judged
    assert max(ranks[one] for one in judged) < min(ranks.get(one, 99) for one in left)


def test_a_larger_budget_has_the_rest_read_and_pays_only_for_that(
    paperlark: Paperlark, sample: Path, till: BillingServer
) -> None:
    allow(sample, "day = 0.07")
    run(paperlark, SECOND)
    before = page(sample, SECOND)["funnel"]["judged"]
    allow(sample, "day = 5")
    assert run(paperlark, SECOND) == 0
    made = page(sample, SECOND)
    assert made["funnel"]["judged"] == 37 > before
    assert Decimal(made["usage"]["cost_usd"]["total"]) == till.billed


def test_a_run_over_many_days_keeps_to_its_bound(
    paperlark: Paperlark, sample: Path, till: BillingServer
) -> None:
    allow(sample, "run = 0.10")
    result = paperlark("run", "--from", FIRST, "--to", LAST, "--feeds", "feeds")
    assert till.billed <= Decimal("0.10")
    assert result.exit_code in {0, 3}
    assert all(page(sample, day)["funnel"]["scanned"] for day in (FIRST, SECOND, LAST))


@pytest.mark.slow
def test_a_month_of_many_runs_keeps_to_its_bound(
    paperlark: Paperlark, sample: Path, till: BillingServer
) -> None:
    allow(sample, "month = 0.12")
    codes = [run(paperlark, day) for day in (FIRST, SECOND, LAST)]
    # The month ends while the second day is judged, and the third is left to the ranker.
    assert codes == [0, 0, 3]
    assert page(sample, LAST)["funnel"]["judged"] == 0
    assert page(sample, LAST)["entries"]
    assert till.billed <= Decimal("0.12")


def test_what_was_lost_counts_in_later_runs(
    paperlark: Paperlark, sample: Path, server: StandIn, till: BillingServer
) -> None:
    server.then(hangs_up)
    run(paperlark, FIRST)
    costs = json.loads(paperlark("cost", "--json").stdout)
    (expense,) = costs["expenses"]
    lost = Decimal(expense["at_most_usd_more"])
    assert lost > Decimal("0.04")
    assert expense["requests_without_price"] == 1
    assert Decimal(costs["this_month"]["spent_usd"]) == till.billed + lost
    made = page(sample, FIRST)
    assert made["usage"]["cost_usd"] is None
    assert Decimal(made["usage"]["at_most_usd"]) == till.billed + lost
    # Enough for a whole day, were it not for what may have been billed.
    allow(sample, f"month = {till.billed + lost + Decimal('0.01')}")
    assert run(paperlark, SECOND) == 3
    assert page(sample, SECOND)["funnel"]["judged"] == 0


WHY = (
    "today's budget of $0.001 is used up (the rest is too little for another question): allow"
    " more with `day`"
)


def test_where_nothing_at_all_can_be_judged_the_ranker_makes_the_page_and_says_why(
    paperlark: Paperlark, sample: Path, server: StandIn, till: BillingServer
) -> None:
    allow(sample, "day = 0.001")
    result = paperlark("run", "--date", SECOND, "--feeds", "feeds")
    assert result.exit_code == 3
    assert f"gpt-4o did not judge 37 papers ({WHY}" in " ".join(result.stdout.split())
    made = page(sample, SECOND)
    assert made["status"] == "partial"
    assert len(made["entries"]) == sum(one["unjudged"] for one in made["entries"]) > 0
    assert server.questions == []
    assert till.billed == 0


def test_where_failing_is_wished_for_a_budget_for_nothing_makes_no_page(
    paperlark: Paperlark, sample: Path, server: StandIn, till: BillingServer
) -> None:
    profile = sample / "paperlark.toml"
    profile.write_text(profile.read_text().replace("[judge]", '[judge]\non_failure = "fail"'))
    allow(sample, "day = 0.001")
    result = paperlark("run", "--date", SECOND, "--feeds", "feeds")
    assert result.exit_code == 1
    assert "none of 37 papers could be judged" in result.stderr
    assert WHY in result.stderr
    assert server.questions == []
    assert till.billed == 0
    assert not (sample / "pages" / f"{SECOND}.json").exists()


def test_a_budget_needs_a_price_before_anything_is_sent(
    paperlark: Paperlark, sample: Path, server: StandIn
) -> None:
    profile = sample / "paperlark.toml"
    profile.write_text(profile.read_text().replace(PROFILE, ""))
    allow(sample, "month = 5")
    result = paperlark("run", "--date", SECOND, "--feeds", "feeds")
    assert result.exit_code == 3
    assert "no price known for gpt-4o at http://127.0.0.1" in result.stderr
    assert "state its price in [judge.prices]" in result.stderr
    assert server.questions == []


def test_a_server_of_one_s_own_that_costs_nothing_is_within_any_budget(
    paperlark: Paperlark, sample: Path, till: BillingServer
) -> None:
    profile = sample / "paperlark.toml"
    free = "[judge.prices]\nprompt = 0\ncompletion = 0\n"
    profile.write_text(profile.read_text().replace(PROFILE, free))
    allow(sample, "month = 0")
    assert run(paperlark, SECOND) == 0
    assert till.prompt > 0
    assert page(sample, SECOND)["usage"]["cost_usd"]["total"] == "0"


def test_the_page_says_what_went_into_a_paper_and_where_the_price_is_from(
    paperlark: Paperlark, sample: Path, till: BillingServer
) -> None:
    result = paperlark("run", "--date", SECOND, "--feeds", "feeds")
    made = page(sample, SECOND)
    per_judged = (till.prompt + till.completion) / 37
    assert made["usage"]["tokens_per_judged"] == round(per_judged, 1)
    judged = sum(one["judgement"] is not None for one in made["entries"])
    said = f"{round(per_judged):,} tokens per judged paper"
    assert said in result.stdout
    for form in ("md", "html"):
        text = (sample / "pages" / f"{SECOND}.{form}").read_text()
        assert said in text
        assert (" per selected paper" in text) == bool(judged)
    manifest = json.loads((sample / "pages" / f"{SECOND}.manifest.json").read_text())
    assert manifest["usage"]["prices"]["source"] == "your own prices, [judge.prices]"
    assert manifest["versions"]["genai-prices"]
