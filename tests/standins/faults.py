"""A real month replayed day by day while arXiv misbehaves, and what its pages must say of that.

    replay = Replay(feeds, reader, loopback, folder)
    replay.month(FEEDS, seed=1)      # a Result for every day

Faults are drawn from a seed. The days before stay as they are in reality: whatever a fault did to
a page is on it, until the next run of that day, when arXiv behaves again, has made it whole.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Response

from paperlark.compose.pages import open_page_maker
from paperlark.domain.announcement import AnnounceType, Listing
from paperlark.domain.calendar import expects_announcement
from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match, MatchedTerms
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import Ranker
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.renderers.json import JsonRenderer
from paperlark.runs.make_page import PageMaker
from paperlark.settings import load_settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.testing import Silent
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
from standins.arxiv_truth import Truth, previous_day, recorded_truth
from standins.watches import FakeWatch

CATEGORIES = ("cs.LG", "cs.AI")
FOLLOWED = ("Yoshua Bengio", "Kaiming He")


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
    """Have the first entries only; `cut_to` has the last."""
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
    """How badly arXiv behaves: for every door, how probable a fault is and which there are."""

    name: str
    doors: Mapping[str, tuple[float, tuple[Draw, ...]]]
    away: float = 0.0
    """How probable it is that all pages of a category that state a number are away all day."""


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


class End(StrEnum):
    """How a disturbed day's page compares with the undisturbed one."""

    EQUAL = "equal"
    COUNTED = "partial, exact count"
    REBUILT = "partial, rebuilt to the count"
    NAMED = "partial, category named"
    DOUBTED = "partial, nobody knew the count"
    NO_PAGE = "no page, run failed"
    SILENT = "SILENT DIFFERENCE"


@dataclass(frozen=True, slots=True)
class Result:
    """One day of one disturbed month; `mended` is how the next run of the day ended."""

    day: date
    end: End
    why: str = ""
    mended: End | None = None


Document = Mapping[str, Any]


def facts(page: Document) -> dict[str, object]:
    """Give all that must not differ: papers, order, scores, comments and counts.

    Left out are where a batch came from, and of a paper its version and its authors'
    affiliations, which listing pages do not carry.
    """
    same = ("day", "profile", "categories", "status", "usage", "cutoffs", "funnel")
    return {
        **{name: page[name] for name in same},
        "entries": [
            {
                **{name: entry[name] for name in _ENTRY},
                "authors": [author["name"] for author in entry["authors"]],
            }
            for entry in page["entries"]
        ],
        "unjudged": [(one["id"], one["lack"], one["reason"]) for one in page["unjudged"]],
        "updated": [(one["id"], one["first_announced"]) for one in page["updated"]],
    }


_ENTRY = (
    "id", "place", "title", "abstract", "categories", "announce_type", "comment", "judgement",
    "followed", "match",
)  # fmt: skip
_SHORT = re.compile(r"\S+ has (\d+) of (\d+) entries")
_REBUILT = re.compile(r"\S+ has [1-9]\d* entries reconstructed from submissions")


def compare(
    page: Document, reference: Document, sizes: Mapping[str, int], told: Collection[str]
) -> tuple[End, str]:
    """Say whether a page equals the reference or says what it lacks, exactly where it could.

    `sizes` are the true numbers of entries, `told` the categories of which some page stated it.
    """
    if page["status"] != "partial":
        if facts(page) == facts(reference):
            return End.EQUAL, ""
        return End.SILENT, f"{page['status']}, but differs in {_differing(page, reference)}"
    ends = {
        category: _lack(category, page, size, told=category in told)
        for category, size in sizes.items()
    }
    said = "; ".join(page["notes"])
    for end in (End.SILENT, End.DOUBTED, End.NAMED, End.REBUILT, End.COUNTED):
        if end in ends.values():
            return end, said
    return End.SILENT, f"partial, and nothing is said to be missing: {said}"


def _lack(category: str, page: Document, size: int, *, told: bool) -> End:
    """Say how exactly the notes name what the page lacks of a category; EQUAL is nothing."""
    [entries] = [one["entries"] for one in page["batches"] if one["category"] == category]
    notes = [note for note in page["notes"] if note.startswith(category)]
    if not notes:
        return End.EQUAL if entries == size else End.SILENT
    if notes[0].startswith(f"{category} is missing: "):
        return End.SILENT if entries or told else End.NAMED
    short = [found for note in notes if (found := _SHORT.fullmatch(note))]
    if not short and told:
        rebuilt = entries == size and any(map(_REBUILT.fullmatch, notes))
        return End.REBUILT if rebuilt else End.SILENT
    if not short:
        return End.DOUBTED
    exact = all((int(have), int(of)) == (entries, size) for have, of in map(_groups, short))
    return End.COUNTED if exact and entries < size else End.SILENT


def _groups(found: re.Match[str]) -> tuple[str, str]:
    return found[1], found[2]


def _differing(page: Document, reference: Document) -> str:
    here, there = facts(page), facts(reference)
    return "; ".join(
        f"{name}: {here[name]!r:.300} instead of {there[name]!r:.300}"
        for name in here
        if here[name] != there[name]
    )


@dataclass(slots=True)
class RememberingRanker:
    """Ranks the very same papers once: a pure function and nearly half the time of a page."""

    ranker: Ranker
    known: dict[int, tuple[Match, ...]] = field(default_factory=dict)

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence,  # noqa: ARG002
    ) -> tuple[Match, ...]:
        key = hash((criteria, *((one.id, one.title, one.abstract) for one in papers)))
        if key not in self.known:
            self.known[key] = self.ranker.rank(papers, criteria, NO_EVIDENCE)
        return self.known[key]

    def learn(self, criteria: Criteria, evidence: Evidence) -> None:
        """Learn nothing."""

    def explain(
        self,
        papers: Sequence[Paper],  # noqa: ARG002
        criteria: Criteria,  # noqa: ARG002
        evidence: Evidence,  # noqa: ARG002
        chosen: Container[PaperId],  # noqa: ARG002
    ) -> Mapping[PaperId, MatchedTerms]:
        """Name no terms, which no fault changes."""
        return {}


