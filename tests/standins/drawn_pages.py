"""Pages that are drawn by lot, in place of those that a model and arXiv would make.

A page is filed, kept and recorded as failed as a real one is. Each paper's title is a mark that
tells whose page it was on, of which day, and of which take: how often that day had been made.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import cast

from paperlark.day.assemble import is_worse
from paperlark.day.publish import publish, withdraw
from paperlark.domain.digest import Digest, Entry, Funnel, Status
from paperlark.domain.errors import FeedNotFound
from paperlark.domain.paper import PaperId
from paperlark.ports import Progress
from paperlark.renderers.manifest import failure_path, failure_record
from paperlark.runs.make_page import MadePage, PageMaker
from paperlark.settings import Settings
from paperlark.settings.identity import claim
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.lock import run_lock
from paperlark.store.readers import ReaderStore
from standins import digests

NO_PAGE = "arXiv said nothing of"
HELD_BACK = timedelta(days=2)
"""How long a page is held back whose papers are in a batch."""
_MARK = re.compile(r"(\w+) (\d{4}-\d\d-\d\d) number (\d+) take (\d+)\b")
_KINDS = {
    "complete": 46,
    "within budget": 8,
    "ranked without a model": 16,
    "half judged": 8,
    "without a feed": 10,
    "in a batch": 4,
    "no page": 8,
}
_OTHERS = range(101, 106)
"""Papers that only the ranker would choose."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One paper in one message."""

    reader: str
    day: date
    number: int
    take: int


@dataclass(frozen=True, slots=True)
class Take:
    """A page as it was filed by a run; `papers` are their numbers."""

    run: int
    number: int
    status: Status
    papers: frozenset[int]
    held_back: bool

    @property
    def partial(self) -> bool:
        """Whether something is missing from it."""
        return self.status is Status.PARTIAL

    @property
    def worth_sending(self) -> bool:
        """Whether a reader hears of it."""
        return bool(self.papers) or self.partial


@dataclass
class DrawnPages:
    """Makes one reader's pages, and remembers each that was filed.

    `run` is the number of the run at work. While `fair`, all that is made is complete.
    """

    reader: str
    lot: random.Random
    seen: Counter[str]
    run: int = 0
    fair: bool = False
    takes: dict[date, list[Take]] = field(default_factory=dict)
    failed: dict[date, list[int]] = field(default_factory=dict)
    _papers: dict[date, int] = field(default_factory=dict)
    _tried: Counter[date] = field(default_factory=Counter)

    @contextmanager
    def opened(self, settings: Settings) -> Iterator[PageMaker]:
        """Open what a morning makes its pages by; no other run is at work meanwhile."""
        path = settings.database
        with run_lock(path, patience=0), open_database(path, pages=settings.output) as connection:
            archive = DigestStore(connection, path)
            settings = claim(settings, ReaderStore(connection, path))
            yield cast("PageMaker", _Maker(self, settings, archive))

    def by_hand(self, settings: Settings, today: date) -> None:
        """Make a page again that a budget ended, now that the reader allows more."""
        recent = (day for day, takes in self.takes.items() if today - day < timedelta(days=6))
        for day in recent:
            if self.takes[day][-1].status is Status.WITHIN_BUDGET and self.lot.random() < 0.5:
                with self.opened(settings) as maker:
                    self.seen["a page made again by hand"] += 1
                    cast("_Maker", maker).file(day, "complete", more=1)

    def draw(self, day: date) -> str:
        """Draw how making a day's page ends."""
        self._papers.setdefault(day, self.lot.choice((0, 1, 3, 8, 20, 37)))
        kind = self.lot.choices(list(_KINDS), list(_KINDS.values()))[0]
        return "complete" if self.fair else kind

    def page(self, day: date, kind: str, *, more: int = 0) -> tuple[Digest, Take]:
        """Return a page of that kind, with marks of a new take."""
        self._tried[day] += 1
        self._papers[day] += more
        numbers = list(range(1, self._papers[day] + 1))
        some = [number for number in numbers if self.lot.random() < 0.6]
        judged = dict.fromkeys(numbers, True)
        if kind == "ranked without a model":
            others = self.lot.sample(_OTHERS, self.lot.randint(0, len(_OTHERS)))
            judged = dict.fromkeys((*some, *others), False)
        elif kind == "half judged":
            judged = {number: number in some for number in numbers}
        elif kind in {"without a feed", "in a batch"}:
            judged = dict.fromkeys(some, True)
        entries = tuple(
            self._entry(day, place, number, judged=known)
            for place, (number, known) in enumerate(judged.items(), 1)
        )
        made = _digest(day, self.reader, entries, kind)
        waits = bool(made.funnel.waiting)
        return made, Take(self.run, self._tried[day], made.status, frozenset(judged), waits)

    def _entry(self, day: date, place: int, number: int, *, judged: bool) -> Entry:
        title = f"{self.reader} {day} number {number} take {self._tried[day]}"
        id_ = PaperId(f"{day:%y%m}.{day.day:02}{number:03}")
        made = digests.entry(place, judged=judged, title=title, id=id_)
        return replace(made, unjudged=not judged)


