"""Making and showing pages from the command line."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from paperlark import __version__
from paperlark.settings.environment import Environment
from paperlark.store.lock import run_lock
from standins.arxiv import StandInArxiv, another_day, stale, status
from standins.commands import Paperlark
from standins.feeds import item, rss
from standins.openai import KEY, StandIn, judges, says, without

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
PAGES = tuple(f"2025-02-26.{kind}" for kind in ("html", "json", "manifest.json", "md"))


def _pages(home: Path, folder: str = "pages") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / folder).iterdir())}


def _with_model(home: Path, server: StandIn) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n')


def test_the_version_is_printed(paperlark: Paperlark) -> None:
    assert paperlark("--version").output == f"paperlark {__version__}\n"


@pytest.mark.parametrize("command", ["init", "today", "run", "show", "demo", "cost", "site"])
def test_every_command_explains_itself(paperlark: Paperlark, command: str) -> None:
    result = paperlark(command, "--help")
    assert result.exit_code == 0
    assert len(result.output) > 300


@pytest.mark.slow
def test_the_demo_makes_three_pages_and_shows_the_top_of_the_last(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark("demo")
    assert result.exit_code == 0
    assert "Tuesday, 25 March 2025 · Efficient LLM inference" in result.output
    assert "10 of 45 papers" in result.output
    assert "xKV" in result.output
    assert "paperlark-demo/2025-03-25.html" in result.output
    assert len(list((home / "paperlark-demo").glob("*.html"))) == 3
    assert (home / "paperlark-demo" / "site" / "index.html").is_file()


@pytest.mark.slow
def test_the_demo_names_the_command_as_it_can_be_called(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = home / "installed" / "bin" / "paperlark"
    called.parent.mkdir(parents=True)
    called.write_text("#!/bin/sh\n")
    called.chmod(0o755)
    monkeypatch.setattr("sys.argv", [str(called), "demo"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert f"Now your own: {called} init" in paperlark("demo").output
    monkeypatch.setenv("PATH", str(called.parent))
    assert "Now your own: paperlark init" in paperlark("demo").output


def test_a_day_is_made_in_three_forms(paperlark: Paperlark, home: Path) -> None:
    result = paperlark(*RUN)
    assert result.exit_code == 0, result.output
    assert "3 of 3 papers · complete" in result.output
    assert tuple(_pages(home)) == PAGES


def test_the_same_day_made_twice_is_the_same_to_the_byte(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    first = _pages(home)
    paperlark(*RUN, "--out", "again")
    assert _pages(home, "again") == first


def test_a_model_judges_over_http_and_is_not_paid_twice(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _with_model(home, server)
    result = paperlark(*RUN)
    assert result.exit_code == 0, result.output
    first = _pages(home)
    page = json.loads(first["2025-02-26.json"])
    # The stand-in scores a paper by the last figure of its id: 8·3, 9·2 and 10·1.
    assert page["funnel"]["judged"] == 3
    assert page["funnel"]["selected"] == 0
    assert page["usage"]["tokens"]["total"] == 1100
    assert page["usage"]["cost_usd"] is None
    paperlark(*RUN)
    assert _pages(home) == first
    assert len(server.questions) == 1


def test_papers_that_the_model_left_out_make_the_page_partial(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _with_model(home, server)
    server.always = judges(lambda rows: [row for row in rows if not row["id"].endswith("8")])
    result = paperlark(*RUN)
    assert result.exit_code == 3
    assert "partial: 1 paper not judged" in result.output
    assert b"2502.00008" in _pages(home)["2025-02-26.md"]


def test_what_was_missing_is_asked_again_by_the_next_run(
    paperlark: Paperlark, home: Path, server: StandIn
) -> None:
    _with_model(home, server)
    server.then(judges(without(0)), says("no"), says("no"))
    assert paperlark(*RUN).exit_code == 3
    assert paperlark(*RUN).exit_code == 0
    assert server.asked[-1] == [server.asked[0][0]]
    assert json.loads(_pages(home)["2025-02-26.json"])["funnel"]["judged"] == 3


def test_the_model_can_be_left_out(paperlark: Paperlark, home: Path, server: StandIn) -> None:
    _with_model(home, server)
    assert paperlark(*RUN, "--no-llm").exit_code == 0
    assert server.questions == []


def test_the_key_is_sent_and_stands_nowhere(
    paperlark: Paperlark, home: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    _with_model(home, server)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('key_variable = "MY_KEY"\n')
    result = paperlark(*RUN)
    assert server.keys == [f"Bearer {KEY}"]
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert KEY not in result.output
    assert KEY.encode() not in written


def test_today_is_fetched_from_arxiv_over_http(
    paperlark: Paperlark, home: Path, arxiv: StandInArxiv
) -> None:
    result = paperlark("today")
    assert result.exit_code == 0, result.output
    page = json.loads(_pages(home)["2025-02-26.json"])
    assert page["funnel"]["announced"] == len(arxiv.listings("cs.LG", date(2025, 2, 26)))
    assert [one.door for one in arxiv.log] == ["rss", "list"]


def test_a_day_before_comes_from_the_catch_up_page(
    paperlark: Paperlark, home: Path, arxiv: StandInArxiv
) -> None:
    result = paperlark("run", "--date", "2025-02-25")
    assert result.exit_code == 0, result.output
    [batch] = json.loads(_pages(home)["2025-02-25.json"])["batches"]
    assert (batch["via"], batch["reconstructed"]) == ("catch-up page", False)
    assert batch["entries"] == batch["expected"] == len(arxiv.listings("cs.LG", date(2025, 2, 25)))
    assert [one.door for one in arxiv.log] == ["catchup"]


def test_an_older_day_is_reconstructed_and_says_so(
    paperlark: Paperlark, home: Path, environment: Environment, arxiv: StandInArxiv
) -> None:
    environment.sleep(100 * 24 * 3600)
    arxiv.today = date(2025, 6, 6)
    result = paperlark("run", "--date", "2025-02-25")
    page = json.loads(_pages(home)["2025-02-25.json"])
    assert page["batches"][0]["via"] == "OAI-PMH"
    assert page["batches"][0]["reconstructed"]
    assert "reconstructed from submissions: OAI-PMH" in _pages(home)["2025-02-25.md"].decode()
    assert result.exit_code in {0, 3}


def test_what_is_known_of_a_day_is_not_asked_again(
    paperlark: Paperlark, home: Path, arxiv: StandInArxiv
) -> None:
    paperlark("today")
    first = _pages(home)
    arxiv.misbehave(status(503))
    assert paperlark("today").exit_code == 0
    assert _pages(home) == first
    assert len(arxiv.log) == 2


def test_an_announcement_that_is_late_can_be_waited_for(
    paperlark: Paperlark, home: Path, arxiv: StandInArxiv
) -> None:
    arxiv.misbehave(stale, door="rss", times=2)
    arxiv.misbehave(another_day, door="list", times=2)
    arxiv.misbehave(status(404), door="catchup", times=2)
    arxiv.misbehave(status(404), door="oai", times=2)
    arxiv.misbehave(status(404), door="api", times=2)
    result = paperlark("today", "--wait")
    assert result.exit_code == 0, result.output
    assert result.stderr.count("asking again in 15 minutes") >= 1
    assert json.loads(_pages(home)["2025-02-26.json"])["status"] == "complete"
    assert "due on Thursday, 27 February 2025" in result.stdout


@pytest.mark.slow
def test_one_that_never_comes_is_waited_for_six_hours_and_then_told(
    paperlark: Paperlark, arxiv: StandInArxiv
) -> None:
    arxiv.misbehave(status(404))
    result = paperlark("today", "--wait")
    assert result.exit_code == 1
    assert 15 <= result.stderr.count("asking again in 15 minutes") <= 24
    assert "not waiting any longer" in result.stderr


def test_a_page_that_says_less_does_not_take_the_place_of_a_better_one(
    paperlark: Paperlark, home: Path
) -> None:
    paperlark(*RUN)
    before = _pages(home)
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(item("oai:arXiv.org:oops")))
    result = paperlark(*RUN)
    assert result.exit_code == 3
    assert "the complete page made before is better and stays" in result.stderr
    assert _pages(home) == before


def test_a_second_run_on_the_same_profile_knows_who_is_at_work(
    paperlark: Paperlark, home: Path
) -> None:
    with run_lock(home / "paperlark.db", patience=0):
        result = paperlark(*RUN, "--no-wait")
    assert result.exit_code == 1
    assert f"process {os.getpid()}, started" in result.stderr


def test_several_days_are_a_line_each(paperlark: Paperlark, home: Path) -> None:
    (home / "feeds" / "2025-03-01.cs.LG.rss.xml").write_bytes(rss(stamp="01 Mar 2025"))
    result = paperlark("run", "--from", "2025-02-01", "--to", "2025-03-31", "--feeds", "feeds")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line[:10] for line in lines] == ["2025-02-26", "2025-03-01"]
    assert "cs.LG · no announcement" in lines[1]


def test_a_day_that_fails_does_not_stop_the_next(paperlark: Paperlark, home: Path) -> None:
    (home / "feeds" / "2025-02-25.cs.LG.rss.xml").write_text("Rate exceeded.")
    result = paperlark("run", "--from", "2025-02-01", "--to", "2025-03-31", "--feeds", "feeds")
    assert result.exit_code == 1
    assert "2025-02-25: " in result.stderr
    assert "2025-02-26  3 of 3 papers" in result.stdout


def test_json_tells_machines_what_was_made(paperlark: Paperlark, home: Path) -> None:
    (home / "feeds" / "2025-02-25.cs.LG.rss.xml").write_text("Rate exceeded.")
    result = paperlark(
        "run", "--from", "2025-02-01", "--to", "2025-03-31", "--feeds", "feeds", "--json"
    )
    failed, made = json.loads(result.stdout)
    assert (failed["status"], failed["pages"]) == ("failed", [])
    assert "is not XML" in failed["error"]
    assert (made["status"], made["funnel"]["selected"]) == ("complete", 3)
    assert sorted(Path(page).name for page in made["pages"]) == sorted(PAGES)


def test_a_page_is_shown_as_it_was_made(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    pages = _pages(home)
    assert paperlark("show").stdout.encode() == pages["2025-02-26.md"]
    assert paperlark("show", "2025-02-26", "--json").stdout.encode() == pages["2025-02-26.json"]
    assert paperlark("show", "--days").stdout == "2025-02-26\n"


def test_a_new_profile_makes_a_page(paperlark: Paperlark, home: Path) -> None:
    result = paperlark("init", "mine", "--name", "My bats", "--category", "cs.LG")
    assert result.exit_code == 0
    assert "paperlark today --profile mine/paperlark.toml" in result.output
    made = paperlark(*RUN, "--profile", "mine/paperlark.toml")
    assert made.exit_code == 0, made.output
    assert tuple(_pages(home / "mine")) == PAGES
