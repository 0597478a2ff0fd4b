"""Texts that are slow to read where a reader is careless: deep, repeated, unclosed, huge.

    bait(random, 100_000)      # about that many characters

A grammar rather than a list: a few signs of the formats that are read, and the shapes into which
they are put. Readers that look back, or look ahead to an end that never comes, take quadratic time
on some of them.
"""

from __future__ import annotations

from random import Random

_TEX = (
    r"\frac{a", r"\emph{", r"\'{", r"\'{\i", r"{\L", r"\c{c",
    r"\href{http://a.b}{", r"\url{http://a",
    r"\textbf{\emph{", "{", "}", "$", "$$", "$a", r"\(", r"\[",
    r"\begin{a}", r"\left(", "^{", "_{a",
    "a^", "\\", r"\\", r"\a", r"\sqrt{", r"{\bf ", "~", "``", "''",
    "--", "---", "{{}", r"\ ", r"\{",
    "http://", "https://a.b/(", "https://a.b/.", "$5 ", r"\mathrm{\text{", "%", "&",
)  # fmt: skip
_MARKUP = (
    "<", ">", "</", "<a", "<a href=", '<a href="', "<p>", "</p>",
    "<i>", "<i", "<jats:p ", "<title>",
    "<jats:title> abstract", "<!--", "-->", "<![CDATA[", "]]>", "&",
    "&#", "&amp;", "&amp;#177;", "&a",
    "<div>", "<dt>", "<dd>", "<dl id=articles>", "<h3>",
    "<span class=descriptor>", "<br>", "<b ",
    "<think>", "</think>", "<|", "<item>", "<entry>", "<a title=Abstract>",
)  # fmt: skip
_DATA = (
    "{", "}", "[", "]", "[[", '{"a":', '{"paper":1,', '{"paper":1}',
    '"', '\\"', '"\\', "'", ",", ":",
    "[{", '["', "1", "0", "-", "1e", "9", "0.", "null", "tru", "=",
    "[a]\n", "a=1\n", "a.", '"""', "'''",
    "```", "```json\n", "/10", "8 out of", "\\u", "\\ud800",
    "\n[[follow]]\n", "{paper", "(", "((", ")",
)  # fmt: skip
_LISTS = (
    "@article{", "@article{a,\n", "@a{b, c = {", ' # "a"',
    "@string{a = {", "title = {", " and ",
    "and ", "TY  - JOUR\n", "ER  -\n", "AU  - a\n", "T1  - a",
    "%T a\n", "%A a\n", "%0", "TI  -",
    "# ", "\n# ", "## a\n", "- ", "* ", "- [a](", "[a](", "![",
    "](http", "**", "__", "`", "|", "| a ",
    "|-", "> ", "1. ", "- not ", "not ", "Not relevant:",
    "Relevant: ", "but ", "except ", "no ", ";",
    "Keywords: ", "a: ", "unless ", "e.g. ", "arXiv:",
    "arxiv.org/abs/", "2502.", "2502.00001", "doi:",
    "10.48550/arXiv.", "%41", "%25", "v1", "hep-th/", "abs/", "cs.", "(arXiv:",
)  # fmt: skip
_NAMES = (
    "A. ", "a.", "Dr. ", "Prof. ", "Ph. D., ", ", Jr.", ", ",
    "van der ", "et al. ", "and ", " and",
    "(", ")", "()", "(a", "a)", "(a) ", "-", "'", "ü", "Lü ", "ø",
    "II ", " III", "the ", "collab ",
    "mr.", "ing.", "h.c.", "\u201e", "\u00ab", "\u2018",
)  # fmt: skip
_BLANKS = (
    " ", "  ", "\t", "\n", "\r", "\n ", "\n\n", " \n\n ", "\u00a0",
    "\u2028", "\u3000", "\x00", "\u200b",
    "\u202e", "\ufeff", "\x85", ". ", ", ", "a ", " a", "a\n", "\ta",
)  # fmt: skip
_LETTERS = (
    "a", "A", "0", "9", "ab", "a0", ".", "-", "_", "/", "a/", "a-",
    "a.", "?", "!", "#", "@", "*", "+",
    "\u0301", "a\u0301", "\u0301\u0323", "\u0bcd", "\u0e33", "\u4e2d", "\u4e2d ", "\U0001f600",
    "\U0001f468\u200d", "\ufdfa", "\u00df", "\u0130", "\u0344",
    "\u1e9b\u0323", "\u0660", "\u00b2",
    "\U000e0041", "\ufe0f", "\ud7a3", "\u1100",
)  # fmt: skip
SIGNS = (*_TEX, *_MARKUP, *_DATA, *_LISTS, *_NAMES, *_BLANKS, *_LETTERS)
_CLOSING = {"{": "}", "[": "]", "(": ")", "<": ">", '"': '"', "'": "'", "$": "$", "`": "`"}


def bait(random: Random, size: int) -> str:
    """Return a text of about `size` characters in one of the shapes."""
    return random.choice(SHAPES)(random, size)


def repeated(random: Random, size: int) -> str:
    """Repeat a sign or a few of them, and perhaps end in what does not fit."""
    unit = "".join(_signs(random, random.choice((1, 1, 1, 2, 2, 3))))
    return _start(random) + unit * (size // len(unit)) + _start(random)


def nested(random: Random, size: int) -> str:
    """Open very often, and close as often, nearly or not at all."""
    unit = "".join(_signs(random, random.choice((1, 1, 2))))
    end = "".join(_CLOSING[one] for one in reversed(unit) if one in _CLOSING)
    times = size // (len(unit) + len(end))
    closed = random.choice((0, 1, times // 2, times - 1, times))
    return unit * times + random.choice(("", "a", "x ")) + end * max(0, closed)


def two_halves(random: Random, size: int) -> str:
    """Repeat one sign in the first half and another in the second: n openings before n ends."""
    one, other = _signs(random, 2)
    return one * (size // 2 // len(one)) + other * (size // 2 // len(other))


def torn_apart(random: Random, size: int) -> str:
    """Put long gaps between signs: whoever looks ahead looks far."""
    gap = random.choice((" ", "a", "\n", "a ", ".", "-", "0", "\\a", "\u0301"))
    count = random.choice((2, 10, 300))
    width = max(1, size // count // len(gap))
    return "".join(one + gap * width for one in _signs(random, count))


def mixed(random: Random, size: int) -> str:
    """Throw signs together."""
    some = _signs(random, random.choice((3, 8, 40)))
    return "".join(random.choices(some, k=max(1, size // 4)))[:size]


def distinct(random: Random, size: int) -> str:
    """Make signs with numbers, no two alike: whoever keeps a list of them keeps a long one."""
    one, other = _signs(random, 2)
    return "".join(f"{one}{n:x}{other}" for n in range(size // (len(one + other) + 4)))


def _signs(random: Random, count: int) -> list[str]:
    return random.choices(SIGNS, k=count)


def _start(random: Random) -> str:
    return random.choice(("", "", "a", *SIGNS))


SHAPES = (repeated, repeated, nested, two_halves, torn_apart, mixed, distinct)
