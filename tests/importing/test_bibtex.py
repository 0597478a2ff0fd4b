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
        title=r"BERT: a Language model of $x^{2}$ at 10%",
        abstract="One line.",
        authors=("Paul Erdős", "The ATLAS Collaboration", "Kurt Gödel"),
        categories=("cs.CL",),
    )
    assert item.paper_id == "1810.04805"


def test_letters_are_decoded_before_braces_and_styles_are_dropped() -> None:
    item = _one(
        r"""@article{dk, author = {Bj{\o}rn, {\AA}sa}, eprint = {2411.22222},
        title = {Sm{\o}rrebr{\o}d, Stra{\ss}e and {\textit{Escherichia}} in {\L}{\'o}d{\'z}},
        abstract = {We study \emph{sparse {T}ext} at 5{\%} cost.}}"""
    )
    assert item.title == "Smørrebrød, Straße and Escherichia in Łódź"
    assert item.abstract == "We study sparse Text at 5% cost."
    assert item.authors == ("Åsa Bjørn",)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r"{{\em Very} {\bf small}~bats}", "Very small bats"),
        (r"{H\textsubscript{2}O on \href{https://x.org}{Mars}}", "H2O on Mars"),
        (
            r"{From \$5 to \$6, {$a_{b}$} and \frac{a}{b}}",
            r"From \$5 to \$6, $a_{b}$ and \frac{a}{b}",
        ),
        (r'"One " # "{T}wo"', "One Two"),
        (r'short # { and} # " long"', "Bats and long"),
        (r'"A # in quotes"', "A # in quotes"),
        ("2024", "2024"),
        (r"{Na{\"i}ve \c{C}a {\v c} \AA{} {\aa}}", "Naïve Ça č Å å"),
        ("{Some <i>in vitro</i> &amp; more}", "Some in vitro & more"),
    ],
)
def test_a_title_is_read_as_it_is_printed(written: str, title: str) -> None:
    items = read_bibtex(f"@string{{short = {{Bats}}}}\n@misc{{x, title = {written}}}", "x")
    assert [item.title for item in items] == [title]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("family=Luna, given=Ana, prefix=de la, useprefix=true", ["Ana de la Luna"]),
        ("given={Jean Luc}, family={de la Cruz} and Roe, Max", ["Jean Luc de la Cruz", "Max Roe"]),
        ("given=Ana, family=Luna, suffix=III, given-i=A", ["Ana Luna, III"]),
        ("Roe, Jr., Max", ["Max Roe, Jr."]),
        ("de la Luna, Ana", ["Ana de la Luna"]),
        ("Roe, Max and others", ["Max Roe"]),
        ("{The Bats and Friends Group} and Max Roe", ["The Bats and Friends Group", "Max Roe"]),
        ("{{Bat Lab, Inc.}} AND Roe, Max", ["Bat Lab, Inc.", "Max Roe"]),
        ("Ferdinand Andrews", ["Ferdinand Andrews"]),
        ("Luna,", ["Luna"]),
        ("{\\O}rsted, Hans", ["Hans Ørsted"]),
    ],
)
def test_names_are_read_in_every_form(written: str, names: list[str]) -> None:
    assert list(_one(f"@misc{{x, title={{T}}, author={{{written}}}}}").authors) == names


@pytest.mark.parametrize("kind", ["book", "Manual", "software", "proceedings", "online", "dataset"])
def test_what_is_no_paper_is_left_out_unless_it_is_on_arxiv(kind: str) -> None:
    fault = _one(f"@{kind}{{x, title={{Bats}}}}").fault
    assert fault is not None
    assert fault.startswith("it is ")
    assert fault.endswith(", not a paper")
    assert _one(f"@{kind}{{x, title={{Bats}}, eprint={{2501.04321}}}}").fault is None


@pytest.mark.parametrize("kind", ["article", "inproceedings", "misc", "phdthesis", "unpublished"])
def test_papers_of_every_kind_are_read(kind: str) -> None:
    assert _one(f"@{kind}{{x, title={{Bats}}}}").fault is None


def test_a_repository_is_software() -> None:
    item = _one("@misc{x, title={bats}, howpublished={\\url{https://github.com/a/bats}}}")
    assert item.fault == "it is software, not a paper"


@pytest.mark.parametrize("part", ["a", r"\o ", "$", "and ", r"\'{", r"\frac{a"])
def test_a_field_of_ten_megabytes_is_read_in_bounds(part: str) -> None:
    long = part * (10_000_000 // len(part)) + "}" * (part.count("{") * (10_000_000 // len(part)))
    entry = f"@misc{{x, title={{One}}, author={{{long}}}, abstract={{{long}}}}}"
    items = read_bibtex(f"{entry}\n@misc{{y, title={{Two}}}}", "x")
    assert [item.place for item in items] == ["line 1", "line 2"]
    assert items[0].fault or items[0].title == "One"
    assert items[1].title == "Two"
    assert len(items[0].abstract) + sum(map(len, items[0].authors)) < 2_000_000


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
        ("journal={CoRR}, volume={abs/1706.03762}", "1706.03762"),
        ("url={https://huggingface.co/papers/1706.03762}", "1706.03762"),
        ("biburl={https://dblp.org/rec/journals/corr/abs-1706-03762.bib}", "1706.03762"),
        ("adsurl={https://ui.adsabs.harvard.edu/abs/2017arXiv170603762V}", "1706.03762"),
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
