"""Text into the words that the site's search knows; `search.js` reads a question likewise. Pure."""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from paperlark.domain.archive import ScannedPaper
from paperlark.domain.plain_text import clean, strip_accents
from paperlark.domain.tex_accents import ACCENT, compose
from paperlark.renderers import english, typeset

_WORD = re.compile(r"[^\W_]+")
_PLURAL = 3
"""Letters; a longer word that ends in one s loses it."""

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
"""Letters that are no accented ones to Unicode, as people without them on their keys type them."""

CATEGORY = "in:"
"""Begins the word that stands for a category, which no text can hold."""


def words(text: str) -> Iterator[str]:
    """Give every word as it is looked up: small letters without accents, plurals as singulars."""
    text = text.lower()
    for word in _WORD.findall(text if text.isascii() else _plain(text)):
        yield word[:-1] if len(word) > _PLURAL and word[-1] == "s" and word[-2] != "s" else word


def category(name: str) -> str:
    """Give the word that stands for a category: `in:cs.lg`."""
    return CATEGORY + name.lower()


def _plain(text: str) -> str:
    """Take accents off, as people leave them out when they search."""
    # Some letters have a small form only when they are plain: the bold ones of mathematics.
    return strip_accents(text.translate(_LETTERS)).lower()


SHARDS = 32
BLOCK = 100
"""Papers in one block."""

_TITLE, _AUTHOR, _OFTEN, _ONCE = 3, 2, 1, 0
"""How much a word says of a paper: two bits beside the paper's number."""
_BITS = 4
_EVERYWHERE = 0.5
"""A word of more papers than this share of them parts none from the others."""
_NAMED_AUTHORS = 3


def shard_of(term: str) -> int:
    """Give the number of a term's shard."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass")) % SHARDS


def shards(papers: Sequence[ScannedPaper]) -> Iterator[bytes]:
    """Give every shard: for each term the papers' numbers, each as the step from the one before.

    A step is multiplied by four and holds what the word says of the paper. Of a term that is
    everywhere there is 0.
    """
    parts: list[dict[str, object]] = [{} for _ in range(SHARDS)]
    for term, found in sorted(_postings(papers).items()):
        everywhere = len(found) > max(_BITS, _EVERYWHERE * len(papers))
        parts[shard_of(term)][term] = 0 if everywhere else _steps(found)
    return map(_json, parts)


def blocks(papers: Sequence[ScannedPaper]) -> Iterator[bytes]:
    """Give every block: of each paper what a result shows."""
    for start in range(0, len(papers), BLOCK):
        yield _json([_shown(one) for one in papers[start : start + BLOCK]])


def _postings(papers: Iterable[ScannedPaper]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, one in enumerate(papers):
        for term, weight in _terms(one).items():
            found[term].append((number, weight))
    return found


def _terms(one: ScannedPaper) -> dict[str, int]:
    """Give what each word of a paper says of it, the most where it stands in several places."""
    terms = dict.fromkeys(words(one.paper_id), _TITLE)
    if one.paper is None:
        return terms
    counted = Counter(words(_readable(one.paper.abstract)))
    return (
        {word: _OFTEN if times > 1 else _ONCE for word, times in counted.items()}
        | dict.fromkeys((w for who in one.paper.authors for w in words(who.name)), _AUTHOR)
        | dict.fromkeys(map(category, one.paper.categories), _AUTHOR)
        | dict.fromkeys(words(_readable(one.paper.title)), _TITLE)
        | terms
    )


def _readable(text: str) -> str:
    """Decode TeX's accents, which stand inside of words; what else TeX says is no word."""
    if "\\" not in text:
        return text
    return ACCENT.sub(lambda found: compose(found[0]) or found[0], text)


def _steps(found: Iterable[tuple[int, int]]) -> list[int]:
    steps, before = [], 0
    for number, weight in found:
        steps.append((number - before) * _BITS + weight)
        before = number
    return steps


def _shown(one: ScannedPaper) -> list[object]:
    """Give id, day, whether it was selected, chip, title, authors."""
    paper = one.paper
    names = [clean(author.name) for author in paper.authors] if paper else []
    more = len(names) - _NAMED_AUTHORS
    return [
        one.paper_id,
        one.day.isoformat(),
        int(one.selected),
        _chip(one),
        clean(typeset.plain(paper.title)) if paper else one.paper_id,
        ", ".join(names[:_NAMED_AUTHORS]) + (f" and {more} more" if more > 0 else ""),
    ]


def _chip(one: ScannedPaper) -> str:
    if one.relevance is not None and one.novelty is not None:
        return f"{one.relevance}·{one.novelty}"
    return "" if one.probability is None else english.percent(min(one.probability, 0.999))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "backslashreplace"
    )
