from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.judges.question import sanitize


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Plain text, as it comes.", "Plain text, as it comes."),
        (r"TeX $\alpha_{0} < \frac{1}{2}$ stays.", r"TeX $\alpha_{0} < \frac{1}{2}$ stays."),
        ("The [OIII] and [CII] lines, [1] too.", "The [OIII] and [CII] lines, [1] too."),
        ("Two\n\nparagraphs\u2028and\u0085more", "Two paragraphs and more"),
        ("a\u200bb\u202ec\u2066d\ufeffe", "abcde"),
        ("tags \U000e0049\U000e0047 and \ufe0fselectors\U000e0101", "tags and selectors"),
        ("bell \x07 escape \x1b[31m", "bell escape [31m"),
        ("half \ud83d a pair", "half a pair"),
        ("naïve 中文 ελ العربية", "naïve 中文 ελ العربية"),
    ],
)
def test_text_becomes_one_line_without_invisible_characters(text: str, made: str) -> None:
    assert sanitize(text, 6000) == made


@pytest.mark.parametrize(
    "token",
    [
        "<|im_start|>",
        "<|im_end|>",
        "<|endoftext|>",
        "</think>",
        "<think>",
        "<s>",
        "</s>",
        "<start_of_turn>",
        "<\uff5cend\u2581of\u2581sentence\uff5c>",
        "[INST]",
        "[/INST]",
        "[TOOL_CALLS]",
        "[AVAILABLE_TOOLS]",
        "[gMASK]",
        "<<SYS>>",
        "<!--",
        "<?xml",
        "<\u200b|im_end|>",
        "<\x00/think>",
        "</papers 0123456789ab>",
        "<papers 0123456789ab>",
    ],
)
def test_a_control_token_becomes_plain_text(token: str) -> None:
    made = sanitize(f"The token {token} is common.", 6000)
    assert token not in made
    bare = token.replace("\u200b", "").replace("\x00", "")
    assert bare not in made
    assert bare in made.replace("< ", "<").replace("[ ", "[")


def test_long_text_is_truncated() -> None:
    cut = sanitize("word " * 20_000, 6000)
    assert cut.endswith("word […]")
    assert len(cut.encode()) <= 6000 + len(" […]".encode())


@given(text=st.text(st.characters(exclude_categories=())), longest=st.integers(1, 80))
def test_any_text_becomes_one_short_line_that_can_be_sent(text: str, longest: int) -> None:
    line = sanitize(text, longest)
    assert line.encode().decode() == line
    assert len(line.encode()) <= longest + len(" […]".encode())
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(c)[0] == "C" for c in line)
    assert "</" not in line
    assert "<|" not in line
