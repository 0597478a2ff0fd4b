from __future__ import annotations

import pytest

from paperlark.domain.taxonomy import CATEGORIES, nearest_category


def test_arxiv_has_155_categories_and_11_archives_of_several() -> None:
    assert len(CATEGORIES) == 155 + 11
    assert {"cs.LG", "astro-ph.CO", "hep-th", "math", "physics.ins-det", "q-bio.NC"} <= CATEGORIES


@pytest.mark.parametrize(
    ("text", "meant"), [("cs.lg", "cs.LG"), ("CS_AI", "cs.AI"), ("astroph.GA", "astro-ph.GA")]
)
def test_a_misspelled_code_is_recognised(text: str, meant: str) -> None:
    assert nearest_category(text) == meant


def test_an_unlike_code_is_not_guessed() -> None:
    assert nearest_category("knitting") is None
