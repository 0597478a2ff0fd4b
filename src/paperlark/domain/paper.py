"""A paper as arXiv describes it: id, title, authors, abstract, categories, comments, licence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NewType, Self
from urllib.parse import unquote

PaperId = NewType("PaperId", str)
"""An arXiv identifier without its version, always text: `2502.12206` or `hep-th/9901001`.

As a number `2103.00010` would lose its last zero, so it is never one.
"""

LIBRARY = "library:"
"""What stands before the id of a paper that a reader imported and that is not on arXiv."""

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


_FIRST_YEAR = 91
"""arXiv began in 1991: `91` to `99` are of that century, `00` and later of the next."""
_MONTH = re.compile(r"(?:[a-z-]+(?:\.[A-Z]{2})?/)?(\d\d)(0[1-9]|1[0-2])", re.ASCII)


def month_of(paper: PaperId) -> str | None:
    """Return the month in which a paper came to arXiv, such as `2025-02`; its id says so.

    None for a paper that arXiv does not have.
    """
    found = None if paper.startswith(LIBRARY) else _MONTH.match(paper)
    if found is None:
        return None
    century = 1900 if int(found[1]) >= _FIRST_YEAR else 2000
    return f"{century + int(found[1])}-{found[2]}"


def doi_of(paper: PaperId) -> str:
    """Return the DOI that arXiv registers for each of its papers."""
    return f"10.48550/arXiv.{paper}"


def anchor(paper: PaperId) -> str:
    """Return the permanent anchor of a paper inside a page, safe in HTML and file names."""
    return "paper-" + paper.replace("/", "-")


@dataclass(frozen=True, slots=True)
class Author:
    """One author as printed on the paper: a name in Unicode and the text in parentheses."""

    name: str
    affiliation: str | None = None


@dataclass(frozen=True, slots=True)
class PaperDetails:
    """What arXiv says of a paper besides its title, authors, abstract and categories.

    Texts as it sends them, on one line; None is unknown, not absent.

    No source sends all of them: the feeds have licence, DOI and journal reference, the listing
    pages comments and journal reference. `licence` is an address.
    """

    comments: str | None = None
    journal_reference: str | None = None
    doi: str | None = None
    licence: str | None = None

    def completed_by(self, other: Self) -> Self:
        """Return these details, with those of another source where they are unknown here."""
        if self == other:
            return self
        return type(self)(
            comments=self.comments or other.comments,
            journal_reference=self.journal_reference or other.journal_reference,
            doi=self.doi or other.doi,
            licence=self.licence or other.licence,
        )


NO_DETAILS = PaperDetails()


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of one paper.

    `title` and the paragraphs of `abstract` (separated by a blank line) keep their TeX as
    arXiv sends it; names are decoded. `categories` starts with the primary one. `details` are its
    comments, journal reference, DOI and licence, as far as a source sent them.
    """

    id: PaperId
    version: int
    title: str
    authors: tuple[Author, ...]
    abstract: str
    categories: tuple[str, ...]
    details: PaperDetails = NO_DETAILS

    def completed_by(self, other: Self) -> Self:
        """Return this paper with the details that only another source's copy of it has."""
        details = self.details.completed_by(other.details)
        return self if details == self.details else replace(self, details=details)

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

_ID = r"(?P<id>(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v[1-9]\d{0,3})?)"
# Inside an address a number must be one that arXiv can have given: YYMM with a month, or an
# archive from before 2007.
_DATED = r"\d\d(?:0[1-9]|1[0-2])\.\d{4,5}"
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin"
    "|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_IN_ADDRESS = rf"(?P<id>(?:{_DATED}|(?:{_ARCHIVES})(?:\.[a-z]{{2}})?/\d{{7}})(?:v[1-9]\d{{0,3}})?)"
