"""The files that once were read wrong, where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from paperlark.importing.item import ImportedEntry
from paperlark.importing.kinds import read_items, recognise

SHARED = Path(os.environ.get("PAPERLARK_SHARED", Path(__file__).parents[3] / "shared"))
CASES = SHARED / "cases" / "imports"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"no recorded imports at {CASES}")


def _read(name: str) -> tuple[ImportedEntry, ...]:
    return read_items(*recognise((CASES / name).read_bytes(), name), name)


@pytest.mark.parametrize(
    ("name", "titles", "authors"),
    [
        (
            "tex-in-braces.bib",
            ["Smørrebrød, Straße and Escherichia caches in Łódź"],
            ["Åsa Bjørn"],
        ),
        (
            "biblatex-names.bib",
            ["Quiet Caches for Long Streams"],
            ["Anna van der Berg", "Kai Olsen"],
        ),
        ("utf16.bib", ["Quiet Caches for Long Streams"], ["Anna van der Berg", "Kai Olsen"]),
        (
            "particles-and-jats.csl.json",
            ["Quiet Caches", "In a journal, preprint in note", "A blog post"],
            ["Anna van der Berg", "The Cache Group"],
        ),
        ("endnote-refer.txt", ["Sparse things", "Others"], ["Jane Doe"]),
    ],
)
def test_recorded_files_are_read_right(name: str, titles: list[str], authors: list[str]) -> None:
    items = _read(name)
    assert [item.title for item in items] == titles
    assert list(items[0].authors) == authors


def test_recorded_abstracts_have_no_tags() -> None:
    assert _read("particles-and-jats.csl.json")[1].abstract == "We prune layers."


def test_recorded_links_are_all_read() -> None:
    assert [(item.paper_id, item.fault) for item in _read("mirror-links.txt")] == [
        ("2502.12206", None),
        ("2502.13063", None),
        ("2503.17365", None),
        ("2503.17382", None),
    ]
