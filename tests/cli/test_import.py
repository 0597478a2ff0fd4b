from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.store.lock import run_lock
from paperlark.testing import a_paper
from standins.commands import Paperlark
from standins.lookup import StandInLookup

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
BIB = """
@article{bats, title={On {Bats}}, author={Bat, Ada}, abstract={Sonar.}}
@article{cats, title={On cats}, eprint={2502.11111}, archiveprefix={arXiv}, abstract={Purring.}}
"""


@pytest.fixture
def library(home: Path) -> Path:
    (home / "library.bib").write_text(BIB)
    return home / "library.bib"


@pytest.fixture
def arxiv(loopback: HTTPServer, home: Path) -> StandInLookup:
    loopback.clear()
    standing = StandInLookup(loopback, [a_paper("2502.22222", title="On dogs")])
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'[sources]\nsearch = "{standing.url}"\n')
    return standing


def _kept(home: Path) -> list[tuple[Any, ...]]:
    if not (home / "paperlark.db").exists():
        return []
    with sqlite3.connect(home / "paperlark.db") as connection:
        rows = connection.execute("SELECT * FROM library ORDER BY paper_id").fetchall()
    connection.close()
    return rows


def test_liked_papers_are_imported_before_there_is_any_page(
    paperlark: Paperlark, library: Path, home: Path
) -> None:
    result = paperlark("import", "library.bib")
    assert (result.exit_code, result.stdout) == (0, "2 entries: 2 liked papers\n")
    assert {row[3] for row in _kept(home)} == {"On Bats", "On cats"}
    assert library.read_text() == BIB


def test_importing_the_same_again_changes_nothing(
    paperlark: Paperlark, library: Path, home: Path
) -> None:
    paperlark("import", str(library))
    before = _kept(home)
    assert paperlark("import", str(library)).stdout == "2 entries: 2 known before\n"
    assert _kept(home) == before


def test_the_last_word_on_a_paper_counts(paperlark: Paperlark, library: Path, home: Path) -> None:
    paperlark("import", str(library))
    result = paperlark("import", "library.bib", "--disliked")
    assert result.stdout == "2 entries: 2 disliked papers\n"
    assert [row[8] for row in _kept(home)] == [0, 0]


ODD = r"""
@article{a, title={Ca{\v c}hes in {\textit{Vivo}}}, author={family=Luna, given=Ana, prefix=de la
  and Roe, Jr., Max and {The Bats and Friends Group} and Cat, Tom and Dog, Eve}, abstract={A.}}
@book{b, title={All of Zoology}}
@misc{c, eprint={2502.33333}}
"""


def test_a_dry_run_shows_papers_as_understood_and_what_is_left_out(
    paperlark: Paperlark, home: Path
) -> None:
    (home / "odd.bib").write_text(ODD)
    result = paperlark("import", "odd.bib", "--dry-run", "--offline")
    assert result.stdout.splitlines()[2:] == [
        "not on arXiv  Cačhes in Vivo  Ana de la Luna; Max Roe, Jr.; The Bats and Friend…",
        "",
        "left out:",
        "  “All of Zoology”, line 4: it is a book, not a paper",
        "",
        "not found:",
        "  2502.33333, line 5",
    ]
    assert not (home / "paperlark.db").exists()


def test_a_long_dry_run_is_cut_and_counts_the_rest(paperlark: Paperlark, home: Path) -> None:
    papers = "".join(f"@misc{{x{n}, title={{Bat {n}}}}}\n" for n in range(50))
    books = "".join(f"@book{{y{n}, title={{Book {n}}}}}\n" for n in range(30))
    (home / "long.bib").write_text(papers + books)
    shown = paperlark("import", "long.bib", "--dry-run").stdout.splitlines()
    assert sum(line.startswith("not on arXiv  Bat") for line in shown) == 40
    assert "  … and 10 papers more" in shown
    assert sum("it is a book" in line for line in shown[1:]) == 20
    assert shown[-1] == "  … and 10 more"


def test_a_file_in_an_old_encoding_is_read_and_the_guess_is_told(
    paperlark: Paperlark, home: Path
) -> None:
    (home / "old.bib").write_bytes("@misc{x, title={Zürich bats, a study}}".encode("cp1252"))
    result = paperlark("import", "old.bib")
    assert "was read as Windows-1252" in result.stderr
    assert [row[3] for row in _kept(home)] == ["Zürich bats, a study"]


