"""Criteria as values: topics, keywords and remarks, and what each statement was understood as."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from paperlark.domain.criteria.labels import Part
from paperlark.domain.criteria.phrases import short_phrases
from paperlark.domain.plain_text import one_line


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
    unwanted_phrases: tuple[tuple[str, int], ...] = field(init=False, repr=False, compare=False)
    """What counts against a paper phrase by phrase, each with the index of its topic; -1 for what
    is unwanted everywhere: outside of the topics, or in the only one."""
    summary: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """What was understood, as lines of plain text: for the terminal and the page."""

    def __post_init__(self) -> None:
        fingerprint = hashlib.sha256(self.text.strip().encode(errors="replace")).hexdigest()[:16]
        object.__setattr__(self, "fingerprint", fingerprint)
        object.__setattr__(self, "unwanted_phrases", tuple(dict.fromkeys(self._against())))
        object.__setattr__(self, "summary", tuple(_summary(self)))

    def _against(self) -> Iterator[tuple[str, int]]:
        alone = len(self.topics) == 1
        texts = [(text, -1) for text in self.excluded]
        texts += [(one.irrelevant, -1 if alone else at) for at, one in enumerate(self.topics)]
        yield from ((one, at) for text, at in texts for one in short_phrases(text))


def _summary(criteria: Criteria) -> Iterator[str]:
    """Yield topics, each with what counts for and against, keywords, remarks and warnings."""
    for number, topic in enumerate(criteria.topics, start=1):
        yield from _summary_of_topic(number, topic)
    fields = {
        "Keywords": ", ".join(criteria.keywords),
        "Not wanted": ", ".join(criteria.unwanted),
        "Remarks, read by a model only": criteria.remarks,
    }
    yield from (f"{name}: {one_line(text)}" for name, text in fields.items() if text)
    yield from (f"! {one_line(warning)}" for warning in criteria.warnings)


def _summary_of_topic(number: int, topic: Topic) -> Iterator[str]:
    name, relevant = one_line(topic.name), one_line(topic.relevant)
    yield f"{number}. {name}"
    if relevant.rstrip(".") not in {"", name}:
        yield f"   for      {relevant}"
    if topic.irrelevant:
        yield f"   against  {one_line(topic.irrelevant)}"
