"""Text as terms: single words and pairs of neighbours, folded so that plurals meet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[a-z][a-z0-9]*(?:['\u2019][a-z]+)?|\d+[a-z][a-z0-9]*")
_TEX_COMMAND = re.compile(r"\\[a-zA-Z]+")
# `L\'evy` and `{\"o}` are inside words.
_TEX_ACCENT = re.compile(r"\\[^a-zA-Z\s]|[{}]")

# Words of up to three letters keep their s: gas, bus, GPS.
_SHORT = 3

# Function words, and words that every abstract and every description of interests has.
_EMPTY = frozenset(
    """
    a about above across after all along also although always among an and another any
    approach approaches are as at based be because been before being below between both but
    by can case cases could despite did different do does done due during each eg either
    enough especially etc even every existing few first for from further given has have
    having hence here high how however i if improve improved improving in including into
    introduce introducing irrelevant is it its itself just key lead leads less like low made
    mainly make makes many may method methods might more moreover most much must namely need
    needs new no nor not novel now of often on one only onto or other our out over own paper
    papers particularly per perform performance present propose proposed provide provides
    rather recent recently relevant result results same several show shows significant
    significantly simply since so some still study such than that the their them then there
    therefore these they this those though three through thus to together too toward towards
    two under unlike until up upon use used useful uses using various very via was we well
    were what when where whether which while who whose why will with within without work
    works would yet you your
    """.split()  # noqa: SIM905  # a word list reads best as text
)


def terms(text: str) -> Iterator[tuple[str, str]]:
    """Give each term with the way it was written, words first met first.

    A pair of neighbouring words is a term too (`kv cache`); function words part neighbours.
    """
    before: tuple[str, str] | None = None
    for word in _words(text):
        if word in _EMPTY:
            before = None
            continue
        term = _fold(word)
        yield term, word
        if before is not None:
            yield f"{before[0]} {term}", f"{before[1]} {word}"
        before = term, word


def _words(text: str) -> list[str]:
    spelled = _TEX_COMMAND.sub(" ", _TEX_ACCENT.sub("", text))
    plain = unicodedata.normalize("NFKD", spelled).lower()
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


def _fold(word: str) -> str:
    """Drop a plural's ending, carefully (Harman's s-stemmer): `queries` and `query` are one."""
    word = re.sub(r"['\u2019].*$", "", word)
    if len(word) <= _SHORT or word.endswith(("us", "ss", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    # `caches` come from a cache, `batches` from a batch.
    if word.endswith(("sses", "shes", "xes", "tches", "nches", "rches")):
        return word[:-2]
    return word.removesuffix("s")
