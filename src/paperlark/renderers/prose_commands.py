"""Commands that authors write in prose: what they print, and which of them are mathematics."""

from __future__ import annotations

_MATHEMATICS_NAMES = (
    "ang approx argmax argmin backsim bar bm boldsymbol bra braket cap cdots ce circ cong cos "
    "cosh cup ddot dfrac dot ell ensuremath equiv exists exp forall frac geqslant gg gtrsim "
    "hat hbar in inf int ion ket langle leadsto leqslant lesssim lfloor lim ll ln log mathbb "
    "mathbf mathbin mathcal mathds mathfrak mathit mathop mathrel mathrm mathscr mathsf "
    "mathtt max mid min mod nabla neg neq nicefrac num odot operatorname oplus oslash otimes "
    "overline parallel partial perp prime prod propto qty rangle rfloor setminus sfrac SI si "
    "simeq sin sinh sqrt star subset subseteq sum sup supset tan tanh tfrac tilde unit varrho "
    "vartheta vec vee wedge widehat widetilde xrightarrow"
)
MATHEMATICS = frozenset(_MATHEMATICS_NAMES.split())
"""Commands that authors also write outside of dollar signs, where TeX itself would refuse them."""
PRINTS = {
    "noindent": "",
    "newline": " ",
    "linebreak": " ",
    "par": " ",
    "smallskip": " ",
    "medskip": " ",
    "bigskip": " ",
    "centering": "",
    "xspace": "",
    "item": "\N{BULLET}",
    "textgreater": ">",
    "textless": "<",
    "textpm": "±",
    "texttimes": "\N{MULTIPLICATION SIGN}",
    "textbar": "|",
    "textunderscore": "_",
    "textperiodcentered": "·",
    "quad": " ",
    "arcsec": "″",
    "arcmin": "\N{PRIME}",
    "lq": "\N{LEFT SINGLE QUOTATION MARK}",
    "rq": "\N{RIGHT SINGLE QUOTATION MARK}",
    "ie": "i.e.",
    "eg": "e.g.",
    "qquad": " ",
}
"""What commands of prose print that are no letters."""
LISTS = frozenset(["itemize", "enumerate", "description", "center", "quote", "abstract"])
WRAPPERS = frozenset(
    [
        "footnote",
        "ac",
        "acp",
        "acs",
        "acl",
        "acf",
        "acrshort",
        "acrlong",
        "gls",
        "glspl",
        "hbox",
        "fbox",
        "enquote",
    ]
)
"""They print their argument; a footnote in brackets, where it stands."""
POINTERS = frozenset(
    [
        "cite",
        "citep",
        "citet",
        "citealt",
        "citealp",
        "ref",
        "eqref",
        "cref",
        "Cref",
        "autoref",
        "pageref",
    ]
)
