from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperlark.domain.digest import Digest
from paperlark.renderers.terminal import NARROWEST, top
from standins.digests import (
    hostile,
    narrowed,
    ordinary,
    partial,
    quiet,
    with_something_else,
    without_judge,
)


@pytest.mark.parametrize(
    "page",
    [
        ordinary(),
        partial(),
        narrowed(),
        quiet(),
        without_judge(),
        with_something_else(),
        hostile(),
    ],
)
@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_no_line_is_longer_than_the_terminal_and_none_commands_it(page: Digest, width: int) -> None:
    text = top(page, width=width)
    assert all(len(line) <= max(width, NARROWEST) for line in text.splitlines())
    assert not [c for c in text if unicodedata.category(c) == "Cc" and c != "\n"]


def test_the_top_says_what_the_page_says() -> None:
    lines = top(ordinary(), width=80).splitlines()
    assert lines[:2] == [
        "Wednesday, 26 February 2025 · Foundations of machine learning",
        "3 of 299 papers · 1 by an author you follow · complete",
    ]
    assert any(line.startswith("   1  ★") for line in lines)


def test_every_paper_has_its_identifier_to_copy() -> None:
    for page in (ordinary(), without_judge()):
        lines = top(page, width=80).splitlines()
        for entry in page.entries:
            assert any(f" {entry.paper.id} " in line for line in lines)


HOSTILE = hostile()


@pytest.mark.slow
@settings(max_examples=20)
@given(st.integers(0, 300))
def test_any_width_will_do(width: int) -> None:
    assert top(HOSTILE, width=width)
