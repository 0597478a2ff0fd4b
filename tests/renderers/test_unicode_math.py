"""Formulas as people read them in a mail: no backslash, no dollar, nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperlark.renderers import typeset
from paperlark.renderers.author_macros import macro_text
from paperlark.renderers.unicode_math import unicode_math

UNHURRIED = settings(deadline=None)  # the first formula imports the converter


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"M_h \approx 10^7 M_\odot", "M_h ≈ 10⁷ M_⊙"),
        (r"H_0=70\,\mathrm{km\,s^{-1}\,Mpc^{-1}}", "H₀ = 70 km s⁻¹ Mpc⁻¹"),
        (r"\tilde O(\sqrt{T})", "Õ(√T)"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\frac{(a)(b)}{2}", "((a)(b))/2"),
        (r"\sqrt[3]{x+1}", "∛(x + 1)"),
        (r"\binom{n}{k}", "(n choose k)"),
        (r"e^{-x^2}", "e^(−x²)"),
        (r"T_{\rm eff}", "T_eff"),
        (r"\alpha_{i+1}", "α_(i+1)"),
        (r"-\Delta_p u=\sigma \, u^q \quad \text{on} \, \R^n", "−Δ_p u = σ u^q on ℝⁿ"),
        (r"A \notin B \setminus C", "A ∉ B ⧵ C"),
        (r"f:\R\to\R", "f: ℝ → ℝ"),
        (r"1:2", "1:2"),
        (r"5\sigma \pm 0.3", "5σ ± 0.3"),
        (r"\pm 0.3", "±0.3"),
        (r"\hat{x} + \overline{AB} + \vec{v}", "x̂ + A̅B̅ + v⃗"),
        (r"90^\circ, f'(x)", "90°, f′(x)"),
        (r"O(n \log n)", "O(n log n)"),
        (r"\Lambda{\rm CDM}", "ΛCDM"),
        (r"\|x\|_2 \leq \langle x,y\rangle", "‖x‖₂ ≤ ⟨x, y⟩"),
        (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", "(a, b; c, d)"),
        (r"f(x) \mbox{ in $D$, where $x>0$}", "f(x) in D, where x > 0"),
        (r"\text{48.2\%}", "48.2%"),
        (r"T\!\to\!0 \eqno (1)", "T → 0(1)"),
        (r"% H^{\infty }", "H^∞"),
        (r"\smash{O(d)}\hspace{4.14mm}x", "O(d) x"),
    ],
)
def test_a_formula_is_written_as_a_line(formula: str, text: str) -> None:
    assert unicode_math(formula) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("R", "ℝ"), ("RR", "ℝ"), ("IR", "ℝ"), ("real", "ℝ"), ("bbZ", "ℤ"), ("EE", "𝔼")),
        *(("cA", "𝒜"), ("calO", "𝒪"), ("cL", "ℒ"), ("bx", "𝐱"), ("vecA", "𝐀")),
        *(("eps", "ε"), ("al", "α"), ("Om", "Ω"), ("lam", "λ"), ("ve", "ε"), ("ga", "γ")),
        *(("dist", "dist"), ("loc", "loc"), ("oursol", "oursol"), ("MM", "M"), ("g", "g")),
    ],
)
def test_an_unknown_command_stands_for_what_most_authors_mean(name: str, text: str) -> None:
    assert macro_text(name) == text
    assert unicode_math(rf"\{name} x") is not None


def test_prose_around_formulas_stays_and_a_formula_beyond_reading_stays_as_written() -> None:
    text = r"Halos of $10^{7}\,M_\odot$ cost \$5; $\xymatrix{a&$ is a diagram"
    assert typeset.readable(text).startswith("Halos of 10⁷ M_⊙ cost $5; $\\xymatrix")


@UNHURRIED
@given(st.lists(st.sampled_from([*r"ab1 +-=(){}[]^_$,'\&", r"\frac", r"\R", r"\left("])))
def test_no_formula_breaks_a_line_or_raises(pieces: list[str]) -> None:
    found = unicode_math("".join(pieces))
    assert found is None or (found.strip() == found != "" and "\n" not in found)
