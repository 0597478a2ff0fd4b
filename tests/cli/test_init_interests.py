"""Interests in `paperlark init`: written, named, drafted, shown and changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from paperlark import read_papers
from paperlark.cli import cli
from paperlark.cli.init.named_sources import SourceKind, has_term, looks_like_name, recognize
from paperlark.domain.category_search import own_categories
from paperlark.settings import load_settings
from paperlark.settings.environment import Environment
from paperlark.settings.load import usual_arxiv
from paperlark.testing import a_paper
from standins.commands import Paperlark
from standins.lookup import StandInLookup

Answer = Callable[..., Result]
REST = ("", "", "", "")
BATS = "sonar of bats in caves", "calls of horseshoe bats", "bats and echolocation of moths"
OWLS = "owls hear by night", "barn owls localize sounds", "hearing ranges of barn owls"


@pytest.fixture
def answer(home: Path, environment: Environment) -> Answer:  # noqa: ARG001  # run in there
    """Run `paperlark init mine`, answer the first question with Enter, and type these lines."""

    def run(*lines: str, options: tuple[str, ...] = ()) -> Result:
        arguments = ("init", "mine", "--ask", "--category", "q-bio.NC", *options)
        typed = "\n".join([*lines, *REST, "y", "n"]) + "\n"
        return CliRunner().invoke(cli, arguments, input=typed, obj=environment)

    return run


@pytest.fixture
def criteria(home: Path) -> Callable[[], str]:
    return (home / "mine" / "criteria.md").read_text


def _bib(*titles: str) -> str:
    return "\n".join(
        f"@article{{k{n}, title={{{title}}}, abstract={{We study {title}: {title}.}}}}"
        for n, title in enumerate(titles)
    )


def test_what_was_understood_is_shown_and_can_be_added_to(
    answer: Answer, criteria: Callable[[], str]
) -> None:
    result = answer("1. sonar of bats", "2. owls", "", "No surveys, please.", "", "y")
    assert result.exit_code == 0, result.output
    assert result.output.count("Understood:") == 2
    assert criteria().endswith("1. sonar of bats\n2. owls\n\nNo surveys, please.\n")


def test_a_pasted_text_of_several_paragraphs_is_one_text(
    answer: Answer, criteria: Callable[[], str]
) -> None:
    pasted = "I study how bats hear.", "", "I also read about owls.", "And moths.", "", "y"
    assert answer(*pasted).exit_code == 0
    assert criteria().endswith("I study how bats hear.\n\nI also read about owls.\nAnd moths.\n")


def test_whoever_says_no_may_write_it_again(answer: Answer, criteria: Callable[[], str]) -> None:
    result = answer("bats", "", "n", "2", "owls", "", "y")
    assert result.exit_code == 0, result.output
    assert "owls" in criteria()
    assert "bats" not in criteria().partition("-->")[2]


def test_the_text_can_be_changed_in_an_editor(
    answer: Answer, criteria: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/bats/moths/")
    result = answer("bats that sing", "", "n", "1", "y")
    assert result.exit_code == 0, result.output
    assert criteria().endswith("moths that sing\n")


def test_without_an_editor_the_text_stays(
    answer: Answer, criteria: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "/nowhere/editor")
    result = answer("bats that sing", "", "n", "1", "y")
    assert result.exit_code == 0, result.output
    assert "no editor could be used" in result.output
    assert criteria().endswith("bats that sing\n")


def test_whoever_goes_back_keeps_the_text_with_enter(
    answer: Answer, criteria: Callable[[], str]
) -> None:
    result = answer("bats that sing", "", "y", "<", "")
    assert result.exit_code == 0, result.output
    assert "Enter alone keeps what you have: bats that sing" in result.output
    assert criteria().endswith("bats that sing\n")


def test_a_line_can_be_taken_back(answer: Answer, criteria: Callable[[], str]) -> None:
    result = answer("bats", "knitting", "<", "owls", "", "y")
    assert result.exit_code == 0, result.output
    assert "knitting" not in criteria()
    assert criteria().endswith("bats\nowls\n")


def test_topics_of_a_draft_can_be_left_out(
    answer: Answer, home: Path, criteria: Callable[[], str]
) -> None:
    many = [f"{title} {word}" for title in (*BATS, *OWLS) for word in ("again", "anew", "apart")]
    (home / "library.bib").write_text(_bib(*many))
    result = answer("library.bib", "", "n", "1", "9", "1", "y")
    assert result.exit_code == 0, result.output
    assert "drafted: 3 topics" in result.output
    assert "type numbers from 1 to 3" in result.output
    assert "drafted: 2 topics" in result.output
    assert criteria().count("## ") == 2
    assert "18 liked papers" in result.output


def test_a_library_beside_one_s_own_words_is_only_imported(
    answer: Answer, home: Path, criteria: Callable[[], str]
) -> None:
    (home / "my library.bib").write_text(_bib(*BATS))
    result = answer("'my library.bib'", "owls that hunt", "", "y")
    assert result.exit_code == 0, result.output
    assert "3 liked papers" in result.output
    assert criteria().endswith("owls that hunt\n")


def test_a_library_without_papers_is_told_and_the_question_stays(
    answer: Answer, home: Path, criteria: Callable[[], str]
) -> None:
    (home / "books.bib").write_text("@book{a, title={Zoology}}")
    result = answer("books.bib", "bats", "", "y")
    assert result.exit_code == 0, result.output
    assert "books.bib has no papers that can be read" in result.output
    assert "bats" in criteria()


@pytest.fixture
def lookup(loopback: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> StandInLookup:
    """Serve an arXiv that knows three papers on galaxies."""
    loopback.clear()
    papers = [
        replace(a_paper(f"2502.1111{n}", title=title), categories=("astro-ph.GA",))
        for n, title in enumerate(("Dwarf galaxies", "Haloes of dwarf galaxies", "Satellites"))
    ]
    standing = StandInLookup(loopback, papers)
    usual = replace(usual_arxiv(), search=standing.url)
    monkeypatch.setattr("paperlark.cli.init.named_sources.usual_arxiv", lambda: usual)
    return standing


def test_ids_are_looked_up_at_once_and_their_categories_proposed(
    answer: Answer, lookup: StandInLookup, home: Path, criteria: Callable[[], str]
) -> None:
    result = answer("2502.11110, arXiv:2502.11111; 2502.11112", "<", "?", "2502.11110 2502.11112",
                    "", "y", "2")  # fmt: skip
    assert lookup.asked[:2] == [
        ["2502.11110", "2502.11111", "2502.11112"], ["2502.11110", "2502.11112"]
    ]  # fmt: skip
    assert "where most of these papers are" in result.output
    assert "dwarf galaxies" in criteria().lower()
    settings = load_settings(home / "mine" / "paperlark.toml")
    assert settings.profile.categories == ("q-bio.NC", "astro-ph.GA")


def test_unasked_a_library_alone_gives_interests_and_categories(
    paperlark: Paperlark, lookup: StandInLookup, home: Path
) -> None:
    (home / "liked.txt").write_text("2502.11110\n2502.11111\n")
    result = paperlark("init", "mine", "--import", "liked.txt")
    assert lookup.asked
    assert "were drafted from 2 papers (liked.txt)" in result.output
    settings = load_settings(home / "mine" / "paperlark.toml")
    assert settings.profile.categories == ("astro-ph.GA",)
    assert "galaxies" in settings.profile.criteria.text.lower()


def test_a_library_that_cannot_be_read_brings_no_example(paperlark: Paperlark, home: Path) -> None:
    result = paperlark("init", "mine", "--category", "astro-ph.GA", "--import", "gone.bib")
    assert result.exit_code == 1
    assert result.output.count("there is no file gone.bib") == 1
    assert "## Astrophysics of Galaxies" in (home / "mine" / "criteria.md").read_text()


def test_a_zotero_library_that_cannot_be_read_is_told_once(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark("init", "mine", "--zotero-library", "my library")
    assert result.exit_code == 1
    assert result.output.count("'my library' is not a Zotero library") == 1
    assert (home / "mine" / "paperlark.toml").is_file()


def test_an_author_is_asked_for_by_a_full_name(paperlark: Paperlark, home: Path) -> None:
    result = paperlark("init", "mine", "--author", "Lovelace")
    assert "'Lovelace' is not a full name" in result.output
    assert "## Machine Learning" in (home / "mine" / "criteria.md").read_text()


def test_papers_that_a_judge_did_not_want_are_not_drafted_from(home: Path) -> None:
    rows = [
        {"id": "2502.00001", "title": "Sonar of bats", "abstract": "Bats hear.",
         "relevance": 9, "novelty": 8},
        {"id": "2502.00002", "title": "Baseball", "abstract": "Bats hit.",
         "relevance": 2, "novelty": 2},
    ]  # fmt: skip
    (home / "2025-02-26.jsonl").write_text("\n".join(map(json.dumps, rows)))
    read = read_papers("2025-02-26.jsonl", ask_arxiv=False)
    assert [paper.title for paper in read.papers] == ["Sonar of bats"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("1706.03762", SourceKind.IDS),
        ("1706.03762, https://arxiv.org/abs/2502.12206", SourceKind.IDS),
        ("https://example.org/library.bib", SourceKind.PAPERS),
        ("zotero users/12345", SourceKind.ZOTERO),
        ("Zotero: 12345", SourceKind.ZOTERO),
        ("groups/678", SourceKind.ZOTERO),
        ("me: Ada Lovelace", SourceKind.AUTHOR),
        ("I am Ada Lovelace.", SourceKind.AUTHOR),
        ("my name is van der Berg, Jan", SourceKind.AUTHOR),
    ],
)
def test_a_source_is_recognized(line: str, kind: SourceKind) -> None:
    source = recognize(line)
    assert source is not None
    assert (source.kind, source.sure) == (kind, True)


@pytest.mark.parametrize(
    "line",
    [
        "sonar of bats",
        "I am interested in sonar",
        "I'm reading about bats",
        "1706.03762 is a paper that I like",
        "强化学习与推理, 大语言模型",
        "LLM, RLHF",
        "zotero libraries as data",
        "~nobody-here/x",
        "me",
    ],
)
def test_words_are_no_source(line: str) -> None:
    assert recognize(line) is None


@pytest.mark.parametrize(
    ("line", "name", "term"),
    [
        ("Ada Lovelace", True, False),
        ("Lovelace, Ada", True, False),
        ("Jean-Pierre de la Tour", True, False),
        ("J. R. Roe", True, False),
        ("Graph Neural Networks", True, True),
        ("Machine Learning", True, True),
        ("Dwarf galaxies", False, True),
        ("Ada", False, False),
        ("GAN VAE", False, False),
    ],
)
def test_a_name_is_told_from_a_subject(line: str, name: bool, term: bool) -> None:  # noqa: FBT001
    assert looks_like_name(line) is name
    if name:
        assert has_term(line) is term


def test_a_folder_or_a_missing_file_is_told(home: Path) -> None:
    with pytest.raises(ValueError, match="is a folder"):
        recognize(f"{home}/")
    with pytest.raises(ValueError, match=r"there is no file gone\.ris"):
        recognize("gone.ris")


def test_categories_are_proposed_only_where_most_papers_are_elsewhere() -> None:
    bats = [replace(a_paper(f"2502.0000{n}"), categories=("q-bio.NC",)) for n in range(3)]
    owls = [replace(a_paper(f"2502.0001{n}"), categories=("eess.AS", "cs.LG")) for n in range(3)]
    assert own_categories([*bats, *owls], ["cs.LG"]) == ()
    assert own_categories(bats, ["cs.LG"]) == ("q-bio.NC",)
    assert own_categories([*bats, *owls[:1]], ["cs.LG"]) == ("q-bio.NC", "eess.AS")
    assert own_categories(bats, ["q-bio"]) == ()
    assert own_categories([replace(bats[0], categories=())], ["cs.LG"]) == ()
