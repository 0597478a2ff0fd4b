from __future__ import annotations

import pytest

from paperlark.importing.bibtex import read_bibtex
from paperlark.importing.item import ImportedEntry


def _one(entry: str) -> ImportedEntry:
    (item,) = read_bibtex(entry, "library.bib")
    return item


def test_an_entry_of_arxiv_is_read_whole() -> None:
    item = _one(
        r"""% a comment
@article{bert,
  title = {{BERT}: a {L}anguage model of {$x^{2}$} at 10\%},
  author = {Erd{\H o}s, Paul and {The ATLAS Collaboration} and
            Kurt G{\"o}del},
  abstract = {One
    line.},
  eprint = {1810.04805v2}, archivePrefix = {arXiv}, primaryClass = {cs.CL}}
"""
    )
    assert item == ImportedEntry(
        place="line 2",
        paper_id=item.paper_id,
        title=r"BERT: a Language model of $x^{2}$ at 10\%",
        abstract="One line.",
        authors=("Paul Erdős", "The ATLAS Collaboration", "Kurt Gödel"),
        categories=("cs.CL",),
    )
    assert item.paper_id == "1810.04805"


def test_letters_are_decoded_before_braces_are_dropped_and_commands_keep_theirs() -> None:
    item = _one(
        r"""@article{dk, author = {Bj{\o}rn, {\AA}sa}, eprint = {2411.22222},
        title = {Sm{\o}rrebr{\o}d, Stra{\ss}e and {\textit{Escherichia}} in {\L}{\'o}d{\'z}},
        abstract = {We study \emph{sparse {T}ext} at 5{\%} cost.}}"""
    )
    assert item.title == r"Smørrebrød, Straße and \textit{Escherichia} in Łódź"
    assert item.abstract == r"We study \emph{sparse Text} at 5\% cost."
    assert item.authors == ("Åsa Bjørn",)


def test_an_author_whose_tex_nests_deeply_does_not_hold_up_the_import() -> None:
    item = _one("@misc{x, title={T}, author={Ada " + r"\frac{a" * 24 + "}" * 24 + "}}")
    assert item.authors[0].startswith("Ada")


@pytest.mark.parametrize(
    ("fields", "paper"),
    [
        ("eprint={hep-th/9711200}", "hep-th/9711200"),
        ("eprint={1706.03762}, eprinttype={arXiv}", "1706.03762"),
        ("eprint={1706.03762}, archiveprefix={PubMed}", None),
        ("url={https://arxiv.org/abs/1706.03762}", "1706.03762"),
        ("doi={10.48550/arXiv.1706.03762}", "1706.03762"),
        ("journal={arXiv preprint arXiv:1706.03762}", "1706.03762"),
        ("journal={CoRR}, volume={abs/1706.03762}", None),
        ("note={arXiv: 1706.03762 [cs]}", "1706.03762"),
        ("pages={1706.03762}", None),
    ],
)
def test_the_identifier_is_found_wherever_people_put_it(fields: str, paper: str | None) -> None:
    assert _one(f"@misc{{x, title={{T}}, {fields}}}").paper_id == paper


def test_entries_with_duplicate_keys_or_fields_are_all_parsed() -> None:
    items = read_bibtex(
        '@misc{x, title={One}}\n@misc{x, title="Two"}\n@misc{y, title={Three}, title={Four}}', "x"
    )
    assert [(item.place, item.title, item.fault) for item in items] == [
        ("line 1", "One", None),
        ("line 2", "Two", None),
        ("line 3", "Four", None),
    ]


def test_a_broken_entry_is_a_fault_with_its_line() -> None:
    items = read_bibtex("@misc{x, title={One}}\n@misc{y, title={Two\n@misc{z, title={Three}}", "x")
    assert [(item.place, item.fault) for item in items] == [
        ("line 1", None),
        ("line 2", "it is broken BibTeX"),
        ("line 3", None),
    ]


def test_an_overlong_title_is_a_fault() -> None:
    assert _one("@misc{x, title={" + "w " * 50_000 + "}}").fault == "its title has 99999 characters"


def test_braces_a_thousand_deep_are_no_harm() -> None:
    item = _one("@misc{x, title={T}, author={" + "{" * 3000 + "A" + "}" * 3000 + "}}")
    assert item.authors == ("A",)
