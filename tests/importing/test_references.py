"""RIS, refer and CSL-JSON, as reference managers export them."""

from __future__ import annotations

import json

import pytest

from paperlark.domain.errors import Unimportable
from paperlark.importing.item import ImportedEntry
from paperlark.importing.references import read_csl
from paperlark.importing.tagged import read_refer, read_ris

RIS = """TY  - JOUR
TI  - Attention Is All
      You Need
AU  - Vaswani, Ashish
A1  - Shazeer, Noam
AB  - We propose.
UR  - http://arxiv.org/abs/1706.03762
ER  -

TY  - CONF
T1  - A talk on bats
"""


def test_records_are_read_and_the_last_needs_no_end() -> None:
    first, second = read_ris(RIS, "x.ris")
    assert first == ImportedEntry(
        place="line 1",
        paper_id=first.paper_id,
        title="Attention Is All You Need",
        abstract="We propose.",
        authors=("Ashish Vaswani", "Noam Shazeer"),
    )
    assert first.paper_id == "1706.03762"
    assert (second.place, second.title, second.paper_id) == ("line 10", "A talk on bats", None)


def test_lines_may_end_as_on_any_system() -> None:
    assert read_ris(RIS.replace("\n", "\r\n"), "x") == read_ris(RIS, "x")


def test_a_name_of_ris_keeps_its_particle_and_its_suffix() -> None:
    (item,) = read_ris(
        "TY  - JOUR\nTI  - T\nAU  - de la Luna, Ana\nAU  - Roe, Max, Jr.\nER  - ", "x"
    )
    assert item.authors == ("Ana de la Luna", "Max Roe, Jr.")


REFER = """%0 Journal Article
%T Echoes of
   small bats
%A Luna, Ana
%A Max Roe
%X We listened.

Twice, in fact.
%U https://arxiv.org/abs/2501.04321
%0 Book
%T All bats

%T Of cats
%A Cat, Tom
"""


def test_records_of_endnote_are_read_whether_or_not_blank_lines_separate_them() -> None:
    first, book, last = read_refer(REFER, "x.enw")
    assert first == ImportedEntry(
        place="line 1",
        paper_id=first.paper_id,
        title="Echoes of small bats",
        abstract="We listened. Twice, in fact.",
        authors=("Ana Luna", "Max Roe"),
    )
    assert first.paper_id == "2501.04321"
    assert (book.title, book.fault) == ("All bats", "it is a book, not a paper")
    assert (last.place, last.title, last.authors) == ("line 13", "Of cats", ("Tom Cat",))


CSL = {
    "type": "article",
    "title": "Attention Is All You Need",
    "author": [{"family": "Vaswani", "given": "Ashish"}, {"literal": "A Team"}],
    "abstract": "We propose.",
    "number": "arXiv:1706.03762",
}
ZOTERO = {
    "itemType": "preprint",
    "title": "Attention Is All You Need",
    "creators": [{"lastName": "Vaswani", "firstName": "Ashish"}, {"name": "A Team"}],
    "abstractNote": "We propose.",
    "archiveID": "arXiv:1706.03762",
}


@pytest.mark.parametrize("values", [[CSL], {"items": [CSL]}, {"items": [ZOTERO]}, [ZOTERO], CSL])
def test_references_are_read_in_every_wrapping(values: object) -> None:
    (item,) = read_csl(json.dumps(values), "x.json")
    assert (item.paper_id, item.title) == ("1706.03762", "Attention Is All You Need")
    assert (item.authors, item.abstract) == (("Ashish Vaswani", "A Team"), "We propose.")


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"family": "Luna", "given": "Ana", "non-dropping-particle": "de la"}, "Ana de la Luna"),
        ({"family": "Humber", "given": "Alex", "dropping-particle": "von"}, "Alex von Humber"),
        ({"family": "Roe", "given": "Max", "suffix": "Jr."}, "Max Roe, Jr."),
        ({"literal": "The Bat Group"}, "The Bat Group"),
    ],
)
def test_every_part_of_a_name_of_csl_is_read(person: dict[str, str], name: str) -> None:
    (item,) = read_csl(json.dumps([CSL | {"author": [person]}]), "x.json")
    assert item.authors == (name,)


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("<jats:title>Abstract</jats:title><jats:p>We <jats:italic>hear</jats:italic>.</jats:p>",
         "We hear."),
        ("<p>One.</p><p>H<sub>2</sub>O &amp; ice</p>", "One. H2O & ice"),
        ("&lt;jats:p&gt;Twice escaped&lt;/jats:p&gt;", "Twice escaped"),
        ("<jats:inline-formula><mml:math><mml:mi>x</mml:mi></mml:math></jats:inline-formula>", "x"),
        ("where a < b and c > d", "where a < b and c > d"),
        ("for x<y and z>w", "for x<y and z>w"),
        ("AT&T; R&D", "AT&T; R&D"),
    ],
)  # fmt: skip
def test_tags_of_publishers_are_stripped_and_comparisons_are_not(printed: str, plain: str) -> None:
    (item,) = read_csl(json.dumps([CSL | {"title": printed, "abstract": printed}]), "x.json")
    assert (item.title, item.abstract) == (plain, plain)


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ({"type": "book"}, "a book"),
        ({"type": "webpage"}, "a web page"),
        ({"type": "entry-encyclopedia"}, "an entry of a reference work"),
        ({"itemType": "computerProgram"}, "software"),
        ({"itemType": "videoRecording"}, "a film or recording"),
        ({"itemType": "patent"}, "a patent"),
    ],
)
def test_what_is_no_paper_is_left_out_unless_it_is_on_arxiv(
    named: dict[str, str], reason: str
) -> None:
    one = {"title": "On bats", **named}
    bare, on_arxiv = read_csl(json.dumps([one, one | {"url": "arxiv.org/abs/2501.04321"}]), "x")
    assert bare.fault == f"it is {reason}, not a paper"
    assert (on_arxiv.fault, on_arxiv.paper_id) == (None, "2501.04321")


@pytest.mark.parametrize("kind", ["BOOK", "COMP", "ELEC", "DATA", "PAT", "ENCYC"])
def test_books_and_software_of_ris_are_left_out(kind: str) -> None:
    book, paper = read_ris(f"TY  - {kind}\nTI  - All\nER  - \nTY  - JOUR\nTI  - One\nER  - ", "x")
    assert book.fault is not None
    assert paper.fault is None


def test_attachments_are_not_papers() -> None:
    values = [ZOTERO, {"itemType": "attachment", "title": "PDF"}, {"itemType": "note"}]
    assert len(read_csl(json.dumps(values), "x.json")) == 1


@pytest.mark.parametrize("value", [1, None, "x", [], {"title": {"a": 1}, "author": [3, {}]}])
def test_a_value_that_is_not_a_reference_is_a_fault(value: object) -> None:
    (item,) = read_csl(json.dumps([value]), "x.json")
    assert item.fault


def test_a_surrogate_that_no_encoding_has_is_no_harm() -> None:
    (item,) = read_csl('[{"title": "a\\ud800b", "type": "article"}]', "x.json")
    assert item.title == "a?b"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "too deep"),
        ('{"title": 1}\n{"title"\n', "x.json:2 is not valid JSON"),
        ("[" + "9" * 5000 + "]", "is not valid JSON"),
    ],
)
def test_json_that_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(Unimportable, match=said):
        read_csl(text, "x.json")
