"""Formulas as people read them in a mail: no backslash, no dollar, nothing lost."""

from __future__ import annotations

import re

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
        (r"a \not= b \not\to c", "a ≠ b ↛ c"),
        (r"\mathop{\rm Re}\nolimits z, a\mathbin{:=}b", "Re z, a := b"),
        (r"\mathbb R^n, {\cal N}=2, \mathbb{CP}, \mathbbm{1}", "ℝⁿ, 𝒩 = 2, ℂℙ, 𝟙"),
        (r"\mathbf{\Sigma}, \mathfrak{sl}_2, \mathbf{1}_A", "𝚺, 𝔰𝔩₂, 1_A"),
        (r"\bra{\phi}H\ket{\psi}, p(x \mid y)", "⟨ϕ|H|ψ⟩, p(x ∣ y)"),
        (r"|u|^{p-1}u, f|_U, 1/\sqrt{n}", "|u|^(p−1)u, f|_U, 1/√n"),
        (r"2^{O(\sqrt{\log n})}, \operatorname{SL}_2(\mathbb Z)", "2^(O(√(log n))), SL₂(ℤ)"),
        (r"1{,}000, 10,000, (1,200)", "1,000, 10,000, (1, 200)"),
        (r"\SI{5}{\kilo\metre\per\second}, \num{1e-5}, \ang{45}", "5 km/s, 1 × 10⁻⁵, 45°"),
        (r"\ce{SO4^2-} \ce{2H2O -> Na+}", "SO₄²⁻2H₂O → Na⁺"),
        (r"5007\,\AA, 0\farcs5, 3\,\Msun", "5007 Å, 0″.5, 3 M_⊙"),
        (r"\underbrace{a+b}, \underline{x}, \nicefrac{1}{2}", "a + b, x̲, 1/2"),
        (r"\text{S\&P}, \texttt{<SEG>}, x \label{a}", "S&P, <SEG>, x"),
        (r"A \xrightarrow{f} B, \slashed{D}", "A →^f B, D̸"),
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


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (r"so \begin{align} a &= b \\ c &= d \end{align}", "so a = b; c = d"),
        (r"\begin{equation*} x^2 \label{eq:1} \end{equation*} holds", "x² holds"),
        (r"in \mathbb{R}^n, O(\log n), \frac{1}{2}, \ell_2", "in ℝⁿ, O(log n), 1/2, ℓ₂"),
        (r"10\textsuperscript{-3} of CO\textsubscript{2}", "10⁻³ of CO₂"),
        (r"$\text{if $x>0$}$ and 10$\,$km", "if x > 0 and 10 km"),
        (r"H~{\sc i} and \ce{H2O}, \SI{5}{\GeV}", "H\xa0i and H₂O, 5 GeV"),
        (r"as \cite{a, b} in \ref{sec:1}\footnote{at \url{https://a.org}}", None),
        (r"\begin{itemize}\item one\end{itemize}", "• one"),
        (
            r"\ours\ beats \LCDM{}, \ie worse \\ by $5 or \$6",
            "ours beats LCDM, i.e. worse by $5 or $6",
        ),
    ],
)
def test_no_command_is_left_in_a_mail_and_no_content_is_lost(
    text: str, written: str | None
) -> None:
    found = re.sub(" {2,}", " ", typeset.readable(text)).strip()
    if written is None:
        assert "\\" not in found
        assert all(one in found for one in ("a, b", "sec:1", "https://a.org"))
    else:
        assert found == written


def test_braces_of_any_depth_end() -> None:
    for text in ("{" * 10_000, "$" + "{" * 10_000 + "x" + "}" * 10_000 + "$", r"\frac{" * 3_000):
        assert typeset.readable(text)


def test_prose_around_formulas_stays_and_a_formula_beyond_reading_stays_as_written() -> None:
    text = r"Halos of $10^{7}\,M_\odot$ cost \$5; $\xymatrix{a_$ is a diagram"
    assert typeset.readable(text).startswith("Halos of 10⁷ M_⊙ cost $5; $\\xymatrix")


@UNHURRIED
@given(st.lists(st.sampled_from([*r"ab1 +-=(){}[]^_$,'\&", r"\frac", r"\R", r"\left("])))
def test_no_formula_breaks_a_line_or_raises(pieces: list[str]) -> None:
    found = unicode_math("".join(pieces))
    assert found is None or (found.strip() == found != "" and "\n" not in found)
