"""Parse arXiv's listing and catch-up pages, which format their entries alike.

The structure is that of arXiv's own templates (https://github.com/arXiv/arxiv-browse): a
`dl#articles` for each of the sections New, Cross and Replacement, a `dt` with the identifier
and a mark (replaced, cross-list), a `dd` with the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from paperlark.domain.announcement import AnnounceType, Listing
from paperlark.domain.errors import FeedUnreadable
from paperlark.domain.paper import Author, Identifier
from paperlark.sources._paper_fields import (
    announce_type,
    make_details,
    make_paper,
    parse_authors,
    read_identifier,
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})[a-z]* (\d{{4}})\b", re.ASCII)
_SECTION_SIZE = re.compile(r"\bof ([\d,]{1,9}) entries", re.ASCII)
_TOTAL = re.compile(r"\bTotal of ([\d,]{1,9}) entries", re.ASCII)
_NOTHING = re.compile(r"\bNo (?:further )?updates\b")
_CODE = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)\s*(?:;|$)")
_VERSION = re.compile(r"v([1-9]\d{0,3})/?$", re.ASCII)
_HIDDEN = re.compile(r"\s*this \S{3,6} URL\s*")
_SHORTENED = re.compile(r",? ?(et al\.? \(\d{1,9} additional authors? not shown\))")
_TAG = re.compile(rb"<(/?)([a-z][a-z0-9]*)")
_VOID = {b"br", b"hr", b"img", b"input", b"link", b"meta", b"wbr"}
_DEEPEST = 10_000
_MOST_SECTIONS = 50
"""Lists of entries on one page, of which arXiv's have three; many inside each other take long."""
_UNAVAILABLE = "(author list is unavailable)"


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page: its stated day, its entries, and the number of entries on all pages."""

    stated: date
    listings: tuple[Listing, ...]
    notes: tuple[str, ...]
    expected: int | None


def parse_page(content: bytes, category: str, origin: str) -> ListingPage:
    """Parse one page; an entry that cannot be read is named in its notes.

    Raises FeedUnreadable where this is not such a page, or it is truncated.
    """
    tree = _tree(content, origin)
    stated = _stated(tree)
    sections = tree.css("dl#articles")
    if len(sections) > _MOST_SECTIONS:
        raise FeedUnreadable(f"{origin} has {len(sections)} lists", hint="try again later")
    text = _text(tree.body)
    if stated is None or not (sections or _NOTHING.search(text)):
        raise FeedUnreadable(
            f"{origin} is not one of arXiv's listing pages"
            + (" (it states no date)" if stated is None else " (it has no list of entries)"),
            hint="try again later",
        )
    listings, notes = _entries(sections, category)
    return ListingPage(stated, tuple(listings), tuple(notes), _expected(sections, text))


def _tree(content: bytes, origin: str) -> LexborHTMLParser:
    # The parser closes what is cut off, so that a truncated page would look complete.
    if b"</html>" not in content[-200:].lower():
        raise FeedUnreadable(
            f"{origin} is not an HTML page, or is truncated", hint="try again later"
        )
    if _too_deep(content):
        raise FeedUnreadable(f"{origin} is nested too deeply", hint="try again later")
    try:
        return LexborHTMLParser(content.decode("utf-8", "replace"))
    except (SelectolaxError, ValueError) as error:
        raise FeedUnreadable(f"{origin} is not HTML ({error})", hint="try again later") from error


def _too_deep(content: bytes) -> bool:
    """Count open elements roughly: parsing takes a minute where 100,000 are nested.

    The bound is far above what one unclosed tag in every entry adds up to.
    """
    depth = 0
    opened: Counter[bytes] = Counter()
    for slash, name in _TAG.findall(content.lower()):
        if name in _VOID:
            continue
        if not slash:
            opened[name] += 1
            depth += 1
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
        if depth > _DEEPEST:
            return True
    return False


def _stated(tree: LexborHTMLParser) -> date | None:
    """Find the day in the page's heading; section headings may repeat it."""
    headings = (_text(node) for node in tree.css("h1, h3"))
    named = (text for text in headings if re.match(r"Showing new listings|Catchup results", text))
    found = _DATE.search(next(named, ""))
    try:
        return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1])) if found else None
    except ValueError:
        return None


def _expected(sections: list[LexborNode], text: str) -> int | None:
    """Add up the sections; a page that shows only part of them states a higher total."""
    sizes = [_SECTION_SIZE.search(_text(one.css_first("h3"))) for one in sections]
    totals = [_number(found[1]) for found in _TOTAL.finditer(text)]
    if sizes and all(sizes):
        totals.append(sum(_number(size[1]) for size in sizes if size))
    return max(totals, default=None if sections else 0)


