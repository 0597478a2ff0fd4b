"""The colours that all pages share, for a mail: its elements carry them one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from markupsafe import Markup

from paperlark.renderers import english
from paperlark.renderers.html import template
from paperlark.renderers.letters.composing import footing, subject
from paperlark.renderers.letters.letter import Letter, LetterItem
from paperlark.renderers.letters.neutralize import truncate
from paperlark.renderers.reasons import STAR

_COLOUR = re.compile(r"--(\w+): (#[0-9a-f]{6});")


@dataclass(frozen=True, slots=True)
class Colours:
    """Six colours, named as the style sheet names them."""

    paper: str
    ink: str
    quiet: str
    line: str
    accent: str
    warn: str


@cache
def by_day_and_by_night() -> tuple[Colours, Colours]:
    """Read them from the style sheet of all pages, so that a mail always looks like the page."""
    look = resources.files("paperlark.renderers").joinpath("templates", "look.css")
    day, night = look.read_text("utf-8").split("@media (prefers-color-scheme: dark)")
    return Colours(**dict(_COLOUR.findall(day))), Colours(**dict(_COLOUR.findall(night)))


_PACKAGE = "paperlark.renderers.letters"
_FIRST = 4
_LONGEST_PREHEADER = 160
# Outlook takes the first letters it has and no others well: those of Windows stand in front.
SANS = "'Segoe UI',-apple-system,Helvetica,Arial,sans-serif"
SERIF = "'Palatino Linotype',Palatino,'Iowan Old Style',Georgia,serif"


def whole(letter: Letter, shown: Sequence[Markup], left: str) -> str:
    """Give the HTML with these papers, and the words for what is left out."""
    day, night = by_day_and_by_night()
    return template(_PACKAGE, "mail.html").render(
        letter=letter,
        papers=shown,
        left=left,
        subject=subject(letter),
        footing=footing(letter),
        preheader=_preheader(letter),
        english=english,
        colour=day,
        night=night,
        sans=SANS,
        serif=SERIF,
    )


def _preheader(letter: Letter) -> str:
    """Give what a list of letters shows beside the subject: what is in it, not how to open it."""
    said = letter.sentences or [item.title for item in letter.items[:_FIRST]]
    return truncate(" · ".join(said), _LONGEST_PREHEADER)


def papers(items: Iterable[LetterItem], abstracts: int) -> tuple[Markup, ...]:
    """Give papers, the first so many with their abstracts."""
    return tuple(paper(item, abstract=place < abstracts) for place, item in enumerate(items))


def paper(item: LetterItem, *, abstract: bool) -> Markup:
    """Give one paper: a row of the table."""
    day, _ = by_day_and_by_night()
    row = template(_PACKAGE, "paper.html").render(
        item=item, abstract=abstract, colour=day, sans=SANS, serif=SERIF, STAR=STAR
    )
    return Markup(row)  # noqa: S704  # our template escapes
