"""Criteria in another language: told without a model, translated once with one."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from standins.commands import Paperlark
from standins.feeds import item, rss
from standins.openai import KEY, Behaviour, StandIn, complains, judges, says

TUESDAY, WEDNESDAY = "2025-02-25", "2025-02-26"
GERMAN = "## Fledermäuse\nRelevant: Echoortung und Flugverhalten der Fledermäuse.\nNicht: Viren."
ENGLISH = "## Bats\nRelevant: sonar and flight of bats.\nNot relevant: viruses."
PRICES = "[judge.prices]\nprompt = 2.50\ncompletion = 10\n"
ALMOST_NONE = "your criteria share almost no words with the papers, which are in English"


def answers_with(*replies: str) -> Behaviour:
    """Translate with the next reply, the last one again and again, and judge what is a paper."""
    waiting = list(replies)

    def behaviour(standing: StandIn, request: Request) -> Response:
        if not is_translation(json.loads(request.data)):
            return judges()(standing, request)
        return says(waiting.pop(0) if len(waiting) > 1 else waiting[0])(standing, request)

    return behaviour


def is_translation(question: Any) -> bool:
    return str(question["messages"][0]["content"]).startswith("You translate")


def translations(server: StandIn) -> list[str]:
    """Return the texts that the model was asked to translate."""
    return [one["messages"][1]["content"] for one in server.questions if is_translation(one)]


def in_json(english: str) -> str:
    return json.dumps({"english": english})


@pytest.fixture
def german(home: Path) -> Path:
    """Return the home of one who writes German, with two days of papers on bats and others."""
    (home / "criteria.md").write_text(GERMAN, "utf-8")
    for day, first in ((TUESDAY, 10), (WEDNESDAY, 20)):
        papers = [
            item(
                f"oai:arXiv.org:2502.000{number}v1",
                title=title,
                abstract=f"{title}: what is known of {title.lower()}, and what we have measured.",
            )
            for number, title in enumerate(
                ("Tax reform", "Galaxy mergers", "Sonar of flying bats", "Prime gaps"), first
            )
        ]
        stamped = f"{day[-2:]} Feb 2025"
        (home / "feeds" / f"{day}.cs.LG.rss.xml").write_bytes(rss(*papers, stamp=stamped))
    return home


def with_model(home: Path, server: StandIn, *more: str) -> None:
    table = ("[judge]", 'model = "gpt-4o"', f'base_url = "{server.base_url}"', PRICES, *more)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write("\n".join(table) + "\n")


def run(paperlark: Paperlark, day: str = WEDNESDAY, *more: str) -> int:
    return paperlark("run", "--date", day, "--feeds", "feeds", *more).exit_code


def page(home: Path, day: str = WEDNESDAY) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((home / "pages" / f"{day}.json").read_text("utf-8"))
    return document


def notes(home: Path, day: str = WEDNESDAY) -> str:
    return " ".join(page(home, day)["notes"])


def ranks(home: Path) -> dict[str, int]:
    return {one["title"]: one["match"]["rank"] for one in page(home)["entries"]}


def test_without_a_model_the_page_and_the_terminal_say_so_with_the_way_out(
    paperlark: Paperlark, german: Path
) -> None:
    result = paperlark("run", "--date", WEDNESDAY, "--feeds", "feeds")
    assert result.exit_code == 0
    said = " ".join(result.output.split())
    for text in (said, notes(german), unescape((german / f"pages/{WEDNESDAY}.html").read_text())):
        assert ALMOST_NONE in text
        assert "write them in English, or name a model in [judge]" in text


@pytest.mark.parametrize(
    "command", [("run", "--from", TUESDAY, "--to", WEDNESDAY), ("morning", "--no-wait")]
)
def test_a_run_over_several_days_and_a_morning_say_so_once(
    paperlark: Paperlark, german: Path, command: tuple[str, ...]
) -> None:
    assert german.is_dir()
    result = paperlark(*command, "--feeds", "feeds")
    assert result.exit_code == 0
    assert result.output.count(ALMOST_NONE) == 1


def test_without_a_model_nothing_is_shown_as_a_match(paperlark: Paperlark, german: Path) -> None:
    assert run(paperlark) == 0
    made = page(german)
    assert made["entries"]
    assert all(one["outside"] for one in made["entries"])
    assert all(one["match"]["topic"] is None for one in made["entries"])


def test_without_a_model_doctor_warns(paperlark: Paperlark, german: Path) -> None:
    assert german.is_dir()
    result = paperlark("doctor", "--offline")
    assert f"warning language: {ALMOST_NONE}" in result.output
    assert "-> write them in English, or name a model" in result.output


def test_a_script_without_spaces_is_not_called_short(paperlark: Paperlark, home: Path) -> None:
    (home / "criteria.md").write_text("我研究蝙蝠的回声定位和飞行行为。", "utf-8")
    said = paperlark("doctor", "--offline").output
    assert "very short" not in said
    assert f"warning language: {ALMOST_NONE}" in said


def test_with_a_model_the_translation_ranks_and_the_own_text_is_judged_by(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    server.always = answers_with(in_json(ENGLISH))
    with_model(german, server, "[cutoffs]", "relevance = 1", "novelty = 1")
    assert run(paperlark) == 0
    assert translations(server) == [GERMAN]
    assert ranks(german)["Sonar of flying bats"] == 1
    judged = [one for one in server.questions if not is_translation(one)]
    assert all(GERMAN in one["messages"][0]["content"] for one in judged)
    assert page(german)["entries"][0]["match"]["topic"] in {"Bats", None}
    made = page(german)
    assert made["translation"] == ENGLISH
    assert GERMAN in made["prompt"]
    for file in (f"{WEDNESDAY}.html", f"{WEDNESDAY}.md"):
        text = unescape((german / "pages" / file).read_text("utf-8"))
        assert ENGLISH in text
        assert "your criteria were translated into English by gpt" in text.replace("\\", "")


def test_a_text_is_paid_for_once_and_a_changed_one_once_more(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    server.always = answers_with(in_json(ENGLISH))
    with_model(german, server)
    for day in (TUESDAY, WEDNESDAY, WEDNESDAY):
        assert run(paperlark, day) == 0
    assert len(translations(server)) == 1
    other = GERMAN.replace("Viren", "Haustiere")
    (german / "criteria.md").write_text(other, "utf-8")
    assert run(paperlark) == 0
    assert run(paperlark) == 0
    assert translations(server) == [GERMAN, other]
    # Back to the first text: known already.
    (german / "criteria.md").write_text(GERMAN, "utf-8")
    assert run(paperlark) == 0
    assert len(translations(server)) == 2


def test_the_translation_counts_in_cost(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    server.always = answers_with(in_json(ENGLISH))
    with_model(german, server)
    assert run(paperlark) == 0
    (expense,) = json.loads(paperlark("cost", "--json").stdout)["expenses"]
    assert expense["requests"] == len(server.questions)
    assert expense["model"] == "gpt-4o"
    usage = page(german)["usage"]
    assert usage["requests"] == len(server.questions)
    assert usage["cost_usd"]["total"] == expense["cost_usd"]["total"]


def test_a_run_killed_between_translation_and_page_does_not_pay_again(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    translate = answers_with(in_json(ENGLISH))
    with_model(german, server)
    command = [sys.executable, "-m", "paperlark", "run", "--date", WEDNESDAY, "--feeds", "feeds"]

    def kills(standing: StandIn, request: Request) -> Response:
        if not is_translation(json.loads(request.data)):
            process.kill()
        return translate(standing, request)

    server.always = kills
    with subprocess.Popen(command, cwd=german) as process:  # noqa: S603  # this project's
        assert process.wait(100) == -signal.SIGKILL
    assert len(translations(server)) == 1
    assert not (german / "pages" / f"{WEDNESDAY}.json").exists()
    server.always = translate
    assert run(paperlark) == 0
    assert len(translations(server)) == 1


def test_a_budget_of_0_translates_nothing(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    with_model(german, server, "[budget]", "month = 0")
    assert run(paperlark) == 3
    assert server.questions == []


def test_a_budget_used_up_by_the_translation_is_not_exceeded(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    server.always = answers_with(in_json(ENGLISH))
    with_model(german, server, "[budget]", "day = 0.022")
    run(paperlark)
    (expense,) = json.loads(paperlark("cost", "--json").stdout)["expenses"]
    assert float(expense["cost_usd"]["total"]) <= 0.022


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "no translation"),
        ("Sure, I can help you with that!", "no translation"),
        ('{"rows": []}', "no translation"),
        (in_json("  "), "no translation"),
        (in_json("Bats."), "far too short"),
        (in_json("sonar of bats " * 200), "far too long"),
        (in_json(GERMAN), "not in English"),
        (in_json("<!-- sonar of bats, and flight of bats, but not viruses -->"), "no interests"),
    ],
)
def test_an_unusable_translation_is_a_note_and_the_page_is_made(
    paperlark: Paperlark, german: Path, server: StandIn, reply: str, reason: str
) -> None:
    server.always = answers_with(reply)
    with_model(german, server)
    assert run(paperlark) == 0
    assert f"{ALMOST_NONE}, so no paper is ranked by them; they could not be" in notes(german)
    assert reason in notes(german)
    assert page(german)["funnel"]["judged"] == 4


def test_rubbish_is_paid_for_three_times_at_most(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    server.always = answers_with("rubbish")
    with_model(german, server)
    for _ in range(5):
        assert run(paperlark) == 0
    assert len(translations(server)) == 3
    assert "no usable translation in 3 attempts" in notes(german)
    assert "gave no usable translation" in paperlark("doctor", "--offline").output


def test_a_failed_attempt_is_made_again_by_the_next_run(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    server.always = answers_with("rubbish", in_json(ENGLISH))
    with_model(german, server)
    assert run(paperlark) == 0
    assert "could not be translated" in notes(german)
    assert run(paperlark) == 0
    assert "were translated into English by gpt-4o" in notes(german)


def test_a_server_that_refuses_is_a_note_without_key_or_criteria(
    paperlark: Paperlark, german: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def refuses(standing: StandIn, request: Request) -> Response:
        if is_translation(json.loads(request.data)):
            error = {"message": f"policy: {GERMAN} {KEY}", "type": "policy", "code": "policy"}
            return complains(403, error)(standing, request)
        return judges()(standing, request)

    server.always = refuses
    with_model(german, server)
    run(paperlark)
    made = [one.read_text("utf-8") for one in (german / "pages").glob("*.json")]
    assert any("could not be translated" in text for text in made)
    assert not any(KEY in text or "Echoortung" in notes(german) for text in made)


def test_private_criteria_are_translated_and_their_translation_is_on_no_page(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    server.always = answers_with(in_json(ENGLISH))
    profile = german / "paperlark.toml"
    profile.write_text(f"show_criteria = false\n{profile.read_text()}")
    with_model(german, server)
    assert run(paperlark) == 0
    assert "translated into English by gpt-4o for the ranking" in notes(german)
    for file in (german / "pages").iterdir():
        text = unescape(file.read_text("utf-8"))
        assert "flight of bats" not in text
        assert "Echoortung" not in text


def test_without_the_model_a_stored_translation_is_used(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    server.always = answers_with(in_json(ENGLISH))
    with_model(german, server)
    assert run(paperlark, TUESDAY) == 0
    assert run(paperlark, WEDNESDAY, "--no-llm") == 0
    assert len(translations(server)) == 1
    assert page(german)["entries"][0]["title"] == "Sonar of flying bats"


def test_before_it_is_translated_a_page_without_the_model_says_what_to_do(
    paperlark: Paperlark, german: Path, server: StandIn
) -> None:
    with_model(german, server)
    assert run(paperlark, WEDNESDAY, "--no-llm") == 0
    assert "the next page with the model translates them once" in notes(german)
    assert server.questions == []


def test_doctor_shows_the_translation(paperlark: Paperlark, german: Path, server: StandIn) -> None:
    server.always = answers_with(in_json(ENGLISH))
    with_model(german, server)
    assert "gpt-4o translates them once" in paperlark("doctor", "--offline").output
    assert run(paperlark) == 0
    said = re.sub(r"\s+", " ", paperlark("doctor", "--offline").output)
    assert "translated by gpt-4o for the ranking: ## Bats / Relevant: sonar and flight" in said


def test_english_criteria_are_never_translated(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    with_model(home, server)
    assert run(paperlark) == 0
    assert translations(server) == []
    assert page(home)["notes"] == []
    assert "translation" not in page(home)


def test_an_estimate_sends_nothing(paperlark: Paperlark, german: Path, server: StandIn) -> None:
    with_model(german, server)
    result = paperlark("run", "--date", WEDNESDAY, "--feeds", "feeds", "--estimate")
    assert result.exit_code == 0
    assert server.questions == []
