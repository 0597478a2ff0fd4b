"""Recognize what labels and headings announce: `Topics`, `Not relevant`, `Keywords`.

A label counts as one only if all of its words are a label's words, so that `Interest rates`,
`Keyword spotting` and `Skip connections` stay the topics that they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

COLONS = ":\N{FULLWIDTH COLON}"


class Part(Enum):
    """What a text in criteria counts as."""

    FOR = "for"
    AGAINST = "against"
    KEYWORDS = "keywords"
    UNWANTED = "unwanted keywords"
    REMARK = "remark"
    AUTHORS = "authors"
    CATEGORIES = "categories"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FUNCTION = _words("""
    a about all also am an and any are as at be but by do does for following from has have here i
    i'd i'm in is it its me my of on one or our please should so some that the their them these
    they things this those to us very was we what which who will with would you your
""")
_FOR = _words("""
    area areas aspects aims central core criteria criterion current currently domain domains
    especially favorite favorites favourite favourites field fields focus follow following general
    goals high highly important in include included includes inclusion interest interested
    interesting interests keep kept key like likes list look looking love main mainly match matches
    matching more most must mostly nice other paper papers particularly positive preference
    preferences primary priorities priority profile pro pros questions read reading relevant
    research scope secondary see select selection show specific study subfields subject subjects
    subtopics theme themes title topic topics want wanted wants wish wishes work working yes
""")
_AGAINST = _words("""
    against anti aren't avoid avoided avoiding bad beyond block blocked blocklist blacklist boring
    con cons discard dislike dislikes doesn't don't dont drop except exceptions exclude excluded
    excludes excluding exclusion exclusions filter filtered filters hate hide ignore ignored
    ignoring irrelevant isn't leave less low mute muted negative never no non nope not nothing off
    omit omitted out outside reject rejected remove skip skipped unimportant uninterested
    uninteresting unwanted without
""")
_NOUNS = _words("""
    anything application applications article articles content everything fields hints items kind
    kinds phrases stuff tags task tasks terms thanks types words work works
""")
_KEYWORDS = _words("buzzwords hints keyphrases keyword keywords phrases tags terms")
_REMARK = _words("""
    background bio biography comment comments context instruction instructions intro introduction
    language note notes preamble remark remarks role style summary
""")
_AUTHORS = _words("author authors people researchers")
_AROUND_AUTHORS = _words("followed group groups names")
_CATEGORIES = _words("category categories")
_AROUND_CATEGORIES = _words("archives arxiv classes")
_ABOUT_ME = _words("who i am about me")
_APPLIED = _words("application applications")


@dataclass(frozen=True, slots=True)
class _Kind:
    """The labels of a part: one of its words is `named`, and the others are `around` it."""

    part: Part
    named: frozenset[str]
    around: frozenset[str] = _FUNCTION

    def holds(self, words: frozenset[str]) -> bool:
        return bool(words & self.named) and words <= self.named | self.around


_KINDS = (
    _Kind(Part.AUTHORS, _AUTHORS, _FUNCTION | _FOR | _AROUND_AUTHORS),
    _Kind(Part.CATEGORIES, _CATEGORIES, _FUNCTION | _FOR | _AROUND_CATEGORIES),
    _Kind(Part.KEYWORDS, _KEYWORDS, _FUNCTION | _FOR | _AGAINST | _NOUNS),
    _Kind(Part.REMARK, _REMARK),
    _Kind(Part.FOR, _FOR - _FUNCTION, _FUNCTION),
    _Kind(Part.AGAINST, _AGAINST, _FUNCTION | _FOR | _NOUNS),
)

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_PROSE = re.compile(r"[.!;,]\s|\d")
_LONGEST = 60
_LETTERS = 0.6
"""The least share of a label's characters that are letters of its words, blanks aside."""


def label_part(label: str) -> Part | None:
    """Return what a label or heading announces, None for one that names a subject of its own."""
    words = _words_of(label)
    if not words:
        return None
    if words[0] in {"keywords", "keyphrases"}:
        part: Part | None = Part.KEYWORDS
    elif _ABOUT_ME.issuperset(words):
        part = Part.REMARK
    else:
        said = frozenset(words)
        part = next((kind.part for kind in _KINDS if kind.holds(said)), None)
    if part is Part.KEYWORDS and not (_AGAINST | _APPLIED).isdisjoint(words):
        return Part.UNWANTED
    return part


def _words_of(label: str) -> list[str]:
    """Return the words of a label in lower case, none where it is prose or not in English."""
    text = label.strip(" :*#-\u2013\u2014()[]").replace("\u2019", "'").lower()
    if not text or len(text) > _LONGEST or _PROSE.search(text):
        return []
    text = text.replace("key words", "keywords").replace("key phrases", "keyphrases")
    words = _WORD.findall(text)
    is_english = len("".join(words)) >= _LETTERS * len("".join(text.split()))
    return words if is_english else []


_LABEL = re.compile(
    rf"(?P<label>[^\W\d_][^{COLONS}.;!?\n]{{0,58}}?)\s*"
    rf"(?:[{COLONS}=]\s*|\s[-\u2013\u2014]\s+)(?P<text>.*)",
    re.DOTALL,
)


def labelled(text: str) -> tuple[Part, str] | None:
    """Return what a label at the beginning announces, and the text after it, "" for none."""
    if (found := _LABEL.fullmatch(text)) and (part := label_part(found["label"])):
        return part, found["text"].strip()
    bare = label_part(text) if "\n" not in text else None
    return (bare, "") if bare else None


def applications(text: str) -> str | None:
    """Return what `Applications: A, B` lists: among keywords a reader of methods excludes it."""
    found = _LABEL.fullmatch(text)
    words = set(found["label"].lower().split()) if found else set()
    is_label = bool(words & _APPLIED) and words <= _APPLIED | _NOUNS | _FUNCTION
    return found["text"].strip() if found and is_label else None


_NEXT_LABEL = re.compile(
    rf"[.;|/]\s+(?=(?P<label>[^\W\d_][^{COLONS}.;!?|/\n]{{0,58}})[{COLONS}]\s)"
)


def split_labels(text: str) -> list[str]:
    """Split `Interested: lakes; rivers. Not interested: ponds` into a text for each label."""
    label = labelled(text)
    if label is None or not label[1]:
        return [text]
    starts = [one.end() for one in _NEXT_LABEL.finditer(text) if label_part(one["label"])]
    ends = [*starts, len(text)]
    return [text[start:end].rstrip("/| ") for start, end in zip([0, *starts], ends, strict=True)]


_LISTS_UNWANTED = re.compile(
    r"\b(?:irrelevant|uninteresting|unwanted|out\s+of\s+scope|not?\s+(?:relevant|interest\w*|wanted)"
    r"|leave\s+(?:out|these|those|aside)|exclude|avoid|skip|ignore"
    r"|(?:do\s+not|don['\u2019]?t)\s+(?:want|like|need|care|show|include))\b",
    re.IGNORECASE,
)


def lists_unwanted(announcement: str) -> bool:
    """Return whether a sentence before a list says that what is listed is not wanted."""
    return _LISTS_UNWANTED.search(announcement) is not None
