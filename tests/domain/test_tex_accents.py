from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.tex_accents import decode_accents, decode_letters


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Yufei He", "Yufei He"),
        (r"Ku\'smierz", "Kuśmierz"),
        (r"Mu\~noz", "Muñoz"),
        (r"Sercan \"O. Ar{\i}k", "Sercan Ö. Ar\u0131k"),
        (r"Do\u{g}ru\"oz", "Doğruöz"),
        (r"Jarz\k{a}b, Papie\.z", "Jarząb, Papież"),
        (r"{\L}ukasz, Gr\o nlund, \AA{}sa, A{\ss}muth", "Łukasz, Grønlund, Åsa, Aßmuth"),
        (r"{\'E}va, {\'{E}}va, \'{E}va", "Éva, Éva, Éva"),
        (r"Erd{\H o}s, \v s, \c{c}, \'\i, \'{\i}", "Erdős, š, ç, í, í"),
        (r"Tu\'\^an, Nguy\~\^en, Nguy{\~{\^e}}n", "Tuấn, Nguyễn, Nguyễn"),
        (r"S\'{\o}ren", "Sǿren"),
        (r"Lab-STICC\_OSE, 5\%, A \& B", "Lab-STICC_OSE, 5%, A & B"),
        (r"{van der} Berg, J.~P. Mu{\~n}oz", "van der Berg, J. P. Muñoz"),
        (r"the \textsc{Atlas} team, {\em Ada}", "the Atlas team, Ada"),
        (r"$\alpha$-Lab", "\N{GREEK SMALL LETTER ALPHA}-Lab"),
        (r"\~{}ada", "~ada"),
        ("Luca Dede'", "Luca Dede'"),
        (r"\frac{a}{b} Ada {B}", r"\frac{a}{b} Ada {B}"),
        (r"Ada \'1 \\", r"Ada \'1 \\"),
    ],
)
def test_a_name_is_printed_as_tex_would_print_it(written: str, printed: str) -> None:
    assert " ".join(decode_accents(written).split()) == printed


@pytest.mark.parametrize(
    ("written", "decoded"),
    [
        (r"Sm{\o}rrebr{\o}d in {\L}{\'o}d{\'z}", "Sm{ø}rrebr{ø}d in {Ł}{ó}d{ź}"),
        (r"\emph{Stra\ss e} at 10\% of $\alpha$", r"\emph{Straße} at 10\% of $\alpha$"),
    ],
)
def test_letters_alone_are_decoded_where_other_tex_has_a_reader(written: str, decoded: str) -> None:
    assert decode_letters(written) == decoded


@pytest.mark.parametrize(
    "level", [r"\frac{a", r"\sqrt[", r"\'{", r"\'{\^", "{", "$", r"{\'", "\\", r"\textbf{"]
)
def test_time_is_linear_however_deep_a_name_nests(level: str) -> None:
    began = time.monotonic()
    for repeats in (24, 20_000):
        assert decode_accents(f"Ada {level * repeats}").startswith("Ada")
    assert time.monotonic() - began < 5


@given(st.text(alphabet=st.sampled_from(r"aoieLsv ,(){}\"'~$%&^_c1.")))
def test_any_text_is_decoded_without_an_error(text: str) -> None:
    assert isinstance(decode_accents(text), str)


@given(st.text(alphabet=st.characters(exclude_characters="\\{}~$")))
def test_text_without_tex_stays_as_it_is(text: str) -> None:
    assert decode_accents(text) == text
