from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.verbs.fence import clean_text, draw_boundary, fence
from standins.hostile_to_assistants import HOSTILE

BOUNDARY = "0123456789abcdef"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_abstract_stays_one_line_between_the_two_marks(text: str) -> None:
    found = fence({"title": "Bats", "abstract": clean_text(text, 6_000)}, "fedcba9876543210")
    first, title, abstract, last = found.split("\n")
    assert (first, title, last) == (
        "<outside-fedcba9876543210>",
        "title: Bats",
        "</outside-fedcba9876543210>",
    )
    assert abstract.startswith("abstract: ")
    assert not re.search(r"<[A-Za-z/!?|]", abstract)
    assert "](" not in abstract
    assert "```" not in abstract


@pytest.mark.parametrize(
    "mark",
    [
        *(
            "\uff1c/outside-0\uff21B\uff1e",
            "\ufe64/outside-0\ufe65",
            "< /outside-0>",
            "<\u00a0/outside-0>",
        ),
        *("<\u2044outside-0>", "<\u2215outside-0>", "<\uff0foutside-0>", "<\u0301/outside-0>"),
        *("<\u200b/outside-0>", "<\u043eutside-0>"),
    ],
)
def test_a_mark_that_only_looks_like_one_begins_no_markup(mark: str) -> None:
    for text in (clean_text(mark, 100), clean_text(f"a note: {mark}", 100)):
        line = fence({"note": text}, BOUNDARY).split("\n")[1]
        assert "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}" in line
        assert not re.search("[<\uff1c\ufe64]", line)


def test_a_comparison_stays_one() -> None:
    assert "a < b, x <5" in fence({"abstract": "a < b, x <5"}, BOUNDARY)


@given(st.text())
def test_no_text_has_a_line_break_or_a_character_that_is_not_seen(text: str) -> None:
    line = fence({"abstract": clean_text(text, 200)}, BOUNDARY).split("\n")[1:-1]
    assert len(line) <= 1
    for letter in "".join(line):
        assert unicodedata.category(letter) not in {"Cc", "Cs", "Zl", "Zp"}
        assert letter not in "\u200b\u2060\ufeff\u202e\u2066\u00ad"


def test_a_text_is_cut_where_it_is_too_long_and_says_so() -> None:
    assert clean_text("bats " * 100, 12) == "bats bats ba…"
    assert clean_text("bats", 4) == "bats"


def test_joiners_that_scripts_need_stay() -> None:
    text = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # Persian for "I want"
    assert clean_text(text, 50) == text


def test_a_boundary_that_a_text_has_is_drawn_again() -> None:
    drawn = iter(["aaaa", "bbbb", "cccc"])
    assert draw_boundary(["has aaaa", "has bbbb"], lambda _: next(drawn)) == "cccc"


def test_each_boundary_is_another() -> None:
    assert len({draw_boundary(()) for _ in range(100)}) == 100
