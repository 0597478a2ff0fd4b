from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import Unimportable
from paperlark.importing import kinds
from paperlark.importing.judged import is_judged
from paperlark.importing.kinds import FileKind, is_windows_1252, read_items, recognise


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("% mine\n@article{x,\n title={T}}", FileKind.BIBTEX),
        ("@string(a = {b})\n", FileKind.BIBTEX),
        ("\ufeffTY  - JOUR\nTI  - T\nER  - \n", FileKind.RIS),
        ('[{"type": "book", "title": "T"}]', FileKind.CSL_JSON),
        ('{"items": []}', FileKind.CSL_JSON),
        ("2502.12206\n", FileKind.IDS),
        ("%0 Journal Article\n%T A title\n", FileKind.REFER),
        ("%A Bat, Ada\n%T A title\n", FileKind.REFER),
        ("My list of last year:\nhf.co/papers/2502.12206\n2502.12207", FileKind.IDS),
        ("   \nOf last year:\n   \n\t\n2502.12206\n2502.12207\n", FileKind.IDS),
        ("\n# papers I like\n\nhttps://arxiv.org/abs/2502.12206 (great)", FileKind.IDS),
        ('{"profile": "x", "id": "2502.12206", "vote": "up", "at": "2025"}\n', FileKind.VOTES),
        ('{"day": "2025-02-26", "selected": []}\n', FileKind.DIGEST),
        ("## 1. [T](https://arxiv.org/abs/2502.12206)\n\n**Relevance:** 9", FileKind.DIGEST),
    ],
)
def test_the_kind_of_a_file_is_recognized_by_its_content(text: str, kind: FileKind) -> None:
    assert recognise(text.encode(), "x")[0] is kind


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "unsupported file type"),
        (b"Dear diary,\n2502.12206", "name its kind with --as"),
        (b"[]", "unsupported file type"),
        (b"<?xml version='1.0'?><rdf/>", "export BibTeX, RIS or CSL JSON"),
        (b"<html><style>\n@media (x) {}</style>", "take the JSON page"),
        (b"2502.12206\n\n\x00\x01", "x:3: is not text"),
        (b"\xff\xfea", "x cannot be read as UTF-16"),
        (b"PK\x03\x04\x00\x00 a package", "x:1: is not text"),
        (b"Refs in a format of my own\nBats, by Bat", "export BibTeX, RIS or CSL JSON"),
        (b"\x1f\x8bnot really", "cannot be unpacked"),
        (gzip.compress(b"2502.12206", mtime=0)[:-3], "cannot be unpacked"),
        (b"{oops", "x:1 is not valid JSON"),
    ],
)
def test_anything_else_is_refused_with_what_helps(content: bytes, said: str) -> None:
    with pytest.raises(Unimportable, match=said):
        recognise(content, "x")


def test_a_file_too_large_after_decompression_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "LARGEST", 2**20)
    for content in (b" " * 2**21, gzip.compress(b" " * 2**21)):
        with pytest.raises(Unimportable, match="more than 1 MB"):
            recognise(content, "x")


def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MOST_ENTRIES", 3)
    with pytest.raises(Unimportable, match="has 4 entries, more than 3"):
        read_items(FileKind.IDS, "2502.12206 " * 4, "x")


def test_papers_are_listed_in_any_mixture_of_forms() -> None:
    text = """
# my list
2502.12206v2, arXiv:hep-th/9901001; <https://arxiv.org/pdf/2502.13063.pdf>
 * arXiv: 2502.00001 [cs.LG] a good one  % and so on
"""
    text += "[A title](https://huggingface.co/papers/2502.00002), by Bat et al.\n"
    items = read_items(FileKind.IDS, text, "list.txt")
    assert [(item.paper_id, item.place) for item in items] == [
        ("2502.12206", "line 3"),
        ("hep-th/9901001", "line 3"),
        ("2502.13063", "line 3"),
        ("2502.00001", "line 4"),
        ("2502.00002", "line 5"),
    ]


def test_a_line_that_names_no_paper_is_skipped_and_named() -> None:
    text = "2502.12206\nhello <b>you</b>\nhttps://example.org/post\nhf.co/papers/2502.13063"
    items = read_items(FileKind.IDS, text, "list.txt")
    assert [(item.name, item.place, item.fault) for item in items] == [
        ("2502.12206", "line 1", None),
        ("“hello <b>you</b>”", "line 2", "it names no arXiv paper"),
        ("“https://example.org/post”", "line 3", "it names no arXiv paper"),
        ("2502.13063", "line 4", None),
    ]


WRITTEN = "@article{l, title={Caf\u00e9 \u2013 \u0141\u00f3d\u017a}, eprint={2502.12206}}\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_text_is_decoded_in_every_encoding_of_unicode(encoding: str) -> None:
    content = WRITTEN.encode(encoding)
    for packed in (content, gzip.compress(content)):
        assert recognise(packed, "x") == (FileKind.BIBTEX, WRITTEN)
        assert not is_windows_1252(packed)


def test_other_bytes_are_windows_1252_line_by_line() -> None:
    content = (
        "2502.12206 # Caf\u00e9\n".encode()
        + "2502.12207 # Caf\u00e9 \u2013 Z\u00fcrich\n".encode("cp1252")
    )
    kind, text = recognise(content, "x")
    assert (kind, text) == (
        FileKind.IDS,
        "2502.12206 # Caf\u00e9\n2502.12207 # Caf\u00e9 \u2013 Z\u00fcrich\n",
    )
    assert is_windows_1252(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ["items", "title", "type", "id", "entries", "selected", "day", "relevance"]
            )
            | st.text(),
            inner,
        )
    ),
    max_leaves=20,
)
TEXT = st.text() | JSON.map(json.dumps) | st.lists(JSON).map(json.dumps)
BITS = ["@a{", "x, ", "title=", "{", "}", '"', "TY  - ", "TI  - a", "\n", "1. ", "2502.12206", "a"]
TEXTS = TEXT | st.lists(st.sampled_from(BITS)).map("".join)


@given(TEXTS, st.sampled_from([kind for kind in FileKind if kind is not FileKind.VOTES]))
def test_any_content_read_as_any_kind_is_refused_or_has_entries(text: str, kind: FileKind) -> None:
    try:
        items = read_items(kind, text, "x")
    except Unimportable:
        return
    for item in items:
        assert item.place
        assert item.fault or item.paper_id or item.title


@pytest.mark.parametrize("value", [{"a": 5}, {"a": ["relevance", "novelty"]}, {"a": None}])
def test_values_of_another_shape_are_no_judgements(value: dict[str, object]) -> None:
    assert not is_judged(value)
