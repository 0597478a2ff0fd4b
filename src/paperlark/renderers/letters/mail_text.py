"""The plain part of a mail: the same content, in lines of 76 characters."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from paperlark.renderers import formats
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.letters.composing import footer
from paperlark.renderers.letters.letter import Letter, LetterItem
from paperlark.renderers.letters.mail_content import MailContent
from paperlark.renderers.reasons import STAR

WIDTH = 76
RULE = "-" * WIDTH
"""Stands between the list of titles and the papers."""
_LONG_WORD = re.compile(rf"(?<!\S)(?!\S*://)\S{{{WIDTH - 3},}}")
"""A word longer than a line that is not an address; addresses are never broken."""


def render_text(letter: Letter, content: MailContent, note: str, left: str) -> str:
    """Render the plain part: the list of titles, then the papers; `left` names what is omitted."""
    shown = letter.items[: content.titles]
    rows = [_row(place, item, content) for place, item in enumerate(shown, 1)]
    papers = [
        _paper(place, item, content.abstract(item, place - 1))
        for place, item in enumerate(shown[: content.papers], 1)
    ]
    between = RULE if papers else ""
    parts = (*_head(letter), "\n".join(rows), between, *papers, *_foot(letter, note, left))
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(letter: Letter) -> Iterator[str]:
    yield f"{_wrapped(letter.profile)}\n{_wrapped(letter.title)}\n{'=' * len(letter.title)}"
    yield _wrapped(" · ".join(letter.summary))
    yield _("In the browser: {address}").format(address=letter.page) if letter.page else ""
    yield from (_wrapped(f"! {warning}", "  ") for warning in letter.warnings)
    yield from map(_wrapped, letter.sentences)
    for row in letter.days:
        text = _wrapped(f"{formats.brief_date(row.day)}: {row.text}", "  ")
        yield f"{text}\n  {row.page}" if row.page else text


def _row(place: int, item: LetterItem, content: MailContent) -> str:
    """Return the lines of a paper in the list; the address where nothing more of it follows."""
    indent = " " * 5
    lines = (
        _wrapped(f"{item.mark} {item.title}", indent, f"{place:>3}. "),
        _wrapped(item.row, indent, indent) if item.row else "",
        "" if place <= content.papers else f"{indent}{item.url}",
        f"{indent}Vote: {item.vote}" if item.vote and place > content.papers else "",
    )
    return "\n".join(line for line in lines if line)


def _paper(place: int, item: LetterItem, abstract: Sequence[str]) -> str:
    star = f"{STAR} " if item.followed else ""
    lines = (
        _wrapped(f"{place}. {star}{item.title}", "   "),
        _indented(item.authors),
        _indented(" · ".join((*item.scores, *item.facts))),
        f"   {item.url}",
        *(f"   {_(link.word)}: {link.url}" for link in item.links),
        f"   {_('Vote')}: {item.vote}" if item.vote else "",
        f"   {_('Save')}: {item.save}" if item.save else "",
        *map(_indented, item.comments),
        _indented(f"{_('New')}: {item.summary}" if item.summary else ""),
        _indented(f"{_('Why')}: {item.why}" if abstract and item.why != item.brief_why else ""),
    )
    head = "\n".join(line for line in lines if line)
    return "\n\n".join((head, *map(_indented, abstract)))


def _foot(letter: Letter, note: str, left: str) -> Iterator[str]:
    yield _wrapped(note)
    if left:
        yield f"{left}{':' if letter.page else ''}\n{letter.page or ''}".strip()
    if letter.missing:
        yield _missing(letter)
    yield "\n".join(map(_wrapped, letter.facts))
    yield "\n".join(("-- ", *map(_wrapped, footer(letter))))


def _missing(letter: Letter) -> str:
    named = [
        f"{_wrapped(f'- {one.title}: {one.reason}', '  ')}\n  {one.url}" for one in letter.missing
    ]
    more = letter.missing_count - len(letter.missing)
    last = (_("and {count} more").format(count=formats.number(more)),) if more else ()
    return "\n".join((f"{_('Not judged')}:", *named, *last))


def _indented(text: str) -> str:
    return _wrapped(text, "   ", "   ")


def _wrapped(text: str, indent: str = "", first: str = "") -> str:
    short = _LONG_WORD.sub(lambda word: " ".join(textwrap.wrap(word[0], WIDTH - 4)), text)
    return textwrap.fill(
        short,
        WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
