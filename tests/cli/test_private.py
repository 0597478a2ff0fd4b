"""A reader who keeps their criteria to themselves: not a line of them is published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from standins.commands import Paperlark
from standins.openai import StandIn, complains, judges

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
CRITERIA = """\
# What I read for project Nightjar

## Bats that hunt by sonar
Relevant: bats and their sonar, above all how they tell an echo from another bat's call.
Not relevant: bats as carriers of a virus.

## Quiet wings
Keep: how feathers and skin silence a flight.

Keywords: sonar of bats, silent flight
"""


def _lines() -> list[str]:
    """Return every line of the criteria, and each again without what marks it up."""
    lines = [line.strip() for line in CRITERIA.splitlines() if line.strip()]
    bare = [line.lstrip("# ").split(": ", 1)[-1] for line in lines]
    return [*lines, *bare]


def _found(home: Path) -> set[str]:
    """Return the lines that stand in any published file."""
    files = [path.read_bytes() for path in (home / "pages").iterdir()]
    return {line for line in _lines() for content in files if line.encode() in content}


def _profile(home: Path, server: StandIn, *, shown: bool) -> None:
    (home / "criteria.md").write_text(CRITERIA)
    (home / "paperlark.toml").write_text(
        'name = "Bats"\ncategories = ["cs.LG"]\n'
        f"show_criteria = {str(shown).lower()}\n"
        "[cutoffs]\nrelevance = 1\nnovelty = 1\n"
        f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n'
    )


@pytest.mark.parametrize("options", [(), ("--no-llm",)])
def test_no_line_of_the_criteria_is_in_any_file(
    paperlark: Paperlark, home: Path, server: StandIn, options: tuple[str, ...]
) -> None:
    _profile(home, server, shown=False)
    assert paperlark(*RUN, *options).exit_code == 0
    assert _found(home) == set()
    page = (home / "pages" / "2025-02-26.html").read_text()
    assert "The reader keeps the selection prompt private." in page
    assert json.loads((home / "pages" / "2025-02-26.manifest.json").read_text())["criteria"]


@pytest.mark.parametrize("options", [(), ("--no-llm",)])
def test_every_line_is_there_unless_the_profile_says_so(
    paperlark: Paperlark, home: Path, server: StandIn, options: tuple[str, ...]
) -> None:
    _profile(home, server, shown=True)
    paperlark(*RUN, *options)
    assert _found(home) == set(_lines())
    page = json.loads((home / "pages" / "2025-02-26.json").read_text())
    # Among papers that are all alike, as these are, none may be nearer to a topic than another.
    assert {entry["match"]["topic"] for entry in page["entries"]} - {None} <= set(_lines())


def test_a_comment_that_quotes_the_criteria_is_published_without_the_quotation(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _profile(home, server, shown=False)
    quotation = f"It belongs to BATS THAT HUNT  BY SONAR. You say: {' '.join(CRITERIA.split())}"
    server.always = judges(lambda rows: [{**row, "comment": quotation} for row in rows])
    assert paperlark(*RUN).exit_code == 0
    assert _found(home) == set()
    page = json.loads((home / "pages" / "2025-02-26.json").read_text())
    comment = page["entries"][0]["judgement"]["comment"]
    assert comment.startswith("It belongs to […]. You say: ")


def test_private_criteria_stay_private_when_the_page_is_restored(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _profile(home, server, shown=False)
    paperlark(*RUN)
    before = (home / "pages" / "2025-02-26.json").read_bytes()
    (home / "paperlark.db").unlink()
    assert paperlark("restore").exit_code == 0
    assert paperlark("show", "--json").stdout.encode() == before


def test_a_server_that_repeats_the_question_does_not_publish_it(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _profile(home, server, shown=False)
    server.always = complains(400, {"message": f"I cannot answer this: {CRITERIA}"})
    result = paperlark(*RUN)
    assert result.exit_code == 3
    assert "did not judge" in (home / "pages" / "2025-02-26.md").read_text()
    assert _found(home) == set()
    assert not [line for line in _lines() if line in result.output]