@dataclass(frozen=True)
class _Maker:
    """The part of a page maker that a morning calls."""

    pages: DrawnPages
    settings: Settings
    archive: DigestStore

    def stop(self) -> int:
        return 0

    def before(self, day: date) -> Digest | None:
        return self.archive.digest(self.settings.profile.id, day)

    def make(self, day: date, progress: Progress) -> MadePage:
        with progress.step("drawing", 1):
            kind = self.pages.draw(day)
        if kind == "no page":
            self.pages.seen[kind] += 1
            error = FeedNotFound(f"{NO_PAGE} {day}")
            publish([failure_record(day, self.settings.profile, error)], self.settings.output)
            if self.before(day) is None:
                self.pages.failed.setdefault(day, []).append(self.pages.run)
            raise error
        return self.file(day, kind)

    def file(self, day: date, kind: str, *, more: int = 0) -> MadePage:
        made, take = self.pages.page(day, kind, more=more)
        profile = self.settings.profile
        made = replace(made, profile=profile.title, reader=profile.id)
        before = self.before(day)
        kept = before if before and is_worse(made, before) else None
        if kept is None:
            self.archive.save(made)
            self.pages.takes.setdefault(day, []).append(take)
            self.pages.seen[f"page {kind}"] += 1
        withdraw(failure_path(day), self.settings.output)
        return MadePage(made, (), kept)


def marks(texts: Iterable[str]) -> Iterator[Mark]:
    """Yield the papers in each message; one that is named twice in a message counts once."""
    for text in texts:
        for reader, day, number, take in set(_MARK.findall(text)):
            yield Mark(reader, date.fromisoformat(day), int(number), int(take))


def _digest(day: date, reader: str, entries: tuple[Entry, ...], kind: str) -> Digest:
    status, notes = Status.PARTIAL, tuple[str, ...]()
    unjudged = over_budget = waiting = 0
    if kind == "complete":
        status = Status.COMPLETE
    elif kind == "within budget":
        status, over_budget = Status.WITHIN_BUDGET, 18
    elif kind == "ranked without a model":
        unjudged = 299
    elif kind == "half judged":
        unjudged = 150
    elif kind == "in a batch":
        waiting = 150
    elif kind == "without a feed":
        notes = ("The feed of cs.LG was cut off.",)
    funnel = Funnel(
        *(1, 487, 625, 299, 384, 0, 299, 299 - unjudged - over_budget - waiting, unjudged, 0),
        selected=len(entries),
        over_budget=over_budget,
        waiting=waiting,
    )
    return digests.digest(
        entries,
        day=day,
        profile=reader,
        categories=("cs.LG",),
        status=status,
        notes=notes,
        funnel=funnel,
    )
