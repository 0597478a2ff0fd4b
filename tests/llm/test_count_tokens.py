from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paperlark.judges.estimate import count_tokens


def test_tokens_are_those_of_o200k() -> None:
    # Counted with OpenAI's own tokenizer.
    assert count_tokens(["hello world", "", "tiktoken is great!"]) == (2, 0, 6)


def test_a_number_of_three_figures_is_one_token() -> None:
    assert set(count_tokens(str(number) for number in range(100, 1000))) == {1}


def test_what_looks_like_a_token_of_control_is_text() -> None:
    assert count_tokens(["<|endoftext|>"])[0] > 3


@given(text=st.text())
def test_a_text_has_no_more_tokens_than_bytes(text: str) -> None:
    assert count_tokens([text])[0] <= len(text.encode())
