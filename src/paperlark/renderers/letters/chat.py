"""A letter as messages for a chat: a head, a few lines a paper, and what did not fit."""

from __future__ import annotations

from dataclasses import replace

from paperlark.domain.delivery import Form, Message
from paperlark.renderers.letters import lines
from paperlark.renderers.letters.cutting import cut
from paperlark.renderers.letters.inert import inert
from paperlark.renderers.letters.letter import Letter
from paperlark.renderers.letters.markup import markup
from paperlark.renderers.letters.packing import GAP, Fits, pack
from paperlark.renderers.letters.subject import subject

_ADDRESS_SHARE = 4
"""An address that takes more than this part of a message leaves no room for what is said of it."""


def write(letter: Letter, form: Form) -> tuple[Message, ...]:
    """Write the messages, numbered where there are several."""
    fits, marked = _room(form), markup(form.style)
    if letter.page and not fits(letter.page * _ADDRESS_SHARE):
        letter = replace(letter, page=None)

    def tail(shown: int) -> str:
        return lines.tail(letter, shown, marked)

    longest_tail = max(tail(0), tail(1), key=len)
    titled = "" if form.subject_longest else subject(letter)
    head = lines.head(letter, titled, marked, lambda text: fits(f"{text}{GAP}{longest_tail}"))
    papers = [lines.paper(item, marked, fits) for item in letter.items]
    return _numbered(letter, form, pack(head, papers, tail, fits, form.most))


def _room(form: Form) -> Fits:
    """Say what fits into a message besides its number."""

    def fits(text: str) -> bool:
        return form.measure(f"{text}{_number(form.most, form.most)}") <= form.longest

    return fits


def _number(place: int, of: int) -> str:
    return f"{GAP}{place}/{of}"


def _numbered(letter: Letter, form: Form, texts: tuple[str, ...]) -> tuple[Message, ...]:
    """Put numbers in the subjects of several messages, or at their ends where they have none."""
    several, named = len(texts) > 1, bool(form.subject_longest)
    return tuple(
        Message(
            subject=_subject(letter, form, f" {place}/{len(texts)}" if several else ""),
            text=text + (_number(place, len(texts)) if several and not named else ""),
        )
        for place, text in enumerate(texts, 1)
    )


def _subject(letter: Letter, form: Form, number: str) -> str:
    room = form.subject_longest - len(number)
    return f"{cut(inert(subject(letter)), room)}{number}" if room > 0 else ""
