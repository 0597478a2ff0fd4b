from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.paper import Author
from paperlark.sources._paper_fields import parse_authors


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yufei He, Yuexin Li", ["Yufei He", "Yuexin Li"]),
        (r"{\L}ukasz Ku\'smierz", ["Łukasz Kuśmierz"]),
        (r"J. Pablo Mu\~noz, Sercan \"O. Ar{\i}k", ["J. Pablo Muñoz", "Sercan Ö. Ar\u0131k"]),
        (r"Fabian G\"ura, Bla\v{z} Bratani\v{c}", ["Fabian Güra", "Blaž Bratanič"]),
        (r"Luca Dede', Morten M{\o}rup", ["Luca Dede'", "Morten Mørup"]),
        ("Ayana Ghosh, Maxim Ziatdinov and, Sergei V. Kalinin",
         ["Ayana Ghosh", "Maxim Ziatdinov", "Sergei V. Kalinin"]),
        ("Tianya Terry Zhang, Ph. D., Peter J. Jin, Ph. D., Li Wei",
         ["Tianya Terry Zhang, Ph. D.", "Peter J. Jin, Ph. D.", "Li Wei"]),
        (" OpenAI,  :, Alice", ["OpenAI", "Alice"]),
        ("Chenglei Yu*, Tailin Wu", ["Chenglei Yu", "Tailin Wu"]),
        ("Antonio Filho; Allan Barros", ["Antonio Filho", "Allan Barros"]),
        ("Yaqian Qi, Yaqian Qi", ["Yaqian Qi", "Yaqian Qi"]),
        ("Anna Breger, AIX-COVNET Collaboration", ["Anna Breger", "AIX-COVNET Collaboration"]),
        ("  Himanshu, zehuan li", ["Himanshu", "zehuan li"]),
        ("", []),
    ],
)  # fmt: skip
def test_names_come_out_decoded_and_whole(text: str, names: list[str]) -> None:
    assert [author.name for author in parse_authors(text)] == names


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        ("Lucas de Lara (UT3, IMT), Virgile Foy (UT3)",
         (Author("Lucas de Lara", "UT3, IMT"), Author("Virgile Foy", "UT3"))),
        ("Shuai Li (, Department of X, Hong Kong), Yu Sun",
         (Author("Shuai Li", "Department of X, Hong Kong"), Author("Yu Sun"))),
        ("Maja Karwowska (for the ALICE collaboration)",
         (Author("Maja Karwowska", "for the ALICE collaboration"),)),
        ("A B (Institute (IoT), Rome), C D",
         (Author("A B", "Institute (IoT), Rome"), Author("C D"))),
        ("A B (never closed, C D", (Author("A B", "never closed"), Author("C D"))),
        ("Dan (Xinyi) Zhang", (Author("Dan (Xinyi) Zhang"),)),
    ],
)  # fmt: skip
def test_parentheses_hold_affiliations_with_commas(text: str, authors: tuple[Author, ...]) -> None:
    assert parse_authors(text) == authors


def test_an_author_whose_tex_nests_deeply_does_not_hold_up_a_feed() -> None:
    began = time.monotonic()
    for level in (r"\frac{a", r"\sqrt[", r"\'{"):
        first, second = parse_authors("Ada " + level * 24 + "x, Bob")
        assert first.name.startswith("Ada")
        assert second.name == "Bob"
    assert time.monotonic() - began < 1


@given(st.lists(st.from_regex(r"[A-Z][a-z]{1,8} [A-Z][a-z]{2,8}", fullmatch=True), max_size=30))
def test_plain_names_come_back_as_they_were(names: list[str]) -> None:
    assert [author.name for author in parse_authors(", ".join(names))] == names


@given(st.text(alphabet=st.sampled_from(r"ab ,;(){}\"'~$%&^_\lLc1.")))
def test_no_string_of_authors_breaks_the_parser(text: str) -> None:
    for author in parse_authors(text):
        assert author.name == " ".join(author.name.split())
