"""Parse arXiv's feeds: RSS 2.0 (since 2024), Atom, and the RDF used before.

Formats as measured on recorded feeds; the fields are documented at
https://info.arxiv.org/help/rss_specifications.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from paperlark.domain.announcement import AnnounceType, Feed, Listing
from paperlark.domain.errors import FeedUnreadable, UnknownCategory
from paperlark.domain.paper import Identifier
from paperlark.domain.plain_text import unescape
from paperlark.sources._paper_fields import (
    iso_moment,
    mail_moment,
    make_details,
    make_paper,
    parse_authors,
    read_identifier,
    read_xml,
    text_of,
)

_DC = "{http://purl.org/dc/elements/1.1/}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_RSS1 = "{http://purl.org/rss/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"

LIMIT = 2000
"""arXiv cuts feeds at this many entries, new papers first."""


def parse_feed(content: bytes, category: str, origin: str) -> Feed:
    """Parse a feed in any of arXiv's three formats.

    An entry that cannot be read is left out and named in the feed's notes. `origin` is where the
    bytes came from, for error messages.

    Raises FeedUnreadable where this is not one of arXiv's feeds, UnknownCategory where the feed
    is arXiv's error message for that.
    """
    root = read_xml(content, origin)
    dialect = _DIALECTS.get(root.tag)
    if dialect is None:
        raise FeedUnreadable(
            f"{origin} is XML but not a feed: its root is {root.tag[:60]!r}",
            hint="expected <rss>, <feed> or <rdf:RDF> as arXiv sends them",
        )
    title = dialect.title(root).strip()
    if not title:
        # An empty shell does not mean that nothing was announced.
        raise FeedUnreadable(f"{origin} is a feed without a title", hint="fetch that feed again")
    if "feed error" in title.lower():
        raise UnknownCategory(
            f"arXiv has no category {category!r}",
            hint="see https://arxiv.org/category_taxonomy",
        )
    listings, notes = _read_entries(dialect, root, category)
    if len(listings) + len(notes) >= LIMIT:
        notes.append(f"{category}: the feed is cut at {LIMIT} entries; new papers may be missing")
    stamped = dialect.stamped(root)
    if stamped is None:
        notes.append(f"{category}: the feed has no date")
    return Feed(category, stamped, tuple(listings), origin, tuple(notes))


def _read_entries(
    dialect: _Dialect, root: Element, category: str
) -> tuple[list[Listing], list[str]]:
    listings, notes = [], []
    for entry in dialect.entries(root):
        try:
            listings.append(dialect.listing(entry, category))
        except ValueError as error:
            notes.append(f"{category}: an entry could not be read: {error}")
    return listings, notes


def _announce_type(text: str, identifier: Identifier) -> AnnounceType:
    try:
        return AnnounceType(text.strip())
    except ValueError:
        raise ValueError(f"{identifier.id} has announce type {text[:40]!r}") from None


# The first line of a description repeats id and type; what follows is the abstract.
_PREFIX = re.compile(r"^\s*arXiv:\S+ +Announce Type: *\S+ *\n(?:Abstract: ?)?")


def _modern_listing(
    entry: Element, *, guid: str, title: str, abstract: str, categories: list[str]
) -> Listing:
    """Build a listing from RSS 2.0 or Atom, which differ only in the names of fields."""
    identifier = read_identifier(guid)
    paper = make_paper(
        identifier,
        title=title,
        authors=parse_authors(text_of(entry, f"{_DC}creator")),
        abstract=_PREFIX.sub("", abstract),
        categories=categories,
        details=make_details(
            comments=text_of(entry, f"{_ARXIV}comment"),
            journal_reference=text_of(entry, f"{_ARXIV}journal_reference"),
            doi=text_of(entry, f"{_ARXIV}DOI"),
            licence=text_of(entry, f"{_DC}rights") or text_of(entry, f"{_ATOM}rights"),
        ),
    )
    return Listing(paper, _announce_type(text_of(entry, f"{_ARXIV}announce_type"), identifier))


def _rss_listing(entry: Element, _category: str) -> Listing:
    return _modern_listing(
        entry,
        guid=text_of(entry, "guid"),
        title=text_of(entry, "title"),
        abstract=text_of(entry, "description"),
        categories=["".join(found.itertext()) for found in entry.findall("category")],
    )


def _atom_listing(entry: Element, _category: str) -> Listing:
    return _modern_listing(
        entry,
        guid=text_of(entry, f"{_ATOM}id"),
        title=text_of(entry, f"{_ATOM}title"),
        abstract=text_of(entry, f"{_ATOM}summary"),
        categories=[found.get("term", "") for found in entry.findall(f"{_ATOM}category")],
    )


_RDF_MARK = "(arXiv:"
_RDF_END = re.compile(r"\(arXiv:(?P<id>\S+)\s+\[(?P<category>[^\]]+)\]\s*+(?P<type>[A-Z ]*+)\)\s*")


def _rdf_listing(entry: Element, category: str) -> Listing:
    """Parse an entry of before 2024: `(arXiv:ID [primary] UPDATED)` in the title, HTML texts."""
    text = text_of(entry, f"{_RSS1}title")
    title, mark, end = text.rpartition(_RDF_MARK)
    found = _RDF_END.fullmatch(f"{mark}{end}")
    if found is None:
        raise ValueError(f"the title {text[:60]!r} names no identifier")
    paper = make_paper(
        read_identifier(found["id"]),
        title=title.rstrip().removesuffix("."),
        authors=parse_authors(_without_tags(text_of(entry, f"{_DC}creator"))),
        abstract=_without_tags(text_of(entry, f"{_RSS1}description")),
        categories=[found["category"]],
    )
    return Listing(paper, _rdf_type(found["type"].strip(), own=found["category"] == category))


def _rdf_type(word: str, *, own: bool) -> AnnounceType:
    if word == "UPDATED":
        return AnnounceType.REPLACE if own else AnnounceType.REPLACE_CROSS
    return AnnounceType.NEW if own and not word else AnnounceType.CROSS


def _without_tags(text: str) -> str:
    """Remove the markup that arXiv put around names and paragraphs."""
    return unescape(re.sub(r"</?p>|<a href=\"[^\"]*\">|</a>", "", text))


def _rss_stamp(root: Element) -> date | None:
    text = text_of(root, "channel/pubDate") or text_of(root, "channel/lastBuildDate")
    rendered = mail_moment(text)
    return rendered.date() if rendered else None


def _atom_stamp(root: Element) -> date | None:
    rendered = iso_moment(text_of(root, f"{_ATOM}updated"))
    return rendered.astimezone(ZoneInfo("America/New_York")).date() if rendered else None


def _rdf_stamp(root: Element) -> date | None:
    # The evening of the mailing; the announcement is dated the day after.
    mailed = iso_moment(text_of(root, f"{_RSS1}channel/{_DC}date"))
    return mailed.date() + timedelta(days=1) if mailed else None


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Where one format keeps each field."""

    title: Callable[[Element], str]
    entries: Callable[[Element], Iterator[Element]]
    listing: Callable[[Element, str], Listing]
    stamped: Callable[[Element], date | None]


_DIALECTS = {
    "rss": _Dialect(
        title=lambda root: text_of(root, "channel/title"),
        entries=lambda root: iter(root.findall("channel/item")),
        listing=_rss_listing,
        stamped=_rss_stamp,
    ),
    f"{_ATOM}feed": _Dialect(
        title=lambda root: text_of(root, f"{_ATOM}title"),
        entries=lambda root: iter(root.findall(f"{_ATOM}entry")),
        listing=_atom_listing,
        stamped=_atom_stamp,
    ),
    f"{_RDF}RDF": _Dialect(
        title=lambda root: text_of(root, f"{_RSS1}channel/{_RSS1}title"),
        entries=lambda root: iter(root.findall(f"{_RSS1}item")),
        listing=_rdf_listing,
        stamped=_rdf_stamp,
    ),
}
