"""The page for browsers: one file with no script, that asks nothing of any other machine."""

from __future__ import annotations

from pathlib import PurePosixPath

from paperlark.domain.digest import Digest, Page
from paperlark.renderers import english, typeset, wording
from paperlark.renderers.document import style, template
from paperlark.renderers.outside import clean
from paperlark.renderers.walk import Walk

_PACKAGE = "paperlark.renderers"


class HtmlRenderer:
    """Renderer of `day.html`; in an archive it has a `walk` to its neighbours."""

    def __init__(self, walk: Walk | None = None) -> None:
        self._walk = walk

    def render(self, digest: Digest) -> Page:
        """Give the page."""
        look, hashed = style((_PACKAGE, "page.css"))
        text = template(_PACKAGE, "page.html", _cleaned).render(
            digest=digest,
            walk=self._walk,
            words=wording,
            english=english,
            typeset=typeset,
            style=look,
            style_hash=hashed,
        )
        return Page(PurePosixPath(f"{digest.day}.html"), "text/html", text.encode())


def _cleaned(value: object) -> object:
    """Clean every text that a template prints; what is markup already was made of clean text."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
