"""Chat messages: packs whole blocks into messages of limited length; the rest is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from paperlark.domain.delivery import Message, MessageFormat
from paperlark.renderers import formats
from paperlark.renderers.catalogue import gettext as _
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
"""Separates two blocks."""

Fits: TypeAlias = Callable[[str], bool]


def pack(
    head: str, blocks: Sequence[str], tail: Callable[[int], str], fits: Fits, most: int
) -> tuple[str, ...]:
    """Fill at most `most` messages; the first begins with the head.

    `tail` returns the text for what is omitted after a number of blocks, possibly empty; it ends
    the last message. Each block must fit alone, and any tail must fit after the head.
    """
    *full, last = _filled(head, blocks, fits, most)
    # The head stays in the first message; blocks after it may make room for the tail.
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
    """Add each block to the last message if it fits, else to a new one up to the maximum."""
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
"""A title takes at most one third of a message, to leave room for the rest of the head."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Text and how it is written; it may be shortened."""

    text: str
    write: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _PaperText:
    """The text of one paper for a chat."""

    url: str
    mark: str
    title: str
    authors: str
    why: str
    vote: str = ""


def head_lines(letter: Letter, full_title: str, markup: Markup, fits: Fits) -> str:
    """Return the head of a bulletin: its title, unless the subject has it, and the lines below.

    Text that does not fit is shortened, or omitted if not one word fits.
    """
    title = truncate_to_fit(full_title, lambda some: fits(markup.strong(some) * _TITLE_SHARE))
    head = markup.strong(title) if title else ""
    for line in _lines(letter, markup):
        head = _with_line(f"{head}{markup.line}" if head else "", line, fits) or head
    return head


def _with_line(before: str, line: _Line, fits: Fits) -> str:
    words = truncate_to_fit(line.text, lambda some: fits(f"{before}{line.write(some)}"))
    return f"{before}{line.write(words)}" if words else ""


def _lines(letter: Letter, markup: Markup) -> Iterator[_Line]:
    """Return the lines of the head, most important first."""
    summary = " · ".join(letter.summary)
    if summary:
        yield _Line(summary, markup.words if letter.complete else markup.strong)
    for sentence in letter.sentences:
        yield _Line(sentence, markup.words)
    if letter.page:
        yield _link(_("The whole page"), letter.page, markup)
    for row in letter.days:
        yield _day(row, markup)
    for warning in letter.warnings:
        yield _Line(_("Note: {text}").format(text=warning), markup.words)


def _link(words: str, url: str, markup: Markup) -> _Line:
    return _Line(words, lambda some: markup.link(some, url))


def _day(row: DayRow, markup: Markup) -> _Line:
    text = f"{formats.brief_date(row.day)}: {row.text}"
    return _link(text, row.page, markup) if row.page else _Line(text, markup.words)


def paper_lines(item: LetterItem, markup: Markup, fits: Fits) -> str:
    """Return one paper: its mark, its linked title, its authors, and why it was selected.

    If it is longer than a message, the reason is shortened first, then the authors, then the
    title, never the address. The link to vote is left out where it has no room beside the title.
    """
    brief = _PaperText(
        item.url,
        item.mark,
        item.title,
        item.authors,
        truncate(item.summary or item.why, _LONGEST_WHY),
        item.vote,
    )
    if not fits(_paper(replace(brief, why="", authors=""), markup)):
        brief = replace(brief, vote="")
    for name in ("why", "authors", "title"):
        brief = _shortened(brief, name, lambda one: fits(_paper(one, markup)))
    return _paper(brief, markup)


def _shortened(brief: _PaperText, name: str, fits: Callable[[_PaperText], bool]) -> _PaperText:
    """Shorten one field until the paper fits."""
    words = truncate_to_fit(getattr(brief, name), lambda some: fits(replace(brief, **{name: some})))
    return replace(brief, **{name: words})


def _paper(brief: _PaperText, markup: Markup) -> str:
    title = f"{brief.mark} {markup.link(brief.title or ELLIPSIS, brief.url)}"
    lines = (markup.words(some) for some in (brief.authors, brief.why) if some)
    vote = (markup.link(_("Vote"), brief.vote),) if brief.vote else ()
    return markup.line.join((title, *lines, *vote))


def tail_lines(letter: Letter, shown: int, markup: Markup) -> str:
    """Return how many papers are omitted after `shown` and where they are, empty if none."""
    left = letter.left(shown)
    if not left:
        return ""
    return markup.link(left, letter.page) if letter.page else markup.words(left)


_ADDRESS_SHARE = 4
"""An address longer than a quarter of a message is left out."""


def write(letter: Letter, form: MessageFormat) -> tuple[Message, ...]:
    """Write the messages, numbered where there are several."""
    fits, marked = _room(form), markup(form.style)
    if letter.page and not fits(letter.page * _ADDRESS_SHARE):
        letter = replace(letter, page=None)

    def tail(shown: int) -> str:
        return tail_lines(letter, shown, marked)

    longest_tail = max(tail(0), tail(1), key=len)
    full_title = "" if form.subject_longest else subject(letter)
    head = head_lines(letter, full_title, marked, lambda text: fits(f"{text}{GAP}{longest_tail}"))
    papers = [paper_lines(item, marked, fits) for item in letter.items]
    return _numbered(letter, form, pack(head, papers, tail, fits, form.most))


def _room(form: MessageFormat) -> Fits:
    """Return a test of whether text fits into a message together with its number."""

    def fits(text: str) -> bool:
        return form.measure(f"{text}{_number(form.most, form.most)}") <= form.longest

    return fits


def _number(place: int, of: int) -> str:
    return f"{GAP}{place}/{of}"


def _numbered(letter: Letter, form: MessageFormat, texts: tuple[str, ...]) -> tuple[Message, ...]:
    """Add numbers to several messages: in their subjects, or at their ends without subjects."""
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
