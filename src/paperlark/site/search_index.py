"""Inverted index of the site search; `search.js` normalizes queries the same way. Pure."""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from paperlark.domain.archive import ScannedPaper
from paperlark.domain.paper_facts import searchable
from paperlark.domain.plain_text import clean, strip_accents
from paperlark.domain.spelling import SHORTEST
from paperlark.domain.tex_accents import ACCENT, compose
from paperlark.renderers import matches, typeset

_WORD = re.compile(r"[^\W_]+")
_PLURAL = 3
"""A final single s is removed from words longer than this many letters."""

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
"""Letters without a Unicode decomposition, in ASCII."""

CATEGORY = "in:"
"""Prefix of category terms; no word of a text contains a colon."""


def words(text: str) -> Iterator[str]:
    """Return normalized terms: lower case, no accents, simple plurals as singulars."""
    text = text.lower()
    for word in _WORD.findall(text if text.isascii() else _plain(text)):
        yield word[:-1] if len(word) > _PLURAL and word[-1] == "s" and word[-2] != "s" else word


def category(name: str) -> str:
    """Return the term of a category: `in:cs.lg`."""
    return CATEGORY + name.lower()


def _plain(text: str) -> str:
    """Remove accents (Unicode NFKD), which people often leave out in queries."""
    # Some letters have a small form only when they are plain: the bold ones of mathematics.
    return strip_accents(text.translate(_LETTERS)).lower()


SHARDS = 32
BLOCK = 100
"""Papers in one block."""

_TITLE, _AUTHOR, _REPEATED, _ONCE = 3, 2, 1, 0
"""Term weights by field, stored in two bits of each posting."""
_BITS = 4
_TOO_COMMON = 0.5
"""Terms in more than this share of papers do not discriminate and get no postings."""
_NAMED_AUTHORS = 3
_MOST_COMMON = 6000
"""Words offered for misspelled ones: some 50 kilobytes."""

# `H$_2$O` and `H_2O`; a query has H2O.
_FORMULA = re.compile(r"[A-Za-z]+(?:\$?_\{?\d{1,3}\}?\$?[A-Za-z]{0,3}){1,6}")
_TEX_INDEX = str.maketrans("", "", "$_{}")


def shard_of(term: str) -> int:
    """Return the shard number of a term: CRC-32 modulo the number of shards."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass")) % SHARDS


def shards(papers: Sequence[ScannedPaper]) -> Iterator[bytes]:
    """Return every shard: for each term its postings, delta-encoded paper numbers.

    Each delta is multiplied by four and carries the term weight in its lower two bits. A term in
    most papers has 0 instead of postings.
    """
    parts: list[dict[str, object]] = [{} for _ in range(SHARDS)]
    for term, found in sorted(_postings(papers).items()):
        too_common = len(found) > max(_BITS, _TOO_COMMON * len(papers))
        parts[shard_of(term)][term] = 0 if too_common else _deltas(found)
    return map(_json, parts)


def common_words(papers: Iterable[ScannedPaper]) -> bytes:
    """Return the words that several papers have, the most frequent first: for misspelled queries.

    As they are written, in small letters without accents; only words that a query may misspell.
    """
    found = Counter(
        word
        for one in papers
        if one.paper is not None
        for word in {*_written(one.paper.title), *_written(one.paper.abstract)}
        if len(word) >= SHORTEST and word.isalpha()
    )
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:_MOST_COMMON]
    return _json([word for word, count in ordered if count > 1])


def _written(text: str) -> Iterator[str]:
    yield from _WORD.findall(_plain(_readable(text).lower()))


def blocks(papers: Sequence[ScannedPaper]) -> Iterator[bytes]:
    """Return every block: what a search result shows of each paper."""
    for start in range(0, len(papers), BLOCK):
        yield _json([_shown(one) for one in papers[start : start + BLOCK]])


def _postings(papers: Iterable[ScannedPaper]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, one in enumerate(papers):
        for term, weight in _terms(one).items():
            found[term].append((number, weight))
    return found


def _terms(one: ScannedPaper) -> dict[str, int]:
    """Return each term of a paper with its highest weight over all fields."""
    terms = dict.fromkeys(words(one.paper_id), _TITLE)
    if one.paper is None:
        return terms
    counted = Counter(words(_readable("\n".join((one.paper.abstract, *searchable(one.paper))))))
    return (
        {word: _REPEATED if times > 1 else _ONCE for word, times in counted.items()}
        | dict.fromkeys((w for who in one.paper.authors for w in words(who.name)), _AUTHOR)
        | dict.fromkeys(map(category, one.paper.categories), _AUTHOR)
        | dict.fromkeys(words(_readable(one.paper.title)), _TITLE)
        | terms
    )


def _readable(text: str) -> str:
    """Decode TeX accents inside words, and add chemical formulas as people type them."""
    if "_" in text:
        typed = (formula.translate(_TEX_INDEX) for formula in _FORMULA.findall(text))
        text = " ".join((text, *typed))
    if "\\" not in text:
        return text
    return ACCENT.sub(lambda found: compose(found[0]) or found[0], text)


def _deltas(found: Iterable[tuple[int, int]]) -> list[int]:
    steps, before = [], 0
    for number, weight in found:
        steps.append((number - before) * _BITS + weight)
        before = number
    return steps


def _shown(one: ScannedPaper) -> list[object]:
    """Return id, day, whether it was selected, chip, title, authors."""
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
    return "" if one.rank is None else matches.rank_chip(one.rank)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "backslashreplace"
    )
