from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.category_search import MOST, find_categories, is_corrected
from paperlark.domain.taxonomy import CATEGORIES, TAXONOMY, is_archive, named


def _codes(text: str) -> list[str]:
    return [category.code for category in find_categories(text)]


@pytest.mark.slow
def test_every_category_has_a_name_and_is_found_by_it() -> None:
    assert len(TAXONOMY) == 155 + 11
    for code, category in TAXONOMY.items():
        assert category.name
        assert code in _codes(category.name), code


@pytest.mark.parametrize("code", sorted(CATEGORIES))
def test_a_code_finds_its_category_in_any_case(code: str) -> None:
    assert _codes(code) == _codes(f" {code.upper()} ") == _codes(code.lower()) == [code]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("galax", "astro-ph.GA"),
        ("robots", "cs.RO"),
        ("NLP", "cs.CL"),
        ("language models", "cs.CL"),
        ("Number Theory", "math.NT"),
        ("theory of numbers", "math.NT"),
        ("string theory", "hep-th"),
        ("exoplanet", "astro-ph.EP"),
        ("quantum computing", "quant-ph"),
        ("computer vison", "cs.CV"),
        ("robottics", "cs.RO"),
        ("astroph.GA", "astro-ph.GA"),
    ],
)
def test_words_for_one_category_find_it_alone(text: str, meant: str) -> None:
    assert _codes(text) == [meant]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("machine learning", ["cs.LG", "stat.ML"]),
        ("machne lerning", ["cs.LG", "stat.ML"]),
        ("black holes", ["astro-ph.HE", "gr-qc"]),
        ("particle physics", ["hep-ex", "hep-ph"]),
        ("hep", ["hep-ex", "hep-lat", "hep-ph", "hep-th"]),
        ("logic", ["math.LO", "cs.LO"]),
    ],
)
def test_ambiguous_words_find_all_their_categories(text: str, meant: list[str]) -> None:
    assert _codes(text) == meant


@pytest.mark.parametrize("text", ["", "  ", "the", "knitting", "&", "xyzzy plugh"])
def test_unrelated_words_find_nothing(text: str) -> None:
    assert _codes(text) == []


@given(st.text())
def test_any_text_finds_a_short_list_of_categories(text: str) -> None:
    codes = _codes(text)
    assert len(codes) <= MOST
    assert set(codes) <= CATEGORIES


def test_an_archive_says_that_it_is_all_of_it() -> None:
    assert is_archive("cs")
    assert not is_archive("hep-th")
    assert named("cs") == "cs (Computer Science, all of it)"
    assert named("cs.LG") == "cs.LG (Machine Learning)"


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("cs.LGG", True),
        ("robottics", True),
        ("machne lerning", True),
        ("cs.lg", False),
        ("astroph.GA", False),
        ("galax", False),
        ("NLP", False),
        ("", False),
    ],
)
def test_a_correction_is_known_as_one(text: str, corrected: bool) -> None:  # noqa: FBT001
    assert is_corrected(text) is corrected
