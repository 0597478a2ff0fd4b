"""What a command most likely means that TeX does not know: abstracts use their authors' own macros.

Definitions stay in the paper's source; these are the habits that most authors share.
"""

from __future__ import annotations

import re
import unicodedata

_SETS = frozenset("ABCDEFHKNPQRSTZ")
"""Letters that stand for a set, or a probability, when a command is nothing but that letter."""
_SET = re.compile(r"(?:I|bb|mathbb)?([A-Z])|([A-Z])\2|(real|reals)")
_SCRIPT = re.compile(r"(?:c|cal|mc|s|scr)([A-Z])")
_BOLD = re.compile(r"(?:b|bf|bm|v|vec|bs)([A-Za-z])")
_KIND = re.compile(
    r"(?:LATIN|GREEK) (?P<case>CAPITAL|SMALL) LETTER (?P<letter>[A-Z]+)"
    r"|(?P<digit>DIGIT) (?P<value>[A-Z]+)"
)
_GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
    *("lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi"),
    "omega",
)
_SHORT = {"ve": "epsilon", "vep": "epsilon", "veps": "epsilon", "vt": "theta", "vp": "phi"}


def macro_text(name: str) -> str:
    """Return what a command without a known definition stands for, by its name alone.

    `R` and `RR` are the real numbers, `cA` a script A, `bx` a bold x, `eps` an epsilon; another
    name stands for itself, as `dist` does.
    """
    if found := _SET.fullmatch(name):
        letter = "R" if found[3] else found[1] or found[2]
        return in_alphabet("DOUBLE-STRUCK", letter) if letter in _SETS else letter
    if greek := _greek(name):
        return greek
    if found := _SCRIPT.fullmatch(name):
        return in_alphabet("SCRIPT", found[1])
    if found := _BOLD.fullmatch(name):
        return in_alphabet("BOLD", found[1])
    return name


def _greek(name: str) -> str:
    """Return the Greek letter whose name begins so, and no other's: `al`, `eps`, `Om`."""
    lower = name.lower()
    begun = [one for one in _GREEK if one.startswith(lower)] if len(name) > 1 else []
    spelled = _SHORT.get(lower) or (begun[0] if len(begun) == 1 else "")
    if not spelled or name[1:] != lower[1:]:
        return ""
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    # "LAMDA" is how Unicode spells it.
    return unicodedata.lookup(f"GREEK {case} LETTER {spelled.upper().replace('MBD', 'MD')}")


def in_alphabet(alphabet: str, sign: str) -> str:
    """Return a letter or digit in one of the alphabets of mathematics, as Unicode calls them.

    What has no such form stays as it is.
    """
    name = unicodedata.name(sign, "")
    kind = _KIND.fullmatch(name)
    if kind is None:
        return sign
    case, letter = kind["case"] or kind["digit"], kind["letter"] or kind["value"]
    for wanted in (
        f"MATHEMATICAL {alphabet} {case} {letter}",
        f"{alphabet} {case} {letter}",
        # The oldest of these have a name of their own.
        f"BLACK-LETTER {case} {letter}" if alphabet == "FRAKTUR" else "",
    ):
        try:
            return unicodedata.lookup(wanted)
        except KeyError:
            continue
    return sign
