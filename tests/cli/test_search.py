from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from paperlark.domain.errors import StoreError
from paperlark.store.lock import run_lock
from paperlark.store.search_index import FullTextIndex
from standins.commands import Paperlark
from standins.feeds import item, rss
from standins.openai import StandIn, judges

DAY = "2025-02-26"
RUN = ("run", "--date", DAY, "--feeds", "feeds")
CONCEPTS = (
    ("2502.00007", "Bats 7", "Sonar of bats."),
    ("2502.00020", r"The Schr\"odinger equation", "Waves that disperse."),
    ("2502.00021", "Neural networks for images", "Convolutional networks recognise objects."),
)


@pytest.fixture
def made(paperlark: Paperlark, home: Path) -> Paperlark:
    """Return the commands in a place where one day's page was made."""
    papers = [
        item(f"oai:arXiv.org:{name}v1", title=title, abstract=abstract)
        for name, title, abstract in CONCEPTS
    ]
    (home / "feeds" / f"{DAY}.cs.LG.rss.xml").write_bytes(rss(*papers))
    assert paperlark(*RUN).exit_code == 0
    return paperlark


def _search(paperlark: Paperlark, *arguments: str) -> str:
    result = paperlark("search", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def _ids(paperlark: Paperlark, *arguments: str) -> list[str]:
    found = json.loads(_search(paperlark, *arguments, "--json"))
    return [one["id"] for one in found["papers"]]


def test_a_paper_is_found_by_its_words(made: Paperlark) -> None:
    said = _search(made, "schrödinger", "waves")
    assert said.startswith(
        "1 paper on “schrödinger waves”.\n\n   1        The Schrödinger equation"
    )
    assert "26 February 2025 · place " in said
    assert "https://arxiv.org/abs/2502.00020" in said
    assert _ids(made, "bat*", "sonar") == ["2502.00007"]
    assert _ids(made, '"sonar of bats"') == ["2502.00007"]


def test_what_is_asked_for_besides_words_applies_to_all(made: Paperlark) -> None:
    assert _ids(made, "bats", "--from", DAY, "--to", DAY, "--selected") == ["2502.00007"]
    assert _ids(made, "--category", "cs.LG", "--limit", "2", "--from", DAY) != []
    assert _ids(made, "--from", "2025-02-27") == []
    assert "No paper from 2025-02-27." in _search(made, "--from", "2025-02-27")
    assert "No paper with relevance 3 or more." in _search(made, "--score", "3")


def test_scores_of_a_judge_stand_beside_a_title(
    made: Paperlark, home: Path, server: StandIn
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n')
    server.always = judges()
    assert made(*RUN).exit_code == 0
    assert "   1  8·3   Bats 7" in _search(made, "sonar")
    (paper,) = json.loads(_search(made, "sonar", "--score", "8", "--json"))["papers"]
    assert (paper["relevance"], paper["novelty"], paper["selected"]) == (8, 3, False)
    assert _ids(made, "sonar", "--score", "9") == []


def test_where_no_paper_has_all_words_it_says_so_and_gives_what_has_some(made: Paperlark) -> None:
    said = _search(made, "schrodinger", "zebras")
    assert said.startswith("No paper contains all of these words. With the rarest of them: 1 paper")
    assert "The Schrödinger equation" in said


def test_where_no_paper_has_any_word_the_nearest_in_meaning_are_given(made: Paperlark) -> None:
    found = json.loads(_search(made, "deep", "vision", "classifier", "--json"))
    assert found["found_by"] == "meaning"
    assert found["papers"][0]["id"] == "2502.00021"
    assert found["papers"][0]["likeness"] > 0.3
    said = _search(made, "deep vision classifier", "--category", "cs.LG")
    assert said.startswith("No paper contains any of these words. ")
    nothing = _search(made, "xyzzy", "qwertz")
    assert nothing == "No paper on “xyzzy qwertz”.\n"


def test_results_can_be_cited(made: Paperlark) -> None:
    assert "eprint = {2502.00020}" in _search(made, "waves", "--bibtex")
    assert "AN  - arXiv:2502.00020\r\n" in made("search", "waves", "--ris").stdout_bytes.decode()
    assert json.loads(_search(made, "waves", "--csl"))[0]["number"] == "arXiv:2502.00020"


def test_what_arxiv_does_not_have_is_found_and_not_cited(made: Paperlark, home: Path) -> None:
    book = "@article{x, title={A book on otters}, author={Ann Author}, year={2001}}"
    (home / "books.bib").write_text(book)
    assert made("import", "books.bib", "--offline").exit_code == 0
    said = _search(made, "otters")
    assert "Ann Author\n            imported\n            not on arXiv" in said
    result = made("search", "otters", "--bibtex")
    assert result.stdout == ""
    assert "left out, because not on arXiv: 1 paper" in result.stderr


def test_a_new_day_and_a_new_version_are_found_by_the_next_search(
    made: Paperlark, home: Path
) -> None:
    assert _ids(made, "otters") == []
    new = item("oai:arXiv.org:2502.00030v1", title="Otters")
    again = item("oai:arXiv.org:2502.00007v2", title="Otters and bats", type="replace")
    (home / "feeds" / "2025-02-27.cs.LG.rss.xml").write_bytes(rss(new, again, stamp="27 Feb 2025"))
    assert made("run", "--date", "2025-02-27", "--feeds", "feeds").exit_code == 0
    assert _ids(made, "otters", "bats") == ["2502.00007"]
    assert set(_ids(made, "otters")) == {"2502.00030", "2502.00007"}


def test_a_restored_archive_is_searched_like_the_lost_one(made: Paperlark, home: Path) -> None:
    (before,) = json.loads(_search(made, "networks", "--json"))["papers"]
    (home / "paperlark.db").unlink()
    assert made("restore").exit_code == 0
    (after,) = json.loads(_search(made, "networks", "--json"))["papers"]
    assert before["place"] == after["place"] is not None
    # The match and the place in the space are on no page: later runs find them out again.
    assert before | {"match": None, "likeness": None} == after


def test_it_does_not_wait_for_a_run(made: Paperlark, home: Path) -> None:
    with run_lock(home / "paperlark.db", patience=0):
        assert _ids(made, "sonar") == ["2502.00007"]


def _waiting(home: Path) -> int:
    with closing(sqlite3.connect(home / "paperlark.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM search_waiting").fetchone()[0])


def test_what_makes_a_page_indexes_its_papers(made: Paperlark, home: Path) -> None:
    assert _waiting(home) == 0
    assert _ids(made, "sonar") == ["2502.00007"]


def test_a_page_is_made_also_where_its_papers_cannot_be_indexed(
    made: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the disk is full", hint="free some space")

    new = item("oai:arXiv.org:2502.00030v1", title="Otters")
    (home / "feeds" / "2025-02-27.cs.LG.rss.xml").write_bytes(rss(new, stamp="27 Feb 2025"))
    with monkeypatch.context() as full:
        full.setattr(FullTextIndex, "catch_up", fail)
        assert made("run", "--date", "2025-02-27", "--feeds", "feeds").exit_code == 0
    assert (home / "pages" / "2025-02-27.html").is_file()
    assert _waiting(home) == 1
    assert _ids(made, "otters") == ["2502.00030"]


def test_a_search_with_nothing_to_index_waits_for_no_writer(made: Paperlark, home: Path) -> None:
    with closing(sqlite3.connect(home / "paperlark.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert _ids(made, "sonar") == ["2502.00007"]


def test_a_search_by_words_and_meaning_loads_no_ranker(made: Paperlark, home: Path) -> None:
    assert _ids(made, "sonar") == ["2502.00007"]
    probe = (
        "import sys; from pathlib import Path; from paperlark.api import open_profile\n"
        "(one,) = open_profile(Path(sys.argv[1])).search('sonar').found\n"
        "ranker = 'paperlark.rankers.embedded' in sys.modules\n"
        "print(one.similarity is not None, 'numpy' in sys.modules, ranker)"
    )
    command = [sys.executable, "-c", probe, str(home / "paperlark.toml")]
    found = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert found.stdout.split() == ["True", "True", "False"]


def test_without_a_page_there_is_nothing_to_search(paperlark: Paperlark, home: Path) -> None:
    assert "no page yet" in paperlark("search", "bats").stderr
    assert not (home / "paperlark.db").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "nothing to search for: give words, or one of the options"),
        (("?!",), 1, "there is no word to search for"),
        (("bats", "--author", "G."), 1, "'G.' is too short for a name"),
        (("bats", "--category", "cs.lg"), 2, "did you mean cs.LG?"),
        (("bats", "--score", "11"), 2, "11 is not in the range"),
        (("--from", "2025-03-01", "--to", "2025-02-01"), 2, "is after --to"),
        (("x" * 100_000,), 1, "is too long"),
    ],
)
def test_a_mistake_in_the_command_says_what_is_wrong(
    made: Paperlark, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = made("search", *arguments)
    assert result.exit_code == code
    assert said in result.stderr


def test_a_hostile_question_commands_no_terminal(made: Paperlark) -> None:
    said = _search(made, "bats\x1b[31m\u202e")
    assert "\x1b" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize(
    "asked",
    [
        "2502.00020",
        "2502.00020v3",
        "arXiv:2502.00020",
        "https://arxiv.org/abs/2502.00020v1",
        "arxiv.org/pdf/2502.00020.pdf",
        "https://huggingface.co/papers/2502.00020",
        "https://www.alphaxiv.org/abs/2502.00020?chatId=7",
        "https://ar5iv.labs.arxiv.org/html/2502.00020",
        "https://scirate.com/arxiv/2502.00020",
        "https://papers.cool/arxiv/2502.00020",
        "https://www.semanticscholar.org/arxiv/2502.00020",
        "https://api.semanticscholar.org/arXiv:2502.00020",
        "https://doi.org/10.48550/arXiv.2502.00020",
    ],
)
def test_an_identifier_or_a_link_finds_its_paper(made: Paperlark, asked: str) -> None:
    assert _ids(made, asked) == ["2502.00020"]


def test_an_unknown_identifier_is_told_and_not_searched_for_as_words(made: Paperlark) -> None:
    said = _search(made, "2502.99999")
    assert said.startswith("Paper 2502.99999 was not announced to you and is not imported.")
    assert _ids(made, "https://arxiv.org/abs/2502.99999") == []


def test_an_identifier_meets_the_other_conditions_too(made: Paperlark) -> None:
    assert _ids(made, "2502.00020", "--from", DAY) == ["2502.00020"]
    assert _ids(made, "2502.00020", "--from", "2025-02-27") == []


@pytest.mark.parametrize("typed", ["shcrodinger", "schrodingr", "schrodimger", "Schrödingger"])
def test_a_word_with_one_wrong_letter_is_corrected_and_that_is_told(
    made: Paperlark, typed: str
) -> None:
    said = _search(made, typed)
    assert said.startswith(f"No paper has «{typed}»; showing «schrodinger»: 1 paper.")
    assert _ids(made, typed, "waves") == ["2502.00020"]
    document = json.loads(_search(made, typed, "--json"))
    assert document["corrections"] == [{"written": typed, "corrected": "schrodinger"}]


def test_a_word_that_is_near_none_is_not_corrected(made: Paperlark) -> None:
    document = json.loads(_search(made, "xylophone", "waves", "--json"))
    assert (document["found_by"], document["corrections"]) == ("any word", [])
