"""The sentence of an abstract that says most of why a paper matches (extractive summarization).

A sentence is scored by the share of the paper's positive log-odds that its terms hold, and by
whether authors state in it what they did. Nothing is rewritten: it is a part of the abstract.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.plain_text import paragraphs
from paperlark.rankers.sparse import Numbers
from paperlark.rankers.tokens import TermIds, places, tokenize_each

_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9$\\])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|cf|vs|resp|approx|ca|etc|figs?|eqs?|refs?|secs?|no|dr|st)"
    r"|\b[A-Z])\.$",
    re.IGNORECASE,
)
"""Ends in a full stop and not a sentence."""

_STATED = re.compile(
    r"\b(?:we|I)\s+(?:\w+ly\s+)?(?:show|prove|find|found|propose|introduce|present|demonstrate|"
    r"develop|establish|derive|report|discover|reveal|obtain|design|identify|provide)\b"
    r"|\b(?:here|this (?:paper|work|study|article|letter)|our (?:results?|findings?|method))\b",
    re.IGNORECASE,
)
_STATED_WEIGHT = 0.3
"""What that counts beside a share in [0, 1] of the match."""
_LONG = 60
"""Words of a sentence that halve its score."""
_MOST = 80
"""Sentences that are looked at: an abstract with more is none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sentences:
    """An abstract's sentences.

    ids: (terms,) ascending, of all of them
    holds: (sentences, terms) bool, whether a sentence has a term
    factors: (sentences,) for their lengths; stated: (sentences,) for what authors state
    """

    texts: tuple[str, ...]
    ids: TermIds
    holds: NDArray[np.bool_]
    factors: Numbers
    stated: Numbers


def telling_sentence(abstract: str, ids: TermIds, moved: Numbers) -> str:
    """Return the sentence with the highest score, the first of equals; empty where none tells.

    ids: (terms,) of the paper, in any order
    moved: (terms,) log-odds that each of them adds to the match
    """
    found = _sentences(abstract)
    if found is None:
        return ""
    helping = moved > 0
    known, at = places(found.ids, ids[helping])
    gains = np.zeros(len(found.ids))
    gains[at] = moved[helping][known]
    shares = found.holds @ gains / (moved[helping].sum() or 1.0)
    # Rounded, so that the order of sums on another machine decides nothing.
    scores = np.round((shares + found.stated) * found.factors, 6)
    best = int(np.argmax(scores))
    return found.texts[best] if scores[best] > 0 else ""


# The abstracts of a day's papers, of which many readers are shown the same.
@lru_cache(maxsize=512)
def _sentences(abstract: str) -> _Sentences | None:
    """Return an abstract's sentences, None where it has one: that stands out by itself."""
    texts = tuple(split_sentences(abstract)[:_MOST])
    if len(texts) < 2:  # noqa: PLR2004  # one and another
        return None
    terms = [counts.ids for counts in tokenize_each([(text,) for text in texts])]
    # `np.unique` would do, but imports the masked arrays, which nothing here needs.
    ids = np.array(sorted({one for own in terms for one in own.tolist()}), dtype=np.uint32)
    holds = np.zeros((len(texts), len(ids)), dtype=bool)
    for row, own in zip(holds, terms, strict=True):
        row[np.searchsorted(ids, own)] = True
    words = np.array([len(text.split()) for text in texts])
    return _Sentences(
        texts,
        ids,
        holds,
        factors=1 / (1 + words / _LONG),
        stated=np.array([_STATED_WEIGHT if _STATED.search(text) else 0.0 for text in texts]),
    )


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text; none ends inside a formula or after an abbreviation."""
    found = []
    for paragraph in paragraphs(text):
        start = 0
        for gap in _END.finditer(paragraph):
            sentence = paragraph[start : gap.start()]
            if _is_whole(sentence):
                found.append(paragraph[start : gap.end()].strip())
                start = gap.end()
        found.append(paragraph[start:].strip())
    return [sentence for sentence in found if sentence]


def _is_whole(sentence: str) -> bool:
    dollars = sentence.count("$") - sentence.count("\\$")
    is_balanced = dollars % 2 == 0 and sentence.count("{") == sentence.count("}")
    return is_balanced and not _ABBREVIATED.search(sentence[-12:])
