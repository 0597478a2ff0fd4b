"""The wording of what arXiv says of a paper besides its abstract: comments, journal, licence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from paperlark.domain.paper import Paper
from paperlark.domain.paper_facts import facts_of

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Remark:
    """A text with TeX, as its authors wrote it; `name` says what it is."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A word that links elsewhere."""

    word: str
    url: str


def remarks(paper: Paper) -> tuple[Remark, ...]:
    """Return comments and journal reference, those that are known."""
    said = paper.details
    return tuple(
        Remark(name, text)
        for name, text in (("Comments", said.comments), ("Journal", said.journal_reference))
        if text
    )


def links(paper: Paper) -> tuple[PaperLink, ...]:
    """Return links to the published version and to the code."""
    doi = paper.details.doi
    published = (PaperLink("doi", f"https://doi.org/{quote(doi, safe='/')}"),) if doi else ()
    code = facts_of(paper).code
    return (
        *published,
        *(PaperLink("code" if n == 1 else f"code {n}", url) for n, url in enumerate(code, 1)),
    )


def is_withdrawn(paper: Paper) -> bool:
    """Return whether its authors say that it is withdrawn."""
    return facts_of(paper).withdrawn


def accepted(paper: Paper) -> str:
    """Return `accepted at ICLR 2025`; empty where its authors do not say so."""
    venue = facts_of(paper).accepted_at
    return f"accepted at {venue}" if venue else ""


_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(?:licenses/(?P<kind>by(?:-nc)?(?:-nd|-sa)?)"
    r"|publicdomain/(?P<zero>zero))/(?P<version>\d\.\d)/?",
    re.ASCII,
)


def licence(paper: Paper) -> str:
    """Return the short name of a licence that lets others use the text, such as `CC BY 4.0`.

    arXiv's own licence, which most papers have, lets nobody but arXiv: nothing is said of it.
    """
    found = _CREATIVE_COMMONS.fullmatch(paper.details.licence or "")
    if found is None:
        return ""
    kind = "CC0" if found["zero"] else f"CC {found['kind'].upper()}"
    return f"{kind} {found['version']}"
