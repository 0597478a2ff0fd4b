from __future__ import annotations

import re
import time
from html import escape
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from paperlark.renderers import tex, typeset
from standins.digests import HOSTILE

PROSE = {"p", "a", "code", "em", "strong", "span", "sub", "sup", "u"}
MATHEMATICS = (
    {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mpadded", "mphantom"}
    | {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mfrac", "msqrt", "mroot"}
    | {"mtable", "mtr", "mtd"}
)
ELEMENTS = PROSE | MATHEMATICS
PLAIN = st.text(st.characters(exclude_characters="$\\{}`'~-", exclude_categories=["C", "Z"]))
PIECES = (
    *("$", "$$", r"\(", r"\)", r"\[", r"\]", "{", "}", "^", "_", r"\frac", r"\text", r"\emph{"),
    *(r"\textbf{", r"\href{", r"\url{", r"\'", r"\"", r"\L", r"\unicode{x3c}", r"\hspace{", "\\"),
    *("<", ">", "&", "a", "1", " ", "x y", "\n\n", "https://a.org", "\u202e", "\x00"),
)
TEXISH = st.lists(st.sampled_from(PIECES)).map("".join)
UNHURRIED = settings(deadline=None)  # the first formula imports the converter


def visible(markup: str) -> str:
    return "".join(parsed(markup).itertext())


def parsed(markup: str) -> Element:
    root: Element = fromstring(f"<p>{markup}</p>")
    return root


@pytest.mark.parametrize(
    ("tex", "printed"),
    [
        (r"Schr\"odinger, F\'eidir, Gerv\'asio", "Schrödinger, Féidir, Gervásio"),
        (r"{\L}ukasz Ku\'smierz, \c{C}elik, \v{S}imon, na\"{\i}ve", None),
        (r"\`{I}r\`{o}y\`{i}nSpeech", "ÌròyìnSpeech"),
        (r"US \& MRI, 90\%, a\_b, \$5", "US & MRI, 90%, a_b, $5"),
        ("``quoted'' --- and 3--5", "“quoted” — and 3–5"),
        ("A->B, B->C fail to learn A-->C", "A->B, B->C fail to learn A-->C"),
        (r"PixArt-\Sigma: Weak-to-Strong", "PixArt-Σ: Weak-to-Strong"),
        (r"\emph{a \textbf{b}} {\em c} \textsc{Name}", "a b c Name"),
        (r"\unknown{x} \cite{y} \emph{open", r"\unknown{x} [y] \emph{open"),
        (r"see \url{https://a.org/b_c}.", "see https://a.org/b_c."),
        (r"{BERT} stays {in braces}", "{BERT} stays {in braces}"),
    ],
)
def test_tex_in_prose_is_decoded_and_unknown_commands_stay(tex: str, printed: str | None) -> None:
    printed = printed or "Łukasz Kuśmierz, Çelik, Šimon, naïve"
    assert typeset.plain(tex) == printed
    assert visible(typeset.html(tex)) == printed


@pytest.mark.parametrize(
    "text",
    [
        "Just Add $100 More: Augmenting NeRF-based Pseudo-LiDAR Point Cloud",
        "Democratising RGBA Image Generation With No $$$",
        "$100K or 100 Days: Trade-offs when Pre-Training with Academic Resources",
        "LucidAtlas$: Learning Uncertainty-Aware Atlases",
        "around $100,000 (manual annotation) to just $5.10",
        "costs $0.45-$78.96 per 1K, or 3$ for 8B models, 20$ for 72B models",
        "about $ 0.3 API cost and $ 5 API cost per kernel",
    ],
)
def test_money_stays_money(text: str) -> None:
    assert "<" not in typeset.html(text)
    assert visible(typeset.html(text)) == text


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        (r"$\lambda$-models on $G$-invariant $x_i$", 3),
        (r"a 28$\times$28 image, 20$-$50%, $2.8\times$ faster", 3),
        (r"within $z < 1.4$ and \(a+b\) and \[c\] and $$d$$", 4),
        (r"orders in $ (0,1)$ and cost $O(n \log n)$ for $5", 2),
        (r"$-7.41 kcal mol^{-1}$", 1),
    ],
)
def test_formulas_become_mathml(text: str, formulas: int) -> None:
    assert typeset.html(text).count("<math>") == formulas
    assert typeset.plain(text) == text.replace(r"\%", "%")


