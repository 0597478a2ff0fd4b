"""Context in, a page of the site out: one look, no script, nothing from elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from paperlark.domain.paper import abstract_page
from paperlark.domain.plain_text import clean
from paperlark.renderers import english, typeset, wording
from paperlark.renderers.html import style, template

_PACKAGE = "paperlark.site"
_SHEETS = (("paperlark.renderers", "page.css"), (_PACKAGE, "site.css"))
_MAKERS = ("paperlark.site", "paperlark.renderers", "paperlark.domain")
"""Whose files say what pages look like."""


def render_page(name: str, **context: object) -> bytes:
    """Give the page that this template makes of its context."""
    look, hashed = style(*_SHEETS)
    text = template(_PACKAGE, name, _cleaned).render(
        words=wording,
        english=english,
        typeset=typeset,
        abstract_page=abstract_page,
        style=look,
        style_hash=hashed,
        **context,
    )
    return text.encode()


@cache
def code() -> str:
    """Name the code that pages are made by: what another one made is made again."""
    known = hashlib.sha256()
    for package in _MAKERS:
        for file in _files(resources.files(package)):
            known.update(file.name.encode() + file.read_bytes())
    return known.hexdigest()[:16]


def named(*parts: object) -> str:
    """Name what a page is made of, the code that makes it included."""
    return hashlib.sha256(repr((code(), parts)).encode()).hexdigest()[:24]


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith((".py", ".html", ".css", ".js")):
            yield entry


def _cleaned(value: object) -> object:
    """Clean every text that a template prints; what is markup already was made of clean text."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