def _number(text: str) -> int:
    return int(text.replace(",", "") or 0)


def _entries(sections: list[LexborNode], category: str) -> tuple[list[Listing], list[str]]:
    listings, notes = [], []
    for section in sections:
        heading = _text(section.css_first("h3"))
        for term in section.iter():
            if term.tag != "dt":
                continue
            try:
                listings.append(_listing(term, heading, category))
            except ValueError as error:
                notes.append(f"{category}: an entry could not be read: {error}")
    return listings, notes


def _listing(term: LexborNode, heading: str, category: str) -> Listing:
    description = _after(term)
    identifier = _with_version(term, replaced=_is_replaced(term, heading))
    primary, *others = _categories(description, identifier)
    paper = make_paper(
        identifier,
        title=_field(description, "list-title"),
        authors=_authors(_field(description, "list-authors")),
        abstract=_abstract(description, identifier),
        categories=[primary, *others],
        details=make_details(
            comments=_field(description, "list-comments"),
            journal_reference=_field(description, "list-journal-ref"),
        ),
    )
    return Listing(paper, _type(term, heading, category, primary))


def _after(term: LexborNode) -> LexborNode:
    node = term.next
    while node is not None and node.tag not in {"dt", "dd"}:
        node = node.next
    if node is None or node.tag != "dd":
        raise ValueError(f"{_text(term)[:60]!r} has no description")
    return node


def _with_version(term: LexborNode, *, replaced: bool) -> Identifier:
    """Read the identifier; the version is given only in links to HTML.

    Otherwise a new paper has version 1, and a replaced one at least 2.
    """
    link = term.css_first("a[title=Abstract]")
    if link is None:
        raise ValueError(f"{_text(term)[:60]!r} has no link to an abstract")
    identifier = read_identifier(link.attributes.get("id") or _text(link))
    html = term.css_first('a[title="View HTML"]')
    found = _VERSION.search((html.attributes.get("href") or "") if html else "")
    version = int(found[1]) if found else identifier.version
    return Identifier(identifier.id, version or (2 if replaced else 1))


def _is_replaced(term: LexborNode, heading: str) -> bool:
    return "(replaced)" in _text(term) or heading.startswith("Replace")


def _type(term: LexborNode, heading: str, category: str, primary: str) -> AnnounceType:
    """Read arXiv's marks; replaced cross-lists are not always marked as cross-lists."""
    crossed = "(cross-list from" in _text(term)
    if _is_replaced(term, heading):
        if crossed:
            return AnnounceType.REPLACE_CROSS
        return announce_type(category, primary, replaced=True)
    crossed = crossed or heading.startswith("Cross")
    return AnnounceType.CROSS if crossed else AnnounceType.NEW


def _categories(description: LexborNode, identifier: Identifier) -> tuple[str, ...]:
    """Read `Machine Learning (cs.LG); Optimization and Control (math.OC)`, the primary first."""
    subjects = _field(description, "list-subjects")
    codes = tuple(found[1] for found in _CODE.finditer(subjects))
    first = _CODE.search(_text(description.css_first(".primary-subject")))
    if first:
        return (first[1], *codes)
    if not codes:
        raise ValueError(f"{identifier.id} has no category")
    return codes


def _authors(text: str) -> tuple[Author, ...]:
    """Split the printed names as in a feed.

    Of a long list arXiv prints the beginning and `et al. (12 additional authors not shown)`,
    which is kept as the last name, to show that the list is incomplete.
    """
    return () if text == _UNAVAILABLE else parse_authors(_SHORTENED.sub(r", \1", text))


def _abstract(description: LexborNode, identifier: Identifier) -> str:
    abstract = description.css_first("p.mathjax")
    if abstract is None:
        raise ValueError(f"{identifier.id} has no abstract")
    for line_break in abstract.css("br"):
        line_break.replace_with("\n\n")
    return _plain(abstract)


def _field(description: LexborNode, name: str) -> str:
    field = description.css_first(f".{name}")
    if field is None:
        return ""
    if descriptor := field.css_first(".descriptor"):
        descriptor.decompose()
    return " ".join(_plain(field).split())


def _plain(node: LexborNode) -> str:
    """Return the text, with the addresses that arXiv shows as `this https URL`."""
    for link in node.css("a"):
        if _HIDDEN.fullmatch(link.text()) and (address := link.attributes.get("href")):
            link.replace_with(address)
    return node.text()


def _text(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node is not None else ""
