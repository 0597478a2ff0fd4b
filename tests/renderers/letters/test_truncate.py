from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.renderers.letters.neutralize import truncate, truncate_to_fit

TEXTS = st.text(st.sampled_from("ab ü字"), max_size=80)


@pytest.mark.parametrize(
    ("text", "longest", "kept"),
    [
        ("one two", 7, "one two"),
        ("one two three", 9, "one two…"),
        ("one two three", 8, "one…"),
        ("o" * 30, 10, "o" * 9 + "…"),
        ("one " + "w" * 60, 50, "one " + "w" * 45 + "…"),
        ("one", 1, "…"),
        ("one", 0, ""),
    ],
)
def test_truncation_keeps_whole_words(text: str, longest: int, kept: str) -> None:
    assert truncate(text, longest) == kept


@given(TEXTS, st.integers(0, 90))
def test_what_is_kept_is_short_enough_and_how_the_text_begins(text: str, longest: int) -> None:
    kept = truncate(text, longest)
    assert len(kept) <= longest
    assert kept == text or text.startswith(kept.removesuffix("…"))


@given(TEXTS, st.integers(3, 90))
def test_as_much_is_kept_as_fits(text: str, room: int) -> None:
    def fits(some: str) -> bool:
        return len(some.encode()) <= room

    kept = truncate_to_fit(text, fits)
    assert fits(kept)
    assert kept == text or not any(
        fits(truncate(text, longest)) and len(truncate(text, longest)) > len(kept)
        for longest in range(len(text))
    )
