"""arXiv while it misbehaves: the faults of each door, how often they come, and what then answers.

Faults are drawn from a seed, by a mood. `replay` has days of a real month made under them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from werkzeug import Response

from paperlark.domain.announcement import AnnounceType, Listing
from paperlark.domain.calendar import expects_announcement
from standins import arxiv_pages as pages
from standins.arxiv import (
    Ask,
    Behaviour,
    StandInArxiv,
    another_day,
    behaves,
    claims_results,
    cut_to,
    empty,
    hangs_up,
    oai_refuses,
    rate_exceeded,
    search_refuses,
    stale,
    status,
)
from standins.arxiv_truth import Truth, previous_day

CATEGORIES = ("cs.LG", "cs.AI")


def believed(truth: Truth) -> Truth:
    """Leave out days whose recorded feeds are themselves not to be believed, in any category.

    Such are: empty where the calendar expects an announcement, full where it expects none, and
    more than half of the new papers known from an earlier day. (Of the recorded month no day of
    announcements is; its two full Saturdays are no part of a truth to begin with.)
    """
    kept: dict[date, Mapping[str, tuple[Listing, ...]]] = {}
    seen: dict[str, set[str]] = {}
    for day in sorted(truth):
        new = {category: _new(listings) for category, listings in truth[day].items()}
        sound = all(
            bool(truth[day][category]) == expects_announcement(day)
            and len(ids & seen.get(category, set())) * 2 <= len(ids)
            for category, ids in new.items()
        )
        if sound:
            kept[day] = truth[day]
        for category, ids in new.items():
            seen.setdefault(category, set()).update(ids)
    return kept


def _new(listings: Sequence[Listing]) -> set[str]:
    return {one.paper.id for one in listings if one.type is AnnounceType.NEW}


@dataclass(slots=True)
class Fault:
    """One way to misbehave, at one door, `times` times or all day."""

    kind: str
    behaviour: Behaviour
    times: int | None = None


Draw = Callable[[Random, int], Fault]
"""Make a fault for a batch of so many entries."""


def keep_first(entries: int) -> Behaviour:
    """Keep the first entries only; `cut_to` has the last."""
    return lambda standing, ask: standing.answer(
        ask, standing.listings(ask.category, ask.day)[:entries]
    )


def cut_at(part: float) -> Behaviour:
    """Break off after that part of the bytes of a right answer."""

    def behaviour(standing: StandInArxiv, ask: Ask) -> Response:
        response = behaves(standing, ask)
        content = response.get_data()
        cut = content[: int(len(content) * part)]
        return Response(cut, response.status_code, content_type=response.content_type)

    return behaviour


def shows_some(entries: int) -> Behaviour:
    """Print a listing or catch-up page with some of each section's entries, and their number."""

    def behaviour(standing: StandInArxiv, ask: Ask) -> Response:
        listings = standing.listings(ask.category, ask.day)
        page = pages.listing_page(ask.day, listings, shown=entries)
        if ask.door == "catchup":
            page = page.replace(b"<h3>Showing new listings for", b"<h1>Catchup results for X on")
        return Response(page, content_type="text/html; charset=utf-8")

    return behaviour


def lists_fewer(entries: int) -> Behaviour:
    """Print a page without the last new papers, which are in the feed, and a number to match."""

    def behaviour(standing: StandInArxiv, ask: Ask) -> Response:
        listings = standing.listings(ask.category, ask.day)
        unlisted = [one for one in listings if one.type is AnnounceType.NEW][-entries:]
        return standing.answer(ask, [one for one in listings if one not in unlisted])

    return behaviour


def _another_day(standing: StandInArxiv, ask: Ask) -> Response:
    """Be of the day before; on the first day, which has none, be away."""
    there = previous_day(standing.truth, ask.day)
    return another_day(standing, ask) if there else status(404)(standing, ask)


