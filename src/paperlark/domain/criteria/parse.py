"""Parse a reader's interests, as people write them, into topics, keywords and remarks.

Headings and the items of a list are topics, and so are one item a line, comma lists and plain
paragraphs where there is nothing else. `Relevant:`, `Not relevant:`, `Keywords:` and labels of
that kind say what a text counts as; in sentences, negation does (`negation`). Nothing vanishes:
every line becomes part of a topic, a keyword, a remark for the judge, or a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperlark.domain.criteria.criteria import Criteria, Statement, Topic
from paperlark.domain.criteria.markup import without_comments
from paperlark.domain.criteria.notes import Draft, Notes
from paperlark.domain.criteria.outline import read_outline
from paperlark.domain.plain_text import fold

_LONGEST_NAME = 60

# `I work on protein folding` is about protein folding.
_OPENING = re.compile(
    r"(?:I|We)(?:\s+am|\s+are|['\u2019]m|['\u2019]re)?\s+(?:\w+ly\s+|also\s+)?"
    r"(?:work(?:ing)?\s+(?:on|in|with)|study|research|interested\s+in|focus\s+on|like|love|follow"
    r"|care\s+about|do\s+care\s+about)\s+",
    re.IGNORECASE,
)


def parse_criteria(text: str) -> Criteria:
    """Parse criteria; any text is accepted, and blank text has no topics."""
    read = read_outline(text)
    topics = dict(_topics(read))
    return Criteria(
        text=without_comments(text),
        topics=tuple(topics.values()),
        keywords=tuple(dict.fromkeys(read.keywords)),
        unwanted=tuple(dict.fromkeys([*read.excluded, *read.unwanted])),
        excluded=tuple(dict.fromkeys(read.excluded)),
        remarks="\n".join(read.remarks),
        warnings=(*read.warnings, *_contradictions(read)),
        statements=tuple(_statements(read, topics)),
    )


def _topics(read: Notes) -> Iterator[tuple[Draft, Topic]]:
    for draft in read.drafts:
        relevant, irrelevant = "\n".join(draft.relevant), "\n".join(draft.irrelevant)
        if re.search(r"\w", draft.name):
            yield draft, Topic(draft.name, relevant, irrelevant)
        elif re.search(r"\w", relevant + irrelevant):
            yield draft, Topic(excerpt(relevant or irrelevant), relevant, irrelevant, titled=False)


def _statements(read: Notes, topics: dict[Draft, Topic]) -> Iterator[Statement]:
    for one in read.in_order:
        lines = tuple(dict.fromkeys(line.number for line in one.block.lines))
        topic = topics.get(one.draft) if one.draft else None
        yield Statement(lines, one.block.text, one.part, topic.name if topic else None)


def _contradictions(read: Notes) -> Iterator[str]:
    """Name the phrases that are wanted and unwanted in the same words."""
    topics = (one for draft in read.drafts for one in (draft.name, *draft.relevant))
    wanted = {fold(one) for one in (*topics, *read.keywords)}
    irrelevant = (one for draft in read.drafts for one in draft.irrelevant)
    for phrase in dict.fromkeys((*read.excluded, *read.unwanted, *irrelevant)):
        if phrase and fold(phrase) in wanted:
            yield f'"{phrase}" is both wanted and unwanted, and counts for neither'


def excerpt(text: str) -> str:
    """Return the start of a text as a name for it, cut between words."""
    start = _OPENING.sub("", " ".join(text.split()), count=1)
    start = re.split(r"(?<=\w)[.!?;:]\s", start, maxsplit=1)[0].rstrip(".;:,")
    if len(start) <= _LONGEST_NAME:
        return start
    return start[: _LONGEST_NAME + 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"
