"""One reader's opened profile, and all that can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from paperlark.api.feeds import Feeds
from paperlark.api.interests import Interests
from paperlark.api.reading import ReadingActions, paper_id
from paperlark.runs.progress import NO_PROGRESS, TimedProgress
from paperlark.settings.environment import Environment, RunOptions

if TYPE_CHECKING:
    from paperlark.archive.digests import OwnDigests
    from paperlark.archive.move_database import MoveResult
    from paperlark.archive.spending import SpendingReport
    from paperlark.archive.stored_texts import StoredTexts
    from paperlark.delivery.deliveries import DeliveryReport, Outboxes
    from paperlark.domain.delivery import Occasion
    from paperlark.domain.digest import Digest
    from paperlark.domain.errors import PaperlarkError
    from paperlark.domain.paper_history import PaperHistory
    from paperlark.domain.saving import SavingReport
    from paperlark.domain.search import SearchResult, SearchResults
    from paperlark.domain.spending import Period
    from paperlark.evaluation.cases import LabelledReader
    from paperlark.evaluation.measure import EvaluationPlan
    from paperlark.evaluation.report import Report
    from paperlark.ports import Progress
    from paperlark.runs.estimate import EstimateReport
    from paperlark.runs.limit import RunLimit
    from paperlark.runs.make_page import (
        DayOutcome,
        Interruptible,
        MadePage,
        PageMaker,
        StopPaying,
    )
    from paperlark.runs.morning import Morning, MorningReporter, MorningResult
    from paperlark.settings import Settings
    from paperlark.site.build import Site

_DEFAULTS = RunOptions()


def _uninterruptible(stop: StopPaying) -> AbstractContextManager[object]:
    from paperlark.runs.make_page import uninterruptible

    return uninterruptible(stop)


@dataclass(frozen=True, slots=True)
class OpenedProfile:
    """One reader's profile, and all that can be done with it.

    `interruptible` is entered while a page is being made. It is given a function that starts no
    further paid call and returns how many answers are still to come, for a signal handler.
    `give_up` ends the process, with an error's text, where a run takes longer than [run] at_most
    and cannot be ended otherwise; with it a run in the main thread is interrupted by a signal.
    `path` is the profile's file, None where it cannot be changed; or `row` is where it is stored.
    """

    settings: Settings
    environment: Environment
    options: RunOptions = _DEFAULTS
    progress: Progress = NO_PROGRESS
    interruptible: Interruptible = field(default=_uninterruptible)
    give_up: Callable[[str], object] | None = None
    path: Path | None = None
    row: StoredTexts | None = None

    @property
    def name(self) -> str:
        """The profile's name: the page's title, which may change at will."""
        return self.settings.profile.title

    @property
    def has_database(self) -> bool:
        """Whether there is a database already: without one there is nothing to read."""
        from paperlark.store.database import exists

        return exists(self.settings.database)

    @property
    def today(self) -> date:
        """Today's date in New York, where arXiv's feeds change at midnight."""
        from paperlark.domain.calendar import today

        return today(self.environment.now())

    @property
    def reading(self) -> ReadingActions:
        """What the reader does with papers: votes, what is saved, seen and noted, and shared."""
        return ReadingActions(self.settings, self.environment, self._timed)

    @property
    def feeds(self) -> Feeds:
        """Feeds of saved papers and of searches, and their signed addresses in the app."""
        return Feeds(self.settings, self.environment, self._timed)

    @property
    def interests(self) -> Interests:
        """The criteria, the followed authors and what was imported, and how they are changed."""
        return Interests(
            self.settings, self.environment, self.options, self._timed, self.path, self.row
        )

    @property
    def _timed(self) -> Progress:
        return TimedProgress(self.progress)

    # Pages

    def make_page(self, day: date | None = None) -> MadePage:
        """Make, store and write the page of one day; what was paid for before is not paid again.

        Arguments:
            day: the announcement day; today by default.

        Returns the digest and the paths of its pages. Where an earlier run made a better page,
        that one is left in place and is `kept`.

        Raises SourceError where the announcement cannot be obtained, JudgeError where the model
        cannot be used, StoreError (StoreBusy while another run is at work) or PublishError.

        >>> page = profile.make_page(date(2025, 2, 26))
        >>> str(page.digest.status), [path.suffix for path in page.pages][:3]
        ('complete', ['.html', '.md', '.json'])
        """
        limit = self._limit()
        with limit.at_work(), self._open_pages(limit) as maker, self.interruptible(maker.stop):
            return maker.make(day or self.today, limit)

    def make_pages(self, first: date, last: date) -> Iterator[DayOutcome]:
        """Make the page of every announcement day in a range; a failed day does not stop the next.

        Arguments:
            first: the first day.
            last: the last day, included.

        Yields how each day ended: `made` has the page, `error` the reason why there is none.

        Raises SourceError where the range has no announcement day, and, before any page is begun,
        JudgeError or StoreError.

        >>> outcomes = profile.make_pages(date(2025, 2, 19), date(2025, 2, 26))
        >>> [(str(one.day), str(one.state)) for one in outcomes]
        [('2025-02-19', 'complete'), ('2025-02-26', 'complete')]
        """
        from paperlark.runs.make_page import find_days, make_pages

        limit = self._limit()
        with limit.at_work(), self._open_pages(limit) as maker:
            days = find_days(maker.days, first, last)
            yield from make_pages(maker, days, limit, self.interruptible)

    def announcement_days(self, first: date = date.min, last: date = date.max) -> tuple[date, ...]:
        """Return the days that a page can be made of.

        Arguments:
            first: the first day; with recorded feeds all days are returned by default.
            last: the last day, included.

        Raises JudgeError, SourceError or StoreError.

        >>> [str(day) for day in profile.announcement_days(date(2025, 2, 20))]
        ['2025-02-26', '2025-03-25']
        """
        with self._open_pages(self._limit()) as maker:
            return maker.days(first, last)

    def latest_day(self) -> date:
        """Return the day of the latest announcement: of recorded feeds their last day.

        Raises JudgeError, SourceError or StoreError where recorded feeds cannot be opened.

        >>> str(profile.latest_day())
        '2025-03-25'
        """
        from paperlark.runs.first_page import latest_announcement

        if self.options.feeds is None:
            return latest_announcement(self.today)
        return max(self.announcement_days(), default=self.today)

    def estimate(self, first: date, last: date | None = None) -> EstimateReport:
        """Estimate what the model would cost; nothing is sent to it, and no page is written.

        Arguments:
            first: the first day.
            last: the last day, included; the first one by default.

        Returns an estimate for each day, the total, and the days that could not be estimated.

        Raises JudgeError where the profile has no model, SourceError or StoreError.

        >>> report = with_model.estimate(date(2025, 2, 26))
        >>> report.model, report.estimates[0].papers > 0, report.total is not None
        ('gpt-4o-mini', True, True)
        """
        from paperlark.compose.pages import open_estimator

        with open_estimator(self.settings, self.options, self.environment) as estimator:
            return estimator.report(first, last or first, self._timed)

    def model_problem(self) -> str | None:
        """Return why the model cannot be asked now: no key, or no server on this machine.

        None where it can be tried, or the profile names none. Raises SecretUnusable.

        >>> with_model.model_problem()
        'there is no secret OPENAI_API_KEY yet'
        """
        from paperlark.runs.first_page import model_problem

        return model_problem(self.settings, self.environment)

    # Mornings

    def run_morning(
        self,
        *,
        wait: bool = True,
        reporter: MorningReporter | None = None,
        on_delivery: Callable[[DeliveryReport], object] = lambda _: None,
    ) -> MorningResult:
        """Do all that a scheduled job has to do: make due pages, build the site, deliver.

        Arguments:
            wait: wait up to 6 hours for a late announcement, and for the answers to a batch.
            reporter: receives pages, messages and problems as they come; the log by default.
            on_delivery: receives what became of the deliveries.

        Returns how it ended; `exit_code` is that of the command line.

        Raises StoreBusy where another run is at work; any other exception is unexpected, and is
        raised after an alarm to every channel.

        >>> result = profile.run_morning()
        >>> [str(one.day) for one in result.outcomes], result.delivered, result.exit_code
        ([], True, 0)
        """
        return self._morning(reporter, on_delivery, wait=wait).run()

    def wait_for_announcement(self, tell: Callable[[str], object] = lambda _: None) -> None:
        """Return when today's announcement is complete, or after 6 hours.

        Arguments:
            tell: is told what is missing, every 15 minutes.

        Raises JudgeError, SourceError or StoreError.

        >>> profile.wait_for_announcement()
        """
        from paperlark.runs.due import Waiter, missing_parts

        day, limit = self.today, self._limit()
        Waiter(self.environment, tell).for_announcement(
            day, lambda: missing_parts(partial(self._open_pages, limit), day, limit)
        )

    # What was made

    def days(self) -> tuple[date, ...]:
        """Return the days that have a page, in order; raises StoreError where there is none yet.

        >>> [str(day) for day in profile.days()]
        ['2025-02-19', '2025-02-26']
        """
        with self._open_archive() as archive:
            return archive.days()

    def digest(self, day: date | None = None) -> Digest:
        """Return what a page was made from.

        Arguments:
            day: the announcement day; the latest with a page by default.

        Raises StoreError where there is no such page.

        >>> digest = profile.digest()
        >>> str(digest.day), str(digest.status), len(digest.entries)
        ('2025-02-26', 'complete', 6)
        """
        with self._open_archive() as archive:
            return archive.find(day)

    def page_path(self, day: date | None = None) -> Path:
        """Return the file of a page, for a browser.

        Arguments:
            day: the announcement day; the latest with a page by default.

        Raises StoreError where there is no such page, or its file is gone.

        >>> profile.page_path().name
        '2025-02-26.html'
        """
        from paperlark.archive.digests import find_page

        return find_page(self.settings, day)

    def search(
        self,
        text: str = "",
        *,
        author: str | None = None,
        category: str | None = None,
        first: date | None = None,
        last: date | None = None,
        selected: bool = False,
        score: int | None = None,
        limit: int = 20,
    ) -> SearchResults:
        """Search all papers that were announced to the reader or imported.

        Arguments:
            text: words, "words in quotes" and word* for a beginning; all of them must be there.
            author: a name or a part of it.
            category: a category or an archive, such as cs.LG or math.
            first: announced on this day or later.
            last: announced on this day or earlier.
            selected: only papers that were on a page.
            score: the lowest relevance, from 1 to 10.
            limit: return at most so many papers.

        Returns the papers, best first, with what became of each.

        Raises InvalidQuery where nothing can be searched for, StoreError where there is no
        page yet.

        >>> results = profile.search("quantization", limit=1)
        >>> str(results.method), len(results.found)
        ('all words', 1)
        """
        from paperlark.archive.search import open_search, search_query

        query = search_query(
            text,
            author=author,
            category=category,
            first=first,
            last=last,
            selected=selected,
            score=score,
        )
        with open_search(self.settings, self._timed) as archive:
            return archive.answer(query, limit)

    def similar(self, paper: str, *, limit: int = 20) -> tuple[SearchResult, ...]:
        """Return the papers of the archive that are most similar to one, the nearest first.

        Arguments:
            paper: its identifier, as for `why`.
            limit: return at most so many papers.

        Returns the papers, each with the cosine of its embedding as `similarity`.

        Raises StoreError where the paper is not known, ValueError where `paper` is no identifier.

        >>> near = profile.similar("2502.18137", limit=3)
        >>> len(near), near[0].similarity >= near[1].similarity
        (3, True)
        """
        from paperlark.archive.similar import similar_papers

        return similar_papers(self.settings, paper_id(paper), limit)

    def why(self, paper: str, day: date | None = None) -> PaperHistory:
        """Return all that is known of one paper: its days, places, scores, replies and votes.

        Arguments:
            paper: its identifier, with a version or without, or an address that has it.
            day: only this day.

        Raises StoreError where the paper was not announced to the reader, ValueError where `paper`
        is no identifier.

        >>> history = profile.why("2502.18137")
        >>> [str(one.day) for one in history.days]
        ['2025-02-26']
        """
        from paperlark.archive.why import paper_history

        return paper_history(self.settings, paper_id(paper), day)

    def spending(
        self, by: Period | Literal["month", "day"] = "month", month: date | None = None
    ) -> SpendingReport:
        """Return what judging has cost, for every profile in the database.

        Arguments:
            by: add up calendar months (UTC), or announcement days.
            month: only what was paid in the month of this first day.

        Raises StoreError.

        >>> profile.spending().expenses
        ()
        """
        from paperlark.archive.spending import read_spending
        from paperlark.domain.spending import Period

        return read_spending(self.settings, self.environment, Period(by), month)

    # What the reader says

    def assistant_token_path(self) -> Path:
        """Return the file of the token that lets assistants in over HTTP, unless another is named.

        >>> profile.assistant_token_path().name
        'paperlark.db.assistant-token'
        """
        from paperlark.store.assistant_token import assistant_token_path

        return assistant_token_path(self.settings.database)

    def assistant_token(self, file: Path | None = None) -> str:
        """Return the token that lets assistants in over HTTP, made at the first call.

        Arguments:
            file: where it is kept; `assistant_token_path` by default.

        Raises SecretUnusable where the file cannot be used, or others can read it.

        >>> profile.assistant_token() == profile.assistant_token()
        True
        """
        from paperlark.store.assistant_token import assistant_token

        return assistant_token(file or self.assistant_token_path())

    # Out into the world

    def deliver(
        self, day: date | None = None, *, channel: str | None = None, again: bool = False
    ) -> DeliveryReport:
        """Deliver pages to the profile's channels, each page once.

        Arguments:
            day: only this day's page; by default today's and what could not be delivered before.
            channel: only this one, by its name in the profile.
            again: deliver the page of the day (today by default) whatever became of it before.

        Returns what became of each delivery. One channel that fails does not stop the next.

        Raises StoreError where the day has no page, RunHangs where another run hangs.

        >>> profile.deliver().complete
        True
        """
        if day is None and not again:
            return self._outboxes().deliver_due(self.today, only=channel)
        from paperlark.delivery.deliveries import DeliveryReport

        with self._outboxes().open() as deliveries:
            return DeliveryReport(
                deliveries.deliver_day(day or self.today, only=channel, again=again)
            )

    def bring_saved(self, *, saver: str | None = None) -> SavingReport:
        """Copy all saved papers to the places that the profile names, such as Zotero.

        A morning does the same. What is there already is written again only where it changed.

        Arguments:
            saver: only this one, by its name in `savers`.

        Returns what became of them in each place. One that fails does not stop the next.

        Raises StoreError, RunHangs where another run hangs.

        >>> profile.bring_saved().outcomes
        ()
        """
        from paperlark.compose.savers import open_saving

        options = self.options
        with open_saving(
            self.settings, self.environment, patience=options.patience, tell=options.tell
        ) as saving:
            return saving.bring(only=saver)

    def savers(self) -> tuple[str, ...]:
        """Return the names of the places that the profile has for saved papers.

        >>> profile.savers()
        ()
        """
        from paperlark.compose.savers import savers_of

        return tuple(savers_of(self.settings, self.environment))

    def send_test_message(self, *, channel: str | None = None) -> DeliveryReport:
        """Send a test message to every channel; raises StoreError.

        Arguments:
            channel: only this one, by its name in the profile.

        >>> profile.send_test_message().outcomes
        ()
        """
        from paperlark.domain.delivery import Occasion

        return self._tell(
            Occasion.TRIAL, f"It works: pages of {self.name!r} will come here.", channel
        )

    def send_alarm(self, text: str, *, channel: str | None = None) -> DeliveryReport:
        """Send an alarm to every channel; raises StoreError.

        Arguments:
            text: what is wrong, in one sentence.
            channel: only this one, by its name in the profile.

        >>> profile.send_alarm("the backup failed").outcomes
        ()
        """
        from paperlark.domain.delivery import Occasion

        return self._tell(Occasion.ALARM, text, channel)

    def build_site(self, folder: str | Path | None = None, *, address: str | None = None) -> Site:
        """Build a static site of all days; only what is new is made.

        Arguments:
            folder: where it is written; as the profile says by default.
            address: where it will be in the web; as the profile says by default.

        Returns where it is, and how many files were made. `paperlark.build_site` takes several
        profiles.

        Raises PublishError or StoreError, and then the earlier site is untouched.

        >>> profile.build_site().days
        2
        """
        from paperlark.api.several_profiles import build_site

        return build_site([self], folder, address=address)

    def labelled_days(self) -> LabelledReader:
        """Return the days whose papers were judged or voted on, for `evaluate`.

        Raises StoreError where there is no page yet.

        >>> voted = profile.reading.vote("2502.18137", "up")
        >>> len(profile.labelled_days().days)
        1
        """
        from paperlark.evaluation.evaluate import own_reader

        return own_reader(self.settings)

    def evaluate(
        self,
        methods: Collection[str] | None = None,
        plan: EvaluationPlan | None = None,
        *,
        processes: int = 1,
    ) -> Report:
        """Measure the ranking on the reader's own days.

        Arguments:
            methods, plan, processes: as for `paperlark.evaluate`.

        Raises StoreError where there is no page yet, PaperlarkError where no day is labelled.

        >>> report = profile.evaluate(["paperlark", "random"])
        >>> report.reader
        'Efficient LLM inference'
        """
        from paperlark.api.evaluation import evaluate

        return evaluate(
            self.labelled_days(), methods, plan, progress=self.progress, processes=processes
        )

    def restore(
        self, folder: str | Path | None = None
    ) -> Iterator[tuple[str, PaperlarkError | None]]:
        """Make a lost database again from the pages and their manifests.

        Arguments:
            folder: where the pages are; as the profile says by default.

        Yields the name of each day or copy of votes, and the error where it could not be restored.

        Raises StoreError where there is a database.

        >>> list(profile.restore())
        Traceback (most recent call last):
        ...
        paperlark.domain.errors.StoreError: there is a database at ...
        """
        from paperlark.archive.restore import restore_store

        return restore_store(self.settings, Path(folder) if folder else self.settings.output)

    def move_database(self, to: str, *, switch: bool = False) -> MoveResult:
        """Copy the archive, of all its readers, into another database, and compare all of it.

        Arguments:
            to: a file, relative to the profile's folder, or `postgresql://user@host/name`.
            switch: whether the profile then names the new database.

        Nobody writes meanwhile. A move that was ended goes on where it was.

        Raises StoreError (StoreBusy while a run is at work), also where the other database has rows
        of its own; ProfileError where the profile cannot be changed.

        >>> moved = profile.move_database("moved.db")
        >>> moved.line
        'database = "moved.db"'
        """
        from paperlark.archive.move_database import move_database

        options = self.options
        return move_database(
            self.settings,
            to,
            self.progress,
            self.environment.now,
            switch=switch,
            patience=options.patience,
            tell=options.tell,
        )

    def _open_pages(self, limit: RunLimit) -> AbstractContextManager[PageMaker]:
        from paperlark.compose.pages import open_page_maker

        options = replace(self.options, over=limit.over)
        return open_page_maker(self.settings, options, self.environment)

    def _limit(self) -> RunLimit:
        """Return what ends a run that takes too long."""
        from paperlark.runs.limit import RunLimit

        model = self.settings.model
        patience = model.timeout if model else 0.0
        at_most = self.settings.at_most
        return RunLimit(at_most, self._timed, patience=patience, give_up=self.give_up)

    def _open_archive(self) -> AbstractContextManager[OwnDigests]:
        from paperlark.archive.digests import open_archive

        return open_archive(self.settings)

    def _morning(
        self,
        reporter: MorningReporter | None,
        on_delivery: Callable[[DeliveryReport], object],
        *,
        wait: bool,
    ) -> Morning:
        from paperlark.compose.morning import compose_morning
        from paperlark.runs.morning import LogReporter

        limit = self._limit()
        return compose_morning(
            self.settings,
            replace(self.options, over=limit.over),
            self.environment,
            limit,
            reporter or LogReporter(),
            on_delivery=on_delivery,
            interruptible=self.interruptible,
            waits=wait,
        )

    def _outboxes(self) -> Outboxes:
        from paperlark.compose.channels import outboxes

        options = self.options
        return outboxes(
            self.settings, self.environment, patience=options.patience, tell=options.tell
        )

    def _tell(self, occasion: Occasion, text: str, channel: str | None) -> DeliveryReport:
        from paperlark.delivery.deliveries import DeliveryReport

        with self._outboxes().open() as deliveries:
            return DeliveryReport(deliveries.send_notice(occasion, text, self.today, only=channel))
