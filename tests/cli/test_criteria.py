from __future__ import annotations

import json
from pathlib import Path

import pytest

from standins.commands import Paperlark

DAY = "2025-02-26"


@pytest.fixture
def made(paperlark: Paperlark) -> Paperlark:
    """Return the commands in a place where one day's page was made."""
    assert paperlark("run", "--date", DAY, "--feeds", "feeds").exit_code == 0
    return paperlark


def test_a_file_is_shown_as_understood(paperlark: Paperlark, home: Path) -> None:
    (home / "mine.md").write_text(
        "1. Ice shelves\n2. Glaciers, but no avalanches\n\nAuthors: A. B.\n"
    )
    result = paperlark("criteria", "mine.md")
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        "Understood: 2 topics\n1. Ice shelves\n2. Glaciers\n   against  avalanches\n"
        '! authors are not matched here: "A. B."; follow each with: paperlark follow NAME\n'
    )


def test_the_same_as_json_needs_no_profile(paperlark: Paperlark, home: Path) -> None:
    (home / "paperlark.toml").unlink()
    (home / "mine.md").write_text("Ice shelves. Not avalanches.\n")
    found = json.loads(paperlark("criteria", "mine.md", "--json").stdout)
    assert found["topics"] == [
        {"name": "Ice shelves", "relevant": "Ice shelves.", "irrelevant": "avalanches"}
    ]
    assert [found[key] for key in ("keywords", "unwanted", "remarks", "warnings")] == [
        [],
        [],
        "",
        [],
    ]
    assert found["statements"][0]["lines"] == [1]


def test_without_a_file_the_profiles_own_are_shown(paperlark: Paperlark, home: Path) -> None:
    (home / "criteria.md").write_text("<!-- mine -->\n## Bats\nsonar\n")
    assert "1. Bats\n   for      sonar" in paperlark("criteria").stdout
    found = json.loads(paperlark("criteria", "--json").stdout)
    assert [one["lines"] for one in found["statements"]] == [[2], [3]]


def test_a_missing_or_endless_file_is_one_line(paperlark: Paperlark, home: Path) -> None:
    missing = paperlark("criteria", "no.md")
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 1)
    (home / "book.md").write_text("a " * 200_000)
    endless = paperlark("criteria", "book.md")
    assert (endless.exit_code, endless.stderr.count("\n")) == (1, 1)
    assert "400,000 characters" in endless.stderr


def test_each_line_shows_the_papers_of_a_day_that_it_moved(made: Paperlark, home: Path) -> None:
    with (home / "paperlark.toml").open("r+") as profile:
        text = profile.read()
        profile.seek(0)
        profile.write(f"page_size = 1\n{text}")
    (home / "mine.md").write_text("Bats 7\n\nNot relevant: Bats 7\n")
    found = json.loads(made("criteria", "mine.md", "--on", DAY, "--json").stdout)
    assert [one["after"] for one in found["ranking"]] == [1]
    assert [one["part"] for one in found["statements"]] == ["for", "against"]
    text = made("criteria", "mine.md", "--on", DAY).stdout
    assert "now  before" in text
    assert 'line 3, against: "Not relevant: Bats 7"' in text


def test_a_day_without_a_page_is_told(made: Paperlark) -> None:
    result = made("criteria", "--on", "2025-02-20")
    assert result.exit_code == 1
    assert "your last page is of 2025-02-26" in result.stderr
