r"""Commands of the packages that authors load, in the TeX that the converter knows.

Units and numbers (siunitx), chemistry (mhchem), minutes of arc and the sun (AASTeX), arrows with
words on them (amsmath), and boxes that only move what is in them.
"""

from __future__ import annotations

import re

_GROUP = r"\{([^{}]*)\}"
_UNITS = {
    "metre": "m",
    "meter": "m",
    "second": "s",
    "gram": "g",
    "kelvin": "K",
    "ampere": "A",
    "mole": "mol",
    "candela": "cd",
    "hertz": "Hz",
    "newton": "N",
    "pascal": "Pa",
    "joule": "J",
    "watt": "W",
    "coulomb": "C",
    "volt": "V",
    "farad": "F",
    "ohm": "Ω",
    "siemens": "S",
    "weber": "Wb",
    "tesla": "T",
    "henry": "H",
    "lumen": "lm",
    "lux": "lx",
    "becquerel": "Bq",
    "gray": "Gy",
    "sievert": "Sv",
    "electronvolt": "eV",
    "eV": "eV",
    "dalton": "Da",
    "minute": "min",
    "hour": "h",
    "day": "d",
    "litre": "L",
    "liter": "L",
    "bar": "bar",
    "parsec": "pc",
    "astronomicalunit": "au",
    "angstrom": "Å",
    "barn": "b",
    "tonne": "t",
    "percent": r"\%",
    "degree": "°",
    "celsius": "°C",
    "degreeCelsius": "°C",
    "bit": "bit",
    "byte": "B",
    "decibel": "dB",
    "dB": "dB",
    "radian": "rad",
    "arcsecond": r"^{\prime\prime}",
    "gauss": "G",
    "arcminute": r"^{\prime}",
    "year": "yr",
    "per": "/",
    "of": "",
    "squared": "^{2}",
    "cubed": "^{3}",
    "kilogram": "kg",
    "square": "^{2}",
    "cubic": "^{3}",
}
_PREFIXES = {
    "yocto": "y",
    "zepto": "z",
    "atto": "a",
    "femto": "f",
    "pico": "p",
    "nano": "n",
    "micro": "μ",
    "milli": "m",
    "centi": "c",
    "deci": "d",
    "kilo": "k",
    "mega": "M",
    "giga": "G",
    "tera": "T",
    "peta": "P",
    "exa": "E",
}
_UNIT = re.compile(r"\\([A-Za-z]+)\s*|[.~]")
_EXPONENT = re.compile(r"(?:(?<=\d)|(?<![\w.]))\s*[eE]\s*([+-]?\d+)")
_OPTION = r"(?:\[[^\]]*\])?"
_AMOUNT = re.compile(rf"\\(?:SI|qty)\*?{_OPTION}{_GROUP}\s*(?:\[[^\]]*\])?{_GROUP}")
_RANGE = re.compile(rf"\\(?:SIrange|qtyrange){_OPTION}{_GROUP}{_GROUP}{_GROUP}")
_NUMBER = re.compile(rf"\\num{_OPTION}{_GROUP}")
_ONLY_UNIT = re.compile(rf"\\(?:si|unit){_GROUP}")
_OLD_UNIT = re.compile(rf"\\unit\[([^\]]*)\]{_GROUP}")
_ANGLE = re.compile(rf"\\ang{_OPTION}{_GROUP}")
_CHEMISTRY = re.compile(r"\\ce\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_ARROW = re.compile(
    rf"\\x(rightarrow|leftarrow|leftrightarrow|Rightarrow|Leftarrow|mapsto)\s*"
    rf"(?:\[([^\]]*)\])?\s*{_GROUP}"
)
_ION = re.compile(rf"\\ion\s*{_GROUP}\s*{_GROUP}")
_MOVED = re.compile(
    r"\\(?:raise|lower|kern|hskip)\s*-?[\d.]+\s*(?:ex|em|pt|mu|mm|cm|in)"
    r"|\\raisebox\s*\{[^{}]*\}(?:\[[^\]]*\]){0,2}"
    r"|\\(?:math)?[rlc]lap(?![A-Za-z])"
)
_CLASS = re.compile(
    r"\\(?:math(?:op|bin|rel|ord|open|close|punct|inner)|ensuremath)(?![A-Za-z])(?=\s*[{\\])"
)
"""Spacing of what follows, no sign: the converter loses what is in the braces."""
_RAISED = {"textsuperscript": "^", "textsubscript": "_"}
_SCRIPT = re.compile(rf"\\({'|'.join(_RAISED)})\s*(?=\{{)")
_PLAIN = {
    "arcsec": r"^{\prime\prime}",
    "arcmin": r"^{\prime}",
    "degr": r"^{\circ}",
    "farcs": r"^{\prime\prime}.",
    "farcm": r"^{\prime}.",
    "fdg": r"^{\circ}.",
    "micron": r"\mu\mathrm{m}",
    "kms": r"\mathrm{km\,s^{-1}}",
    "Msun": r"M_{\odot}",
    "msun": r"M_{\odot}",
    "Lsun": r"L_{\odot}",
    "Rsun": r"R_{\odot}",
    "AA": r"\text{Å}",
    "Angstrom": r"\text{Å}",
    "angstrom": r"\text{Å}",
    "textmu": r"\text{µ}",
    "textdegree": r"^{\circ}",
    "ddag": r"\ddagger",
}
_COMMAND = re.compile(rf"\\({'|'.join(_PLAIN)})(?![A-Za-z])(?:\{{\}})?")
_LETTERS_IN_TEXT = {"AA": "Å", "textmu": "µ", "textdegree": "°"}
_IN_TEXT = re.compile(
    rf"(\\(?:text|mbox|hbox|textrm|textnormal|textit|textbf)\s*\{{[^{{}}]*?)"
    rf"\\({'|'.join(_LETTERS_IN_TEXT)})(?![A-Za-z])\s?"
)
_THOUSANDS = re.compile(r"(?<=\d)\{,\}(?=\d{3})")
_THOUSANDS_PLAIN = re.compile(r"(?<![\d.,(\[{_^])\d{1,3}(?:,\d{3})+(?!\d|,\d|[)\]}])")


