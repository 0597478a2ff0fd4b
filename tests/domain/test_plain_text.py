from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.plain_text import (
    _without_floods,
    clean,
    fold,
    normalize,
    one_line,
    paragraphs,
    strip_accents,
)


@pytest.mark.parametrize(
    ("text", "plain"), [("Lévy", "Levy"), ("Ångström", "Angstrom"), ("Øre", "Øre"), ("ﬁt", "fit")]
)
def test_accents_are_dropped_and_other_letters_stay(text: str, plain: str) -> None:
    assert strip_accents(text) == plain


def test_folded_names_ignore_accents_and_case() -> None:
    assert fold("Erdős, STRAẞE") == fold("erdos, strasse")


@given(st.text())
def test_no_combining_mark_is_left_after_dropping_accents(text: str) -> None:
    assert not any(map(unicodedata.combining, strip_accents(text)))


def test_control_characters_are_dropped_and_lone_surrogates_replaced() -> None:
    assert clean("a\u202eb\x00c\ud800") == "abc\N{REPLACEMENT CHARACTER}"


def test_whitespace_is_collapsed_and_blank_lines_separate_paragraphs() -> None:
    assert one_line(" a\n\t b ") == "a b"
    assert paragraphs("a\nb\n \nc\n\n\n") == ("a b", "c")


@given(st.lists(st.sampled_from(["a" * 600, "\u0301" * 20, "\u0301" * 31, "é", "字" * 40])))
def test_only_marks_beyond_thirty_on_a_letter_are_dropped(parts: list[str]) -> None:
    text = "".join(parts)
    expected = _without_floods(text) if len(text) > 1_000 else text
    assert normalize("NFD", text) == unicodedata.normalize("NFD", expected)
