"""Citations that reference managers read again, whatever a title or a name is made of."""

from __future__ import annotations

import json

import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.importing.tagged import read_ris
from paperlark.renderers.citations.formats import bibtex, csl, ris
from paperlark.renderers.citations.work import Name, split_name
from paperlark.testing import a_paper

HEAVEN = a_paper(
    "2502.18377",
    title=r"Mechanistic PDE Networks for $\alpha_{s}$ & DNA at 50%",
    authors=(Author("Josef van der Berg"), Author("ALICE Collaboration"), Author("OpenAI")),
    abstract="One.\n\nTwo with TeX: \\'etale.",
    categories=("cs.LG", "stat.ML"),
)


def test_a_bibtex_entry_has_what_arxiv_asks_to_cite() -> None:
    assert bibtex([HEAVEN]).splitlines() == [
        "@misc{vanderberg2025mechanistic-2502.18377,",
        r"  title = {Mechanistic {PDE} Networks for $\alpha_{s}$ \& {DNA} at 50\%},",
        "  author = {van der Berg, Josef and {ALICE Collaboration} and {OpenAI}},",
        "  year = {2025},",
        "  eprint = {2502.18377},",
        "  archivePrefix = {arXiv},",
        "  primaryClass = {cs.LG},",
        "  doi = {10.48550/arXiv.2502.18377},",
        "  url = {https://arxiv.org/abs/2502.18377},",
        "}",
    ]


def test_mathematics_without_dollar_signs_gets_them_in_bibtex() -> None:
    assert r"on $\mathbb{R}^n$ and $x$" in bibtex([a_paper(title=r"on \mathbb{R}^n and $x$")])


def test_a_record_of_ris_is_read_again_by_our_own_import() -> None:
    (item,) = read_ris(ris([HEAVEN]), "")
    assert item.paper_id == "2502.18377"
    assert item.authors == ("Josef van der Berg", "ALICE Collaboration", "OpenAI")


def test_csl_tells_people_from_groups() -> None:
    (item,) = json.loads(csl([HEAVEN]))
    assert item["author"] == [
        {"family": "van der Berg", "given": "Josef"},
        {"literal": "ALICE Collaboration"},
        {"literal": "OpenAI"},
    ]
    assert item["issued"] == {"date-parts": [[2025, 2]]}
    assert item["abstract"] == "One.\n\nTwo with TeX: étale."


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Ludwig von Beethoven", Name("von Beethoven", "Ludwig")),
        ("Maria de la Cruz", Name("de la Cruz", "Maria")),
        ("Van Nguyen", Name("Nguyen", "Van")),
        ("Martin Luther King Jr.", Name("King", "Martin Luther", "Jr.")),
        ("Plato", Name("Plato")),
        ("Fermi LAT Collaboration", Name("Fermi LAT Collaboration", group=True)),
        ("", Name("")),
    ],
)
def test_names_are_parted_where_a_catalogue_parts_them(printed: str, name: Name) -> None:
    assert split_name(printed) == name


@pytest.mark.parametrize(
    ("identifier", "year", "month"),
    [("hep-th/9901001", 1999, 1), ("math/0306266", 2003, 6), ("0704.0001", 2007, 4)],
)
def test_old_ids_give_their_year_too(identifier: str, year: int, month: int) -> None:
    (item,) = json.loads(csl([a_paper(identifier)]))
    assert item["issued"] == {"date-parts": [[year, month]]}


def test_two_papers_of_one_author_year_and_title_have_two_keys() -> None:
    text = bibtex([a_paper("2502.00001"), a_paper("2502.00002")])
    assert len(parse_string(text).entries) == 2


_ANYTHING = st.text(max_size=80)
_TEX = st.text(alphabet="{}$\\%&#_^~ abZ", max_size=40)


@given(
    st.lists(
        st.builds(
            Paper,
            id=st.integers(10000, 99999).map(lambda n: PaperId(f"2502.{n}")),
            version=st.just(1),
            title=_ANYTHING | _TEX,
            authors=st.lists(st.builds(Author, _ANYTHING | _TEX), max_size=3).map(tuple),
            abstract=_ANYTHING,
            categories=st.just(("cs.LG",)),
        ),
        max_size=4,
        unique_by=lambda paper: paper.id,
    )
)
def test_whatever_a_paper_contains_every_file_has_exactly_all_papers(
    papers: list[Paper],
) -> None:
    ids = [paper.id for paper in papers]
    library = parse_string(bibtex(papers))
    assert not library.failed_blocks
    assert [entry["eprint"] for entry in library.entries] == ids
    assert [item["number"] for item in json.loads(csl(papers))] == [f"arXiv:{i}" for i in ids]
    lines = ris(papers).split("\r\n")
    assert [line[6:] for line in lines if line.startswith("AN  - ")] == [f"arXiv:{i}" for i in ids]
    assert lines.count("TY  - UNPB") == lines.count("ER  - ") == len(papers)
