"""Remove the text of the reader's criteria from a digest. Pure.

Names of topics are lines of the criteria, and a judge that names what a paper matched may quote
them. Other reasons for a match stay: its terms, and the paper it resembles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce

from paperlark.domain.criteria import Criteria
from paperlark.domain.digest import Digest
from paperlark.domain.judgement import Judgement, Match

_HIDDEN = "[…]"

_FEWEST_WORDS_OF_NAME, _FEWEST_WORDS_OF_LINE = 2, 4
"""Shorter phrases could be anybody's."""
_LABEL = re.compile(r"[\W\d_]*(?:\*{0,2}[A-Za-z ]{1,40}\*{0,2}:\*{0,2})?\s*")
"""What a line may begin with beside its content: a list mark, and a label such as `Relevant:`."""


def keep_private(digest: Digest, criteria: Criteria) -> Digest:
    """Remove the selection prompt, the names of topics, and lines that comments or errors quote."""
    quotes = tuple(_quotes(criteria))
    return replace(
        digest,
        prompt=None,
        understood=(),
        translation=None,
        entries=tuple(
            replace(
                one,
                match=one.match and _without_topic(one.match),
                judgement=one.judgement and _redacted(quotes, one.judgement),
            )
            for one in digest.entries
        ),
        unjudged=tuple(
            replace(one, reason=_without_quotes(quotes, one.reason)) for one in digest.unjudged
        ),
        judgements=tuple(_redacted(quotes, one) for one in digest.judgements),
        readings=tuple(
            replace(reading, judgements=tuple(_redacted(quotes, one) for one in reading.judgements))
            for reading in digest.readings
        ),
        ranked=tuple(replace(one, match=_without_topic(one.match)) for one in digest.ranked),
    )


def _quotes(criteria: Criteria) -> Iterator[re.Pattern[str]]:
    """Yield patterns of the names of topics, and of lines with and without their label."""
    names = (topic.name for topic in criteria.topics)
    lines = criteria.text.splitlines()
    bare = (_LABEL.sub("", line, count=1) for line in lines)
    for texts, fewest in (
        (names, _FEWEST_WORDS_OF_NAME),
        ((*lines, *bare), _FEWEST_WORDS_OF_LINE),
    ):
        # The longest first: it may begin with another.
        for words in sorted((text.strip(" .*#").split() for text in texts), key=len, reverse=True):
            if len(words) >= fewest:
                yield re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)


def _redacted(quotes: Iterable[re.Pattern[str]], judgement: Judgement) -> Judgement:
    return replace(judgement, comment=_without_quotes(quotes, judgement.comment))


def _without_quotes(quotes: Iterable[re.Pattern[str]], text: str) -> str:
    return reduce(lambda left, quote: quote.sub(_HIDDEN, left), quotes, text)


def _without_topic(match: Match) -> Match:
    return replace(match, topic=None)
