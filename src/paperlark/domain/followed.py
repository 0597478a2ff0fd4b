"""What is known of followed authors: whom their names matched, and what is wrong with a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from paperlark.domain.name_matching import NameFault, person_fault
from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import one_line
from paperlark.domain.profile import FollowedAuthor

MONTH = timedelta(days=30)
"""An author of whom nothing was announced for so long may have another name on papers."""
WHOLE_MONTH = timedelta(days=27)
"""From the first to the last announcement day of a month there may be so few days."""
MOST_DAYS = 15
"""So many days of a month with a page are most of its about 21 announcement days."""
_SHOWN_NAME = 60


@dataclass(frozen=True, slots=True)
class AuthorPaper:
    """A paper of the archive whose printed author a followed name matches."""

    day: date
    paper: Paper
    printed: str
    order_reversed: bool
    selected: bool


@dataclass(frozen=True, slots=True)
class AuthorReport:
    """What the archive says of one name.

    `papers` are the last ones, latest first; `in_month` counts all of the last month. `fault` is
    why the name matches next to nothing, None where it is whole; `near` are printed names of the
    last month that may be meant.
    """

    author: FollowedAuthor
    fault: NameFault | None
    papers: tuple[AuthorPaper, ...] = ()
    in_month: int = 0
    near: tuple[str, ...] = ()

    @property
    def advice(self) -> str | None:
        """What is wrong with the name and what to write, in one line; None where it is whole."""
        return fault_advice(self.author.name, self.fault, self.near) if self.fault else None


@dataclass(frozen=True, slots=True)
class FollowingReport:
    """Followed authors and the archive they were looked for in, from `first` to `last`.

    `in_month` is how many papers were announced to the reader in the last month, on `month_days`
    days with a page; `looked` in how many papers the names were looked for. Without a page yet,
    `first` and `last` are None.
    """

    authors: tuple[AuthorReport, ...]
    first: date | None = None
    last: date | None = None
    in_month: int = 0
    month_days: int = 0
    looked: int = 0

    @property
    def holds_month(self) -> bool:
        """Whether the archive has most of the last month, so that silence means something."""
        if self.first is None or self.last is None or self.month_days < MOST_DAYS:
            return False
        return self.last - self.first >= WHOLE_MONTH


def without_archive(followed: Iterable[FollowedAuthor]) -> FollowingReport:
    """Return what is known of followed authors before the first page: what is wrong with names."""
    return FollowingReport(
        tuple(AuthorReport(one, person_fault(one.name, one.aliases)) for one in followed)
    )


def fault_advice(name: str, fault: NameFault, near: Sequence[str] = ()) -> str:
    """Return what is wrong with a name and what to write instead, in one line."""
    shown = f'"{_short(name)}"'
    if fault in {NameFault.EMPTY, NameFault.TOO_LONG}:
        return f"{shown} matches nobody: {fault}; write a full name as papers print it"
    what = "is a single name" if fault is NameFault.SINGLE else "has only initials for given names"
    told = f"{shown} {what}, and matches only papers that print just that"
    if near:
        return f"{told}; did you mean {' or '.join(map(_short, near))}?"
    return f"{told}; write the full name as papers print it"


def _short(name: str) -> str:
    text = one_line(name)
    return text if len(text) <= _SHOWN_NAME else f"{text[: _SHOWN_NAME - 1]}…"
