"""Renders a page of the site from its template, with one style sheet and no remote content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from paperlark.domain.paper import abstract_page
from paperlark.renderers import english, reasons, typeset, wording
from paperlark.renderers.html import clean_text, style, template

_PACKAGE = "paperlark.site"
_SHEETS = (("paperlark.renderers", "page.css"), (_PACKAGE, "site.css"))
_RENDERING_PACKAGES = ("paperlark.site", "paperlark.renderers", "paperlark.domain")
"""Packages whose files determine the content of pages."""


def render_page(name: str, **context: object) -> bytes:
    """Render a template with its context."""
    look, hashed = style(*_SHEETS)
    text = template(_PACKAGE, name, clean_text).render(
        reasons=reasons,
        wording=wording,
        english=english,
        typeset=typeset,
        abstract_page=abstract_page,
        style=look,
        style_hash=hashed,
        **context,
    )
    return text.encode()


@cache
def code_fingerprint() -> str:
    """Return a hash of the rendering code; pages of another version are rendered again."""
    digest = hashlib.sha256()
    for package in _RENDERING_PACKAGES:
        for file in _files(resources.files(package)):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def fingerprint_of(*parts: object) -> str:
    """Return a hash of the inputs of a page, including the rendering code."""
    return hashlib.sha256(repr((code_fingerprint(), parts)).encode()).hexdigest()[:24]


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith((".py", ".html", ".css", ".js")):
            yield entry
