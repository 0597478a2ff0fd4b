"""What judging has cost, from the command line."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.digest import Placement
from paperlark.domain.spending import Tokens, UnderWay
from paperlark.renderers.restore import restore
from paperlark.store.database import open_database
from paperlark.store.day_values import pack_ranking, unpack_ranking
from paperlark.store.judgements import StoredQuestions
from standins.commands import Paperlark
from standins.openai import KEY, StandIn

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")


@pytest.fixture
def paid(home: Path, server: StandIn, paperlark: Paperlark) -> Paperlark:
    """Make a page that was paid for."""
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n'
            "[judge.prices]\nprompt = 2.5\ncompletion = 10\n[budget]\nmonth = 5\n"
        )
    assert paperlark(*RUN).exit_code == 0
    return paperlark


def test_the_report_says_what_was_paid_for_what(paid: Paperlark) -> None:
    result = paid("cost")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0].startswith("2025-02 $0.00")
    assert "gpt-4o for Bats: $0.0035" in lines
    assert "3 papers judged, 0 of them selected; 1 request" in lines
    assert "1,000 prompt tokens, 100 completion tokens" in lines
    assert "total: $0.0035" in lines
    assert "this month (2025-02, UTC): $0.0035 of $5.00 spent or reserved for" in result.stdout
    assert "prices of gpt-4o: your own prices, [judge.prices]" in lines


def test_the_report_for_programs(paid: Paperlark) -> None:
    document = json.loads(paid("cost", "--by", "day", "--json").stdout)
    (expense,) = document["expenses"]
    assert (expense["period"], expense["model"]) == ("2025-02-26", "gpt-4o")
    assert expense["cost_usd"]["total"] == "0.0035"
    assert document["this_month"] == {
        "month": "2025-02",
        "spent_usd": "0.0035",
        "budget_usd": "5",
    }
    assert document["prices"]["source"] == "your own prices, [judge.prices]"


def test_the_report_says_which_recall_was_achieved(home: Path, paid: Paperlark) -> None:
    assert json.loads(paid("cost", "--json").stdout)["recall"] is None
    with closing(sqlite3.connect(home / "paperlark.db")) as connection, connection:
        profile, day, ranking = connection.execute(
            "SELECT profile, day, ranking FROM digests WHERE ranking IS NOT NULL"
        ).fetchone()
        ranked = [
            replace(one, match=replace(one.match, probability=0.5))
            if one.placement is Placement.ABOVE
            else one
            for one in unpack_ranking(ranking)
        ]
        paper = next(one.paper_id for one in ranked if one.placement is Placement.ABOVE)
        key = (profile, day, paper)
        connection.execute("UPDATE digests SET ranking = ?", (pack_ranking(ranked),))
        connection.execute(
            "UPDATE shown_or_judged SET relevance = 9, novelty = 9 WHERE profile = ? AND day = ?"
            " AND paper_id != ?",
            key,
        )
        connection.execute(
            "UPDATE shown_or_judged SET relevance = NULL"
            " WHERE profile = ? AND day = ? AND paper_id = ?",
            key,
        )
        connection.execute(
            "INSERT INTO explored VALUES (?, ?, ?, 0.5, 0.25, 0)", (profile, day, "2502.09999")
        )
    assert "Of the relevant papers of the last day about" in paid("cost").stdout
    recall = json.loads(paid("cost", "--json").stdout)["recall"]
    assert (recall["days"], recall["read"], recall["missed"]["unread"]) == (1, 2, 1)
    assert recall["low"] < recall["share"] < recall["high"] == 1


def test_a_page_made_again_costs_nothing(paid: Paperlark) -> None:
    before = paid("cost").stdout
    paid(*RUN)
    assert paid("cost").stdout == before


def test_a_month_without_expenses_is_said_to_have_none(paid: Paperlark) -> None:
    assert paid("cost", "--month", "2024-12").stdout.startswith(
        "Nothing was paid for in 2024-12.\n"
    )
    assert "gpt-4o for Bats" in paid("cost", "--month", "2025-02").stdout


def test_a_price_that_nobody_knows_is_told_as_unknown(
    home: Path, server: StandIn, paperlark: Paperlark
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n')
    paperlark(*RUN)
    output = paperlark("cost").stdout
    assert "gpt-4o for Bats: unknown" in output
    assert "no known price: 1 of 1 request" in output
    assert "total: unknown" in output
    assert "$0" not in output
    assert "no price known for gpt-4o; set it in [judge.prices]" in output


def test_where_there_is_no_model_it_says_why_there_is_nothing(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark("cost")
    assert result.exit_code == 0
    assert "this profile names no model" in result.stdout
    assert not (home / "paperlark.db").exists()


def test_where_nothing_was_asked_yet_it_says_how_to_know_before(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('[judge]\nmodel = "gpt-4o"\n')
    output = paperlark("cost").stdout
    assert "gpt-4o was never asked" in output
    assert "paperlark today --estimate" in output
    assert "prices of gpt-4o: genai-prices " in output
    assert ", checked on 20" in output


def test_a_month_is_written_in_one_way(paperlark: Paperlark, home: Path) -> None:  # noqa: ARG001
    result = paperlark("cost", "--month", "February")
    assert result.exit_code == 2
    assert "write it like 2025-02" in result.stderr


def test_what_was_restored_counts_in_the_month_of_its_page(paid: Paperlark, home: Path) -> None:
    (home / "paperlark.db").unlink()
    assert paid("restore").exit_code == 0
    assert "total: $0.0035" in paid("cost", "--month", "2025-02").stdout


def _cut_off(home: Path, most: str | None = "0.0123") -> None:
    """Leave three questions as a run does that is killed."""
    with StoredQuestions(home / "paperlark.db", "Bats") as book:
        book.begin(date(2025, 2, 26))
        for _ in range(3):
            book.note("gpt-4o", Tokens(1000, 200), Decimal(most) if most else None)


def test_questions_under_way_at_a_kill_are_told_for_good(paid: Paperlark, home: Path) -> None:
    _cut_off(home)
    told = paid("cost").stdout
    assert "gpt-4o for Bats: 3 questions under way when the run was killed, at most $0.0369" in told
    assert "total: $0.0035, plus 3 questions under way, at most $0.0369" in told
    assert paid(*RUN).exit_code == 0
    assert paid("cost").stdout == told
    (row,) = json.loads(paid("cost", "--json").stdout)["under_way"]
    assert row == {
        "model": "gpt-4o",
        "profile": "Bats",
        "batch": False,
        "questions": 3,
        "tokens": {"prompt": 3000, "completion": 600},
        "at_most_usd": "0.0369",
    }


def test_without_a_price_tokens_are_told(paid: Paperlark, home: Path) -> None:
    _cut_off(home, most=None)
    assert "under way when the run was killed, at most 3,600 tokens" in paid("cost").stdout


def test_a_run_at_work_may_still_store_its_answers(paid: Paperlark, home: Path) -> None:
    _cut_off(home)
    note = {"process": os.getppid(), "started": "2025-02-26T08:00:00+00:00"}
    (home / "paperlark.db.run").write_text(json.dumps(note))
    assert "3 questions under way in a run at work, or killed, at most" in paid("cost").stdout
    with subprocess.Popen(["/bin/true"]) as gone:
        note["process"] = gone.pid
    (home / "paperlark.db.run").write_text(json.dumps(note))
    assert "3 questions under way when the run was killed, at most" in paid("cost").stdout


def test_every_form_of_the_page_tells_what_was_cut_off(paid: Paperlark, home: Path) -> None:
    before = (home / "pages" / "2025-02-26.json").read_text()
    assert "under_way" not in before
    _cut_off(home)
    told = paid(*RUN).stdout
    sentence = "Besides: 3 questions under way when the run was killed, at most $0.0369."
    assert sentence in " ".join(told.split())
    html = (home / "pages" / "2025-02-26.html").read_text()
    assert sentence in html
    assert "$0.0035, and at most $0.0369 for questions cut off" in html
    assert sentence in (home / "pages" / "2025-02-26.md").read_text().replace("\\", "")
    document = json.loads((home / "pages" / "2025-02-26.json").read_text())
    assert document["under_way"] == {
        "questions": 3,
        "tokens": {"prompt": 3000, "completion": 600},
        "at_most_usd": "0.0369",
    }
    page, manifest = (
        (home / "pages" / f"2025-02-26.{kind}json").read_bytes() for kind in ("", "manifest.")
    )
    restored = restore(page, manifest, "2025-02-26")
    assert restored.under_way == UnderWay(3, Tokens(3000, 600), Decimal("0.0369"))
    before = json.loads(paid("cost", "--json").stdout)["under_way"]
    (home / "paperlark.db").unlink()
    assert paid("restore").exit_code == 0
    assert json.loads(paid("cost", "--json").stdout)["under_way"] == before


def test_what_was_cut_off_counts_against_the_day(
    home: Path, server: StandIn, paperlark: Paperlark
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n'
            "[judge.prices]\nprompt = 2.5\ncompletion = 10\n[budget]\nday = 0.05\n"
        )
    with open_database(home / "paperlark.db"):
        _cut_off(home)
    assert paperlark(*RUN).exit_code == 3
    assert not server.questions


def test_an_answer_that_cannot_be_stored_ends_asking_at_once(
    home: Path, server: StandIn, paperlark: Paperlark
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\nbatch_size = 1\n'
            "parallel = 1\n"
        )
    with open_database(home / "paperlark.db") as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON exchanges"
            " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    result = paperlark(*RUN)
    assert result.exit_code == 1
    assert "the disk is full" in result.stderr
    assert len(server.questions) == 1
    with closing(sqlite3.connect(home / "paperlark.db")) as connection:
        assert connection.execute("SELECT count(*) FROM under_way").fetchone() == (1,)
