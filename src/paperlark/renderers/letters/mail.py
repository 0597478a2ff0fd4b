"""A mail: an HTML part of bounded size, and the plain part beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate

from markupsafe import Markup

from paperlark.domain.delivery import Message, MessageFormat
from paperlark.renderers.html import template
from paperlark.renderers.letters.composing import footer, subject
from paperlark.renderers.letters.letter import Letter, LetterItem
from paperlark.renderers.letters.mail_text import render_text
from paperlark.renderers.letters.neutralize import truncate
from paperlark.renderers.reasons import STAR

_UNENCODED = bytes(range(0x20, 0x7F)).replace(b"=", b"") + b"\n"
_MIN_LINE = 70
"""Minimum characters per line of quoted-printable; each soft line break adds three bytes."""


def mail_size(text: str) -> int:
    """Return an upper bound of the size in bytes in quoted-printable, at least that in UTF-8.

    Plain characters take one byte, encoded bytes three, and soft line breaks three each.
    """
    data = text.encode()
    coded = len(data.translate(None, _UNENCODED))
    size = len(data) + 2 * coded + data.count(b"\n")
    return size + 3 * (size // _MIN_LINE + 1)


MAX_HTML_BYTES = 99_000
"""Bytes of the encoded HTML part without its headers. Gmail clips a message after 102 kB, which
would hide the footer with the link to the page and how to unsubscribe."""


@dataclass(frozen=True, slots=True)
class MailContent:
    """How much of a letter fits: a number of papers, the first of them with abstracts."""

    papers: int
    abstracts: int


def write(letter: Letter, form: MessageFormat) -> Message:
    """Write the mail; where it is too large, the last abstracts are omitted, then papers."""
    content = _content(letter, min(form.longest, MAX_HTML_BYTES))
    shown = letter.items[: content.papers]
    in_full = not any(item.abstract for item in shown[content.abstracts :])
    left = letter.left(content.papers, in_full=in_full)
    return Message(
        subject=truncate(subject(letter), form.subject_longest or len(subject(letter))),
        text=render_text(letter, shown, content.abstracts, left),
        html=render_html(letter, paper_rows(shown, content.abstracts), left),
    )


def _content(letter: Letter, max_bytes: int) -> MailContent:
    """Return the most papers that fit, and then the most abstracts."""
    longest = max((letter.left(shown, in_full=False) for shown in (0, 1)), key=len)
    room = max_bytes - mail_size(render_html(letter, (), longest))
    bare = [mail_size(paper_row(item, abstract=False)) for item in letter.items]
    papers = sum(total <= room for total in accumulate(bare))
    room -= sum(bare[:papers])
    abstracts = [
        mail_size(paper_row(item, abstract=True)) - size
        for item, size in zip(letter.items, bare[:papers], strict=False)
    ]
    return MailContent(papers, sum(total <= room for total in accumulate(abstracts)))


_COLOUR = re.compile(r"--(\w+): (#[0-9a-f]{6});")


@dataclass(frozen=True, slots=True)
class Colours:
    """Six colours, named as in the style sheet."""

    paper: str
    ink: str
    quiet: str
    line: str
    accent: str
    warn: str


@cache
def light_and_dark() -> tuple[Colours, Colours]:
    """Return the light and dark colours of the shared style sheet of all pages."""
    look = resources.files("paperlark.renderers").joinpath("templates", "look.css")
    light, dark = look.read_text("utf-8").split("@media (prefers-color-scheme: dark)")
    return Colours(**dict(_COLOUR.findall(light))), Colours(**dict(_COLOUR.findall(dark)))


_PACKAGE = "paperlark.renderers.letters"
_PREHEADER_TITLES = 4
_LONGEST_PREHEADER = 160
# Outlook handles only the first available font well, so those of Windows come first.
SANS = "'Segoe UI',-apple-system,Helvetica,Arial,sans-serif"
SERIF = "'Palatino Linotype',Palatino,'Iowan Old Style',Georgia,serif"


def render_html(letter: Letter, shown: Sequence[Markup], left: str) -> str:
    """Render the HTML part with these papers; `left` names what is omitted."""
    light, dark = light_and_dark()
    return template(_PACKAGE, "mail.html").render(
        letter=letter,
        papers=shown,
        left=left,
        subject=subject(letter),
        footer=footer(letter),
        preheader=_preheader(letter),
        colour=light,
        dark=dark,
        sans=SANS,
        serif=SERIF,
    )


def _preheader(letter: Letter) -> str:
    """Return the preview text that a mailbox shows beside the subject."""
    texts = letter.sentences or [item.title for item in letter.items[:_PREHEADER_TITLES]]
    return truncate(" · ".join(texts), _LONGEST_PREHEADER)


def paper_rows(items: Iterable[LetterItem], abstracts: int) -> tuple[Markup, ...]:
    """Render papers, the first `abstracts` of them with their abstracts."""
    return tuple(paper_row(item, abstract=place < abstracts) for place, item in enumerate(items))


def paper_row(item: LetterItem, *, abstract: bool) -> Markup:
    """Render one paper as a row of the table."""
    light, _ = light_and_dark()
    row = template(_PACKAGE, "paper.html").render(
        item=item, abstract=abstract, colour=light, sans=SANS, serif=SERIF, STAR=STAR
    )
    return Markup(row)  # noqa: S704  # our template escapes
