"""The lines of a chat's messages: the head, a paper, and what is said of those left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from paperlark.renderers import english
from paperlark.renderers.letters.cutting import ELLIPSIS, cut, cut_to_fit
from paperlark.renderers.letters.item import Item
from paperlark.renderers.letters.letter import DayRow, Letter
from paperlark.renderers.letters.markup import Markup
from paperlark.renderers.letters.packing import Fits

_LONGEST_WHY = 500
_TITLE_SHARE = 3
"""A title takes at most this part of a message, so that there is room for the rest of the head."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Words and how they are written; they may be shortened."""

    words: str
    write: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Brief:
    """What a chat is told of a paper."""

    url: str
    mark: str
    title: str
    authors: str
    why: str


def head(letter: Letter, titled: str, markup: Markup, fits: Fits) -> str:
    """Give what a bulletin begins with: its title, unless that stands elsewhere, and the rest.

    What does not fit is shortened, or left out where not a word of it would fit.
    """
    title = cut_to_fit(titled, lambda some: fits(markup.strong(some) * _TITLE_SHARE))
    told = markup.strong(title) if title else ""
    for line in _lines(letter, markup):
        told = _with_line(f"{told}{markup.line}" if told else "", line, fits) or told
    return told


def _with_line(before: str, line: _Line, fits: Fits) -> str:
    words = cut_to_fit(line.words, lambda some: fits(f"{before}{line.write(some)}"))
    return f"{before}{line.write(words)}" if words else ""


def _lines(letter: Letter, markup: Markup) -> Iterator[_Line]:
    """Give the lines of the head, what matters most first."""
    summary = " · ".join(letter.summary)
    if summary:
        yield _Line(summary, markup.words if letter.in_order else markup.strong)
    for sentence in letter.sentences:
        yield _Line(sentence, markup.words)
    if letter.page:
        yield _link("The whole page", letter.page, markup)
    for row in letter.days:
        yield _day(row, markup)
    for warning in letter.warnings:
        yield _Line(f"Note: {warning}", markup.words)


def _link(words: str, url: str, markup: Markup) -> _Line:
    return _Line(words, lambda some: markup.link(some, url))


def _day(row: DayRow, markup: Markup) -> _Line:
    said = f"{english.brief_date(row.day)}: {row.said}"
    return _link(said, row.page, markup) if row.page else _Line(said, markup.words)


def paper(item: Item, markup: Markup, fits: Fits) -> str:
    """Give one paper: its mark and title with its address, its authors, and why it is here.

    Where that is longer than a message, why it is here gives way first, then who wrote it, and
    then its title; never its address.
    """
    brief = _Brief(item.url, item.mark, item.title, item.authors, cut(item.why, _LONGEST_WHY))
    for name in ("why", "authors", "title"):
        brief = _shortened(brief, name, lambda one: fits(_paper(one, markup)))
    return _paper(brief, markup)


def _shortened(brief: _Brief, name: str, fits: Callable[[_Brief], bool]) -> _Brief:
    """Keep as much of one text as fits."""
    words = cut_to_fit(getattr(brief, name), lambda some: fits(replace(brief, **{name: some})))
    return replace(brief, **{name: words})


def _paper(brief: _Brief, markup: Markup) -> str:
    title = f"{brief.mark} {markup.link(brief.title or ELLIPSIS, brief.url)}"
    said = (markup.words(some) for some in (brief.authors, brief.why) if some)
    return markup.line.join((title, *said))


def tail(letter: Letter, shown: int, markup: Markup) -> str:
    """Say how many papers are left out after so many, and where they are; nothing if none is."""
    left = letter.left(shown)
    if not left:
        return ""
    return markup.link(left, letter.page) if letter.page else markup.words(left)
