"""A real month replayed day by day while all goes wrong, and what its pages must say of that.

    replay = Replay(feeds, reader, loopback, another_loopback, folder)
    replay.month(FEEDS, seed=1)      # a Result for every day

Faults are drawn from a seed. The days before stay as they are in reality: whatever a fault did to
a page is on it, until the next run of that day, when all is well again, has made it whole.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from pytest_httpserver import HTTPServer

from paperlark.compose.pages import open_page_maker
from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import PaperlarkError, SourceError
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match, MatchedTerms
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import NO_BOUND, Budget
from paperlark.judges.reply import clean_comment
from paperlark.ports import Ranker
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.runs.make_page import PageMaker
from paperlark.settings import load_settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.testing import Silent
from standins.arxiv import StandInArxiv
from standins.arxiv_truth import recorded_truth
from standins.engines import FILE, named, place_of
from standins.faults import CATEGORIES, Disturbance, Mood, believed
from standins.misbehaving import TIMEOUT
from standins.model_faults import NOTHING, RecordedModel, RunFaults, draw_run_faults
from standins.page_comparison import Document, End, compare, unrounded
from standins.troubled_days import PRICES, check_books, dollars, stored_readings
from standins.watches import FakeWatch

FOLLOWED = ("Yoshua Bengio", "Kaiming He")


@dataclass(frozen=True, slots=True)
class Result:
    """One day of one disturbed month; `mended` is how the next run of the day ended."""

    day: date
    end: End
    why: str = ""
    mended: End | None = None


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
    """One reader's month against stand-ins: the undisturbed pages first, then disturbed ones."""

    def __init__(
        self, feeds: Path, reader: Path, server: HTTPServer, models: HTTPServer, folder: Path
    ) -> None:
        self.truth = believed(recorded_truth(feeds))
        self.days = tuple(self.truth)
        self._servers = server, models
        self._folder = folder
        self._disturbance = Disturbance(self.truth)
        self._ranker = RememberingRanker(EmbeddedRanker())
        self._standing = StandInArxiv(server, self.truth, today=self.days[0])
        self._standing.misbehave(self._disturbance)
        recorded = self._recorded(reader)
        one = next(iter(recorded.values()))
        self._cutoffs = Cutoffs(one["relevance_cutoff"], one["novelty_cutoff"])
        self.model = RecordedModel(models, recorded, self.truth, self._cutoffs)
        self._lay_out(reader, recorded, one["criteria"])
        self._asks = False
        self._costs: dict[date, Decimal] = {}
        self._judged: dict[date, Document] = {}
        self.reference = self._undisturbed()

    def reference_of(self, mood: Mood) -> Mapping[date, Document]:
        """Return the undisturbed pages: of recorded judgements, or of a model that judges so."""
        if mood.asks and not self._judged:
            self._judged = self._undisturbed(asks=True)
        return self._judged if mood.asks else self.reference

    def month(
        self, mood: Mood, seed: int, database: str = FILE
    ) -> tuple[list[Result], Counter[str]]:
        """Replay all days under faults drawn from that seed; gives them and the faults shown.

        The `database` is an empty one, as a profile names it; the undisturbed pages have a file.
        """
        reference = self.reference_of(mood)
        self._fresh(asks=mood.asks, database=database)
        random = Random(f"{mood.name} {seed}")  # noqa: S311  # no secret
        self._disturbance.draw(mood, self.days, random)
        results = [
            self._disturbed(
                day, reference[day], draw_run_faults(mood, random) if mood.asks else NOTHING
            )
            for day in self.days
        ]
        return results, self._disturbance.shown + self.model.shown

    def _disturbed(self, day: date, reference: Document, faults: RunFaults) -> Result:
        arxiv = self._disturbance.faults_of(day)
        end, why = self._compared(day, reference, faults)
        if end is End.UNJUDGED and faults.harmless:
            end, why = End.SILENT, f"odd answers were not read: {why}"
        if end is End.EQUAL:
            return Result(day, end)
        self._disturbance.mend(day)
        mended, then = self._compared(day, reference, hour=20)
        why = f"{why} (faults: {', '.join(filter(None, (*arxiv, str(faults))))})"
        return Result(day, end, f"{why}; then: {then}" if then else why, mended)

    def _compared(
        self, day: date, reference: Document, faults: RunFaults = NOTHING, *, hour: int = 12
    ) -> tuple[End, str]:
        try:
            page = self._make(day, faults, hour=hour)
        except SourceError as error:
            return End.NO_PAGE, str(error)
        except (PaperlarkError, AssertionError) as error:
            return End.SILENT, f"{type(error).__name__}: {error}"
        sizes = {category: len(self.truth[day][category]) for category in CATEGORIES}
        told = {category for category, when in self._disturbance.told if when == day}
        return compare(page, reference, sizes, told)

    def _undisturbed(self, *, asks: bool = False) -> dict[date, Document]:
        self._fresh(asks=asks)
        made = {day: self._make(day) for day in self.days}
        for day, page in made.items():
            entries = sum(len(self.truth[day][category]) for category in CATEGORIES)
            assert (page["status"], page["notes"]) == ("complete", []), page
            assert page["funnel"]["announced_listings"] == entries, day
        return made

    def _make(self, day: date, faults: RunFaults = NOTHING, *, hour: int = 12) -> Document:
        """Make one page, again where the run was ended; AssertionError is a broken promise."""
        self._standing.today = day
        self.model.begin(faults)
        bills = len(self.model.bills)
        budget = NO_BOUND
        if faults.share is not None:
            budget = Budget(day=self._costs[day] * Decimal(faults.share).quantize(Decimal("0.01")))
        while True:
            with self._nothing_paid_twice():
                ended = self._run(day, budget, hour)
            if not ended:
                break
        page: Document = json.loads((self._home / "pages" / f"{day}.json").read_text())
        if not self._asks:
            return page
        billed = self.model.bills[bills:]
        self._costs.setdefault(day, dollars(billed))
        assert budget.day is None or dollars(billed) <= budget.day, "more than the day may cost"
        top, *_ = (self._home / "pages" / f"{day}.md").read_text().partition("\n## ")
        self._check_judgements(page)
        # What is made again costs more.
        return {**page, "usage": None, "top": top}

    def _run(self, day: date, budget: Budget, hour: int) -> bool:
        """Run once, with clients of its own; returns whether the run was ended before its end."""
        now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        environment = Environment(
            variables={"XDG_CACHE_HOME": str(self._home / "cache")},
            now=lambda: now,
            rate_limit_clock=FakeWatch(clock=now.timestamp()).rate_limit_clock,
        )
        recording = None if self._asks else self._folder / "recording.jsonl"
        settings = load_settings(self._home / "paperlark.toml")
        if settings.model:
            settings = replace(settings, model=replace(settings.model, budget=budget))
        before = self._page(day)
        self.model.was_stopped = False
        with open_page_maker(settings, RunOptions(judgements=recording), environment) as maker:
            # What a signal does to a run: see `wait_for_paid_answers`.
            self.model.stop = maker.stop
            try:
                self._quicker(maker).make(day, Silent())
            except KeyboardInterrupt:
                if not self.model.was_stopped:
                    raise
                assert self._page(day) == before, "an ended run left another page"
                return True
        return False

    def _page(self, day: date) -> bytes | None:
        path = self._home / "pages" / f"{day}.json"
        return path.read_bytes() if path.exists() else None

    @contextmanager
    def _nothing_paid_twice(self) -> Iterator[None]:
        """Hold that no judged paper is asked about, and that the books have the server's bill."""
        database = place_of(self._home / "paperlark.toml")
        known, asked = stored_readings(database), Counter(self.model.asked)
        yield
        if self._asks:
            check_books(self.model.bills, database)
            again = {id_ for id_ in self.model.asked - asked if known[id_]}
            assert not again, f"paid already: {sorted(again)[:5]} of {len(again)}"

    def _check_judgements(self, page: Document) -> None:
        """Hold that what is judged on a page is so by the model."""
        for entry in page["entries"]:
            if one := entry["judgement"]:
                relevance, novelty, comment = self.model.judgement(entry["title"])
                here = (one["relevance"], one["novelty"], unrounded(one["comment"]))
                assert here == (relevance, novelty, clean_comment(comment)), entry["id"]

    def _quicker(self, maker: PageMaker) -> PageMaker:
        """Print few forms, rank what was ranked before from memory, and learn from no earlier day.

        What a month teaches, and what resembles it, depends rightly on what its pages had so far.
        """
        parts = replace(
            maker.parts, ranker=self._ranker, example_source=None, precedent_finder=None
        )
        forms = (JsonRenderer, MarkdownRenderer) if self._asks else (JsonRenderer,)
        few = tuple(one for one in maker.renderers if isinstance(one, forms))
        return replace(maker, parts=parts, renderers=few)

    def _fresh(self, *, asks: bool, database: str = FILE) -> None:
        """Begin a month: no database, no page, nothing kept, nothing logged."""
        self._asks = asks
        self._home = self._folder / "home"
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir(parents=True)
        profile = self._folder / ("asking.toml" if asks else "recorded.toml")
        (self._home / "paperlark.toml").write_text(named(database) + profile.read_text())
        shutil.copy(self._folder / "criteria.md", self._home)
        self._disturbance.faults.clear()
        self.model.forget()
        for server in self._servers:
            server.clear_log()
        self._standing.log.clear()

    def _recorded(self, reader: Path) -> dict[str, Document]:
        """Return the reader's recording of the days that are replayed."""
        with gzip.open(reader / "days.jsonl.gz", "rt") as lines:
            recorded = {line["day"]: line for line in map(json.loads, lines)}
        return {str(day): recorded[str(day)] for day in self.days if str(day) in recorded}

    def _lay_out(self, reader: Path, recorded: Mapping[str, Document], criteria: str) -> None:
        """Write the recording, and the profile, as it is and with a model to ask."""
        read = ("day", "model", "printed", "selected")
        (self._folder / "recording.jsonl").write_text(
            "".join(
                json.dumps({name: line.get(name) for name in read}) + "\n"
                for line in recorded.values()
            )
        )
        shutil.copyfile(reader / "criteria" / f"{criteria}.md", self._folder / "criteria.md")
        url = self._standing.url
        follow = "".join(f"[[follow]]\nname = {json.dumps(name)}\n" for name in FOLLOWED)
        profile = (
            f'name = "Replay"\ncategories = {json.dumps(CATEGORIES)}\n'
            f"[cutoffs]\nrelevance = {self._cutoffs.relevance}\n"
            f"novelty = {self._cutoffs.novelty}\n"
            f'[sources]\nrss = "{url("rss")}"\npages = "{url("list")}"\n'
            f'oai = "{url("oai")}"\nsearch = "{url("api")}"\n{follow}'
        )
        (self._folder / "recorded.toml").write_text(profile)
        (self._folder / "asking.toml").write_text(
            f'{profile}[judge]\nmodel = "gpt-4o"\nbase_url = "{self.model.base_url}"\n'
            f'key_variable = ""\nbatch_size = 32\nparallel = 4\ntimeout = {TIMEOUT:.0f}\n'
            f"[judge.prices]\nprompt = {PRICES.prompt}\ncompletion = {PRICES.completion}\n"
            f"cached = {PRICES.cached}\n"
        )
