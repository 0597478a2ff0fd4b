"""Lists and names as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.settings.typed_lists import continues, perhaps_one_name, read_names, split_list


def test_commas_semicolons_and_lines_separate_alike() -> None:
    assert split_list("a, b;c\n d;;") == split_list("a，b；c、d") == ("a", "b", "c", "d")  # noqa: RUF001
    assert continues("cs.LG, ")
    assert continues("Ada Lovelace;")
    assert not continues("cs.LG")
    assert not continues("")


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ("", ()),
        (" ; ", ()),
        ("Ada Lovelace;  Kurt   Gödel ; Ada Lovelace", ("Ada Lovelace", "Kurt Gödel")),
        ("Ada Lovelace, Kurt Gödel", ("Ada Lovelace", "Kurt Gödel")),
        ("Ada Lovelace, Kurt Gödel, Emmy Noether,", ("Ada Lovelace", "Kurt Gödel", "Emmy Noether")),
        ("Ada Lovelace\nKurt Gödel", ("Ada Lovelace", "Kurt Gödel")),
        ("Ada Lovelace and Kurt Gödel", ("Ada Lovelace", "Kurt Gödel")),
        ("Lovelace, Ada", ("Ada Lovelace",)),
        ("Rubin, Vera; Lovelace, Ada", ("Vera Rubin", "Ada Lovelace")),
        ("Lovelace, Ada, Noether, Emmy", ("Ada Lovelace", "Emmy Noether")),
        ("van der Berg, Jan", ("Jan van der Berg",)),
        ("Otto Roe, Jr.", ("Otto Roe Jr.",)),
        ("Roe, Jr., Otto", ("Otto Roe Jr.",)),
        ("NOvA Collaboration", ("NOvA Collaboration",)),
        ("李大同；王小明", ("李大同", "王小明")),  # noqa: RUF001
    ],
)
def test_names_are_read_as_papers_print_them(answer: str, names: tuple[str, ...]) -> None:
    assert read_names(answer) == names


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("A, B, C", "one name"),
        ("Ada,", "one name"),
        ("a\x07b c", "unprintable"),
        ("Gödel", "a single name matches nobody"),
        ("K. Gödel", "initials are not enough"),
        ("...", "no name"),
    ],
)
def test_what_is_no_full_name_is_asked_again(answer: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_names(answer)


def test_two_names_with_a_comma_may_be_one() -> None:
    assert perhaps_one_name("García Márquez, Gabriel José") == "Gabriel José García Márquez"
    assert perhaps_one_name("van der Berg, Jan Willem") is None
    assert perhaps_one_name("Lovelace, Ada") is None
    assert perhaps_one_name("Ada Lovelace; Kurt Gödel") is None


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,8} [A-Z][a-z]{2,8}", fullmatch=True), max_size=5))
def test_full_names_are_kept_whatever_separates_them(names: list[str]) -> None:
    expected = tuple(dict.fromkeys(names))
    for separator in (", ", "; ", "\n", ";", ",\n"):
        assert read_names(separator.join(names)) == expected
