"""The sentence of an abstract that says most of why a paper matches (extractive summarization).

A sentence is scored by the share of the paper's positive log-odds that its terms hold, and by
whether authors state in it what they did. Nothing is rewritten: it is a part of the abstract.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

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
class _Sentence:
    text: str
    ids: TermIds
    factor: float
    stated: float


def telling_sentence(abstract: str, ids: TermIds, moved: Numbers) -> str:
    """Return the sentence with the highest score, the first of equals; empty where none tells.

    ids: (terms,) of the paper, in any order
    moved: (terms,) log-odds that each of them adds to the match
    """
    found = _sentences(abstract)
    if len(found) < 2:  # noqa: PLR2004  # the only one stands out by itself
        return ""
    helping = moved > 0
    ids, gains = ids[helping], moved[helping]
    total = gains.sum() or 1.0
    best = max(found, key=lambda one: _score(one, ids, gains, total))
    return best.text if _score(best, ids, gains, total) > 0 else ""


def _score(one: _Sentence, ids: TermIds, gains: Numbers, total: float) -> float:
    said, _ = places(one.ids, ids)
    share = float(gains[said].sum() / total)
    # Rounded, so that the order of sums on another machine decides nothing.
    return round((share + one.stated) * one.factor, 6)


# The abstracts of a day's papers, of which many readers are shown the same.
@lru_cache(maxsize=512)
def _sentences(abstract: str) -> tuple[_Sentence, ...]:
    texts = split_sentences(abstract)[:_MOST]
    if not texts:
        return ()
    return tuple(
        _Sentence(
            text,
            counts.ids,
            1 / (1 + len(text.split()) / _LONG),
            _STATED_WEIGHT if _STATED.search(text) else 0.0,
        )
        for text, counts in zip(texts, tokenize_each([(text,) for text in texts]), strict=True)
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