_FEED: tuple[Draw, ...] = (
    lambda _random, _size: Fault("stale", stale),
    lambda _random, _size: Fault("empty", empty),
    lambda random, size: Fault("cut to some entries", cut_to(random.randrange(size))),
    lambda random, size: Fault("cut to some entries", keep_first(random.randrange(size))),
    lambda random, _size: Fault("cut in the bytes", cut_at(random.random())),
)
_ANYWHERE: tuple[Draw, ...] = (
    lambda random, _size: Fault("503", _unavailable(random), _times(random)),
    lambda random, _size: Fault("429", status(429, retry_after="7"), _times(random)),
    lambda random, _size: Fault("403", _forbidden(random), _times(random)),
    lambda random, _size: Fault("Rate exceeded.", rate_exceeded, _times(random)),
    lambda random, _size: Fault("closed connection", hangs_up, _times(random)),
    lambda random, _size: Fault("500", status(500), _times(random)),
    lambda random, _size: Fault("cut in the bytes", cut_at(random.random()), _times(random)),
)
_PAGE: tuple[Draw, ...] = (
    lambda random, size: Fault("shows some entries", shows_some(random.randrange(size // 2))),
    lambda random, _size: Fault("shows some entries", shows_some(random.randrange(20))),
    lambda _random, _size: Fault("another day", _another_day),
)
_RECORDS: tuple[Draw, ...] = (
    lambda random, size: Fault("records missing", cut_to(random.randrange(1, size))),
    lambda _random, _size: Fault("no records", empty),
    lambda _random, _size: Fault("refused", oai_refuses("badArgument")),
)
_RESULTS: tuple[Draw, ...] = (
    lambda random, size: Fault("results missing", keep_first(random.randrange(1, size))),
    lambda _random, size: Fault("promised and not given", claims_results(size)),
    lambda _random, _size: Fault("refused", search_refuses),
)


def _unavailable(random: Random) -> Behaviour:
    """Want to be left alone for hours, at times: all doors are one server here."""
    return status(503, retry_after="7200") if random.random() < 0.1 else status(503)


def _forbidden(random: Random) -> Behaviour:
    """Refuse, as arXiv does to who asks too often, with or without a time to wait."""
    return status(403, retry_after=random.choice(("7", "600", "86400")))


def _times(random: Random) -> int | None:
    return random.choice((1, 2, None))


@dataclass(frozen=True, slots=True)
class Mood:
    """How badly all goes: for every door of arXiv, how probable a fault is and which there are.

    The other probabilities are those of a day, some of a category's day.
    """

    name: str
    doors: Mapping[str, tuple[float, tuple[Draw, ...]]]
    away: float = 0.0
    """That all pages of a category that state a number are away all day."""
    fewer: float = 0.0
    """That they list fewer new papers than the feed has, which is right."""
    asks: bool = False
    """Whether a model is asked, which may fail; else judgements are read from a file."""
    model: float = 0.0
    """That the model has a fault."""
    budget: float = 0.0
    """That the day has a budget, which may not be enough."""
    ended: float = 0.0
    """That the run is ended by a signal, once or twice."""


FEEDS = Mood("feeds", {"rss": (0.1, _FEED)})
"""One feed in ten is stale, wrongly empty or truncated."""

HARD = Mood(
    "all doors",
    {
        "rss": (0.5, _FEED + _ANYWHERE),
        "list": (0.6, 2 * _PAGE + _ANYWHERE),
        "catchup": (0.6, 2 * _PAGE + _ANYWHERE),
        "oai": (0.6, 2 * _RECORDS + _ANYWHERE),
        "api": (0.5, _RESULTS + _ANYWHERE),
    },
    away=0.05,
)
"""Every door has faults, so often that on some days nobody knows a batch."""

MODEL = Mood(
    "model and run",
    {
        "rss": (0.15, _FEED + _ANYWHERE),
        "list": (0.1, 2 * _PAGE + _ANYWHERE),
        "catchup": (0.3, 2 * _PAGE + _ANYWHERE),
    },
    fewer=0.1,
    asks=True,
    model=0.6,
    budget=0.15,
    ended=0.2,
)
"""The model fails on most days, the budget is reached, runs are ended, and arXiv errs as well."""


@dataclass(slots=True)
class Disturbance:
    """What stands between the truth and who asks; `told` is who was told how many there are.

    Right answers are printed once for all months: they are the same bytes every time.
    """

    truth: Truth
    faults: dict[tuple[str, str, date], Fault] = field(default_factory=dict)
    shown: Counter[str] = field(default_factory=Counter)
    told: set[tuple[str, date]] = field(default_factory=set)
    _printed: dict[tuple[str, str, date, date, int], tuple[bytes, str]] = field(
        default_factory=dict
    )

    def draw(self, mood: Mood, days: Sequence[date], random: Random) -> None:
        """Forget everything and draw new faults."""
        self.faults, self.shown, self.told = {}, Counter(), set()
        for day in days:
            for category in CATEGORIES:
                size = len(self.truth[day][category])
                for door, (probability, draws) in mood.doors.items():
                    if random.random() < probability:
                        self.faults[door, category, day] = random.choice(draws)(random, size)
                if random.random() < mood.away:
                    for door in random.choice((("list", "catchup"), ("rss", "list", "catchup"))):
                        self.faults[door, category, day] = Fault("away", status(503))
                if mood.fewer and random.random() < mood.fewer:
                    self._list_fewer(category, day, random.randint(1, 20))

    def _list_fewer(self, category: str, day: date, entries: int) -> None:
        """Make the feed alone right, which nobody could know if it had a fault as well."""
        self.faults.pop(("rss", category, day), None)
        for door in ("list", "catchup"):
            self.faults[door, category, day] = Fault("lists fewer", lists_fewer(entries))

    def faults_of(self, day: date) -> tuple[str, ...]:
        """Return the faults of a day, in words."""
        return tuple(
            sorted(
                f"{door} {category}: {fault.kind}"
                for (door, category, when), fault in self.faults.items()
                if when == day
            )
        )

    def mend(self, day: date) -> None:
        """End that day's faults."""
        self.faults = {key: fault for key, fault in self.faults.items() if key[2] != day}

    def __call__(self, standing: StandInArxiv, ask: Ask) -> Response:
        fault = self.faults.get((ask.door, ask.category, ask.day))
        if fault is None or fault.times == 0:
            if ask.door in {"list", "catchup"}:
                self.told.add((ask.category, ask.day))
            return self._well(standing, ask)
        if fault.kind == "shows some entries":
            self.told.add((ask.category, ask.day))
        if fault.times is not None:
            fault.times -= 1
        self.shown[f"{ask.door}: {fault.kind}"] += 1
        return fault.behaviour(standing, ask)

    def _well(self, standing: StandInArxiv, ask: Ask) -> Response:
        key = (ask.door, ask.category, ask.day, standing.today, ask.start)
        if key not in self._printed:
            response = behaves(standing, ask)
            self._printed[key] = response.get_data(), response.content_type or ""
        content, content_type = self._printed[key]
        return Response(content, content_type=content_type)
