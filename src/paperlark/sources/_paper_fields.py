"""Parse the fields that all of arXiv's formats share: authors, categories, dates, texts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.errors import FeedUnreadable
from paperlark.domain.paper import NO_DETAILS, Author, Identifier, Paper, PaperDetails
from paperlark.domain.plain_text import one_line as clean_line
from paperlark.domain.tex_accents import decode_accents

# A degree or generation after a comma belongs to the name before it.
_SUFFIX = re.compile(r"(?:jr|sr|ph\. ?d|m\.? ?d|ii|iii|iv)\.?", re.IGNORECASE)
# TeX's own commas, `\,` and `{,}`, do not separate authors.
_SIGN = re.compile(r"[()]|(?<![\\{])[,;]")
_MARKS = " \t\n*†‡"
_LEADING = re.compile(r"^(?:and|&)\s+")


LONGEST_TITLE = 1_000
LONGEST_ABSTRACT = 20_000
LONGEST_AUTHORS = 1_000_000
LONGEST_NAME = 500
"""Characters that are kept of a paper's texts, several times what any paper of arXiv's has."""
MOST_CATEGORIES = 50
CUT = " […]"
"""Stands where the rest of a text was left out."""


def bounded(text: str, longest: int) -> str:
    """Cut a text that is longer than any honest one, with a mark; the paper is kept."""
    return text if len(text) <= longest else f"{text[:longest].rstrip()}{CUT}"


def parse_authors(text: str) -> tuple[Author, ...]:
    """Split and decode a list of authors; no name is dropped, unless the list is endless."""
    names: list[str] = []
    for piece in _split(bounded(text, LONGEST_AUTHORS)):
        if names and _SUFFIX.fullmatch(piece):
            names[-1] = f"{names[-1]}, {piece}"
        elif any(character.isalnum() for character in piece):
            names.append(piece)
    return tuple(_author(name) for name in names)


def _split(text: str) -> Iterator[str]:
    """Split at commas and semicolons outside parentheses."""
    depth = start = 0
    for found in _SIGN.finditer(text):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            yield text[start : found.start()].strip()
            start = found.end()
    rest = text[start:]
    # After an unclosed parenthesis, split at every comma.
    yield from (piece.strip() for piece in (rest.split(",") if depth else [rest]))


# The same author comes in every feed that lists a paper, and on many days.
@lru_cache(maxsize=2**16)
def _author(raw: str) -> Author:
    raw = bounded(raw, LONGEST_NAME)
    found = re.fullmatch(r"(?P<name>[^()]*[^()\s])\s*\((?P<affiliation>.*)\)?", raw)
    if found is None:
        return Author(_clean(raw))
    affiliation = found["affiliation"]
    # `Charlie (Jianzhong) Zhang`: a second name, not an affiliation.
    if re.search(r"\)\s*\w", affiliation) and affiliation.count("(") < affiliation.count(")"):
        return Author(_clean(raw))
    return Author(_clean(found["name"]), _clean(affiliation.rstrip(") ").lstrip(", ")) or None)


def _clean(text: str) -> str:
    name = " ".join(_LEADING.sub("", (decode_accents(text) or text).strip(_MARKS)).split())
    return name.removesuffix(" and").rstrip(_MARKS)


def read_xml(content: bytes, origin: str) -> Element:
    """Parse XML without entities or DTDs; raises FeedUnreadable."""
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        start = content[:40].decode("utf-8", "replace").strip() or "nothing"
        raise FeedUnreadable(
            f"{origin} is not XML ({error or type(error).__name__}; it starts with {start!r})",
            hint="fetch that feed again",
        ) from error
    return root


def text_of(element: Element, tag: str) -> str:
    """Return all text of the first such child; empty where there is none."""
    return "".join(found.itertext()) if (found := element.find(tag)) is not None else ""


def one_line(text: str) -> str:
    """Undo line wrapping and double escaping."""
    return " ".join(_unescape(text).split())


def _unescape(text: str) -> str:
    """Undo arXiv's double escaping (`&#177;`); other ampersands stay."""
    return re.sub(r"&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[a-zA-Z]{2,8});", _entity, text)