PACKAGE = re.compile(
    r"\\(?:SI|SIrange|qty|qtyrange|num|si|unit|ang|ce|ion|ensuremath|raise|raisebox|lower|kern|hskip"
    r"|x[A-Za-z]{3,11}|math(?:op|bin|rel|ord|open|close|punct|inner)|(?:math)?[rlc]lap"
    rf"|{'|'.join((*_RAISED, *_PLAIN))})(?![A-Za-z])|\d\{{,\}}\d|\d,\d{{3}}"
)
"""What `in_plain_tex` changes; most formulas have none of it."""


def in_plain_tex(formula: str) -> str:
    """Return a formula without the commands of packages; linear in its length."""
    text = _THOUSANDS.sub(r"\\text{,}", formula)
    text = _THOUSANDS_PLAIN.sub(lambda one: one[0].replace(",", r"\text{,}"), text)
    if "\\" not in text:
        return text
    text = _AMOUNT.sub(lambda one: rf"{_number(one[1])}\,{_units(one[2])}", text)
    text = _RANGE.sub(
        lambda one: f"{_number(one[1])}\\text{{\N{EN DASH}}}{_number(one[2])}\\,{_units(one[3])}",
        text,
    )
    text = _NUMBER.sub(lambda one: _number(one[1]), text)
    text = _OLD_UNIT.sub(lambda one: rf"{one[1]}\,{_units(one[2])}", text)
    text = _ONLY_UNIT.sub(lambda one: _units(one[1]), text)
    text = _ANGLE.sub(r"\1^{\\circ}", text)
    text = _CHEMISTRY.sub(lambda one: _chemistry(one[1]), text)
    text = _ARROW.sub(_arrow, text)
    text = _ION.sub(r"\\text{\1 \2}", text)
    text = _SCRIPT.sub(lambda one: _RAISED[one[1]], text)
    text = _IN_TEXT.sub(lambda one: one[1] + _LETTERS_IN_TEXT[one[2]], text)
    text = _COMMAND.sub(lambda one: f"{_PLAIN[one[1]]} ", text)
    return _CLASS.sub(" ", _MOVED.sub(" ", text))


def _number(text: str) -> str:
    found = _EXPONENT.search(text)
    if not found:
        return text.replace("+-", r"\pm ")
    before = text[: found.start()].strip()
    times = rf"{before}\times " if before else ""
    return f"{times}10^{{{found[1].removeprefix('+')}}}"


def _units(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return r"\,"
        if name in _PREFIXES:
            return _PREFIXES[name]
        # Between two units is a space, none after a stroke.
        return f"{_UNITS.get(name, name)}\\," if name != "per" else "/"

    parts = _UNIT.sub(one, text)
    parts = re.sub(r"\\,(?=[/^]|$)", "", parts)
    return rf"\mathrm{{{parts}}}"


def _chemistry(text: str) -> str:
    text = re.sub(r"<=>|<-->|<->", r" \\rightleftharpoons ", text)
    text = re.sub(r"-{1,2}>", r" \\to ", text)
    text = re.sub(r"\^(\d*[+-])", r"^{\1}", text)
    text = re.sub(r"(?<=[A-Za-z)\]])(\d+)", r"_{\1}", text)
    text = re.sub(r"(?<=[A-Za-z}])([+-])(?=\s|$)", r"^{\1}", text)
    return rf"\mathrm{{{text}}}"


def _arrow(found: re.Match[str]) -> str:
    arrow = f"\\{found[1]}"
    over = rf"\overset{{{found[3]}}}{{{arrow}}}" if found[3].strip() else arrow
    return rf"\underset{{{found[2]}}}{{{over}}}" if found[2] else over