@pytest.mark.usefixtures("arxiv")
def test_links_of_other_sites_are_imported_and_lines_without_a_paper_are_named(
    paperlark: Paperlark, home: Path
) -> None:
    (home / "list.txt").write_text("https://huggingface.co/papers/2502.22222\nhttps://bats.org\n")
    result = paperlark("import", "list.txt")
    assert result.stdout == (
        "2 entries: 1 liked paper, 1 left out (first: “https://bats.org”, line 2: it names no arXiv"
        " paper)\n"
    )
    voted = paperlark("vote", "https://www.alphaxiv.org/abs/2502.22222", "up").stdout
    assert voted.startswith("up    2502.22222  On dogs\n")


@pytest.mark.usefixtures("arxiv")
def test_imports_are_listed_by_source_with_titles_on_request(
    paperlark: Paperlark, library: Path
) -> None:
    assert "nothing imported yet" in paperlark("import", "--list").stderr
    paperlark("import", "library.bib")
    paperlark("import", "2502.22222", "--disliked")
    listed = paperlark("import", "--list").stdout.splitlines()
    assert [line[12:] for line in listed] == [
        f"{library}: 2 liked papers",
        "single papers: 1 disliked paper",
    ]
    assert all(line.startswith("2") for line in listed)
    assert "  2502.11111" in paperlark("import", "--list", "--titles").stdout


@pytest.mark.usefixtures("arxiv")
def test_what_was_imported_is_taken_out_again_by_source_identifier_or_title(
    paperlark: Paperlark, library: Path, home: Path
) -> None:
    assert library.exists()
    paperlark("import", "library.bib", "2502.22222")
    removed = paperlark("import", "--remove", "library.bib")
    assert removed.stdout.startswith(
        "library.bib: 2 papers taken out, and no longer learned from\nnot on arXiv  On Bats"
    )
    assert [row[1] for row in _kept(home)] == ["2502.22222"]
    again = paperlark("import", "--remove", "library.bib")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "nothing of that name is imported" in again.stderr
    assert "1 paper taken out" in paperlark("import", "--remove", "hf.co/papers/2502.22222").stdout
    assert _kept(home) == []
    paperlark("import", "library.bib")
    assert "1 paper taken out" in paperlark("import", "--remove", "On bats").stdout
    assert "No paper" in paperlark("search", "sonar").stdout


def test_a_vote_outlives_the_import_that_is_taken_out(paperlark: Paperlark, library: Path) -> None:
    assert library.exists()
    paperlark("import", "library.bib")
    paperlark("vote", "2502.11111", "up")
    assert "2 papers taken out" in paperlark("import", "--remove", "library.bib").stdout
    assert "up    2502.11111  On cats" in paperlark("vote", "--list").stdout
    assert paperlark("import", "--list").stdout == ""
    assert paperlark("import", "library.bib").stdout == "2 entries: 2 liked papers\n"


def test_two_sources_of_one_name_are_told_apart(paperlark: Paperlark, home: Path) -> None:
    for folder, title in (("a", "One"), ("b", "Two")):
        (home / folder).mkdir()
        (home / folder / "list.bib").write_text(f"@misc{{x, title={{{title}}}}}")
        paperlark("import", f"{folder}/list.bib")
    result = paperlark("import", "--remove", "list.bib")
    assert (result.exit_code, "2 sources are called list.bib" in result.stderr) == (1, True)
    assert "1 paper taken out" in paperlark("import", "--remove", "a/list.bib").stdout


def test_criteria_are_drafted_and_nothing_is_stored(
    paperlark: Paperlark, library: Path, home: Path
) -> None:
    assert library.exists()
    result = paperlark("import", "library.bib", "--draft-criteria")
    assert result.stdout.startswith("## ")
    assert "Relevant: " in result.stdout
    assert "- On Bats" in result.stdout
    assert _kept(home) == []


def test_a_dry_run_keeps_nothing(paperlark: Paperlark, library: Path, home: Path) -> None:
    result = paperlark("import", str(library), "--dry-run")
    assert result.stdout.startswith("would import, of 2 entries: 2 liked papers\n")
    assert not (home / "paperlark.db").exists()
    paperlark(*RUN)
    paperlark("import", str(library), "--dry-run")
    assert _kept(home) == []


def test_papers_without_a_text_are_found_in_the_store_first_and_then_at_arxiv(
    paperlark: Paperlark, home: Path, arxiv: StandInLookup
) -> None:
    paperlark(*RUN)
    (home / "list.txt").write_text("2502.00007\n2502.22222\n2502.33333\n")
    result = paperlark("import", "list.txt")
    assert result.stdout == ("3 entries: 2 liked papers, 1 not found (first: 2502.33333, line 3)\n")
    assert arxiv.asked == [["2502.22222", "2502.33333"]]
    assert [row[3] for row in _kept(home)] == ["Bats 7", "On dogs"]