def _entity(found: re.Match[str]) -> str:
    return html.unescape(found[0])


def paragraphs(text: str) -> str:
    """Split a text into paragraphs at indented lines; other line breaks are wrapping."""
    parts = (" ".join(part.split()) for part in re.split(r"\n[ \t]+|\n\s*\n", text))
    return "\n\n".join(part for part in parts if part)


def mail_moment(text: str) -> datetime | None:
    """Parse `Fri, 28 Aug 2026 22:22:10 GMT`; UTC where no zone is given."""
    try:
        return _plausible(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return None


def iso_moment(text: str) -> datetime | None:
    """Parse `2026-08-28T22:22:10Z`; UTC where no zone is given."""
    try:
        return _plausible(datetime.fromisoformat(text.strip()))
    except ValueError:
        return None


def _plausible(moment: datetime) -> datetime | None:
    """Reject years outside arXiv's existence, with which calendars overflow."""
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return known if 1990 < known.year < 2200 else None  # noqa: PLR2004  # founded in 1991


def read_identifier(text: str) -> Identifier:
    """Parse an identifier; raises ValueError with a message for the feed's notes."""
    found = Identifier.parse(text)
    if found is None:
        raise ValueError(f"{text[:80]!r} is not an arXiv identifier")
    return found


def make_paper(
    identifier: Identifier,
    *,
    title: str,
    authors: tuple[Author, ...],
    abstract: str,
    categories: Iterable[str],
    details: PaperDetails = NO_DETAILS,
) -> Paper:
    """Build a paper from raw texts, cut to their bounds; raises ValueError without a category."""
    named = (bounded(category.strip(), LONGEST_NAME) for category in categories)
    kept = tuple(dict.fromkeys(filter(None, named)))[:MOST_CATEGORIES]
    if not kept:
        raise ValueError(f"{identifier.id} has no category")
    return Paper(
        id=identifier.id,
        version=identifier.version or 1,
        title=bounded(one_line(title), LONGEST_TITLE) or "(no title)",
        authors=authors,
        abstract=bounded(paragraphs(_unescape(abstract)), LONGEST_ABSTRACT),
        categories=kept,
        details=details,
    )


def make_details(
    *, comments: str = "", journal_reference: str = "", doi: str = "", licence: str = ""
) -> PaperDetails:
    """Build details from raw texts, cut to their bounds; of several DOIs the first is kept."""
    named = _DOI.search(doi[:LONGEST_DETAIL])
    return PaperDetails(
        comments=_detail(comments),
        journal_reference=_detail(journal_reference),
        doi=named[0] if named else None,
        licence=licence.strip() if _LICENCE.fullmatch(licence.strip()) else None,
    )


LONGEST_DETAIL = 1_000
"""Characters; arXiv's form takes 400."""
_DOI = re.compile(r"10\.\d{4,9}/[^\s<>\"']{1,200}", re.ASCII)
_LICENCE = re.compile(r"https?://[A-Za-z0-9./_-]{1,150}", re.ASCII)


def _detail(text: str) -> str | None:
    plain = clean_line(_unescape(text))
    return bounded(decode_accents(plain) or plain, LONGEST_DETAIL) or None


# https://arxiv.org/category_taxonomy: two names for one category, the first of them in use.
_SAME = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "q-fin.EC": "econ.GN",
    "stat.TH": "math.ST",
}


def canonical(category: str) -> str:
    """Return the canonical name of a category that has two."""
    return _SAME.get(category, category)


def announce_type(category: str, primary: str, *, replaced: bool) -> AnnounceType:
    """Return the announce type of a paper in a category: primary there, or cross-listed.

    All categories of an archive (`cs`) count as primary in the archive as a whole.
    """
    own = canonical(primary) == canonical(category) or primary.startswith(f"{category}.")
    if replaced:
        return AnnounceType.REPLACE if own else AnnounceType.REPLACE_CROSS
    return AnnounceType.NEW if own else AnnounceType.CROSS
