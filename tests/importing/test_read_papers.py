"""Papers read without a profile, of a file, a list or an author."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

import paperlark
from paperlark.domain.announcement import AnnounceType, Listing
from paperlark.domain.errors import Unimportable
from paperlark.domain.paper import Author
from paperlark.importing.read_papers import author_words
from paperlark.settings.environment import Environment
from paperlark.settings.load import usual_arxiv
from paperlark.settings.values import ArxivSettings
from paperlark.testing import a_paper
from standins.arxiv_pages import results
from standins.lookup import StandInLookup
from standins.watches import FakeWatch

FIRST = datetime(2025, 2, 20, 12, tzinfo=UTC)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(
        variables={"XDG_CACHE_HOME": str(tmp_path / "cache")},
        rate_limit_clock=FakeWatch().rate_limit_clock,
    )


@pytest.fixture(scope="session")
def loopback() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as one:
        yield one


@pytest.fixture
def arxiv(loopback: HTTPServer) -> ArxivSettings:
    loopback.clear()
    return replace(usual_arxiv(), search=loopback.url_for("/lookup"))


def test_a_library_is_read_with_texts_of_arxiv_and_nothing_is_stored(
    tmp_path: Path, loopback: HTTPServer, arxiv: ArxivSettings, environment: Environment
) -> None:
    standing = StandInLookup(loopback, [a_paper("2502.22222", title="On dogs")])
    (tmp_path / "list.bib").write_text(
        "@misc{a, title={On bats}, abstract={Sonar.}}\n@misc{b, eprint={2502.22222}}\n"
        "@book{c, title={Zoology}}\n@misc{d, eprint={2502.33333}}\n@misc{e, title={On bats}}"
    )
    read = paperlark.read_papers(tmp_path / "list.bib", arxiv=arxiv, environment=environment)
    assert [paper.title for paper in read.papers] == ["On bats", "On dogs"]
    assert read.left_out == (
        "“Zoology”, line 3: it is a book, not a paper",
        "2502.33333, line 4: not found",
    )
    assert standing.asked == [["2502.22222", "2502.33333"]]
    assert {path.name for path in tmp_path.iterdir()} <= {"list.bib", "cache"}


def test_papers_of_an_author_are_those_with_all_words_of_the_name(
    loopback: HTTPServer, arxiv: ArxivSettings, environment: Environment
) -> None:
    names = ["Ana María de la Luna", "A. de la Luna", "Ana Sol", "Max Luna"]
    papers = [
        replace(a_paper(f"2502.0000{n}"), authors=(Author("Kai Olsen"), Author(name)))
        for n, name in enumerate(names)
    ]
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.args["search_query"])
        listed = [(Listing(one, AnnounceType.NEW), FIRST) for one in papers]
        return Response(results(listed, len(listed)), content_type="text/xml")

    loopback.expect_request("/lookup").respond_with_handler(answer)
    found = paperlark.find_papers_of_author(
        "Dr. de la Luna, Ana Maria", arxiv=arxiv, environment=environment
    )
    assert asked == ['au:"ana maria de la luna"']
    assert [paper.id for paper in found] == ["2502.00000"]


def test_a_name_that_no_author_has_word_by_word_is_asked_for_by_its_words(
    loopback: HTTPServer, arxiv: ArxivSettings, environment: Environment
) -> None:
    paper = replace(a_paper(), authors=(Author("Jane B. Doe"),))

    def answer(request: Request) -> Response:
        found = [paper] if request.args["search_query"] == "au:jane AND au:doe" else []
        listed = [(Listing(one, AnnounceType.NEW), FIRST) for one in found]
        return Response(results(listed, len(listed)), content_type="text/xml")

    loopback.expect_request("/lookup").respond_with_handler(answer)
    found = paperlark.find_papers_of_author("Jane Doe", arxiv=arxiv, environment=environment)
    assert found == (replace(paper, authors=found[0].authors),)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Jane Doe", ("jane", "doe")),
        ("Doe, Jane", ("jane", "doe")),
        ("Prof. Zoë Łuk", ("zoe", "łuk")),
        ("J. R. Roe, Jr.", ("j", "r", "roe")),
    ],
)
def test_the_words_of_a_name_are_found_in_either_order(name: str, words: tuple[str, ...]) -> None:
    assert set(author_words(name)) == set(words)


@pytest.mark.parametrize("name", ["Doe", "", "   ", "Prof. Doe"])
def test_less_than_a_full_name_is_refused(name: str) -> None:
    with pytest.raises(Unimportable, match="is not a full name"):
        paperlark.find_papers_of_author(name)


def test_an_author_cannot_be_asked_for_where_arxiv_does_not_answer(
    loopback: HTTPServer, arxiv: ArxivSettings, environment: Environment
) -> None:
    loopback.expect_request("/lookup").respond_with_data("no", status=404)
    with pytest.raises(Unimportable, match="arXiv could not be asked about Jane Doe"):
        paperlark.find_papers_of_author("Jane Doe", arxiv=arxiv, environment=environment)