def test_a_paper_without_an_abstract_gets_one_as_soon_as_arxiv_is_asked(
    paperlark: Paperlark, home: Path, arxiv: StandInLookup
) -> None:
    (home / "list.bib").write_text("@misc{x, title={Dogs?}, eprint={2502.22222}}")
    assert paperlark("import", "list.bib", "--offline").stdout == "1 entry: 1 liked paper\n"
    assert arxiv.asked == []
    assert paperlark("import", "list.bib").stdout == "1 entry: 1 liked paper\n"
    assert paperlark("import", "list.bib").stdout == "1 entry: 1 known before\n"
    assert [row[3] for row in _kept(home)] == ["On dogs"]
    assert len(arxiv.asked) == 1


def test_an_address_of_a_paper_is_that_paper(
    paperlark: Paperlark, home: Path, arxiv: StandInLookup
) -> None:
    result = paperlark("import", "https://arxiv.org/abs/2502.22222v2", "2502.22222")
    assert result.stdout == (
        "https://arxiv.org/abs/2502.22222v2: 1 entry: 1 liked paper\n"
        "2502.22222: 1 entry: 1 known before\n"
    )
    assert len(arxiv.asked) == 1
    assert [row[1] for row in _kept(home)] == ["2502.22222"]


def test_where_arxiv_cannot_be_asked_that_is_said(
    paperlark: Paperlark, home: Path, arxiv: StandInLookup
) -> None:
    arxiv.failing = 9
    (home / "list.bib").write_text(BIB + "@misc{x, eprint={2502.22222}}")
    result = paperlark("import", "list.bib")
    assert "2 liked papers, 1 not found (first: 2502.22222, line 4)" in result.stdout
    assert "of those not found: arXiv could not be asked about all of them" in result.stderr
    assert "HTTP 404" in result.stderr


def test_a_file_without_a_known_paper_is_refused_and_nothing_is_stored(
    paperlark: Paperlark, home: Path, arxiv: StandInLookup
) -> None:
    (home / "list.txt").write_text("2502.22222\n")
    result = paperlark("import", "list.txt", "--offline")
    assert result.exit_code == 1
    assert "list.txt has no usable paper in 1 entry " in result.stderr
    assert "(first: 2502.22222, line 1; arXiv was not asked): nothing was imported" in result.stderr
    assert arxiv.asked == []
    assert not (home / "paperlark.db").exists()


def test_digests_become_judged_days(paperlark: Paperlark, home: Path) -> None:
    rows = [
        {"id": "2502.00007", "title": "T", "abstract": "A", "relevance": 9, "novelty": 8},
        {"id": "2502.00008", "title": "U", "abstract": "B", "relevance": 2, "novelty": 3},
        {"id": "2502.00009", "title": "V", "abstract": "C"},
    ]
    (home / "2025-02-20.json").write_text(json.dumps(rows))
    result = paperlark("import", "2025-02-20.json")
    assert result.stdout.splitlines() == [
        "3 entries: 2 judged papers, 1 left out (first: 2502.00009, entry 3: it has no scores)",
        f"1 day added to the archive, with pages in {home / 'pages'}: 2025-02-20",
    ]
    assert [row[7:11] for row in _kept(home)] == [
        ("2025-02-20", 1, 9, 8),
        ("2025-02-20", 1, 2, 3),
    ]


def test_what_was_imported_is_voted_on_like_any_paper(paperlark: Paperlark, library: Path) -> None:
    paperlark("import", str(library))
    voted = paperlark("vote", "2502.11111", "down").stdout
    assert voted.startswith("down  2502.11111  On cats\n")


