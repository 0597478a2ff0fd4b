"""What all of arXiv's formats share: XML from outside, its texts, and a paper made of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from paperlark.domain.errors import FeedUnreadable
from paperlark.domain.paper import Author, Identifier, Paper


def read_xml(content: bytes, origin: str) -> Element:
    """Parse without any trick of entities; FeedUnreadable names what came instead of XML."""
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        start = content[:40].decode("utf-8", "replace").strip() or "nothing"
        raise FeedUnreadable(
            f"{origin} is not XML ({error or type(error).__name__}; it starts with {start!r})",
            mend="fetch that feed again",
        ) from error
    return root


def text_of(element: Element, tag: str) -> str:
    """Give all text of the first such child, empty where there is none."""
    return "".join(found.itertext()) if (found := element.find(tag)) is not None else ""


def one_line(text: str) -> str:
    """Undo wrapping and a second escaping."""
    return " ".join(_unescape(text).split())


def _unescape(text: str) -> str:
    """Undo a second escaping of arXiv's (`&#177;`); what is no entity stays."""
    return re.sub(r"&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[a-zA-Z]{2,8});", _entity, text)


def _entity(found: re.Match[str]) -> str:
    return html.unescape(found[0])


def paragraphs(text: str) -> str:
    """Part a text where a line is indented; other line breaks are only wrapping."""
    parts = (" ".join(part.split()) for part in re.split(r"\n[ \t]+|\n\s*\n", text))
    return "\n\n".join(part for part in parts if part)


def mail_moment(text: str) -> datetime | None:
    """Read `Fri, 28 Aug 2026 22:22:10 GMT`; without a zone it is of UTC."""
    try:
        return _plausible(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return None


def iso_moment(text: str) -> datetime | None:
    """Read `2026-08-28T22:22:10Z`; without a zone it is of UTC."""
    try:
        return _plausible(datetime.fromisoformat(text.strip()))
    except ValueError:
        return None


def _plausible(moment: datetime) -> datetime | None:
    """Keep to arXiv's own time, where no calendar overflows."""
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return known if 1990 < known.year < 2200 else None  # noqa: PLR2004  # founded in 1991


def read_identifier(text: str) -> Identifier:
    """Read an identifier; ValueError says what is none, for the feed's notes."""
    found = Identifier.parse(text)
    if found is None:
        raise ValueError(f"{text[:80]!r} is no arXiv identifier")
    return found


def make_paper(
    identifier: Identifier,
    *,
    title: str,
    authors: tuple[Author, ...],
    abstract: str,
    categories: Iterable[str],
) -> Paper:
    """Tidy the texts as they came; ValueError where arXiv names no category."""
    kept = tuple(dict.fromkeys(category.strip() for category in categories if category.strip()))
    if not kept:
        raise ValueError(f"{identifier.id} has no category")
    return Paper(
        id=identifier.id,
        version=identifier.version or 1,
        title=one_line(title) or "(no title)",
        authors=authors,
        abstract=paragraphs(_unescape(abstract)),
        categories=kept,
    )
