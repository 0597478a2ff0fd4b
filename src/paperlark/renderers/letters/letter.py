"""What a reader is told, whatever form it takes: every text plain, cleaned and bounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.delivery import Occasion
from paperlark.renderers import english
from paperlark.renderers.letters.item import Item


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of a week: what came of it, and its page if that is in the web."""

    day: date
    said: str
    page: str | None
    in_order: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A paper that was to be judged and was not."""

    title: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader is told.

    `title` says what it is about and `gist` how much there is; `summary` is the page's line, status
    last, `in_order` whether all is well. `sentences` are said in place of papers, where there are
    none; `warnings` are what the reader must know besides. `facts` are what it took. `items` are
    the papers that are wanted, best first, of `on_page` that there are; `missing` are some of the
    `lacking` papers without a judgement. `page` is where the whole page is, None where it has no
    address.
    """

    occasion: Occasion
    profile: str
    title: str
    gist: str
    summary: tuple[str, ...]
    in_order: bool
    page: str | None
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    days: tuple[DayRow, ...]
    facts: tuple[str, ...]
    items: tuple[Item, ...]
    on_page: int
    missing: tuple[Missing, ...]
    lacking: int

    def left(self, shown: int, *, in_full: bool = True) -> str:
        """Name what is left out: papers behind the first so many, and abstracts of these.

        Nothing where that is nothing.
        """
        count = self.on_page - shown
        where = "on the pages of the week" if self.occasion is Occasion.WEEK else "on the page"
        if not count:
            return "" if in_full else f"All abstracts are {where}"
        more = english.counted(count, "more paper" if shown else "paper")
        besides = "" if in_full else ", with all abstracts"
        return f"{'and ' if shown else ''}{more} {where}{besides}"
