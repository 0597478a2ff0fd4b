"""A paper as arXiv describes it: id, title, authors, abstract, categories."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType, Self

PaperId = NewType("PaperId", str)
"""An arXiv identifier without its version, always text: `2502.12206` or `hep-th/9901001`.

As a number `2103.00010` would lose its last zero, so it is never one.
"""

# https://info.arxiv.org/help/arxiv_identifier.html: four digits after the point until 2014-12,
# five since; before 2007-04 archive[.SUBJECT]/YYMMNNN.
_IDENTIFIER = re.compile(
    r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(?P<version>[1-9]\d{0,3}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A paper's id and, where the text named one, its version."""

    id: PaperId
    version: int | None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse `2502.12206v1`, `arXiv:2502.12206`, `nlin/0408039v2` or `oai:arXiv.org:…`.

        Return None when the text is not an arXiv identifier.
        """
        bare = re.sub(r"^\s*(?:oai:arXiv\.org:|arXiv:)?\s*", "", text, flags=re.IGNORECASE)
        found = _IDENTIFIER.fullmatch(bare.strip())
        if found is None:
            return None
        version = found["version"]
        return cls(PaperId(found["id"]), int(version) if version else None)


def abstract_page(paper: PaperId) -> str:
    """Return the address of a paper's page at arXiv, which shows its latest version."""
    return f"https://arxiv.org/abs/{paper}"


def anchor(paper: PaperId) -> str:
    """Return the permanent anchor of a paper inside a page, safe in HTML and file names."""
    return "paper-" + paper.replace("/", "-")


@dataclass(frozen=True, slots=True)
class Author:
    """One author as printed on the paper: a name in Unicode and the text in parentheses."""

    name: str
    affiliation: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of one paper.

    `title` and the paragraphs of `abstract` (separated by a blank line) keep their TeX as
    arXiv sends it; names are decoded. `categories` starts with the primary one.
    """

    id: PaperId
    version: int
    title: str
    authors: tuple[Author, ...]
    abstract: str
    categories: tuple[str, ...]

    @property
    def primary_category(self) -> str:
        """The category that the paper was submitted to."""
        return self.categories[0]

    @property
    def url(self) -> str:
        """The abstract page; without a version, so that it always shows the latest."""
        return abstract_page(self.id)

    @property
    def pdf_url(self) -> str:
        """The PDF of this version."""
        return f"https://arxiv.org/pdf/{self.id}v{self.version}"

    @property
    def anchor(self) -> str:
        """The permanent anchor of this paper inside a page."""
        return anchor(self.id)


LONGEST = 300
"""Characters; no address of a paper is longer."""
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
    """Parse a text that is one paper's identifier in any form; return None where it is not."""
    found = _PASTED.fullmatch(text.strip()) if len(text) <= LONGEST else None
    return _identifier(found["id"]) if found else None


def mentioned(text: str) -> PaperId | None:
    """Find the first arXiv identifier that is marked as one; a bare number is not."""
    found = _MENTION.search(text, 0, _LOOKED_THROUGH)
    identifier = _identifier(found["id"]) if found else None
    return identifier.id if identifier else None


def _identifier(text: str) -> Identifier | None:
    """Drop the subject class: arXiv's own identifier of `math.GT/0309136` is `math/0309136`."""
    return Identifier.parse(_SUBJECT.sub("", text.lower()))
