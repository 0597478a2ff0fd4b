"""A lost or damaged database, made again from the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.commands import Paperlark
from standins.openai import StandIn, judges

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")


def _with_model(home: Path, server: StandIn) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n')
        profile.write("[cutoffs]\nrelevance = 9\nnovelty = 1\n")


def _pages(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / "pages").iterdir())}


def test_a_restored_database_pays_for_nothing_again_and_makes_the_same_pages(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _with_model(home, server)
    assert paperlark(*RUN).exit_code == 0
    before, asked = _pages(home), len(server.questions)
    (home / "paperlark.db").write_bytes(b"ruined" * 1000)
    damaged = paperlark(*RUN)
    assert damaged.exit_code == 1
    assert "renamed to paperlark.db.damaged-1" in damaged.stderr
    assert "paperlark restore" in paperlark(*RUN).stderr
    restored = paperlark("restore")
    assert restored.exit_code == 0, restored.output
    assert restored.stdout == "2025-02-26  restored\n"
    shown = paperlark("show", "--json").stdout.encode()
    assert shown == before["2025-02-26.json"]
    assert paperlark(*RUN).exit_code == 0
    assert _pages(home) == before
    assert len(server.questions) == asked


def test_all_readings_are_restored_and_none_is_paid_for_again(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _with_model(home, server)
    profile = home / "paperlark.toml"
    profile.write_text(profile.read_text().replace("[judge]\n", "[judge]\nreadings = 3\n"))
    assert paperlark(*RUN).exit_code == 0
    before, asked = _pages(home), len(server.questions)
    assert b"The readings agree on the" in before["2025-02-26.html"]
    (home / "paperlark.db").unlink()
    assert paperlark("restore").exit_code == 0
    assert paperlark(*RUN).exit_code == 0
    assert _pages(home) == before
    assert len(server.questions) == asked


def test_a_partial_page_is_restored_and_only_what_it_lacked_is_asked(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _with_model(home, server)
    server.always = judges(lambda rows: [row for row in rows if not row["id"].endswith("8")])
    assert paperlark(*RUN).exit_code == 3
    (home / "paperlark.db").unlink()
    paperlark("restore")
    server.always = None
    assert paperlark(*RUN).exit_code == 0
    assert server.asked[-1] == ["Bats 8"]


def test_a_database_that_is_there_is_never_touched(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    before = (home / "paperlark.db").read_bytes()
    result = paperlark("restore")
    assert result.exit_code == 1
    assert "move it away" in result.stderr
    assert (home / "paperlark.db").read_bytes() == before


def test_a_day_that_cannot_be_read_is_named_and_the_others_restored(
    paperlark: Paperlark, home: Path
) -> None:
    paperlark(*RUN)
    (home / "paperlark.db").unlink()
    (home / "pages" / "2025-02-27.manifest.json").write_text("{}")
    (home / "pages" / "2025-02-27.json").write_text("{}")
    result = paperlark("restore")
    assert result.exit_code == 0
    assert "paperlark run --date 2025-02-27" in result.stderr
    assert result.stdout == "2025-02-26  restored\n"


def test_no_page_to_restore_from_is_an_error(paperlark: Paperlark, home: Path) -> None:
    (home / "pages").mkdir()
    result = paperlark("restore")
    assert result.exit_code == 1
    assert "no page with a manifest" in result.stderr


def test_every_profile_of_a_database_is_restored(paperlark: Paperlark, home: Path) -> None:
    second = home / "emmy" / "paperlark.toml"
    second.parent.mkdir()
    second.write_text('name = "Owls"\ncategories = ["cs.LG"]\ndatabase = "../paperlark.db"\n')
    (second.parent / "criteria.md").write_text("## Owls\nRelevant: owls.")
    for profile in ("paperlark.toml", str(second)):
        assert paperlark(*RUN, "--profile", profile).exit_code == 0
    paperlark("vote", "2502.00008", "up", "--profile", str(second))
    before = {path: path.read_bytes() for path in second.parent.glob("pages/*.json")}
    (home / "paperlark.db").unlink()
    restored = paperlark("restore").stdout.splitlines()
    assert restored[:2] == ["2025-02-26  restored", "2025-02-26 of Owls  restored"]
    assert restored[2].startswith("1 vote of ")
    shown = paperlark("show", "--json", "--profile", str(second)).stdout.encode()
    assert shown == before[second.parent / "pages" / "2025-02-26.json"]
    assert "2502.00008" in paperlark("vote", "--list", "--profile", str(second)).stdout


@pytest.mark.parametrize("command", ["today", "morning", "show", "search bats", "cost", "site"])
@pytest.mark.parametrize("lost", ["gone", "empty"])
def test_a_lost_database_beside_pages_points_to_restore(
    paperlark: Paperlark, home: Path, command: str, lost: str
) -> None:
    paperlark(*RUN)
    (home / "paperlark.db").unlink()
    if lost == "empty":
        (home / "paperlark.db").touch()
    result = paperlark(*command.split())
    assert result.exit_code == 1
    assert "rebuild it from them with: paperlark restore" in result.stderr
    assert result.stderr.count("error:") == 1
    assert not (home / "paperlark.db").exists() or (home / "paperlark.db").read_bytes() == b""
    assert paperlark("restore").exit_code == 0
    assert "2025-02-26" in paperlark("show", "--days").stdout


def test_a_run_of_a_day_begins_anew_and_restore_brings_the_other_days_back(
    paperlark: Paperlark, home: Path
) -> None:
    feed = home / "feeds" / "2025-02-26.cs.LG.rss.xml"
    earlier = feed.read_text().replace("26 Feb 2025", "25 Feb 2025").replace("Wed,", "Tue,")
    feed.with_name("2025-02-25.cs.LG.rss.xml").write_text(earlier)
    for day in ("2025-02-25", "2025-02-26"):
        paperlark("run", "--date", day, "--feeds", "feeds")
    (home / "paperlark.db").unlink()
    again = paperlark(*RUN)
    assert again.exit_code == 0
    assert "is gone, and there are pages in" in again.stderr
    assert "paperlark restore" in again.stderr
    assert paperlark("restore").stdout.count("restored") == 2
    assert paperlark("show", "--days").stdout == "2025-02-25\n2025-02-26\n"
