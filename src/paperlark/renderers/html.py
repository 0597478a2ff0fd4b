"""HTML pages: templates with escaping, inline style sheets, navigation, and the page of a day."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from paperlark.domain.digest import Digest, Page
from paperlark.domain.plain_text import clean
from paperlark.domain.profile import ENGLISH
from paperlark.domain.reading_keys import KEYS
from paperlark.renderers import catalogue, formats, matches, not_judged, reasons, typeset, wording
from paperlark.renderers.coins import MOST_PAPERS, coins
from paperlark.renderers.notes import note_text
from paperlark.renderers.script_words import script_words

if TYPE_CHECKING:
    from jinja2 import Environment, Template


_LOOK = ("paperlark.renderers", "look.css")
"""Colours and fonts that all pages share."""


def template(
    package: str, name: str, finalize: Callable[[object], object] | None = None
) -> Template:
    """Return a template of the package, with autoescaping and strict undefined names.

    It may import the templates that all pages share.
    """
    return _environment(package, finalize).get_template(name)


@cache
def _environment(package: str, finalize: Callable[[object], object] | None) -> Environment:
    # Imported here: only rendering HTML pays for the template engine.
    import jinja2  # noqa: PLC0415

    from paperlark.renderers.bytecode import TemplateBytecode  # noqa: PLC0415  # likewise

    environment = jinja2.Environment(
        bytecode_cache=TemplateBytecode(finalize.__name__ if finalize else "as-it-is"),
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package), jinja2.PackageLoader(_LOOK[0])]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.globals |= {
        "_": catalogue.gettext,
        "formats": formats,
        "ngettext": catalogue.ngettext,
        "pgettext": catalogue.pgettext,
        "html_language": catalogue.html_language,
        "english_only": english_only,
        "note_text": note_text,
        "of_paper": of_paper,
        "in_page_language": in_page_language,
        "written_in": written_in,
        "script_words": script_words,
        "with_code": with_code,
        "with_day": with_day,
        "coins": coins,
        "most_coins": MOST_PAPERS,
    }
    return environment


def english_only(text: str) -> Markup:
    """Return the attribute that marks a text without a translation as English; else nothing."""
    known = catalogue.is_english() or note_text(text) != text
    return Markup("") if known else Markup(' lang="en"')


def of_paper() -> Markup:
    """Return the attribute that marks a paper's own text as English on a page that is not."""
    return Markup("") if catalogue.is_english() else Markup(' lang="en"')


def in_page_language() -> Markup:
    """Return the attribute that marks the page's own words within a paper's text."""
    if catalogue.is_english():
        return Markup("")
    return Markup(' lang="{}"').format(catalogue.html_language())


def written_in(language: str) -> Markup:
    """Return the attribute of a text in another language than the page's own words."""
    same = catalogue.catalogue_of(language) == catalogue.catalogue_of(catalogue.html_language())
    known = same and (language == ENGLISH or catalogue.catalogue_of(language) != ENGLISH)
    return Markup("") if known else Markup(' lang="{}"').format(language)


def with_code(text: str, command: str) -> Markup:
    """Return a text of the page with a command as code in place of `{command}`."""
    return escape(text).replace("{command}", Markup("<code>{}</code>").format(command))


def with_day(text: str, day: str) -> Markup:
    """Return a text of the page with a date that is not broken in place of `{day}`."""
    return escape(text).replace("{day}", Markup('<span class="whole">{}</span>').format(day))


def clean_text(value: object) -> object:
    """Remove control characters from text; markup was made from clean text."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@cache
def style(*sheets: tuple[str, str]) -> tuple[Markup, str]:
    """Return the shared and given style sheets as one text, and its SHA-256 for the CSP header.

    Each sheet is a package and the name of a file in its `templates`.
    """
    return _inline((_LOOK, *sheets), _compact_style)


@cache
def script(package: str, name: str) -> tuple[Markup, str]:
    """Return a script of the package as text, and its SHA-256 for the CSP header."""
    return _inline(((package, name),))


_REMARK = re.compile(r"(?://.*|/\*[^*]*\*/)?")
"""A line that is empty or a comment and nothing else."""


_AROUND = re.compile(r"\s*([{};])\s*|(?<=[\w-]:)\s+(?=[^\s{])")


def _compact_style(text: str) -> str:
    """Drop the blanks of a style sheet that only people need; no text in ours has such signs."""
    return _AROUND.sub(lambda found: found[1] or "", text)


def _inline(
    files: Iterable[tuple[str, str]], compact: Callable[[str], str] = str
) -> tuple[Markup, str]:
    texts = [
        resources.files(package).joinpath("templates", name).read_text("utf-8")
        for package, name in files
    ]
    # Every page carries them, without what is there for who reads the files.
    lines = (line.strip() for text in texts for line in text.splitlines())
    text = "\n" + compact("\n".join(line for line in lines if not _REMARK.fullmatch(line)))
    hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), hashed  # noqa: S704  # files of this package


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A link: its text, and its address relative to the page."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Navigation:
    """The links of a page in an archive; `previous` and `next` are None at its ends.

    `parents` are the pages above it, nearest first. `related` are other pages and files about the
    same papers. `citations` is the page with the citation of each paper, None without one.
    `vote_issue` is the address of a new issue for votes, which ends before its text; None where
    nobody reads one.
    """

    previous: NavigationLink | None
    parents: tuple[NavigationLink, ...]
    next: NavigationLink | None
    related: tuple[NavigationLink, ...] = ()
    citations: str | None = None
    vote_issue: str | None = None


_PACKAGE = "paperlark.renderers"
_BETWEEN_BLOCKS = re.compile(r"\s*\n(?=</?(?:p|dl|dt|dd|details|article|li|ol|ul)\b)")
"""Before an element that begins a line anyway; no text of others has such a sign unescaped."""


class HtmlRenderer:
    """Renders `day.html`; in an archive with `navigation`."""

    def __init__(self, navigation: Navigation | None = None) -> None:
        self._navigation = navigation

    def render(self, digest: Digest) -> Page:
        """Render the page."""
        look, hashed = style((_PACKAGE, "page.css"), (_PACKAGE, "pad.css"))
        pad, pad_hash = script(_PACKAGE, "pad.js")
        text = template(_PACKAGE, "page.html", clean_text).render(
            digest=digest,
            asides=reasons.asides(digest.entries),
            navigation=self._navigation,
            matches=matches,
            reasons=reasons,
            wording=wording,
            not_judged=not_judged,
            typeset=typeset,
            style=look,
            style_hash=hashed,
            keys=KEYS,
            script=pad,
            script_hash=pad_hash,
        )
        compact = _BETWEEN_BLOCKS.sub("", text)
        return Page(PurePosixPath(f"{digest.day}.html"), "text/html", compact.encode())
