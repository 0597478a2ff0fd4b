"""A page of arXiv's search API as values; it is Atom, in two dialects that differ in spacing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from paperlark.domain.errors import FeedUnreadable, SourceUnreachable
from paperlark.domain.paper import Author, Paper
from paperlark.sources._authors import decode_tex
from paperlark.sources._fields import (
    iso_moment,
    make_paper,
    one_line,
    read_identifier,
    read_xml,
    text_of,
)

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@dataclass(frozen=True, slots=True)
class Found:
    """One paper as it is now, and when its first version was submitted."""

    paper: Paper
    first: datetime


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of results, and how many there are on all pages."""

    found: tuple[Found, ...]
    notes: tuple[str, ...]
    total: int


def parse_results(content: bytes, category: str, origin: str) -> ResultPage:
    """Read one page; an entry that cannot be read is named in its notes.

    Raises FeedUnreadable when this is no page of results, SourceUnreachable when it is arXiv's
    way of refusing: one entry with the title "Error".
    """
    root = read_xml(content, origin)
    total = text_of(root, f"{_SEARCH}totalResults").strip()
    if root.tag != f"{_ATOM}feed" or not (total.isascii() and total.isdecimal()):
        raise FeedUnreadable(
            f"{origin} is XML but no results of a search: its root is <{root.tag[:60]}>",
            mend="try again later",
        )
    entries = root.findall(f"{_ATOM}entry")
    for entry in entries:
        _check_no_error(entry, origin)
    found, notes = [], []
    for entry in entries:
        try:
            found.append(_found(entry))
        except ValueError as error:
            notes.append(f"{category}: a result could not be read: {error}")
    return ResultPage(tuple(found), tuple(notes), int(total[:9]))


def _check_no_error(entry: Element, origin: str) -> None:
    name = text_of(entry, f"{_ATOM}id")
    if "/api/errors" in name:
        said = one_line(text_of(entry, f"{_ATOM}summary")) or name
        raise SourceUnreachable(f"{origin} refuses: {said[:200]}", mend="use another source")


def _found(entry: Element) -> Found:
    identifier = read_identifier(text_of(entry, f"{_ATOM}id").partition("/abs/")[2])
    published = text_of(entry, f"{_ATOM}published").strip()
    first = iso_moment(published)
    if first is None:
        raise ValueError(f"{identifier.id} was published at {published!r}")
    primary = entry.find(f"{_ARXIV}primary_category")
    terms = [found.get("term", "") for found in entry.findall(f"{_ATOM}category")]
    paper = make_paper(
        identifier,
        title=text_of(entry, f"{_ATOM}title"),
        authors=tuple(_author(author) for author in entry.findall(f"{_ATOM}author")),
        abstract=text_of(entry, f"{_ATOM}summary"),
        categories=[primary.get("term", "") if primary is not None else "", *terms],
    )
    return Found(paper, first)


def _author(element: Element) -> Author:
    name = one_line(decode_tex(text_of(element, f"{_ATOM}name"))) or "(no name)"
    return Author(name, one_line(text_of(element, f"{_ARXIV}affiliation")) or None)