class Replay:
    """One reader's month against one stand-in: the undisturbed pages first, then disturbed ones."""

    def __init__(self, feeds: Path, reader: Path, server: HTTPServer, folder: Path) -> None:
        self.truth = believed(recorded_truth(feeds))
        self.days = tuple(self.truth)
        self._server = server
        self._folder = folder
        self._disturbance = Disturbance(self.truth)
        self._ranker = RememberingRanker(EmbeddedRanker())
        self._standing = StandInArxiv(server, self.truth, today=self.days[0])
        self._standing.misbehave(self._disturbance)
        self._lay_out(reader)
        self.reference = self._undisturbed()

    def month(self, mood: Mood, seed: int) -> tuple[list[Result], Counter[str]]:
        """Replay all days under faults drawn from that seed; gives them and the faults shown."""
        self._fresh()
        self._disturbance.draw(mood, self.days, Random(f"{mood.name} {seed}"))  # noqa: S311  # no secret
        return [self._disturbed(day) for day in self.days], self._disturbance.shown

    def _disturbed(self, day: date) -> Result:
        end, why = self._compared(day)
        if end is End.EQUAL:
            return Result(day, end)
        faults = {
            f"{door} {category}: {fault.kind}"
            for (door, category, when), fault in self._disturbance.faults.items()
            if when == day
        }
        for key in [key for key in self._disturbance.faults if key[2] == day]:
            del self._disturbance.faults[key]
        mended, _ = self._compared(day, hour=20)
        return Result(day, end, f"{why} (faults: {', '.join(sorted(faults))})", mended)

    def _compared(self, day: date, *, hour: int = 12) -> tuple[End, str]:
        try:
            page = self._make(day, hour=hour)
        except PaperlarkError as error:
            return End.NO_PAGE, str(error)
        sizes = {category: len(self.truth[day][category]) for category in CATEGORIES}
        told = {category for category, when in self._disturbance.told if when == day}
        return compare(page, self.reference[day], sizes, told)

    def _undisturbed(self) -> dict[date, Document]:
        self._fresh()
        made = {day: self._make(day) for day in self.days}
        for day, page in made.items():
            entries = sum(len(self.truth[day][category]) for category in CATEGORIES)
            assert (page["status"], page["notes"]) == ("complete", []), page
            assert page["funnel"]["announced_listings"] == entries, day
        return made

    def _make(self, day: date, *, hour: int = 12) -> Document:
        """Make one page as a run of that day would, with a client of its own."""
        self._standing.today = day
        now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        environment = Environment(
            variables={"XDG_CACHE_HOME": str(self._home / "cache")},
            now=lambda: now,
            rate_limit_clock=FakeWatch(clock=now.timestamp()).rate_limit_clock,
        )
        options = RunOptions(judgements=self._folder / "recording.jsonl")
        with open_page_maker(
            load_settings(self._home / "paperlark.toml"), options, environment
        ) as maker:
            self._quicker(maker).make(day, Silent())
        page: Document = json.loads((self._home / "pages" / f"{day}.json").read_text())
        return page

    def _quicker(self, maker: PageMaker) -> PageMaker:
        """Print JSON only, rank what was ranked before from memory, and learn from no earlier day.

        What a month teaches, and what resembles it, depends rightly on what its pages had so far.
        """
        parts = replace(
            maker.parts, ranker=self._ranker, example_source=None, precedent_finder=None
        )
        json_only = tuple(one for one in maker.renderers if isinstance(one, JsonRenderer))
        return replace(maker, parts=parts, renderers=json_only)

    def _fresh(self) -> None:
        """Begin a month: no database, no page, nothing kept, nothing logged."""
        self._home = self._folder / "home"
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir(parents=True)
        shutil.copy(self._folder / "paperlark.toml", self._home)
        shutil.copy(self._folder / "criteria.md", self._home)
        self._disturbance.faults.clear()
        self._server.clear_log()
        self._standing.log.clear()

    def _lay_out(self, reader: Path) -> None:
        """Write the profile, and of the reader's recording the days that are replayed."""
        with gzip.open(reader / "days.jsonl.gz", "rt") as lines:
            recorded = {line["day"]: line for line in map(json.loads, lines)}
        kept = [recorded[str(day)] for day in self.days if str(day) in recorded]
        read = ("day", "model", "printed", "selected")
        (self._folder / "recording.jsonl").write_text(
            "".join(json.dumps({name: line.get(name) for name in read}) + "\n" for line in kept)
        )
        shutil.copyfile(
            reader / "criteria" / f"{kept[0]['criteria']}.md", self._folder / "criteria.md"
        )
        url = self._standing.url
        follow = "".join(f"[[follow]]\nname = {json.dumps(name)}\n" for name in FOLLOWED)
        (self._folder / "paperlark.toml").write_text(
            f'name = "Replay"\ncategories = {json.dumps(CATEGORIES)}\n'
            f"[cutoffs]\nrelevance = {kept[0]['relevance_cutoff']}\n"
            f"novelty = {kept[0]['novelty_cutoff']}\n"
            f'[sources]\nrss = "{url("rss")}"\npages = "{url("list")}"\n'
            f'oai = "{url("oai")}"\nsearch = "{url("api")}"\n{follow}'
        )