_SITE = r"arxiv\.org/(?:abs|pdf|html|ps|format|e-print|src)/"
_DOI = r"10\.48550/arxiv\."
_LABEL = r"arxiv:\s{0,9}"
_HOST = r"(?:https?://)?(?:[a-z-]+\.)*"
_BEFORE = rf"(?:{_HOST}{_SITE}|(?:{_HOST}doi\.org/|doi:\s*)?{_DOI}|(?:oai:arxiv\.org:)|{_LABEL})?"
_MENTION = re.compile(
    rf"(?<![a-z0-9-])(?:{_SITE}|{_DOI}|{_LABEL}){_ID}(?!\d)", re.IGNORECASE | re.ASCII
)
# Sites that show papers of arXiv under arXiv's own number, wherever in the address it stands.
_MIRRORS = (
    r"(?:arxiv|ar5iv(?:\.labs\.arxiv)?|alphaxiv|dblp)\.org|lanl\.gov|(?:huggingface|hf)\.co"
    r"|papers\.cool|semanticscholar\.org|inspirehep\.net|adsabs\.harvard\.edu"
    r"|(?:scirate|arxiv-vanity|arxiv-sanity|arxiv-sanity-lite|emergentmind|paperswithcode"
    r"|connectedpapers|catalyzex|arxivxplorer)\.com"
)
_MIRRORED = re.compile(
    rf"(?<![a-z0-9-])(?:{_MIRRORS})/[^\s<>\"]{{0,200}}?(?<=[/=:]){_IN_ADDRESS}(?!\w)",
    re.IGNORECASE | re.ASCII,
)
# On any other site the number must end the address or be a value in its query.
_ELSEWHERE = re.compile(
    rf"https?://(?![a-z.]*doi\.org/)[^\s<>\"/]+(?:/[^\s<>\"?#]*)?"
    rf"(?:/|[?&][a-z_]+=){_IN_ADDRESS}(?:\.pdf|\.html)?/?(?:[?#&]\S*)?",
    re.IGNORECASE | re.ASCII,
)
# `2025arXiv250212206D` of ADS, and `corr/abs-2502-12206` of DBLP.
_BIBCODE = re.compile(
    r"(?<!\d)\d{4}arxiv(\d{4})\.?(\d{4,5})[a-z.](?![a-z0-9])", re.IGNORECASE | re.ASCII
)
_DBLP = re.compile(r"(?<![a-z])corr/abs-(\d{4})-(\d{4,5})(?!\d)", re.IGNORECASE | re.ASCII)
# `.pdf`, `?context=cs`, `#S2`, a final slash, and the category that arXiv's own citation ends in.
_PASTED = re.compile(
    rf"{_BEFORE}{_ID}(?:\.pdf)?/?(?:[?#]\S*)?(?:\s*\[[\w.-]+\])?",
    re.IGNORECASE | re.ASCII,
)
_SUBJECT = re.compile(r"(?<=[a-z])\.[a-z]{2}(?=/)", re.IGNORECASE)


def identify(text: str) -> Identifier | None:
    """Parse a text or an address that names one paper, in any form; return None elsewhere.

    Addresses may be those of other sites that keep arXiv's number, such as huggingface.co/papers.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return None
    found = _PASTED.fullmatch(text)
    if found:
        return _identifier(found["id"])
    if any(map(str.isspace, text)):  # a sentence may be about a paper, and is not its name
        return None
    elsewhere = _ELSEWHERE.fullmatch(unquote(text))
    marked = [elsewhere] if elsewhere else _marked(text)
    papers = {one.id: one for one in (_identifier(found["id"]) for found in marked) if one}
    return next(iter(papers.values())) if len(papers) == 1 else None


def mentioned(text: str) -> PaperId | None:
    """Find the first arXiv identifier that is marked as one; a bare number is not."""
    identifiers = (_identifier(found["id"]) for found in _marked(text[:_LOOKED_THROUGH]))
    return next((one.id for one in identifiers if one), None)


def _marked(text: str) -> list[re.Match[str]]:
    """Find identifiers that a label, a DOI or a site that shows arXiv's papers marks as such."""
    plain = unquote(text) if "%" in text else text
    for form in (_BIBCODE, _DBLP):
        plain = form.sub(r"arXiv:\1.\2", plain)
    found = [*_MENTION.finditer(plain), *_MIRRORED.finditer(plain)]
    return sorted(found, key=lambda one: one.start("id"))


def _identifier(text: str) -> Identifier | None:
    """Drop the subject class: arXiv's own identifier of `math.GT/0309136` is `math/0309136`."""
    return Identifier.parse(_SUBJECT.sub("", text.lower()))
