"""The estimate is never below what a real vocabulary counts."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from toktok import batch_count

from paperlark.verbs.answers import as_text
from paperlark.verbs.fence import clean_text, fence
from paperlark.verbs.tokens import estimate_tokens
from standins.hostile_to_assistants import HOSTILE

ROOT = Path(__file__).parents[2]


def _real(text: str) -> int:
    (count,) = batch_count([text], "o200k_base", threads=1)
    return int(count)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_it_is_enough_for_a_hostile_abstract(text: str) -> None:
    shown = as_text({"outside": fence({"abstract": clean_text(text, 6_000)}, "0" * 16)})
    assert estimate_tokens(shown) >= _real(shown)


@pytest.mark.parametrize(
    "alphabet",
    [
        "abcdefghijklmnopqrstuvwxyz",
        "AbCdEf0123",
        "0123456789",
        "的是在了不和有",
        "\u0628\u062a\u062b\u062c",
        "😀🧬🔭",
        '{}[]",:',
    ],
)
def test_it_is_enough_for_random_text(alphabet: str) -> None:
    drawn = random.Random(alphabet)  # noqa: S311  # no secret
    text = "".join(drawn.choice(alphabet) for _ in range(3_000))
    assert estimate_tokens(text) >= _real(text)


def test_it_is_not_twice_as_much_for_prose() -> None:
    prose = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    assert _real(prose) <= estimate_tokens(prose) <= 2.2 * _real(prose)


def test_nothing_is_nothing() -> None:
    assert estimate_tokens("") == 0
