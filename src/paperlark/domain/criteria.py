"""Parse a reader's interests, as people write them, into topics, keywords and remarks.

Headings and the items of a list are topics, and so are one item a line, comma lists and plain
paragraphs where there is nothing else. `Relevant:`, `Not relevant:`, `Keywords:` and labels of
that kind say what a text counts as; in sentences, negation does (`negation`). Nothing vanishes:
every line becomes part of a topic, a keyword, a remark for the judge, or a warning.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from paperlark.domain.criteria_labels import Part
from paperlark.domain.criteria_lines import read_lines, without_comments
from paperlark.domain.criteria_outline import Draft, Outline, phrases
from paperlark.domain.plain_text import fold

_LONGEST_NAME = 60
_WORDS_OF_A_PHRASE, _WORDS_OF_A_PART = 5, 4

# `I work on protein folding` is about protein folding.
_OPENING = re.compile(
    r"(?:I|We)(?:\s+am|\s+are|['’]m|['’]re)?\s+(?:\w+ly\s+|also\s+)?(?:work(?:ing)?\s+(?:on|in|with)|study|research"
    r"|interested\s+in|focus\s+on|like|love|follow|care\s+about|do\s+care\s+about)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject of the criteria: what is relevant in it and what is not.

    `name` is the reader's own heading or item; where there is none it is the start of the text,
    and `titled` is false: then it adds nothing to what is relevant.
    """

    name: str
    relevant: str
    irrelevant: str = ""
    titled: bool = True


@dataclass(frozen=True, slots=True)
class Statement:
    """A line or paragraph of the criteria as written, and what it was understood as.

    lines: the numbers of its lines in the file, from 1
    topic: the name of the topic that it belongs to, None where it stands outside of all
    """

    lines: tuple[int, ...]
    text: str
    part: Part
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Criteria:
    """The reader's interests: `text` as they wrote it, the rest as parsed.

    Comments are left out of `text` too, so that changing one does not cost new judgements.

    `remarks` is prose outside any topic; `keywords` and `unwanted` are words and phrases
    that count for and against a paper on their own; `excluded` are those of the unwanted that were
    said in words, not listed as keywords. `warnings` quote what was not understood.
    """

    text: str
    topics: tuple[Topic, ...]
    keywords: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    remarks: str = ""
    warnings: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = field(default=(), repr=False, compare=False)
    fingerprint: str = field(init=False, repr=False)
    """Identifies these criteria in the store: judgements under other criteria do not count."""

    def __post_init__(self) -> None:
        fingerprint = hashlib.sha256(self.text.strip().encode()).hexdigest()[:16]
        object.__setattr__(self, "fingerprint", fingerprint)


def parse_criteria(text: str) -> Criteria:
    """Parse criteria; any text is accepted, and blank text has no topics."""
    read = Outline(read_lines(text))
    names = {id(draft): topic.name for draft, topic in _topics(read)}
    return Criteria(
        text=without_comments(text),
        topics=tuple(topic for _, topic in _topics(read)),
        keywords=tuple(dict.fromkeys(read.keywords)),
        unwanted=tuple(dict.fromkeys([*read.excluded, *read.unwanted])),
        excluded=tuple(dict.fromkeys(read.excluded)),
        remarks="\n".join(read.remarks),
        warnings=(*read.warnings, *_contradictions(read)),
        statements=tuple(
            Statement(
                tuple(dict.fromkeys(line.number for line in entry.block.lines)),
                entry.block.text,
                entry.part,
                names.get(id(entry.draft)),
            )
            for entry in read.entries
        ),
    )


def _topics(read: Outline) -> Iterator[tuple[Draft, Topic]]:
    for draft in read.drafts:
        relevant, irrelevant = "\n".join(draft.relevant), "\n".join(draft.irrelevant)
        if re.search(r"\w", draft.name):
            yield draft, Topic(draft.name, relevant, irrelevant)
        elif re.search(r"\w", relevant + irrelevant):
            yield draft, Topic(excerpt(relevant or irrelevant), relevant, irrelevant, titled=False)


def _contradictions(read: Outline) -> Iterator[str]:
    """Name the phrases that are wanted and unwanted in the same words."""
    wanted = {fold(one): one for draft in read.drafts for one in (draft.name, *draft.relevant)}
    wanted |= {fold(one): one for one in read.keywords}
    against = [
        *read.excluded,
        *read.unwanted,
        *(one for draft in read.drafts for one in draft.irrelevant),
    ]
    for phrase in dict.fromkeys(against):
        if phrase and fold(phrase) in wanted:
            yield f'"{phrase}" is both wanted and unwanted, and counts for neither'


def unwanted_phrases(criteria: Criteria) -> tuple[tuple[str, int], ...]:
    """Return what counts against a paper phrase by phrase, each with the index of its topic.

    The index is -1 for what is unwanted everywhere: outside of the topics, or in the only one.
    Phrases are short; a text that has anything longer is prose, which no phrase stands for.
    """
    alone = len(criteria.topics) == 1
    found = [(one, -1) for text in criteria.excluded for one in _short_phrases(text)]
    found += [
        (phrase, -1 if alone else at)
        for at, topic in enumerate(criteria.topics)
        for phrase in _short_phrases(topic.irrelevant)
    ]
    return tuple(dict.fromkeys(found))


def _short_phrases(text: str) -> tuple[str, ...]:
    found = tuple(part for one in phrases(text) for part in _coordinated(one))
    return found if all(len(one.split()) <= _WORDS_OF_A_PHRASE for one in found) else ()


def _coordinated(phrase: str) -> tuple[str, ...]:
    """Split `surveys and reviews`; a longer text is left as it is."""
    parts = tuple(
        part.strip() for part in re.split(r"\s+(?:and|or|nor)\s+", phrase) if part.strip()
    )
    short = all(len(part.split()) <= _WORDS_OF_A_PART for part in parts)
    return parts if short else (phrase,)


def excerpt(text: str) -> str:
    """Return the start of a text as a name for it, cut between words."""
    start = _OPENING.sub("", " ".join(text.split()), count=1)
    start = re.split(r"(?<=\w)[.!?;:]\s", start, maxsplit=1)[0].rstrip(".;:,")
    if len(start) <= _LONGEST_NAME:
        return start
    return start[: _LONGEST_NAME + 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"
