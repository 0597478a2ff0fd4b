"""Patterns of collections: which are meant, and which are left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.collection_patterns import CollectionPattern, are_meant, parse_pattern


@pytest.mark.parametrize(
    ("patterns", "path", "meant"),
    [
        (["Thesis"], "Thesis", True),
        (["Thesis"], "Work/Thesis", True),
        (["Thesis"], "Thesis/Chapter 1", False),
        (["Thesis/**"], "Thesis", True),
        (["Thesis/**"], "Thesis/Chapter 1/Section 2", True),
        (["Thesis/**"], "Work/Thesis", False),
        (["**/Thesis/**"], "Work/Thesis/Chapter 1", True),
        (["Thesis/*"], "Thesis/Chapter 1", True),
        (["Thesis/*"], "Thesis", False),
        (["Thesis/Chapter ?"], "thesis/chapter 1", True),
        (["**"], "Anything/at/all", True),
        (["**", "!*old*"], "Anything/old drafts", False),
        (["**", "!*old*"], "Anything/old drafts/2019", False),
        (["**", "!Work/old"], "Private/old", True),
        (["Papers [2025]"], "Papers [2025]", True),
        (["Papers [2025]"], "Papers 2", False),
        ([], "Thesis", False),
    ],
)
def test_which_collections_are_meant(patterns: list[str], path: str, *, meant: bool) -> None:
    assert are_meant([parse_pattern(one) for one in patterns], path.split("/")) is meant


def test_a_pattern_can_name_its_library() -> None:
    assert parse_pattern("!groups/678:Club/*") == CollectionPattern(
        ("club", "*"), "groups/678", leaves_out=True
    )


@pytest.mark.parametrize("text", ["", "!", "/", "a//b", "groups/678:", "x" * 501, "a/" * 21 + "b"])
def test_a_pattern_that_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no collection"):
        parse_pattern(text)


_NAME = st.text(
    st.characters(exclude_characters="/*?!:", exclude_categories=["C", "Z"]), min_size=1
)


@given(st.lists(_NAME, min_size=2, max_size=6))
def test_a_path_without_signs_means_itself_and_nothing_above_it(path: list[str]) -> None:
    pattern = parse_pattern("/".join(path))
    assert pattern.matches(path)
    assert not pattern.matches(path[:-1])


def test_many_signs_are_matched_in_bounded_time() -> None:
    pattern = parse_pattern("/".join(["**", "a*"] * 10))
    assert not pattern.matches(["ab"] * 40 + ["c"])
