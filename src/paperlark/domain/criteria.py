"""Parse a reader's interests, written in Markdown, into topics and keywords.

Topics are headings or numbered items; in each, a line that starts with `Relevant:` or
`Not relevant:` (or a word of that kind) says what counts for and against a paper. A part
called `Keywords` lists single words and phrases. Everything else is text: in a topic it is
relevant, outside it is a remark for the judge, and criteria without any structure are one
topic. A comment, `<!-- -->`, is left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject of the criteria: what is relevant in it and what is not."""

    name: str
    relevant: str
    irrelevant: str = ""


@dataclass(frozen=True, slots=True)
class Criteria:
    """The reader's interests: `text` as they wrote it, the rest as parsed.

    Comments are left out of `text` too, so that changing one does not cost new judgements.

    `remarks` is prose outside any topic; `keywords` and `unwanted` are words and phrases
    that count for and against a paper on their own.
    """

    text: str
    topics: tuple[Topic, ...]
    keywords: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    remarks: str = ""
    fingerprint: str = field(init=False, repr=False)
    """Identifies these criteria in the store: judgements under other criteria do not count."""

    def __post_init__(self) -> None:
        fingerprint = hashlib.sha256(self.text.strip().encode()).hexdigest()[:16]
        object.__setattr__(self, "fingerprint", fingerprint)


class _Part(Enum):
    """What a line counts as; a line without a label counts as its section does."""

    REMARK = auto()
    RELEVANT = auto()
    IRRELEVANT = auto()
    KEYWORDS = auto()
    UNWANTED = auto()


@dataclass(frozen=True, slots=True)
class _Piece:
    topic: int
    part: _Part
    text: str


# A comment alone on its lines is removed with them; one that does not end is text.
_COMMENT = re.compile(r"^[ \t]*<!--.*?-->[ \t]*\n|<!--.*?-->", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"(?:#{1,6}\s+|\d{1,2}[.)]\s+)(?P<name>\S.*)")
_BULLET = re.compile(r"\s*[-*+]\s+(?P<text>.*)")
# `- **Not relevant**: text`, `Keep: text`; labels are short, so that prose with a colon is not one.
_LABEL = re.compile(r"\**(?P<label>[A-Za-z][A-Za-z ]{1,40}?)\**\s*:\**\s*(?P<text>.*)")
_AGAINST = re.compile(
    r"\b(?:irrelevant|not? (?:relevant|interest\w*)|filter|exclude|unwanted|avoid|skip|ignore"
    r"|leave (?:out|these)|out of scope)\b",
    re.IGNORECASE,
)
# In a list of keywords, applications are what a reader of methods excludes.
_AGAINST_IN_LISTS = re.compile(_AGAINST.pattern + r"|\bapplications?\b", re.IGNORECASE)
_FOR = re.compile(
    r"\b(?:relevant|keep|include|interest(?:s|ed|ing)?|wanted|in scope|keywords?)\b", re.IGNORECASE
)
_KEYWORDS = re.compile(r"\bkeywords?\b|\bhints\b", re.IGNORECASE)
# A heading over all topics is not a topic, nor is the title of the file.
_COVER = re.compile(r"# |#+\s*(?:my |relevant )?(?:topics|interests|criteria)\W*$", re.IGNORECASE)


def parse_criteria(text: str) -> Criteria:
    """Parse criteria; any text is accepted, and blank text has no topics."""
    text = _COMMENT.sub("", text)
    names: list[str] = []
    pieces = tuple(_pieces(text, names))
    topics = tuple(
        topic
        for number, name in enumerate(names)
        if (topic := _topic(name, number, pieces)).relevant or topic.irrelevant
    )
    remarks = _prose(pieces, _Part.REMARK)
    if not topics and remarks:
        topics, remarks = (Topic("Interests", remarks),), ""
    return Criteria(
        text=text,
        topics=topics,
        keywords=_phrases(pieces, _Part.KEYWORDS),
        unwanted=_phrases(pieces, _Part.UNWANTED),
        remarks=remarks,
    )


def _pieces(text: str, names: list[str]) -> Iterator[_Piece]:
    """Yield the lines with what they count as; topics are appended to `names` as they come."""
    part, section = _Part.REMARK, _Part.REMARK
    for line in text.splitlines():
        title = _title(line)
        if title is not None:
            section = part = _section(line, title)
            if part is _Part.RELEVANT:
                names.append(title)
            continue
        labelled, rest = _labelled(line, section)
        # A new bullet without a label counts as its section does.
        part = labelled or (section if _BULLET.match(line) else part)
        if rest.strip():
            yield _Piece(len(names) - 1, part, rest.strip())


def _title(line: str) -> str | None:
    """Return the text of a heading, a numbered item, a bold line or a line ending in a colon."""
    if found := _HEADING.match(line):
        return found["name"].strip("*# ").rstrip(":")
    loose = re.fullmatch(r"\*\*([^*]+)\*\*:?\s*|(\w[^:]{5,100}):\s*", line)
    title = (loose[1] or loose[2]).strip(": ") if loose else None
    return title if title and (_AGAINST.search(title) or _KEYWORDS.search(title)) else None


def _section(line: str, title: str) -> _Part:
    """Return what the lines under a title count as; a heading is a topic by default."""
    if _KEYWORDS.search(title):
        return _Part.UNWANTED if _AGAINST_IN_LISTS.search(title) else _Part.KEYWORDS
    if _COVER.match(line):
        return _Part.REMARK
    against = _AGAINST.match(title) if _HEADING.match(line) else _AGAINST.search(title)
    return _Part.UNWANTED if against else _Part.RELEVANT


def _labelled(line: str, section: _Part) -> tuple[_Part | None, str]:
    bullet = _BULLET.match(line)
    text = bullet["text"] if bullet else line.strip()
    found = _LABEL.match(text)
    if found is None:
        return None, text
    listed = section in {_Part.KEYWORDS, _Part.UNWANTED}
    if (_AGAINST_IN_LISTS if listed else _AGAINST).search(found["label"]):
        return (_Part.UNWANTED if listed else _Part.IRRELEVANT), found["text"]
    if _FOR.search(found["label"]):
        return (_Part.KEYWORDS if listed else _Part.RELEVANT), found["text"]
    return None, text


def _topic(name: str, number: int, pieces: Iterable[_Piece]) -> Topic:
    own = tuple(piece for piece in pieces if piece.topic == number)
    return Topic(name, _prose(own, _Part.RELEVANT), _prose(own, _Part.IRRELEVANT))


def _prose(pieces: Iterable[_Piece], part: _Part) -> str:
    return "\n".join(piece.text for piece in pieces if piece.part is part)


def _phrases(pieces: Iterable[_Piece], part: _Part) -> tuple[str, ...]:
    """Split lists at commas and lines; `etc.` is left out."""
    phrases = (
        phrase.strip(" .*`\"'")
        for piece in pieces
        if piece.part is part
        for phrase in re.split(r"[,;]\s+|,$", piece.text)
    )
    return tuple(dict.fromkeys(p for p in phrases if p and p.lower() not in {"etc", "and"}))
