"""Outside text with TeX in it becomes HTML that is safe to put into a page, or plain text."""

from __future__ import annotations

from markupsafe import Markup, escape

from paperlark.domain.plain_text import one_line, paragraphs
from paperlark.renderers import tex
from paperlark.renderers.mathml import mathml


def html(text: str) -> Markup:
    """Set one line, such as a title."""
    return _html(tex.read(one_line(text)))


def html_paragraphs(text: str) -> tuple[Markup, ...]:
    """Set each paragraph."""
    return tuple(_html(tex.read(paragraph)) for paragraph in paragraphs(text))


def plain(text: str) -> str:
    """Decode what is not mathematics, on one line; formulas stay as written."""
    return tex.plain(tex.read(one_line(text)))


def plain_paragraphs(text: str) -> tuple[str, ...]:
    """Decode each paragraph."""
    return tuple(tex.plain(tex.read(paragraph)) for paragraph in paragraphs(text))


def html_unlinked(text: str) -> Markup:
    """Set one line that will itself stand inside a link."""
    return _html(tex.read(one_line(text)), linked=False)


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
