"""Untrusted text with TeX to safe HTML or plain text.

Formulas become MathML restricted to an allowlist of elements and attributes, or stay as written.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from paperlark.domain.plain_text import one_line, paragraphs
from paperlark.renderers import tex
from paperlark.renderers.mathml import mathml
from paperlark.renderers.unicode_math import unicode_math

_COMMAND = re.compile(r"\\(?P<name>[A-Za-z]+)(?:\{\})?|\\\\|\\(?=[!/@])[!/@]")
"""A command that is not known, or a line's end."""


def html(text: str) -> Markup:
    """Return one line, such as a title, as HTML."""
    return _html(tex.parse(one_line(text)))


def html_paragraphs(text: str, marked: str = "") -> tuple[Markup, ...]:
    """Return each paragraph as HTML, with the sentence `marked` highlighted where it stands."""
    return tuple(_with_mark(paragraph, marked) for paragraph in paragraphs(text))


def _with_mark(paragraph: str, marked: str) -> Markup:
    whole = _html(tex.parse(paragraph))
    before, found, after = paragraph.partition(marked) if marked else (paragraph, "", "")
    if not found:
        return whole
    first, second, third = (_html(tex.parse(part)) for part in (before, found, after))
    # What spans the ends of the sentence, such as a formula, would be read otherwise in parts.
    if first + second + third != whole:
        return whole
    return first + Markup("<mark>{}</mark>").format(second) + third


def plain(text: str) -> str:
    """Return one line as plain text; formulas stay as written."""
    return tex.plain(tex.parse(one_line(text)))


def plain_paragraphs(text: str) -> tuple[str, ...]:
    """Return each paragraph as plain text."""
    return tuple(tex.plain(tex.parse(paragraph)) for paragraph in paragraphs(text))


def readable(text: str) -> str:
    """Return one line as plain text for people: formulas in Unicode, `M_h ≈ 10⁷ M_⊙`."""
    return _without_commands(tex.parse(one_line(text)))


def readable_paragraphs(text: str) -> tuple[str, ...]:
    """Return each paragraph as plain text for people."""
    return tuple(_without_commands(tex.parse(one)) for one in paragraphs(text))


def _without_commands(pieces: tuple[tex.Piece, ...]) -> str:
    """Return plain text in which an author's own command stands for its name, as in formulas."""
    return "".join(
        _COMMAND.sub(_named, piece.text)
        if isinstance(piece, tex.Prose)
        else tex.plain((piece,), _formula)
        for piece in pieces
    )


def _named(found: re.Match[str]) -> str:
    return found["name"] or " "


def _formula(formula: tex.Formula) -> str:
    return unicode_math(formula.body) or formula.source


def html_unlinked(text: str) -> Markup:
    """Return one line as HTML for use inside a link."""
    return _html(tex.parse(one_line(text)), linked=False)


def _html(pieces: tuple[tex.Piece, ...], *, linked: bool = True) -> Markup:
    return Markup().join(_piece(piece, linked=linked) for piece in pieces)


def _piece(piece: tex.Piece, *, linked: bool) -> Markup:
    match piece:
        case tex.Prose(text):
            return escape(text)
        case tex.Formula(source, body):
            return mathml(body) or Markup("<code>{}</code>").format(source)
        case tex.Styled(element, pieces):
            return _element(element, _html(pieces, linked=linked))
        case tex.Link(url, words) if linked:
            return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, words)
        case tex.Link(_, words):
            return escape(words)


def _element(name: str, content: Markup) -> Markup:
    if name == "span":
        return content
    return Markup("<{name}>{content}</{name}>").format(name=name, content=content)
