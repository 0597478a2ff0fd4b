"""Renders a page of the site from its template, with one style sheet and no remote content."""

from __future__ import annotations

import hashlib

from paperlark.domain.code import code_fingerprint
from paperlark.domain.paper import abstract_page
from paperlark.renderers import reasons, typeset, wording
from paperlark.renderers.catalogue import language
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
        typeset=typeset,
        abstract_page=abstract_page,
        style=look,
        style_hash=hashed,
        **context,
    )
    return text.encode()


def fingerprint_of(*parts: object) -> str:
    """Return a hash of the inputs of a page, including the code and the language."""
    made_of = (code_fingerprint(*_RENDERING_PACKAGES), language(), parts)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:24]