def test_the_copy_of_the_votes_brings_them_back(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    paperlark("vote", "2502.00007", "2502.00008", "up")
    listed = paperlark("vote", "--list").stdout
    for name in ("paperlark.db", "paperlark.db-wal", "paperlark.db-shm"):
        (home / name).unlink(missing_ok=True)
    paperlark(*RUN)
    copy = "paperlark.db.votes.jsonl"
    assert paperlark("import", copy, "--dry-run").stdout == "would import, of 2 entries: 2 votes\n"
    assert paperlark("import", copy).stdout == "2 entries: 2 votes\n"
    assert paperlark("import", copy).stdout == "2 entries: 2 known before\n"
    assert paperlark("vote", "--list").stdout == listed


def test_votes_from_another_machine_are_copied_and_outlive_the_database_too(
    paperlark: Paperlark, home: Path
) -> None:
    paperlark(*RUN)
    paperlark("vote", "2502.00007", "up")
    vote = {"profile": "Bats", "id": "2502.00008", "vote": "down", "at": "2025-02-26T09:00+01:00"}
    (home / "laptop.jsonl").write_text(json.dumps(vote))
    assert paperlark("import", "laptop.jsonl").stdout == "1 entry: 1 vote\n"
    assert paperlark("import", "laptop.jsonl").stdout == "1 entry: 1 known before\n"
    (home / "paperlark.db").unlink()
    assert "2 votes of Bats  restored" in paperlark("restore").stdout
    assert (home / "paperlark.db.votes.jsonl").read_text().count("\n") == 2


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00"])
def test_a_vote_of_no_time_of_ours_is_refused(paperlark: Paperlark, home: Path, at: str) -> None:
    vote = {"profile": "Bats", "id": "2502.00008", "vote": "up", "at": at}
    (home / "laptop.jsonl").write_text(json.dumps(vote))
    result = paperlark("import", "laptop.jsonl")
    assert (result.exit_code, "laptop.jsonl:1: not a vote" in result.stderr) == (1, True)


def test_the_votes_of_another_reader_are_not_ones_own(paperlark: Paperlark, home: Path) -> None:
    paperlark(*RUN)
    paperlark("vote", "2502.00007", "up")
    profile = home / "paperlark.toml"
    profile.write_text(profile.read_text().replace("Bats", "Cats"))
    result = paperlark("import", "paperlark.db.votes.jsonl")
    assert result.exit_code == 1
    assert "has no votes of 'Cats', only of 'Bats'" in result.stderr


def test_a_zotero_library_is_imported_with_the_key_of_the_environment(
    paperlark: Paperlark, home: Path, loopback: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.clear()

    def answer(request: Request) -> Response:
        item = {"type": "article", "title": f"Opened by {request.headers['Zotero-API-Key']}"}
        return Response(json.dumps({"items": [item]}), headers={"Total-Results": "1"})

    loopback.expect_request("/users/12345/items/top").respond_with_handler(answer)
    monkeypatch.setenv("MY_KEY", "secret")
    library = ("--zotero-library", "12345", "--zotero-url", loopback.url_for(""))
    result = paperlark("import", *library, "--zotero-key-variable", "MY_KEY")
    assert result.stdout == "1 entry: 1 liked paper\n"
    assert [row[3] for row in _kept(home)] == ["Opened by secret"]


def test_an_address_is_fetched(paperlark: Paperlark, home: Path, loopback: HTTPServer) -> None:
    loopback.clear()
    loopback.expect_request("/library.bib").respond_with_data(BIB)
    assert paperlark("import", loopback.url_for("/library.bib")).exit_code == 0
    assert len(_kept(home)) == 2


def test_an_import_does_not_wait_for_a_run(paperlark: Paperlark, library: Path, home: Path) -> None:
    paperlark(*RUN)
    with run_lock(home / "paperlark.db", patience=0):
        assert paperlark("import", str(library)).exit_code == 0


def test_a_first_import_does_not_get_in_the_way_of_a_restore(
    paperlark: Paperlark, library: Path, home: Path
) -> None:
    with run_lock(home / "paperlark.db", patience=0):
        result = paperlark("import", str(library))
    assert result.exit_code == 1
    assert "is at work on" in result.stderr
    assert not (home / "paperlark.db").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "name what to import"),
        (("library.bib", "--zotero-library", "1"), 2, "name what to import"),
        (("library.bib", "--as", "novel"), 2, "'novel' is not one of"),
        (("nothing.bib",), 1, "there is no file nothing.bib"),
        (("feeds",), 1, "cannot be read (Is a directory)"),
        (("a" * 5000,), 1, "cannot be read (File name too long)"),
        (("a\0b",), 1, "there is no file a"),
        (("library.bib", "--as", "votes"), 1, "library.bib:2: not a vote"),
        (("library.bib", "--as", "ids"), 1, "line 2: it names no arXiv paper"),
        (("--list", "library.bib"), 2, "name what to import"),
        (("library.bib", "--titles"), 2, "--titles goes with --list"),
        (("library.bib", "--as", "csl-json"), 1, "library.bib:2 is not valid JSON"),
        (("library.bib", "--as", "ris"), 1, "library.bib has no entries"),
        (("criteria.md",), 1, "unsupported file type"),
    ],
)
def test_a_mistake_is_told_with_what_helps(
    paperlark: Paperlark, library: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert library.exists()
    result = paperlark("import", *arguments)
    assert result.exit_code == code
    assert said in result.stderr


def test_a_database_that_was_set_aside_is_not_begun_anew(
    paperlark: Paperlark, library: Path, home: Path
) -> None:
    (home / "paperlark.db").write_bytes(b"ruined" * 1000)
    for _ in range(2):
        result = paperlark("import", str(library))
        assert result.exit_code == 1
        assert "renamed to paperlark.db.damaged-1" in result.stderr
    assert not (home / "paperlark.db").exists()
