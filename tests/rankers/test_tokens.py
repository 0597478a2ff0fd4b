from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from paperlark.rankers import tokens
from paperlark.rankers.tokens import TermCounts, bigram_ids, spell, token_ids, tokenize

TEXT = st.text(alphabet=st.sampled_from("abcdé $\\-'s 数1.\ud800"), max_size=80)


def _shared(one: TermCounts, other: TermCounts) -> int:
    return len(np.intersect1d(one.ids, other.ids))


def test_plurals_and_accents_make_no_difference() -> None:
    assert _shared(tokenize("queries of caches"), tokenize("query cache")) == 2
    assert _shared(tokenize(r"L\'evy bus"), tokenize("levy buses")) == 1
    assert _shared(tokenize("Lévy"), tokenize(r"L{\'e}vy")) == 1
    assert _shared(tokenize("gas"), tokenize("ga")) == 0


def test_neighbouring_words_are_a_bigram_unless_a_function_word_separates_them() -> None:
    assert len(tokenize("kv cache").ids) == 3
    assert _shared(tokenize("kv cache"), tokenize("kv-cache")) == 3
    assert len(tokenize("cache of models").ids) == 2
    assert len(tokenize("cache", "model").ids) == 2


def test_the_order_of_a_bigram_counts() -> None:
    left, right = token_ids("dark matter")
    assert bigram_ids(token_ids("dark"), token_ids("matter")) != bigram_ids(
        token_ids("matter"), token_ids("dark")
    )
    assert left != right


def test_a_frequent_term_counts_more_but_not_much_more() -> None:
    once, often = tokenize("dwarf"), tokenize("dwarf", "dwarf", "dwarf")
    assert once.weights[0] == 1
    assert 1 < often.weights[0] < 3


def test_a_term_is_spelled_as_the_paper_writes_it_first() -> None:
    ids = set(tokenize("dwarf galaxies x-ray").ids.tolist())
    written = set(spell(ids, "Dwarf galaxies", "A dwarf galaxy in X-rays.").values())
    assert written == {"dwarf", "galaxies", "dwarf galaxies", "rays"}


@given(TEXT)
def test_every_term_of_a_text_can_be_spelled(text: str) -> None:
    ids = set(tokenize(text).ids.tolist())
    assert set(spell(ids, text)) == ids


@given(TEXT | st.text(alphabet="12a-b "))
def test_digits_are_matched_as_if_every_start_was_tried(text: str) -> None:
    tried = re.findall(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*|\d+[a-z][a-z0-9]*", text)
    assert tokens._WORD.findall(text) == tried


def test_a_hundred_thousand_digits_are_no_word_and_take_no_time() -> None:
    assert len(token_ids("1234567890" * 10_000)) == 0
