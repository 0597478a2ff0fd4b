"""How much of a letter a mail holds: its titles, the papers below them, and their abstracts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paperlark.renderers import formats
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.letters.letter import Letter, LetterItem
from paperlark.renderers.letters.neutralize import truncate


@dataclass(frozen=True, slots=True)
class MailContent:
    """So many titles; so many papers below them, and so many of these with an abstract.

    An abstract has at most `longest` characters, None for all of them.
    """

    titles: int
    papers: int
    abstracts: int
    longest: int | None

    def abstract(self, item: LetterItem, place: int) -> tuple[str, ...]:
        """Return what is shown of the abstract of the item at a place, counted from 0."""
        return cut(item.abstract, self.longest) if place < self.abstracts else ()


def cut(paragraphs: tuple[str, ...], longest: int | None) -> tuple[str, ...]:
    """Return the beginning of an abstract, ending at a word; None is all of it."""
    if longest is None or sum(map(len, paragraphs)) <= longest:
        return paragraphs
    return tuple(filter(None, _cut(paragraphs, longest)))


def _cut(paragraphs: tuple[str, ...], longest: int) -> Iterator[str]:
    left = longest
    for number, paragraph in enumerate(paragraphs):
        if left <= 0:
            return
        # What is cut says so, also where it is cut between two paragraphs.
        more = number + 1 < len(paragraphs) and len(paragraph) == left
        yield truncate(f"{paragraph} \N{HORIZONTAL ELLIPSIS}" if more else paragraph, left)
        left -= len(paragraph)


def size_note(letter: Letter, content: MailContent) -> str:
    """Return what had to be shorter than the profile asks for; empty where nothing had."""
    wanted = letter.abstracts
    shorter = content.longest is not None and (wanted is None or content.longest < wanted)
    said: list[str] = []
    if shorter:
        longest = formats.number(content.longest or 0)
        said.append(_("abstracts have at most {count} characters").format(count=longest))
    if content.abstracts < content.titles and wanted != 0:
        after = formats.number(content.abstracts)
        said.append(
            _("those after number {count} are left out").format(count=after)
            if content.abstracts
            else _("none fit")
        )
    if not said:
        return ""
    return _("So that no mail program cuts this mail off, {what}.").format(
        what=_(", and ").join(said)
    )
