from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.spelling import one_letter_off

_WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)


@pytest.mark.parametrize("typed", ["echolocaton", "echolocattion", "echolacation", "echolcoation"])
def test_a_letter_left_out_put_in_exchanged_or_swapped_leads_back(typed: str) -> None:
    assert "echolocation" in set(one_letter_off(typed))


@pytest.mark.parametrize("word", ["bat", "h2o", "2025", "x" * 41, "", "two words"])
def test_what_is_short_or_no_word_is_left_alone(word: str) -> None:
    assert list(one_letter_off(word)) == []


@given(_WORDS)
def test_being_one_letter_off_goes_both_ways(word: str) -> None:
    near = set(one_letter_off(word)) - {word}
    for other in sorted(near)[:30]:
        assert len(other) < 4 or word in set(one_letter_off(other))


@given(_WORDS)
def test_all_of_them_are_few(word: str) -> None:
    assert len(list(one_letter_off(word))) < 60 * len(word) + 60