@pytest.mark.parametrize(
    ("formula", "seen"),
    [
        (r"$\unknown{x}$", "unknownx"),
        (r"$x \in \R$", "x∈ℝ"),
        (r"$\hspace{400em}x$", "x"),
        (r"$a \backslash b$", "a⧵b"),
    ],
)
def test_an_unknown_command_or_space_does_not_leave_a_formula_raw(formula: str, seen: str) -> None:
    markup = typeset.html(formula)
    assert visible(markup) == seen
    assert "code" not in markup
    assert "400" not in markup


def test_words_of_a_formula_are_words_whatever_they_say() -> None:
    found = typeset.html(r"$\text{<script>alert(1)</script>}$")
    assert "<script" not in found
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in found


@pytest.mark.parametrize(
    "formula",
    [
        r"$\href{javascript:alert(1)}{x}$",
        r"$\style{position:fixed}{x}$",
        r"$\class{skip}{x}$",
        r"$x_{$",
        "$" + "{" * 100 + "x" + "}" * 100 + "$",
    ],
)
def test_what_cannot_be_set_safely_is_shown_as_written(formula: str) -> None:
    assert typeset.html(formula) == f"<code>{escape(formula, quote=False)}</code>"


def test_a_formula_longer_than_any_sensible_one_stays_prose() -> None:
    text = "$" + "x" * 2_001 + "$"
    assert typeset.html(text) == text


def test_a_formula_wider_than_a_phone_scrolls_in_its_own_box() -> None:
    assert typeset.html("$a+b+c+d+e+f+g+h$").startswith('<span class="long">')


def test_addresses_are_links_unless_the_text_is_a_link_itself() -> None:
    link = '<a href="https://a.org/x" rel="noreferrer">code</a>'
    assert typeset.html(r"\href{https://a.org/x}{code}") == link
    assert typeset.html_unlinked(r"\href{https://a.org/x}{code}") == "code"
    assert typeset.plain(r"\href{https://a.org/x}{code}") == "code (https://a.org/x)"
    assert "<a" not in typeset.html(r"\href{javascript:alert(1)}{code}")


def test_markup_in_an_abstract_is_text() -> None:
    text = '<a href="x">y</a> </think> <|endoftext|> &amp; &#177;'
    assert visible(typeset.html(text)) == text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_set_quickly_and_safely(text: str) -> None:
    began = time.process_time()
    markup = typeset.html(text)
    assert {element.tag for element in parsed(markup).iter()} <= ELEMENTS
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ud800-\udfff\x00\x1b]", markup)
    assert time.process_time() - began < 2


@UNHURRIED
@given(st.lists(PLAIN).map(" ".join))
def test_text_without_tex_is_neither_lost_nor_changed(text: str) -> None:
    expected = " ".join(text.split())
    assert visible(typeset.html(text)) == expected
    assert typeset.plain(text) == expected


@UNHURRIED
@given(st.one_of(TEXISH, st.text()))
def test_whatever_comes_the_result_is_well_formed_and_holds_only_what_is_allowed(text: str) -> None:
    for markup in (typeset.html(text), *typeset.html_paragraphs(text)):
        root = parsed(markup)
        assert {element.tag for element in root.iter()} <= ELEMENTS
        addresses = [e.get("href", "") for e in root.iter("a")]
        assert all(address.startswith(("https://", "http://")) for address in addresses)
    typeset.plain(text)


@given(st.one_of(PLAIN, TEXISH, st.text("ht p:/``''--~$\\{em ")))
def test_every_token_is_found_and_where_it_begins(text: str) -> None:
    parser = tex._Parser(text)
    found, expected = parser._token(0, len(text)), tex._TOKEN.search(text)
    assert (found and found.span()) == (expected and expected.span())
