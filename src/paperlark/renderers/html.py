"""What every HTML page is made with: a template that escapes, and its style sheet inside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from markupsafe import Markup

from paperlark.domain.digest import Digest, Page
from paperlark.domain.plain_text import clean
from paperlark.renderers import english, reasons, typeset, wording

if TYPE_CHECKING:
    from jinja2 import Environment, Template


_LOOK = ("paperlark.renderers", "look.css")
"""Colours and letters that all pages share."""


def template(
    package: str, name: str, finalize: Callable[[object], object] | None = None
) -> Template:
    """Open a template of the package; it escapes what it prints, and knows every name it uses.

    It may use those that all pages share.
    """
    return _environment(package, finalize).get_template(name)


@cache
def _environment(package: str, finalize: Callable[[object], object] | None) -> Environment:
    # Only who renders HTML waits for the template engine.
    import jinja2  # noqa: PLC0415

    return jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package), jinja2.PackageLoader(_LOOK[0])]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@cache
def style(*sheets: tuple[str, str]) -> tuple[Markup, str]:
    """Give the shared look with style sheets, ready for their element, and the hash to allow it.

    Each sheet is a package and the name of a file among its templates.
    """
    texts = [
        resources.files(package).joinpath("templates", sheet).read_text("utf-8")
        for package, sheet in (_LOOK, *sheets)
    ]
    text = "\n" + "\n".join(texts)
    hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), hashed  # noqa: S704  # our own files


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A link: its words, and the address as the page writes it."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Navigation:
    """The neighbours of a page; `previous` and `next` are None at the ends of the archive.

    `up` is what the page is part of, the nearest first. `beside` is what else there is of the same
    papers, and `citations` the page that has each paper's citation under the paper's anchor, None
    where there is none.
    """

    previous: NavigationLink | None
    parents: tuple[NavigationLink, ...]
    next: NavigationLink | None
    related: tuple[NavigationLink, ...] = ()
    citations: str | None = None


_PACKAGE = "paperlark.renderers"


class HtmlRenderer:
    """Renderer of `day.html`; in an archive it has a `walk` to its neighbours."""

    def __init__(self, navigation: Navigation | None = None) -> None:
        self._walk = navigation

    def render(self, digest: Digest) -> Page:
        """Give the page."""
        look, hashed = style((_PACKAGE, "page.css"))
        text = template(_PACKAGE, "page.html", _cleaned).render(
            digest=digest,
            navigation=self._walk,
            reasons=reasons,
            wording=wording,
            english=english,
            typeset=typeset,
            style=look,
            style_hash=hashed,
        )
        return Page(PurePosixPath(f"{digest.day}.html"), "text/html", text.encode())


def _cleaned(value: object) -> object:
    """Clean every text that a template prints; what is markup already was made of clean text."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
