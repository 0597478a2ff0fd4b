"""The words of pages in the reader's language: gettext catalogues, English being the source.

The language is set once for all that is rendered within `in_language`; without it pages are
English, and neither a catalogue nor Babel is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING

from paperlark.domain.profile import ENGLISH

if TYPE_CHECKING:
    from gettext import GNUTranslations

    from babel import Locale

CATALOGUES = ("de", "zh")
"""Languages with a complete catalogue besides English; `zh` is in simplified characters."""

_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@contextmanager
def in_language(tag: str) -> Iterator[None]:
    """Render everything within in this language (a BCP 47 tag), as far as there are words in it."""
    token = _language.set(tag)
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """Return the tag of the language that was asked for."""
    return _language.get()


def catalogue_of(tag: str) -> str:
    """Return the catalogue for a language: one of CATALOGUES, or English where there is none."""
    first, *more = tag.lower().replace("_", "-").split("-")
    if first == "zh" and _TRADITIONAL.intersection(more):
        return ENGLISH
    return first if first in CATALOGUES else ENGLISH


def is_tag_of_english(tag: str) -> bool:
    """Return whether a tag is of English, as `en-GB` is."""
    return tag.lower().split("-")[0] == ENGLISH


def is_english() -> bool:
    """Return whether the page's own words are English."""
    return catalogue_of(language()) == ENGLISH


def html_language() -> str:
    """Return the language of the page's own words for `<html lang>`."""
    return {"zh": "zh-Hans"}.get(words := catalogue_of(language()), words)


def gettext(text: str) -> str:
    """Return a text of the page in its language; English where the catalogue lacks it."""
    words = catalogue_of(language())
    # The translation of an empty text would be the head of the catalogue.
    return text if words == ENGLISH or not text else _translations(words).gettext(text)


def pgettext(context: str, text: str) -> str:
    """Return a text that needs another word in another place, which `context` names."""
    words = catalogue_of(language())
    return text if words == ENGLISH else _translations(words).pgettext(context, text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a text for so many things, by the plural rule of the language."""
    words = catalogue_of(language())
    if words == ENGLISH:
        return one if count == 1 else many
    return _translations(words).ngettext(one, many, count)


def marked(text: str) -> str:
    """Return a text unchanged: marks a constant for the catalogue that is looked up later."""
    return text


def locale() -> Locale:
    """Return Babel's locale of the page's own words."""
    from babel import Locale  # noqa: PLC0415  # only pages in another language need it

    return Locale.parse(catalogue_of(language()))


def language_name(tag: str) -> str:
    """Return a language's name in English with its tag, as `German (de)`; else the tag alone."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  # likewise

    try:
        name = Locale.parse(tag, sep="-").get_display_name(ENGLISH)
    except (ValueError, UnknownLocaleError):
        name = None
    return f"{name} ({tag})" if name else tag


@cache
def _translations(words: str) -> GNUTranslations:
    """Read a catalogue; raises FileNotFoundError where the package lacks it."""
    from gettext import GNUTranslations  # noqa: PLC0415  # likewise

    from babel.messages.mofile import write_mo  # noqa: PLC0415  # likewise
    from babel.messages.pofile import read_po  # noqa: PLC0415  # likewise

    with resources.files(__package__).joinpath("catalogues", f"{words}.po").open("rb") as file:
        catalogue = read_po(file, locale=words)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
