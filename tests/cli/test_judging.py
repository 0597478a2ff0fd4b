"""What a profile says reaches the model that judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.commands import Paperlark
from standins.feeds import item, rss
from standins.openai import StandIn

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")


def _with_model(home: Path, server: StandIn, *more: str) -> None:
    table = "\n".join(("[judge]", 'model = "a-model"', f'base_url = "{server.base_url}"', *more))
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f"{table}\n")


def _asked(server: StandIn) -> tuple[str, str]:
    """Return instructions and papers of the first question."""
    system, user = server.questions[0]["messages"]
    return system["content"], user["content"]


def test_the_cut_offs_say_where_there_is_to_be_a_comment(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _with_model(home, server, "[cutoffs]", "relevance = 5", "novelty = 3")
    assert paperlark(*RUN).exit_code == 0
    system, _ = _asked(server)
    assert "relevance is\nat least 4 and novelty at least 2" in system


def test_the_model_is_told_who_wrote_papers_where_the_criteria_ask_for_that(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _with_model(home, server)
    assert paperlark(*RUN).exit_code == 0
    (home / "criteria.md").write_text("## Bats\nRelevant: any work by Ada Lovelace.")
    assert paperlark(*RUN).exit_code == 0
    shown = [question["messages"][1]["content"] for question in server.questions]
    assert ["Authors: Ada Lovelace" in text for text in shown] == [False, True]


@pytest.mark.parametrize(
    ("setting", "most"), [("", 6), ("context = 100000", 16), ("batch_size = 7", 7)]
)
def test_how_many_papers_are_asked_about_at_once(
    paperlark: Paperlark, home: Path, server: StandIn, setting: str, most: int
) -> None:
    abstract = "Sonar of bats over shallow water. " * 40
    many = [
        item(f"oai:arXiv.org:2502.{n:05}v1", title=f"Bats {n}", abstract=abstract)
        for n in range(32)
    ]
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(*many))
    _with_model(home, server, setting)
    assert paperlark(*RUN).exit_code == 0
    assert max(len(asked) for asked in server.asked) == most


def test_the_page_ends_with_what_the_model_was_told(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _with_model(home, server)
    assert paperlark(*RUN).exit_code == 0
    system, _ = _asked(server)
    assert system.strip() in (home / "pages" / "2025-02-26.md").read_text("utf-8")
