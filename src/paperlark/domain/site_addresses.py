"""The addresses of a site's files, which never change, and relative links between them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import quote

from paperlark.domain.plain_text import normalize

PAGE = "index.html"
FRONT = PurePosixPath(PAGE)
"""The front page of the whole site."""

_LONGEST = 60
"""Characters of a name in an address; a longer name is cut and gets a hash."""
_GENERATED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*_[a-z2-7]{8}")
"""An id that paperlark generated is its own slug."""


def vote_issue_title(reader: str) -> str:
    """Return the title of an issue with votes of a reader, whose id is `reader`."""
    return f"paperlark votes: {slug(reader)}"


def vote_issue(repository: str, reader: str) -> str:
    """Return the address of a new issue for votes; the text of the issue is to be appended."""
    return f"{repository}/issues/new?title={quote(vote_issue_title(reader), safe='')}&body="


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every address of one reader's part of the site, as paths from its root.

    `profile` is the profile's id, so that a changed title changes no address.
    """

    profile: str

    @property
    def home(self) -> PurePosixPath:
        """The profile's own first page."""
        return self._folder / PAGE

    @property
    def feeds(self) -> tuple[PurePosixPath, PurePosixPath]:
        """The Atom feed and the JSON feed."""
        return self._folder / "feed.xml", self._folder / "feed.json"

    @property
    def saved_feeds(self) -> tuple[PurePosixPath, PurePosixPath]:
        """The feeds of saved papers, Atom and JSON."""
        return self._folder / "saved.xml", self._folder / "saved.json"

    def search_feeds(self, query: str) -> tuple[PurePosixPath, PurePosixPath]:
        """Return the paths of the feeds of a search, Atom and JSON."""
        folder = self._folder / "searches" / slug(query)
        return folder / "feed.xml", folder / "feed.json"

    def day(self, day: date, name: str = PAGE) -> PurePosixPath:
        """Return the path of a day's page, or of another file in its folder."""
        return PurePosixPath(f"{slug(self.profile)}/{day:%Y/%m/%d}/{name}")

    def others(self, day: date) -> PurePosixPath:
        """Return the path of the page of a day's papers that were not selected."""
        return self.day(day, f"others/{PAGE}")

    def citations(self, day: date) -> PurePosixPath:
        """Return the path of the page of citations of a day's papers."""
        return self.day(day, f"citations/{PAGE}")

    @property
    def search(self) -> PurePosixPath:
        """The search page."""
        return self.searched(PAGE)

    def searched(self, name: str) -> PurePosixPath:
        """Return the path of a file of the search index."""
        return self._folder / "search" / name

    def month(self, month: date, name: str = PAGE) -> PurePosixPath:
        """Return the path of the page of a day's month, or of another file in its folder."""
        return PurePosixPath(f"{slug(self.profile)}/{month:%Y/%m}/{name}")

    def year(self, year: int) -> PurePosixPath:
        """Return the path of a year's page."""
        return self._folder / f"{year:04}" / PAGE

    def author(self, name: str) -> PurePosixPath:
        """Return the path of a followed author's page."""
        return self._folder / "authors" / slug(name) / PAGE

    def topic(self, name: str) -> PurePosixPath:
        """Return the path of the page of a topic of the criteria."""
        return self._folder / "topics" / slug(name) / PAGE

    @property
    def _folder(self) -> PurePosixPath:
        return PurePosixPath(slug(self.profile))


@lru_cache(maxsize=2**12)
def slug(name: str) -> str:
    """Return a URL slug of a name; different names have different slugs.

    Where characters had to be dropped, a hash of the name is added. Case and spaces do not count.
    """
    if _GENERATED.fullmatch(name):
        return name  # no other slug has an underscore
    folded = " ".join(name.casefold().split())
    plain = normalize("NFKD", folded)
    kept = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST]
    if kept and kept.replace("-", " ") == folded:
        return kept
    digest = hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{kept}-{digest}" if kept else digest


def link(source: PurePosixPath, target: PurePosixPath, anchor: str = "") -> str:
    """Return the relative link from one file of the site to another, URL-quoted."""
    up = source.parent.parts
    down = target.parts
    shared = 0
    while shared < min(len(up), len(down) - 1) and up[shared] == down[shared]:
        shared += 1
    steps = (*(".." for _ in up[shared:]), *down[shared:])
    return quote("/".join(steps)) + (f"#{quote(anchor)}" if anchor else "")
