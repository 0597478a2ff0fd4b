"""Recognize what the labels and headings of criteria announce: `Topics`, `Not relevant`, `Keywords`.

A label counts as one only if all of its words are a label's words, so that `Interest rates`,
`Keyword spotting` and `Skip connections` stay the topics that they are.
"""

from __future__ import annotations

import re
from enum import Enum


class Part(Enum):
    """What a text in criteria counts as."""

    FOR = "for"
    AGAINST = "against"
    KEYWORDS = "keywords"
    UNWANTED = "unwanted keywords"
    REMARK = "remark"
    AUTHORS = "authors"
    CATEGORIES = "categories"


_FUNCTION = frozenset(
    "a about all also am an and any are as at be but by do does for from has have i i'd i'm in is it its me"
    " my of on one or our please should so some that the their them these they things this those to us"
    " very was we what which who will with would you your here following".split()
)
_FOR = frozenset(
    "area areas aspects aims central core criteria criterion current currently especially favorite favorites"
    " favourite favourites field fields focus follow following general goals high highly important in"
    " include included includes inclusion interest interested interesting interests keep kept key like"
    " likes list look looking love main mainly match matches matching more most must mostly nice other"
    " papers paper particularly positive preference preferences primary priorities priority profile"
    " questions read reading relevant research scope secondary see select selection show specific study subject subjects"
    " subtopics theme themes title topic topics want wanted wants wish wishes work working yes"
    " domains domain subfields pro pros".split()
)
_AGAINST = frozenset(
    "against anti avoid avoided avoiding bad beyond block blocked blocklist blacklist boring con cons discard dislike"
    " dislikes doesn't don't dont drop except exceptions exclude excluded excludes excluding exclusion"
    " exclusions filter filtered filters hate hide ignore ignored ignoring irrelevant isn't aren't leave less"
    " low mute muted negative never no non nope not nothing off omit omitted out outside reject rejected"
    " remove skip skipped unimportant uninterested uninteresting unwanted without".split()
)
_NOUNS = frozenset(
    "anything application applications article articles content everything fields hints items kind kinds"
    " phrases stuff tags task tasks terms thanks types words work works".split()
)
_KEYWORDS = frozenset("hints keyword keywords keyphrases phrases tags terms buzzwords".split())
_REMARK = frozenset(
    "note notes remark remarks comment comments context background about bio biography instructions"
    " instruction style language role preamble introduction intro summary".split()
)
_AUTHORS = frozenset(
    "author authors people researchers followed follow favorite favourite my the i names group groups".split()
)
_CATEGORIES = frozenset("arxiv category categories classes archives subject my the".split())
# `Leave out`, `low priority` are against; `in scope` is for, `out of scope` against.
_SURELY_AGAINST = _AGAINST - {
    "out",
    "off",
    "outside",
    "non",
    "block",
    "leave",
    "filters",
    "beyond",
    "low",
    "less",
}
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_LONGEST = 60


def label_part(label: str) -> Part | None:
    """Return what a label or heading announces, None for one that names a subject of its own."""
    text = label.strip(" :*#-–—()[]").replace("’", "'").lower()
    if not text or len(text) > _LONGEST or re.search(r"[.!;,]\s|\d", text):
        return None
    words = _WORD.findall(
        text.replace("key words", "keywords").replace("key phrases", "keyphrases")
    )
    if not words or len("".join(words)) < 0.6 * sum(not one.isspace() for one in text):
        return None
    found = set(words)
    content = found - _FUNCTION
    if (
        content & {"author", "authors", "people", "researchers"}
        and found <= _AUTHORS | _FUNCTION | _FOR
    ):
        return Part.AUTHORS
    if content & {"categories", "category"} and found <= _CATEGORIES | _FUNCTION | _FOR:
        return Part.CATEGORIES
    against = bool(found & _AGAINST)
    if (
        content & _KEYWORDS
        and found <= _FUNCTION | _FOR | _AGAINST | _NOUNS | _KEYWORDS
        or words[0] in {"keywords", "keyphrases"}
    ):
        applied = bool(found & {"application", "applications"})
        return Part.UNWANTED if against or applied else Part.KEYWORDS
    if (
        found <= _FUNCTION | _REMARK
        and content & _REMARK
        or found <= {"who", "i", "am", "about", "me"}
    ):
        return Part.REMARK
    if found <= _FUNCTION | _FOR and content & _FOR:
        return Part.FOR
    if against and found <= _FUNCTION | _FOR | _AGAINST | _NOUNS:
        return Part.AGAINST
    return None


_LISTS_UNWANTED = re.compile(
    r"\b(?:irrelevant|uninteresting|unwanted|out\s+of\s+scope|not?\s+(?:relevant|interest\w*|wanted)"
    r"|leave\s+(?:out|these|those|aside)|exclude|avoid|skip|ignore"
    r"|(?:do\s+not|don['’]?t)\s+(?:want|like|need|care|show|include))\b",
    re.IGNORECASE,
)


def lists_unwanted(announcement: str) -> bool:
    """Return whether a sentence before a list says that what is listed is not wanted."""
    return _LISTS_UNWANTED.search(announcement) is not None
