from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from paperlark.store.lock import run_lock
from standins.commands import Paperlark
from standins.feeds import item, rss
from standins.openai import StandIn, judges

DAY = "2025-02-26"
RUN = ("run", "--date", DAY, "--feeds", "feeds")


@pytest.fixture
def made(paperlark: Paperlark) -> Paperlark:
    """Return the commands in a place where one day's page was made."""
    assert paperlark(*RUN).exit_code == 0
    return paperlark


def _why(paperlark: Paperlark, *arguments: str) -> str:
    result = paperlark("why", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def _add_day(home: Path, day: str, *items: str, category: str = "cs.LG") -> None:
    (home / "feeds" / f"{day}.{category}.rss.xml").write_bytes(
        rss(*items, stamp="27 Feb 2025", title=f"{category} updates on arXiv.org")
    )


def test_a_paper_on_the_page_is_accounted_for(made: Paperlark) -> None:
    made("vote", "2502.00007", "up")
    said = _why(made, "https://arxiv.org/pdf/2502.00007v1.pdf")
    assert said.startswith("2502.00007  Bats 7\nhttps://arxiv.org/abs/2502.00007\n")
    assert "Wednesday, 26 February 2025\n  announced        cs.LG new (version 1, RSS)" in said
    assert "on your page, place 1 of 3" in said
    assert "  threshold        above" in said
    assert "  topic            Bats" in said
    assert "  your votes       up, 2025-02-26 12:00 UTC" in said


def test_what_the_model_said_and_took_is_accounted_for(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n')
    server.always = judges(write=lambda rows: json.dumps({"rows": rows}) + "\x1b[31m" + " " * 2000)
    assert paperlark(*RUN).exit_code == 0
    said = _why(paperlark, "2502.00008")
    assert "not on your page: judged, and not over both cut-offs" in said
    assert "  relevance        9 (cut-off 7)\n  novelty          2 (cut-off 6)" in said
    assert "  share            1 of 3 papers: 367 tokens" in said
    assert '  reply            {"rows": [' in said
    assert "\x1b" not in said
    assert "more characters: --raw shows them" in said
    assert "more characters" not in _why(paperlark, "2502.00008", "--raw")
    (day,) = json.loads(_why(paperlark, "2502.00008", "--json"))["days"]
    (reading,) = day["readings"]
    assert reading["judge"] == day["judge"]
    assert day["judge"].startswith("gpt-4o/")
    assert reading["question"]["tokens"]["total"] == 1100
    assert "\x1b[31m" in reading["question"]["reply"]


def test_the_nearest_earlier_papers_are_named_on_the_next_day(made: Paperlark, home: Path) -> None:
    _add_day(home, "2025-02-27", item("oai:arXiv.org:2502.00010v1", title="Bats 7"))
    bats = item("oai:arXiv.org:2502.00011v1", title="Bats 8", abstract="Sonar of bats.")
    _add_day(home, "2025-02-27", bats)
    assert made("run", "--date", "2025-02-27", "--feeds", "feeds").exit_code == 0
    said = _why(made, "2502.00011")
    assert "  nearest earlier  2502.00007  Bats 7 (26 February 2025, similarity 1.00)" in said
    page = json.loads((home / "pages" / "2025-02-27.json").read_bytes())
    assert [one["id"] for one in page["entries"][0]["precedents"]] == [
        *("2502.00007", "2502.00008", "2502.00009")
    ]
    restored = _after_a_restore(made, home)
    assert [one["id"] for one in restored["days"][0]["precedents"]] == [
        *("2502.00007", "2502.00008", "2502.00009")
    ]


def _after_a_restore(
    made: Paperlark, home: Path
) -> dict[str, list[dict[str, list[dict[str, str]]]]]:
    (home / "paperlark.db").unlink()
    assert made("restore").exit_code == 0
    found: dict[str, list[dict[str, list[dict[str, str]]]]]
    found = json.loads(_why(made, "2502.00011", "--json"))
    return found


def test_a_paper_that_comes_again_is_told_day_by_day(made: Paperlark, home: Path) -> None:
    again = item("oai:arXiv.org:2502.00007v1", title="Bats 7", type="cross")
    other = item("oai:arXiv.org:2502.00012v1", title="Bats 12", type="replace")
    new = [item(f"oai:arXiv.org:2502.0002{n}v1", title=f"Cakes {n}") for n in range(8)]
    _add_day(home, "2025-02-27", again, other, *new)
    assert made("run", "--date", "2025-02-27", "--feeds", "feeds").exit_code == 0
    both = _why(made, "2502.00007")
    assert both.index("26 February") < both.index("27 February")
    assert "skipped: announced to you before, on 2025-02-26" in both
    only = _why(made, "2502.00007", "--date", DAY)
    assert "27 February" not in only
    assert "excluded by your profile" in _why(made, "2502.00012")
    result = made("why", "2502.00007", "--date", "2025-02-25")
    assert result.exit_code == 1
    assert "not announced to you on 2025-02-25: it was on 2025-02-26, 2025-02-27" in result.stderr


def test_a_slip_of_the_pen_is_told_what_was_meant(made: Paperlark) -> None:
    result = made("why", "2502.00070")
    assert result.exit_code == 1
    assert "2502.00070 was not announced to you: did you mean 2502.00007 or" in result.stderr
    assert "see the days that have a page" in made("why", "1901.55555").stderr


def test_a_paper_of_a_category_or_a_day_without_a_page_is_told_where_it_was(
    made: Paperlark, home: Path
) -> None:
    _add_day(home, "2025-02-27", item("oai:arXiv.org:2502.00013v1"))
    made("run", "--date", "2025-02-27", "--feeds", "feeds")
    with sqlite3.connect(home / "paperlark.db") as other:
        other.execute("DELETE FROM digests WHERE day = '2025-02-27'")
        other.execute("DELETE FROM shown_or_judged WHERE day = '2025-02-27'")
    other.close()
    result = made("why", "2502.00013")
    assert "was announced in cs.LG on 2025-02-27, and you have no page of that" in result.stderr
    assert "make it: paperlark run --date 2025-02-27" in result.stderr
    profile = home / "paperlark.toml"
    profile.write_text(profile.read_text().replace("cs.LG", "cs.CV"))
    result = made("why", "2502.00013")
    assert "in cs.LG on 2025-02-27, and not to you: your categories are cs.CV" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing argument"),
        (("bats",), "'bats' is no arXiv identifier; write it like 2502.12206"),
    ],
)
def test_a_mistake_in_the_command_says_how_it_is_written(
    made: Paperlark, arguments: tuple[str, ...], said: str
) -> None:
    result = made("why", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_without_a_page_there_is_nothing_to_tell(paperlark: Paperlark, home: Path) -> None:
    assert "no page yet" in paperlark("why", "2502.00007").stderr
    assert not (home / "paperlark.db").exists()


def test_it_does_not_wait_for_a_run(made: Paperlark, home: Path) -> None:
    with run_lock(home / "paperlark.db", patience=0):
        assert "Bats 7" in _why(made, "2502.00007")


def test_a_paper_that_was_not_shown_is_explained_when_asked_about(
    paperlark: Paperlark, home: Path
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write("page_size = 1\n[exploration]\nshown = 0\n")
    assert paperlark(*RUN).exit_code == 0
    said = _why(paperlark, "2502.00008")
    assert "not on your page" in said
    assert "  matched terms    " in said


def test_a_paper_that_a_filter_took_is_told_the_rule(paperlark: Paperlark, home: Path) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('[filters]\nexclude = ["word:bats 7", "word:whales"]\n')
    run = paperlark(*RUN)
    assert "excluded           1  by your filters" in run.stdout
    assert "skipped: left out by your filter: exclude word:bats 7" in _why(paperlark, "2502.00007")
    [day] = json.loads(_why(paperlark, "2502.00007", "--json"))["days"]
    assert (day["outcome"], day["rule"]) == ("excluded", "exclude word:bats 7")
    page = json.loads((home / "pages" / f"{DAY}.json").read_text())
    assert page["funnel"]["excluded"] == 1
    assert "exclude word" not in (home / "pages" / f"{DAY}.json").read_text()
    for form in ("html", "md"):
        assert "by your filters" in (home / "pages" / f"{DAY}.{form}").read_text()
    shown = _why(paperlark, "2502.00008")
    assert "left out" not in shown
