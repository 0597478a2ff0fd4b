"""Which files are pages of the site, at which address, and in which part of its contents."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

HOME = PurePosixPath("docs/README.md")
BESIDE_DOCS = (
    PurePosixPath("README.md"),
    PurePosixPath("CHANGELOG.md"),
    PurePosixPath("CONTRIBUTING.md"),
    PurePosixPath("SECURITY.md"),
)
"""Pages that stand outside docs/, where programs and people look for them."""

_TITLE = re.compile(r"^# +(?P<title>.+)$", re.MULTILINE)
_PARTS = (
    ("Start", ("docs/README.md", "README.md", "docs/tutorial.md", "docs/gallery.md")),
    ("How to", ("docs/how-to/*",)),
    ("Examples", ("examples/**",)),
    ("Reference", ("docs/reference/*",)),
    ("Security and care", ("SECURITY.md", "docs/*")),
    ("Figures", ("docs/*figures.md", "docs/*cost.md", "docs/many-readers.md")),
    ("Inside", ("docs/architecture.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    ("Design", ("docs/design/*",)),
)
_ASKED_LAST = "Security and care"
"""Its pattern fits all of docs/: other parts are asked before."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its file from the project's root, its title and its Markdown."""

    source: PurePosixPath
    title: str
    text: str

    @property
    def address(self) -> str:
        """Return its path in the site, such as how-to/lab.html."""
        return address_of(self.source)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the contents and its pages in order."""

    title: str
    pages: tuple[Page, ...]


def read_pages(root: Path) -> tuple[Page, ...]:
    """Return all pages under the project's root."""
    inside = (
        PurePosixPath(path.relative_to(root).as_posix())
        for folder in ("docs", "examples")
        for path in sorted((root / folder).rglob("*.md"))
        if folder == "docs" or path.name == "README.md"
    )
    found = [*(path for path in BESIDE_DOCS if (root / path).exists()), *inside]
    return tuple(_page(path, (root / path).read_text("utf-8")) for path in found)


def address_of(source: PurePosixPath) -> str:
    """Return the address in the site of a page's file or of any other file that a page names."""
    if source == HOME:
        return "index.html"
    if source == PurePosixPath("README.md"):
        return "about.html"
    path = source.relative_to("docs") if source.is_relative_to("docs") else source
    if path.name == "README.md":
        path = path.with_name("index.md")
    elif len(path.parts) == 1:
        path = path.with_name(path.name.lower())
    if source.suffix == ".md":
        return str(path.with_suffix(".html"))
    return str(path) if source.is_relative_to("docs") else f"source/{path}.html"


def relative(target: str, start: str) -> str:
    """Return the link to one address from the page at another."""
    path = os.path.relpath(target, os.path.dirname(start) or ".")  # noqa: PTH120 - addresses, not files
    return path.replace(os.sep, "/")


def contents(pages: Iterable[Page]) -> tuple[Part, ...]:
    """Return the contents of the site: each page in one part."""
    sorted_in: dict[str, list[Page]] = {title: [] for title, _ in _PARTS}
    for page in pages:
        sorted_in[_part_of(page.source)].append(page)
    return tuple(
        Part(title, tuple(sorted(sorted_in[title], key=lambda page: _order(page.source, patterns))))
        for title, patterns in _PARTS
        if sorted_in[title]
    )


def _part_of(source: PurePosixPath) -> str:
    ordered = sorted(_PARTS, key=lambda part: part[0] == _ASKED_LAST)
    return next(
        title for title, patterns in ordered if any(_fits(source, pattern) for pattern in patterns)
    )


def _fits(source: PurePosixPath, pattern: str) -> bool:
    if pattern.endswith("/**"):
        return source.is_relative_to(pattern.removesuffix("/**"))
    return len(source.parts) == len(PurePosixPath(pattern).parts) and source.match(pattern)


def _order(source: PurePosixPath, patterns: tuple[str, ...]) -> tuple[int, str]:
    place = next(place for place, pattern in enumerate(patterns) if _fits(source, pattern))
    return place, str(source)


def _page(source: PurePosixPath, text: str) -> Page:
    found = _TITLE.search(text)
    if not found:
        raise ValueError(f"{source} has no title: begin it with a line '# Title'")
    return Page(source, found["title"].replace("`", ""), text)
