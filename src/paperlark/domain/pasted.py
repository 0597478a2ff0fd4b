"""An arXiv identifier the way people paste it: an address, a DOI, a line of a bibliography."""

from __future__ import annotations

import re

from paperlark.domain.paper import Identifier, PaperId

LONGEST = 300
"""No address of a paper is longer."""
_LOOKED_THROUGH = 10_000

_SITE = r"arxiv\.org/(?:abs|pdf|html|ps|format|e-print|src)/"
_DOI = r"10\.48550/arxiv\."
_LABEL = r"arxiv:\s{0,9}"
_HOST = r"(?:https?://)?(?:[a-z-]+\.)*"
_BEFORE = rf"(?:{_HOST}{_SITE}|(?:{_HOST}doi\.org/|doi:\s*)?{_DOI}|(?:oai:arxiv\.org:)|{_LABEL})?"
_ID = r"(?P<id>(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v[1-9]\d{0,3})?)"
_MENTION = re.compile(
    rf"(?<![a-z0-9-])(?:{_SITE}|{_DOI}|{_LABEL}){_ID}(?!\d)", re.IGNORECASE | re.ASCII
)
# `.pdf`, `?context=cs`, `#S2`, a final slash, and the category that arXiv's own citation ends in.
_PASTED = re.compile(
    rf"{_BEFORE}{_ID}(?:\.pdf)?/?(?:[?#]\S*)?(?:\s*\[[\w.-]+\])?",
    re.IGNORECASE | re.ASCII,
)
_SUBJECT = re.compile(r"(?<=[a-z])\.[a-z]{2}(?=/)", re.IGNORECASE)


def identify(text: str) -> Identifier | None:
    """Read a text that is one paper's identifier, in whatever form; None where it is not."""
    found = _PASTED.fullmatch(text.strip()) if len(text) <= LONGEST else None
    return _identifier(found["id"]) if found else None


def mentioned(text: str) -> PaperId | None:
    """Find the first arXiv identifier that a text names as one; a bare number is none."""
    found = _MENTION.search(text, 0, _LOOKED_THROUGH)
    identifier = _identifier(found["id"]) if found else None
    return identifier.id if identifier else None


def _identifier(text: str) -> Identifier | None:
    """Leave out the subject class: arXiv's own name of `math.GT/0309136` is `math/0309136`."""
    return Identifier.parse(_SUBJECT.sub("", text.lower()))
