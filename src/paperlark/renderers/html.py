"""The page for browsers: one file with no script, that asks nothing of any other machine."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from markupsafe import Markup

from paperlark.domain.digest import Digest, Page
from paperlark.renderers import typeset, wording
from paperlark.renderers.outside import clean

if TYPE_CHECKING:
    from jinja2 import Template


class HtmlRenderer:
    """Renderer of `day.html`."""

    def render(self, digest: Digest) -> Page:
        """Give the page."""
        style, hashed = _style()
        text = _template().render(
            digest=digest,
            words=wording,
            typeset=typeset,
            style=style,
            style_hash=hashed,
        )
        return Page(PurePosixPath(f"{digest.day}.html"), "text/html", text.encode())


@cache
def _template() -> Template:
    # Only who renders HTML waits for the template engine.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("paperlark.renderers"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html")


def _cleaned(value: object) -> object:
    """Clean every text that a template prints; what is markup already was made of clean text."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@cache
def _style() -> tuple[str, str]:
    """Give the style sheet, ready to stand in its element, and the hash that lets it apply."""
    sheet = resources.files("paperlark.renderers").joinpath("templates/page.css")
    style = "\n" + sheet.read_text("utf-8")
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Markup(style), hashed  # noqa: S704 - our own file
