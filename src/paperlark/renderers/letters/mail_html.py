"""The HTML part of a mail: tables and inline styles, for clients that know little else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from paperlark.renderers import english
from paperlark.renderers.document import template
from paperlark.renderers.letters.colours import by_day_and_by_night
from paperlark.renderers.letters.cutting import cut
from paperlark.renderers.letters.footing import footing
from paperlark.renderers.letters.item import Item
from paperlark.renderers.letters.letter import Letter
from paperlark.renderers.letters.subject import subject
from paperlark.renderers.wording import STAR

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
    return cut(" · ".join(said), _LONGEST_PREHEADER)


def papers(items: Iterable[Item], abstracts: int) -> tuple[Markup, ...]:
    """Give papers, the first so many with their abstracts."""
    return tuple(paper(item, abstract=place < abstracts) for place, item in enumerate(items))


def paper(item: Item, *, abstract: bool) -> Markup:
    """Give one paper: a row of the table."""
    day, _ = by_day_and_by_night()
    row = template(_PACKAGE, "paper.html").render(
        item=item, abstract=abstract, colour=day, sans=SANS, serif=SERIF, STAR=STAR
    )
    return Markup(row)  # noqa: S704  # our template escapes
