"""RIS and CSL-JSON, as reference managers export them."""

from __future__ import annotations

import json

import pytest

from paperlark.domain.errors import Unimportable
from paperlark.importing.item import ImportedEntry
from paperlark.importing.references import read_csl, read_ris

RIS = """TY  - JOUR
TI  - Attention Is All
      You Need
AU  - Vaswani, Ashish
A1  - Shazeer, Noam
AB  - We propose.
UR  - http://arxiv.org/abs/1706.03762
ER  -

TY  - BOOK
T1  - A book of bats
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
    assert (second.place, second.title, second.paper_id) == ("line 10", "A book of bats", None)


def test_lines_may_end_as_on_any_system() -> None:
    assert read_ris(RIS.replace("\n", "\r\n"), "x") == read_ris(RIS, "x")


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


def test_attachments_are_not_papers() -> None:
    values = [ZOTERO, {"itemType": "attachment", "title": "PDF"}, {"itemType": "note"}]
    assert len(read_csl(json.dumps(values), "x.json")) == 1


@pytest.mark.parametrize("value", [1, None, "x", [], {"title": {"a": 1}, "author": [3, {}]}])
def test_a_value_that_is_not_a_reference_is_a_fault(value: object) -> None:
    (item,) = read_csl(json.dumps([value]), "x.json")
    assert item.fault


def test_a_surrogate_that_no_encoding_has_is_no_harm() -> None:
    (item,) = read_csl('[{"title": "a\\ud800b", "type": "book"}]', "x.json")
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
