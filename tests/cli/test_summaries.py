"""One sentence of what is new, in the reader's language: on the page, stored, paid for once."""

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

DAY = "2025-02-26"
RUN = ("run", "--date", DAY, "--feeds", "feeds")


@pytest.fixture
def sample(home: Path, server: StandIn) -> Path:
    """Return the bundled days and reader, with a model that writes summaries, in German."""
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").unlink()
    with as_file(files("paperlark").joinpath("sample")) as folder:
        shutil.copytree(folder, home, dirs_exist_ok=True)
    profile = home / "paperlark.toml"
    judge = f'[judge]\nmodel = "gpt-4o"\nsummary = true\nbase_url = "{server.base_url}"\n{PROFILE}'
    profile.write_text(f'language = "de"\n{profile.read_text()}\n{judge}')
    return home


def _page(home: Path) -> dict[str, Any]:
    page: dict[str, Any] = json.loads((home / "pages" / f"{DAY}.json").read_text())
    return page


def test_every_form_of_the_page_has_the_summaries_and_counts_those_that_are_missing(
    paperlark: Paperlark, sample: Path, server: StandIn
) -> None:
    server.always = BillingServer()
    assert paperlark(*RUN).exit_code == 0
    page = _page(sample)
    assert (page["language"], page["summaries"]) == ("de", True)
    met = [
        one["judgement"]
        for one in page["entries"]
        if one["judgement"]
        and one["judgement"]["relevance"] >= 7
        and one["judgement"]["novelty"] >= 6
    ]
    said = [one["summary"] for one in met if one["summary"]]
    missing = len(met) - len(said)
    assert said
    assert missing
    html, markdown = (
        (sample / "pages" / f"{DAY}.{form}").read_text("utf-8") for form in ("html", "md")
    )
    assert html.count('<p class="why"><b>Neu</b> ') == len(said)
    assert markdown.count("**Neu:** ") == len(said)
    arbeiten = "Arbeit" if missing == 1 else "Arbeiten"
    note = f"Zu {missing} {arbeiten} schrieb das Modell keinen brauchbaren Satz."
    assert note in html
    assert note in markdown


def test_the_model_is_asked_in_the_same_question_and_in_the_readers_language(
    paperlark: Paperlark,
    sample: Path,  # noqa: ARG001  # run in there
    server: StandIn,
) -> None:
    server.always = BillingServer()
    assert paperlark(*RUN).exit_code == 0
    assert len(server.questions) == 3
    for one in server.questions:
        assert "in German (de)" in one["messages"][0]["content"]


def test_summaries_are_paid_for_once_and_stay_with_the_page(
    paperlark: Paperlark, sample: Path, server: StandIn
) -> None:
    server.always = BillingServer()
    assert paperlark(*RUN).exit_code == 0
    first = _page(sample)
    server.questions.clear()
    assert paperlark(*RUN).exit_code == 0
    assert server.questions == []
    assert _page(sample)["entries"] == first["entries"]


def test_without_summaries_nothing_is_said_of_them(
    paperlark: Paperlark, sample: Path, server: StandIn
) -> None:
    profile = sample / "paperlark.toml"
    profile.write_text(profile.read_text().replace("summary = true\n", ""))
    server.always = BillingServer()
    assert paperlark(*RUN).exit_code == 0
    page = _page(sample)
    assert "summaries" not in page
    assert {one["judgement"]["summary"] for one in page["entries"] if one["judgement"]} == {""}
    assert "keinen brauchbaren Satz" not in (sample / "pages" / f"{DAY}.html").read_text()


@pytest.mark.slow
def test_an_estimate_is_within_a_tenth_of_what_is_then_billed(
    paperlark: Paperlark, sample: Path, server: StandIn
) -> None:
    till = BillingServer()
    server.always = till
    result = paperlark(*RUN, "--estimate", "--json")
    (expected,) = json.loads(result.stdout)["days"]
    assert paperlark(*RUN).exit_code == 0
    assert expected["questions"] == len(server.questions)
    assert expected["tokens"]["prompt"] == pytest.approx(till.prompt, rel=0.02)
    assert float(expected["cost_usd"]["total"]) == pytest.approx(float(till.billed), rel=0.1)
    assert Decimal(_page(sample)["usage"]["cost_usd"]["total"]) == till.billed
