"""A mail: an HTML part of bounded size, and the plain part beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate

from markupsafe import Markup

from paperlark.domain.delivery import Message, MessageFormat
from paperlark.renderers.html import template
from paperlark.renderers.letters.composing import footer, subject
from paperlark.renderers.letters.letter import Letter, LetterItem
from paperlark.renderers.letters.mail_content import MailContent, cut, size_note
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


def write(letter: Letter, form: MessageFormat) -> Message:
    """Write the mail; where it is too large, abstracts are shortened, then left out at its end."""
    content = _content(letter, min(form.longest, MAX_HTML_BYTES))
    note, left = size_note(letter, content), _left(letter, content)
    return Message(
        subject=truncate(subject(letter), form.subject_longest or len(subject(letter))),
        text=render_text(letter, content, note, left),
        html=render_html(letter, content, note, left),
    )


_SHORTER = (1_600, 1_200, 900, 600, 400, 250, 150)
"""Characters that abstracts are cut to where the mail would be too large."""


def _content(letter: Letter, max_bytes: int) -> MailContent:
    """Return the most titles that fit; then the longest abstracts, or the most of short ones."""
    room = max_bytes - mail_size(_empty(letter))
    rows = [mail_size(paper_row(item, below=False)) for item in letter.items]
    titles = sum(total <= room for total in accumulate(rows))
    room -= sum(rows[:titles])
    items = letter.items[:titles]
    lengths = _lengths(letter.abstracts)
    for longest in lengths:
        if sum(_block_sizes(items, longest)) <= room:
            return MailContent(titles, titles, titles, longest)
    bare = _block_sizes(items, 0)
    papers = sum(total <= room for total in accumulate(bare))
    room -= sum(bare[:papers])
    short = _block_sizes(items[:papers], lengths[-1])
    more = (whole - size for whole, size in zip(short, bare, strict=False))
    return MailContent(
        titles, papers, sum(total <= room for total in accumulate(more)), lengths[-1]
    )


def _lengths(wanted: int | None) -> tuple[int | None, ...]:
    """Return what abstracts may be cut to, as wanted first; None is whole."""
    return (wanted, *(one for one in _SHORTER if wanted is None or one < wanted))


def _block_sizes(items: Sequence[LetterItem], longest: int | None) -> list[int]:
    return [mail_size(paper_block(item, longest)) for item in items]


def _empty(letter: Letter) -> str:
    """Return the HTML part without papers, with the longest texts on what is left out."""
    content = MailContent(0, 0, 0, _SHORTER[0])
    lefts = (letter.left(shown, in_full=False) for shown in (0, 1))
    notes = (
        size_note(letter, MailContent(titles, 0, 0, _SHORTER[0]))
        for titles in (0, len(letter.items))
    )
    return render_html(letter, content, max(notes, key=len), max(lefts, key=len))


def _left(letter: Letter, content: MailContent) -> str:
    whole = all(content.abstract(item, n) == item.abstract for n, item in enumerate(letter.items))
    return letter.left(content.titles, in_full=whole)


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


def render_html(letter: Letter, content: MailContent, note: str, left: str) -> str:
    """Render the HTML part; `note` is what its size made shorter, `left` names what is omitted."""
    light, dark = light_and_dark()
    items = letter.items
    return template(_PACKAGE, "mail.html").render(
        letter=letter,
        rows=[
            paper_row(one, below=n < content.papers)
            for n, one in enumerate(items[: content.titles])
        ],
        papers=[
            paper_block(one, content.longest if n < content.abstracts else 0)
            for n, one in enumerate(items[: content.papers])
        ],
        note=note,
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


def paper_row(item: LetterItem, *, below: bool) -> Markup:
    """Render one paper in the list of titles; `below` is whether the mail has more of it."""
    return _part("row.html", item=item, reason=item.row, below=below)


def paper_block(item: LetterItem, longest: int | None) -> Markup:
    """Render one paper below the list, with as much of its abstract; of nothing, no long reason."""
    why = "" if item.why == item.brief_why or longest == 0 else item.why
    return _part("paper.html", item=item, why=why, abstract=cut(item.abstract, longest))


def _part(name: str, **values: object) -> Markup:
    light, _ = light_and_dark()
    row = template(_PACKAGE, name).render(colour=light, sans=SANS, serif=SERIF, STAR=STAR, **values)
    return Markup(row)  # noqa: S704  # our template escapes
