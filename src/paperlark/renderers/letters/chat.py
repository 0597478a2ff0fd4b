"""Blocks into messages, none of them broken: what does not fit is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from paperlark.domain.delivery import Message, MessageFormat
from paperlark.renderers import english
from paperlark.renderers.letters.composing import subject
from paperlark.renderers.letters.letter import DayRow, Letter, LetterItem
from paperlark.renderers.letters.neutralize import (
    ELLIPSIS,
    Markup,
    markup,
    neutralize,
    truncate,
    truncate_to_fit,
)

GAP = "\n\n"
"""What stands between two blocks."""

Fits: TypeAlias = Callable[[str], bool]


def pack(
    head: str, blocks: Sequence[str], tail: Callable[[int], str], fits: Fits, most: int
) -> tuple[str, ...]:
    """Fill at most so many messages, the first of which begins with the head.

    `tail` says what is left out after so many blocks, which may be nothing; it ends the last
    message. Each block must fit alone, and so must any tail, behind the head too.
    """
    *full, last = _filled(head, blocks, fits, most)
    # The head is always in the first message; the blocks behind it may give way to the tail.
    fixed = 0 if full else 1
    packed = sum(map(len, full)) + len(last) - 1
    ending = tail(packed)
    if _fits_with(last, ending, fits):
        return _texts([*full, [*last, *filter(None, [ending])]])
    if len(full) + 1 < most:
        return _texts([*full, last, [ending]])
    while len(last) > fixed and not _fits_with(last, ending, fits):
        last, packed = last[:-1], packed - 1
        ending = tail(packed)
    return _texts([*full, [*last, ending]])


def _fits_with(message: Sequence[str], ending: str, fits: Fits) -> bool:
    return not ending or fits(GAP.join((*message, ending)))


def _texts(messages: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(map(GAP.join, messages))


def _filled(head: str, blocks: Sequence[str], fits: Fits, most: int) -> list[list[str]]:
    """Put blocks into the last message while they fit, else into a new one while there may be."""
    messages = [[head]]
    for block in blocks:
        if fits(GAP.join((*messages[-1], block))):
            messages[-1].append(block)
        elif len(messages) < most:
            messages.append([block])
        else:
            break
    return messages


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


def head_lines(letter: Letter, titled: str, markup: Markup, fits: Fits) -> str:
    """Give what a bulletin begins with: its title, unless that stands elsewhere, and the rest.

    What does not fit is shortened, or left out where not a word of it would fit.
    """
    title = truncate_to_fit(titled, lambda some: fits(markup.strong(some) * _TITLE_SHARE))
    told = markup.strong(title) if title else ""
    for line in _lines(letter, markup):
        told = _with_line(f"{told}{markup.line}" if told else "", line, fits) or told
    return told


def _with_line(before: str, line: _Line, fits: Fits) -> str:
    words = truncate_to_fit(line.words, lambda some: fits(f"{before}{line.write(some)}"))
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


def paper_lines(item: LetterItem, markup: Markup, fits: Fits) -> str:
    """Give one paper: its mark and title with its address, its authors, and why it is here.

    Where that is longer than a message, why it is here gives way first, then who wrote it, and
    then its title; never its address.
    """
    brief = _Brief(item.url, item.mark, item.title, item.authors, truncate(item.why, _LONGEST_WHY))
    for name in ("why", "authors", "title"):
        brief = _shortened(brief, name, lambda one: fits(_paper(one, markup)))
    return _paper(brief, markup)


def _shortened(brief: _Brief, name: str, fits: Callable[[_Brief], bool]) -> _Brief:
    """Keep as much of one text as fits."""
    words = truncate_to_fit(getattr(brief, name), lambda some: fits(replace(brief, **{name: some})))
    return replace(brief, **{name: words})


def _paper(brief: _Brief, markup: Markup) -> str:
    title = f"{brief.mark} {markup.link(brief.title or ELLIPSIS, brief.url)}"
    said = (markup.words(some) for some in (brief.authors, brief.why) if some)
    return markup.line.join((title, *said))


def tail_lines(letter: Letter, shown: int, markup: Markup) -> str:
    """Say how many papers are left out after so many, and where they are; nothing if none is."""
    left = letter.left(shown)
    if not left:
        return ""
    return markup.link(left, letter.page) if letter.page else markup.words(left)


_ADDRESS_SHARE = 4
"""An address that takes more than this part of a message leaves no room for what is said of it."""


def write(letter: Letter, form: MessageFormat) -> tuple[Message, ...]:
    """Write the messages, numbered where there are several."""
    fits, marked = _room(form), markup(form.style)
    if letter.page and not fits(letter.page * _ADDRESS_SHARE):
        letter = replace(letter, page=None)

    def tail(shown: int) -> str:
        return tail_lines(letter, shown, marked)

    longest_tail = max(tail(0), tail(1), key=len)
    titled = "" if form.subject_longest else subject(letter)
    head = head_lines(letter, titled, marked, lambda text: fits(f"{text}{GAP}{longest_tail}"))
    papers = [paper_lines(item, marked, fits) for item in letter.items]
    return _numbered(letter, form, pack(head, papers, tail, fits, form.most))


def _room(form: MessageFormat) -> Fits:
    """Say what fits into a message besides its number."""

    def fits(text: str) -> bool:
        return form.measure(f"{text}{_number(form.most, form.most)}") <= form.longest

    return fits


def _number(place: int, of: int) -> str:
    return f"{GAP}{place}/{of}"


def _numbered(letter: Letter, form: MessageFormat, texts: tuple[str, ...]) -> tuple[Message, ...]:
    """Put numbers in the subjects of several messages, or at their ends where they have none."""
    several, named = len(texts) > 1, bool(form.subject_longest)
    return tuple(
        Message(
            subject=_subject(letter, form, f" {place}/{len(texts)}" if several else ""),
            text=text + (_number(place, len(texts)) if several and not named else ""),
        )
        for place, text in enumerate(texts, 1)
    )


def _subject(letter: Letter, form: MessageFormat, number: str) -> str:
    room = form.subject_longest - len(number)
    return f"{truncate(neutralize(subject(letter)), room)}{number}" if room > 0 else ""
