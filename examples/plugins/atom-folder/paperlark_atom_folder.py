"""Read announcements from a folder of Atom files, as arXiv's search API writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from defusedxml.ElementTree import ParseError, fromstring

from paperlark.domain.announcement import AnnounceType, Feed, Listing, Via
from paperlark.domain.errors import FeedNotFound, FeedUnreadable
from paperlark.domain.paper import Author, Identifier, Paper
from paperlark.plugins import PluginContext

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ATOM = "{http://www.w3.org/2005/Atom}"
_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AtomFolder:
    """Implements Source: the files are named DAY.CATEGORY.atom."""

    folder: Path
    via = Via.PLUGIN

    def feed(self, category: str, day: date) -> Feed:
        """Read the feed; raises FeedNotFound where there is no file, FeedUnreadable."""
        file = self.folder / f"{day}.{category}.atom"
        try:
            with file.open("rb") as opened:
                content = opened.read(_LARGEST + 1)
        except OSError as error:
            raise FeedNotFound(f"there is no file {file}") from error
        if len(content) > _LARGEST:
            raise FeedUnreadable(f"{file} has more than {_LARGEST >> 20} MB")
        try:
            root = fromstring(content)
        except (ParseError, ValueError) as error:
            raise FeedUnreadable(f"{file} is not XML") from error
        return Feed(category, day, tuple(_listings(root, category, file)), str(file))


def _listings(root: Element, category: str, file: Path) -> Iterator[Listing]:
    for entry in root.iterfind(f"{_ATOM}entry"):
        address = entry.findtext(f"{_ATOM}id", "")
        known = Identifier.parse(address.partition("/abs/")[2])
        categories = [one.get("term", "") for one in entry.iterfind(f"{_ATOM}category")]
        if known is None or not categories:
            raise FeedUnreadable(f"{file} has an entry without an arXiv id or a category")
        names = (one.findtext(f"{_ATOM}name", "") for one in entry.iterfind(f"{_ATOM}author"))
        paper = Paper(
            id=known.id,
            version=known.version or 1,
            title=" ".join(entry.findtext(f"{_ATOM}title", "").split()),
            authors=tuple(Author(" ".join(name.split())) for name in names),
            abstract=" ".join(entry.findtext(f"{_ATOM}summary", "").split()),
            categories=tuple(categories),
        )
        new = categories[0] == category
        yield Listing(paper, AnnounceType.NEW if new else AnnounceType.CROSS)


def make(context: PluginContext) -> AtomFolder:
    """Return the source; its setting `folder` is relative to the profile."""
    return AtomFolder(context.path("folder"))
