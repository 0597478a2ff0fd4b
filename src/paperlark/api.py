"""What a program can do with paperlark: open a profile, and make, read and deliver its pages.

    import paperlark

    profile = paperlark.open_profile()
    page = profile.make_page()
    print(page.digest.status, *page.pages)

`import paperlark` has every name of this page. An `OpenedProfile` holds no connection: a method
opens what it needs and closes it at its end, so one value can be used all day. What a method
prints on the command line it returns here; what it decides it logs, under `paperlark`.

Every expected error is a `PaperlarkError` with the attributes `problem` and `hint`. Progress is
reported to any object with the method `step` of `paperlark.ports.Progress`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from paperlark.runs.progress import NoProgress, TimedProgress
from paperlark.settings.environment import Environment, RunOptions

if TYPE_CHECKING:
    from paperlark.archive.digests import OwnDigests
    from paperlark.archive.following import Followed
    from paperlark.archive.spending import SpendingReport
    from paperlark.archive.triage import Applied, ReadingDay, TouchedPaper
    from paperlark.delivery.deliveries import DeliveryReport, Outboxes
    from paperlark.doctor import Group
    from paperlark.domain.criteria import Criteria
    from paperlark.domain.criteria_effect import CriteriaEffect
    from paperlark.domain.delivery import Occasion
    from paperlark.domain.digest import Digest
    from paperlark.domain.errors import PaperlarkError
    from paperlark.domain.feedback import Feedback, ImportedPaper, Vote
    from paperlark.domain.followed import FollowingReport
    from paperlark.domain.paper import Paper, PaperId
    from paperlark.domain.paper_history import PaperHistory
    from paperlark.domain.profile import FollowedAuthor
    from paperlark.domain.search import SearchResults
    from paperlark.domain.spending import Period
    from paperlark.domain.triage import Action, TriageEvent, TriageState
    from paperlark.domain.vote_effect import CastVotes, VoteEffect
    from paperlark.evaluation.cases import LabelledReader
    from paperlark.evaluation.measure import EvaluationPlan
    from paperlark.evaluation.report import Report
    from paperlark.evaluation.token_report import TokenReport
    from paperlark.importing.draft_criteria import DraftedCriteria
    from paperlark.importing.fetch import OpenArxiv
    from paperlark.importing.import_source import Imported, ImportOptions
    from paperlark.importing.imported_sources import ImportedSource
    from paperlark.importing.kinds import FileKind
    from paperlark.importing.read_papers import ReadPapers
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
    from paperlark.runs.several import SeveralMornings
    from paperlark.schedule.job import ScheduledJob
    from paperlark.schedule.schedule import Schedule
    from paperlark.settings import Settings
    from paperlark.settings.values import ArxivSettings
    from paperlark.site.build import Site

ZOTERO = "https://api.zotero.org"
SAMPLE_NOTE = "A bundled sample: some papers of that day, not the whole announcement."
ScheduleKind = Literal["systemd", "cron", "launchd", "windows", "github", "docker"]
_DEFAULTS = RunOptions()
_SILENT = NoProgress()


def _uninterruptible(stop: StopPaying) -> AbstractContextManager[object]:
    from paperlark.runs.make_page import uninterruptible

    return uninterruptible(stop)


def find_profile(path: str | Path | None = None, *, environment: Environment | None = None) -> Path:
    """Find the file of a profile, which need not exist.

    Arguments:
        path: a file, or a folder that has a `paperlark.toml`; by default that of the current folder
            or, where it has none, `~/.config/paperlark/paperlark.toml` (XDG_CONFIG_HOME is
            respected).
        environment: see `open_profile`.

    >>> paperlark.find_profile().name
    'paperlark.toml'
    """
    from paperlark.settings.places import find_profile as find

    variables = (environment or Environment()).variables
    return find(None if path is None else Path(path), variables)


def open_profile(
    path: str | Path | None = None,
    *,
    options: RunOptions = _DEFAULTS,
    environment: Environment | None = None,
    progress: Progress = _SILENT,
) -> OpenedProfile:
    """Read a profile and everything it refers to.

    Arguments:
        path: the profile, a TOML file or the folder that has it; as `find_profile` by default.
        options: how to run: recorded feeds instead of the network, another output folder, without
            the model, how many seconds to wait for another run on the same database.
        environment: environment variables, clock, sleep and keyring; the real ones by default.
        progress: shows how far a step is.

    Returns the profile, ready for use.

    Raises ProfileError with every mistake found, each with file and line.

    >>> options = paperlark.RunOptions(feeds=Path("feeds"))
    >>> profile = paperlark.open_profile(options=options, environment=environment)
    >>> profile.name
    'Efficient LLM inference'
    """
    from paperlark.archive.pages_owner import propose_id
    from paperlark.settings import load_settings

    file = find_profile(path, environment=environment)
    settings = propose_id(load_settings(file))
    return OpenedProfile(settings, environment or Environment(), options, progress, path=file)


def understand_criteria(text: str | Path) -> Criteria:
    """Read interests as somebody wrote them, in any form.

    Arguments:
        text: Markdown, a list, sentences, or anything else; a Path is the file to read it from.

    Returns topics, each with what counts for and against a paper; keywords; remarks; and
    warnings that quote what was not understood.

    Raises ProfileError where the file cannot be read, or is too long to be interests.

    >>> found = paperlark.understand_criteria("Ice shelves; glaciers, but no avalanches")
    >>> [topic.name for topic in found.topics], found.topics[1].irrelevant
    (['Ice shelves', 'glaciers'], 'avalanches')
    """
    from paperlark.domain.criteria import parse_criteria
    from paperlark.settings.load import read_criteria

    return parse_criteria(read_criteria(text) if isinstance(text, Path) else text)


@contextmanager
def open_sample(
    folder: str | Path, *, environment: Environment | None = None, progress: Progress = _SILENT
) -> Iterator[OpenedProfile]:
    """Open the bundled sample: a reader and three recorded days, without key or network.

    Arguments:
        folder: where its database, pages and site are written.
        environment: see `open_profile`.
        progress: see `open_profile`.

    Returns a context manager that yields the profile.

    >>> with paperlark.open_sample("sample") as sample:
    ...     [str(day) for day in sample.announcement_days()]
    ['2025-02-19', '2025-02-26', '2025-03-25']
    """
    from importlib.resources import as_file, files

    with as_file(files("paperlark").joinpath("sample")) as sample:
        output = Path(folder)
        options = RunOptions(output=output, feeds=sample / "feeds", notes=(SAMPLE_NOTE,))
        opened = open_profile(
            sample / "paperlark.toml", options=options, environment=environment, progress=progress
        )
        there = output.absolute()
        settings = replace(
            opened.settings,
            id=opened.settings.profile.title,  # so that none is written into the bundled profile
            database=there / "paperlark.db",
            site=replace(opened.settings.site, folder=there / "site"),
        )
        yield replace(opened, settings=settings, path=None)


@dataclass(frozen=True, slots=True)
class OpenedProfile:
    """One reader's profile, and all that can be done with it.

    `interruptible` is entered while a page is being made. It is given a function that starts no
    further paid call and returns how many answers are still to come, for a signal handler.
    `give_up` ends the process, with an error's text, where a run takes longer than [run] at_most
    and cannot be ended otherwise; with it a run in the main thread is interrupted by a signal.
    `path` is the profile's file, None where it cannot be changed.
    """

    settings: Settings
    environment: Environment
    options: RunOptions = _DEFAULTS
    progress: Progress = _SILENT
    interruptible: Interruptible = field(default=_uninterruptible)
    give_up: Callable[[str], object] | None = None
    path: Path | None = None

    @property
    def name(self) -> str:
        """The profile's name: the page's title, which may change at will."""
        return self.settings.profile.title

    @property
    def today(self) -> date:
        """Today's date in New York, where arXiv's feeds change at midnight."""
        from paperlark.domain.calendar import today

        return today(self.environment.now())

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

        return paper_history(self.settings, _paper_id(paper), day)

    def criteria_text(self) -> str:
        """Return the file of the criteria as it is, with its comments.

        Raises ProfileError where it cannot be read any more.

        >>> profile.criteria_text().startswith("# Efficient LLM inference")
        True
        """
        from paperlark.settings.load import read_criteria

        file = self.settings.criteria_file
        return read_criteria(file) if file else self.settings.profile.criteria.text

    def criteria_effect(self, day: date, text: str | Path | None = None) -> CriteriaEffect:
        """Show which papers of a day each line of the criteria moved.

        The day is ranked by the criteria alone, without what judgements and votes have taught.

        Arguments:
            day: a day that has a page.
            text: criteria to try instead of the profile's own, or a Path to them; nothing is
                stored.

        Raises StoreError where the reader has no page of that day, ProfileError where the file
        cannot be read.

        >>> from datetime import date
        >>> effect = profile.criteria_effect(date(2025, 2, 26), "Only mixtures of experts.")
        >>> effect.ranking[0].after, len(effect.statements)
        (1, 1)
        """
        from paperlark.archive.criteria_effect import criteria_effect
        from paperlark.rankers.embedded import EmbeddedRanker
        from paperlark.settings.load import read_criteria

        own = read_criteria(text) if isinstance(text, Path) else text
        tried = self.criteria_text() if own is None else own
        return criteria_effect(self.settings, tried, day, EmbeddedRanker(), self.progress)

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

    def vote(
        self, papers: str | Sequence[str], vote: Vote | Literal["up", "down", "none"]
    ) -> tuple[Paper, ...]:
        """Vote for papers ("up"), against them ("down"), or take the votes back ("none").

        Arguments:
            papers: one identifier or several, as for `why`.
            vote: counts from the same day's page on.

        Returns the papers.

        Raises StoreError where a paper is not known, and then no vote counts; ValueError where a
        name is no identifier.

        >>> [paper.id for paper in profile.vote("2502.18137", "up")]
        ['2502.18137']
        """
        return self.cast_votes(papers, vote).papers

    def cast_votes(
        self, papers: str | Sequence[str], vote: Vote | Literal["up", "down", "none"]
    ) -> CastVotes:
        """Vote as `vote` does, and return what `vote_effect` needs.

        Arguments:
            papers, vote: as for `vote`.

        Returns the papers, and which of them had this vote before.

        Raises StoreError or ValueError as `vote` does.

        >>> cast = profile.cast_votes("2502.18137", "up")
        >>> cast.nothing_new
        True
        """
        from paperlark.archive.votes import open_votes
        from paperlark.domain.feedback import Vote

        names = [papers] if isinstance(papers, str) else papers
        with open_votes(self.settings, self.environment) as votes:
            return votes.cast([_paper_id(name) for name in names], Vote(vote))

    def vote_effect(self, cast: CastVotes, *, however_long: bool = False) -> VoteEffect:
        """Compare the latest page as it would be with the votes and without them.

        Arguments:
            cast: the votes, as `cast_votes` returned them.
            however_long: compare even where so many papers are known that it takes long.

        Returns how many papers would have another place, and which moved furthest. Papers that
        were voted on are left out, for the next page does not have them.

        Raises StoreError.

        >>> effect = profile.vote_effect(profile.cast_votes("2502.18137", "up"))
        >>> str(effect.day), effect.moved  # the vote was there already
        ('2025-02-26', 0)
        """
        from paperlark.archive.vote_effect import vote_effect

        return vote_effect(self.settings, cast, self._timed, however_long=however_long)

    def votes(self) -> tuple[tuple[Feedback, Paper | None], ...]:
        """Return the vote that counts for each paper, oldest first; raises StoreError.

        The paper is None where its text is lost.

        >>> [(vote.paper_id, str(vote.vote)) for vote, _ in profile.votes()]
        [('2502.18137', 'up')]
        """
        from paperlark.archive.votes import open_votes

        with open_votes(self.settings, self.environment, writes=False) as votes:
            return votes.current()

    def triage(
        self,
        paper: str,
        action: Action | Literal["want", "not", "save", "later", "open", "seen", "note"],
        *,
        on: bool = True,
        text: str = "",
        event: str | None = None,
        page: date | None = None,
        place: int | None = None,
    ) -> Applied:
        """Do something with a paper where it is read: want it, save it, note something, and so on.

        Arguments:
            paper: its identifier, as for `why`.
            action: what is done; want, not and save teach the ranker, open a little.
            on: False where it is taken back.
            text: of a note.
            event: an id of this event; sent again with the same id it changes nothing.
            page, place: the day of the page where it was done, and the paper's place there.

        Returns the state of the paper before and after.

        Raises StoreError where the paper is not known, ValueError where a name is no identifier.

        >>> done = profile.triage("2502.18137", "save")
        >>> done.before.saved, done.after.saved, done.after.seen
        (False, True, True)
        """
        from uuid import uuid4

        from paperlark.archive.triage import open_triage
        from paperlark.domain.triage import Action, TriageEvent

        done = TriageEvent(
            id=event or uuid4().hex,
            paper_id=_paper_id(paper),
            action=Action(action),
            at=self.environment.now(),
            on=on,
            text=text,
            page=page,
            place=place,
        )
        with open_triage(self.settings, self.environment) as triage:
            return triage.act(done)

    def undo_triage(self, undoes: str, *, event: str | None = None) -> Applied:
        """Take back a triage event; any of them, and exactly.

        Arguments:
            undoes: the id of that event.
            event: an id of this one, as for `triage`.

        Returns the state of its paper before and after.

        Raises StoreError where there is no such event.

        >>> undone = profile.undo_triage(profile.reading_day().undoable[-1].id)
        >>> undone.paper.id, undone.after.saved
        ('2502.18137', False)
        """
        from uuid import uuid4

        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment) as triage:
            return triage.undo(event or uuid4().hex, undoes)

    def reading_day(self, day: date | None = None, *, others: bool = False) -> ReadingDay:
        """Return the papers of a day, and what was done with each.

        Arguments:
            day: the announcement day; the latest with a page by default.
            others: with the scanned papers that are not on the page.

        Raises StoreError where there is no such page.

        >>> day = profile.reading_day(others=True)
        >>> day.state("2502.18137").vote.value, len(day.others) > len(day.digest.entries)
        ('up', True)
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.day(day, others=others)

    def touched_papers(self, which: Callable[[TriageState], bool]) -> tuple[TouchedPaper, ...]:
        """Return the papers that something was done with and whose state is so, the latest first.

        Arguments:
            which: chooses by the state.

        Raises StoreError.

        >>> profile.touched_papers(lambda state: state.saved)
        ()
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.touched(which)

    def papers_with_states(self, papers: Sequence[str]) -> tuple[TouchedPaper, ...]:
        """Return what was done with each of these papers, in their order.

        Arguments:
            papers: identifiers, as for `why`; those that are not known are left out.

        Raises StoreError; ValueError where a name is no identifier.

        >>> [str(one.state.vote) for one in profile.papers_with_states(["2502.18137"])]
        ['up']
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.listed([_paper_id(one) for one in papers])

    def triage_history(self) -> tuple[TriageEvent, ...]:
        """Return all triage events, the oldest first; raises StoreError.

        What a kill kept from the log beside the database is added to it.

        >>> [(str(one.action), one.undoes is None) for one in profile.triage_history()[-2:]]
        [('save', True), ('save', False)]
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment) as triage:
            triage.complete_log()
            return triage.history()

    def follow(
        self,
        name: str,
        *,
        aliases: Sequence[str] = (),
        person: str | None = None,
        as_printed: bool = False,
    ) -> Followed:
        """Follow an author: their papers are on every page from the next one on.

        Arguments:
            name: a full name in any common form, such as "Ada Lovelace" or "Lovelace, Ada".
            aliases: other names that papers print.
            person: Semantic Scholar's id of this person, which excludes namesakes.
            as_printed: follow a single name or initials all the same.

        Returns the last papers of whom the name matches, and whether the author was followed
        already. The profile is changed; open it again to use it.

        Raises UnclearName where the name is not enough, ProfileError or StoreError, and then the
        profile is unchanged.

        >>> followed = profile.follow("Lovelace, Ada")
        >>> followed.already, len(followed.report.authors[0].papers)
        (None, 0)
        """
        from paperlark.archive.following import follow_author
        from paperlark.domain.profile import FollowedAuthor

        author = FollowedAuthor(name, tuple(aliases), person)
        return follow_author(self.settings, self._file(), author, as_printed=as_printed)

    def unfollow(self, name: str) -> FollowedAuthor:
        """Follow an author no longer; the rest of the profile stays as it is.

        Arguments:
            name: the author, under any of their names.

        Returns who was followed.

        Raises UnclearName where nobody is followed under that name, or several are; ProfileError.

        >>> paperlark.open_profile(profile.path).unfollow("Ada Lovelace").name
        'Lovelace, Ada'
        """
        from paperlark.archive.following import unfollow_author

        return unfollow_author(self.settings, self._file(), name)

    def following(self) -> FollowingReport:
        """Return the followed authors, each with the last papers of whom the name matches.

        Raises StoreError.

        >>> [author] = profile.following().authors
        >>> author.author.name, str(author.papers[0].day), author.in_month
        ('Mohamed S. Abdelfattah', '2025-02-19', 1)
        """
        from paperlark.archive.following import report_following

        return report_following(self.settings, self.settings.profile.followed)

    def import_source(
        self,
        source: str | Path,
        *,
        kind: FileKind | None = None,
        liked: bool = True,
        ask_arxiv: bool = True,
        days: bool = True,
        dry_run: bool = False,
    ) -> Imported:
        """Import papers the reader likes, or a digest that was made elsewhere.

        Arguments:
            source: a file, an address, or one paper's identifier.
            kind: what kind of file it is; recognised by its content by default.
            liked: False where the reader wants no more papers like these.
            ask_arxiv: look up papers whose text is not known.
            days: add digests to the archive as days of their own.
            dry_run: store nothing.

        Returns the counts of what was imported.

        Raises Unimportable, and then nothing is stored; StoreError.

        >>> profile.import_source("2502.18137", ask_arxiv=False).liked
        1
        """
        from paperlark.importing.import_source import import_source

        how = self._import_options(
            kind=kind, liked=liked, ask_arxiv=ask_arxiv, days=days, dry_run=dry_run
        )
        return import_source(self.settings, self.environment, str(source), how)

    def import_zotero(
        self,
        library: str,
        *,
        key_variable: str = "ZOTERO_API_KEY",
        url: str = ZOTERO,
        liked: bool = True,
        ask_arxiv: bool = True,
        dry_run: bool = False,
    ) -> Imported:
        """Import a Zotero library over the web.

        Arguments:
            library: such as users/12345 (or only the number) or groups/678.
            key_variable: the name of the secret with the key of a library that is not public.
            url: where Zotero's web API is.
            liked, ask_arxiv, dry_run: as for `import_source`.

        Returns the counts of what was imported.

        Raises Unimportable, and then nothing is stored; StoreError.

        >>> profile.import_zotero("my library")
        Traceback (most recent call last):
        ...
        paperlark.domain.errors.Unimportable: 'my library' ...
        """
        from paperlark.importing.import_source import import_zotero
        from paperlark.importing.zotero import ZoteroLibrary

        how = self._import_options(
            kind=None, liked=liked, ask_arxiv=ask_arxiv, days=True, dry_run=dry_run
        )
        zotero = ZoteroLibrary(library, key_variable, url)
        return import_zotero(self.settings, self.environment, zotero, how)

    def imports(self) -> tuple[ImportedSource, ...]:
        """Return what was imported, by source, the earliest first; raises StoreError.

        >>> [(source.name, len(source.papers)) for source in profile.imports()]
        [('single papers', 1)]
        """
        from paperlark.importing.imported_sources import list_imports

        return list_imports(self.settings)

    def remove_imports(self, name: str) -> tuple[ImportedPaper, ...]:
        """Take a source or one paper out again, so that the ranker no longer learns from it.

        Votes on these papers stay, and so do days that came with a digest.

        Arguments:
            name: a source, by its name in `imports` or the name of its file, or an identifier.

        Returns the papers that were taken out; none where nothing has that name.

        Raises Unimportable where several sources have that name; StoreError.

        >>> [one.example.paper.id for one in profile.remove_imports("2502.18137")]
        ['2502.18137']
        """
        from paperlark.importing.imported_sources import remove_imports

        return remove_imports(self.settings, name)

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
        return build_site([self], folder, address=address)

    def labelled_days(self) -> LabelledReader:
        """Return the days whose papers were judged or voted on, for `evaluate`.

        Raises StoreError where there is no page yet.

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

    def _file(self) -> Path:
        from paperlark.domain.errors import PaperlarkError

        if self.path is None:
            raise PaperlarkError("the bundled sample's profile cannot be changed")
        return self.path

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

    def _import_options(
        self, *, kind: FileKind | None, liked: bool, ask_arxiv: bool, days: bool, dry_run: bool
    ) -> ImportOptions:
        from paperlark.compose.sources import open_arxiv_client
        from paperlark.importing.archive_days import LockWait
        from paperlark.importing.import_source import ImportOptions

        return ImportOptions(
            progress=self._timed,
            open_arxiv=partial(open_arxiv_client, self.settings, self.environment),
            kind=kind,
            wanted=liked,
            ask_arxiv=ask_arxiv,
            dry_run=dry_run,
            days=days,
            wait=LockWait(self.options.patience, self.options.tell),
        )


def draft_criteria(papers: Sequence[Paper]) -> DraftedCriteria:
    """Draft criteria from papers that somebody likes: a topic for each cluster of them, to edit.

    Arguments:
        papers: such as those of `read_papers` or `find_papers_of_author`, in any order.

    Returns the text, in Markdown, and its clusters with the papers in each; the same papers
    always give the same text. Without papers it is empty.

    >>> papers = [entry.paper for entry in profile.digest().entries]
    >>> draft = paperlark.draft_criteria(papers[:1])
    >>> len(draft.clusters), draft.text.startswith(f"## {draft.clusters[0].name}")
    (1, True)
    """
    from paperlark.importing.draft_criteria import draft_criteria as draft

    return draft(papers)


def language_note(criteria: str) -> str | None:
    """Return one sentence on criteria in a language that the papers are not in; else None.

    Arguments:
        criteria: the text, as a reader writes it.

    >>> paperlark.language_note("Sonar of bats, and models of their calls.") is None
    True
    """
    from paperlark.domain.criteria import parse_criteria
    from paperlark.rankers.language import unreadable

    return unreadable(parse_criteria(criteria))


def read_papers(
    source: str | Path,
    *,
    ask_arxiv: bool = True,
    environment: Environment | None = None,
    arxiv: ArxivSettings | None = None,
    progress: Progress = _SILENT,
) -> ReadPapers:
    """Read the papers of a library without a profile, and store nothing.

    Arguments:
        source: a file, an address, or one paper's identifier, as for `import_source`.
        ask_arxiv: look up papers that have no abstract.
        environment: see `open_profile`.
        arxiv: addresses to ask instead of arXiv's own.
        progress: see `open_profile`.

    Returns the papers, and what was left out and why.

    Raises Unimportable.

    >>> paperlark.read_papers("nothing.bib")
    Traceback (most recent call last):
    ...
    paperlark.domain.errors.Unimportable: there is no file nothing.bib...
    """
    from paperlark.importing.read_papers import read_papers as read

    asked, opened = _arxiv_of(arxiv, environment or Environment())
    return read(asked, opened, str(source), TimedProgress(progress), ask_arxiv=ask_arxiv)


def read_zotero_papers(
    library: str,
    *,
    key_variable: str = "ZOTERO_API_KEY",
    url: str = ZOTERO,
    environment: Environment | None = None,
    arxiv: ArxivSettings | None = None,
    progress: Progress = _SILENT,
) -> ReadPapers:
    """Read the papers of a Zotero library without a profile, and store nothing.

    Arguments:
        library, key_variable, url: as for `OpenedProfile.import_zotero`.
        environment, arxiv, progress: as for `read_papers`.

    Returns the papers, and what was left out and why.

    Raises Unimportable.

    >>> paperlark.read_zotero_papers("my library")
    Traceback (most recent call last):
    ...
    paperlark.domain.errors.Unimportable: 'my library' ...
    """
    from paperlark.importing.read_papers import read_zotero_papers as read
    from paperlark.importing.zotero import ZoteroLibrary

    where = environment or Environment()
    asked, opened = _arxiv_of(arxiv, where)
    zotero = ZoteroLibrary(library, key_variable, url)
    return read(asked, where, opened, zotero, TimedProgress(progress))


def find_papers_of_author(
    name: str,
    *,
    environment: Environment | None = None,
    arxiv: ArxivSettings | None = None,
    progress: Progress = _SILENT,
) -> tuple[Paper, ...]:
    """Find the latest papers at arXiv by authors of a name, such as the reader's own.

    Arguments:
        name: a full name, such as Jane Doe or "Doe, Jane"; several persons may have it.
        environment, arxiv, progress: as for `read_papers`.

    Returns the papers, the latest first; none where arXiv knows nobody of that name.

    Raises Unimportable where it is not a full name, or arXiv cannot be asked.

    >>> paperlark.find_papers_of_author("Doe")
    Traceback (most recent call last):
    ...
    paperlark.domain.errors.Unimportable: 'Doe' is not a full name...
    """
    from paperlark.importing.read_papers import papers_of_author

    asked, opened = _arxiv_of(arxiv, environment or Environment())
    return papers_of_author(asked, opened, name, TimedProgress(progress))


def _arxiv_of(
    arxiv: ArxivSettings | None, environment: Environment
) -> tuple[ArxivSettings, OpenArxiv]:
    from paperlark.compose.sources import open_arxiv_client
    from paperlark.settings.load import usual_arxiv

    asked = arxiv or usual_arxiv()
    return asked, partial(open_arxiv_client, asked, environment)


def build_site(
    profiles: Sequence[OpenedProfile],
    folder: str | Path | None = None,
    *,
    address: str | None = None,
) -> Site:
    """Build one static site of several profiles.

    Arguments:
        profiles: one or more; the first one's settings are the defaults.
        folder: where it is written.
        address: where it will be in the web.

    Returns where it is, of how many days, and how many files were made or taken over.

    Raises PublishError or StoreError, and then the earlier site is untouched.

    >>> site = paperlark.build_site([profile], "both")
    >>> site.folder.name, site.days
    ('both', 2)
    """
    from paperlark.site.build import build_site as build

    first = profiles[0]
    target = Path(folder or first.settings.site.folder).absolute()
    settings = [one.settings for one in profiles]
    return build(settings, target, address or first.settings.site.address, first._timed)  # noqa: SLF001  # the same module's


def find_profiles(path: str | Path) -> tuple[Path, ...]:
    """Find the profiles of a folder: its `.toml` files, and `paperlark.toml` in a folder of it.

    Arguments:
        path: the folder; or a file, which is then the only profile.

    Returns their paths, in order.

    >>> [path.name for path in paperlark.find_profiles("paperlark.toml")]
    ['paperlark.toml']
    """
    from paperlark.runs.several import profiles_of

    return profiles_of(Path(path))


def run_mornings(
    profiles: Mapping[str, Callable[[], OpenedProfile]],
    *,
    wait: bool = True,
    reporter: MorningReporter | None = None,
    on_delivery: Callable[[DeliveryReport], object] = lambda _: None,
) -> SeveralMornings:
    """Run the mornings of several profiles; what goes wrong with one does not stop the next.

    Arguments:
        profiles: opens each profile, by the name that results and messages have for it.
        wait, reporter, on_delivery: as for `OpenedProfile.run_morning`.

    Returns how each ended; `exit_code` is that of the worst.

    >>> ended = paperlark.run_mornings({"mine": lambda: profile})
    >>> list(ended.results), ended.exit_code
    (['mine'], 0)
    """
    from paperlark.runs.morning import LogReporter
    from paperlark.runs.several import run_several

    told = reporter or LogReporter()

    def morning(open_anew: Callable[[], OpenedProfile]) -> MorningResult:
        return open_anew().run_morning(wait=wait, reporter=told, on_delivery=on_delivery)

    return run_several({name: partial(morning, one) for name, one in profiles.items()}, told)


def repeat_mornings(
    open_anew: Callable[[], OpenedProfile | Mapping[str, Callable[[], OpenedProfile]]],
    *,
    wait: bool = True,
    environment: Environment | None = None,
    reporter: MorningReporter | None = None,
    on_delivery: Callable[[DeliveryReport], object] = lambda _: None,
) -> NoReturn:
    """Run a morning now and on every announcement day, for ever: what a container does.

    Arguments:
        open_anew: opens the profile before each morning, for it may have changed; or returns
            several, as for `run_mornings`.
        wait, reporter, on_delivery: as for `OpenedProfile.run_morning`.
        environment: its clock and sleep.

    Never returns; a morning that does not end well is tried three times.
    """
    from paperlark.runs.morning import LogReporter
    from paperlark.runs.morning import repeat_mornings as repeat

    told = reporter or LogReporter()

    def run() -> MorningResult | SeveralMornings:
        opened = open_anew()
        if isinstance(opened, OpenedProfile):
            return opened.run_morning(wait=wait, reporter=told, on_delivery=on_delivery)
        return run_mornings(opened, wait=wait, reporter=told, on_delivery=on_delivery)

    repeat(run, environment or Environment(), told)


def read_labelled_days(folder: str | Path, *, relevant_from: int = 8) -> LabelledReader:
    """Read a recorded reader's days, to evaluate on.

    Arguments:
        folder: has graded.jsonl and criteria.md, or days.jsonl, papers.jsonl and a folder criteria.
        relevant_from: the lowest relevance of a wanted paper, where every paper was graded.

    Raises PaperlarkError where the folder has no such files.

    >>> paperlark.read_labelled_days("nowhere")
    Traceback (most recent call last):
    ...
    paperlark.domain.errors...
    """
    from paperlark.evaluation.folder import read_folder

    return read_folder(Path(folder), relevant_from=relevant_from)


def evaluate(
    reader: LabelledReader,
    methods: Collection[str] | None = None,
    plan: EvaluationPlan | None = None,
    *,
    progress: Progress = _SILENT,
    processes: int = 1,
) -> Report:
    """Rank labelled days in time order, beside other methods, and measure how good each is.

    Arguments:
        reader: `OpenedProfile.labelled_days()`, or `read_labelled_days(folder)`.
        methods: names such as "paperlark" and "bm25"; every method by default.
        plan: the lengths of history, the numbers of votes, the test days and the seed.
        progress: shows how far a step is.
        processes: on how many processors; each needs as much memory again.

    Returns every figure with its 95 % confidence interval.

    Raises PaperlarkError where there is nothing to measure.

    >>> plan = paperlark.EvaluationPlan(history=(0,))
    >>> report = paperlark.evaluate(profile.labelled_days(), ["paperlark"], plan)
    >>> report.reader
    'Efficient LLM inference'
    """
    from paperlark.evaluation.cases import NAMES
    from paperlark.evaluation.evaluate import evaluate as measure
    from paperlark.evaluation.measure import EvaluationPlan

    plan = plan or EvaluationPlan((0, 1, 5, 20, 60), (3, 10, 30, 100))
    return measure(reader, methods or NAMES, plan, TimedProgress(progress), processes=processes)


def evaluate_tokens(
    reader: LabelledReader,
    plan: EvaluationPlan,
    *,
    progress: Progress = _SILENT,
    all_known: bool = False,
) -> TokenReport:
    """Measure how many tokens judging takes, beside a prompt for each paper.

    Arguments:
        reader: as for `evaluate`.
        plan: with one length of history.
        progress: shows how far a step is.
        all_known: take all labels of earlier days as known, not only those that paperlark would
            have had judged.

    Raises PaperlarkError where there is nothing to measure.

    >>> plan = paperlark.EvaluationPlan(history=(0,))
    >>> report = paperlark.evaluate_tokens(profile.labelled_days(), plan)
    >>> [str(day) for day in report.days]
    ['2025-02-26']
    """
    from paperlark.evaluation.evaluate import evaluate_tokens as measure

    return measure(reader, plan, TimedProgress(progress), all_known=all_known)


def examine(
    path: str | Path | None = None,
    *,
    environment: Environment | None = None,
    offline: bool = False,
    may_ask_model: Callable[[str], bool] = lambda _: False,
) -> Iterator[Group]:
    """Check everything that a page needs; nothing is sent to a channel, and nothing is changed.

    Arguments:
        path: the profile, which may have mistakes; as `find_profile` by default.
        environment: see `open_profile`.
        offline: ask no server.
        may_ask_model: is told what one short question to the model costs at most, and returns
            whether it may be asked.

    Yields groups of findings, as they are found.

    >>> groups = list(paperlark.examine("paperlark.toml", offline=True))
    >>> groups[0].name, str(groups[0].findings[0].severity)
    ('profile', 'ok')
    """
    from paperlark.doctor import examine as check

    return check(
        find_profile(path, environment=environment),
        environment or Environment(),
        offline=offline,
        may_ask_model=may_ask_model,
    )


def open_schedule(
    kind: ScheduleKind,
    profiles: Sequence[str | Path],
    *,
    environment: Environment | None = None,
    at: time | None = None,
    requirement: str | None = None,
    site: bool = True,
    may_be_lost: bool = False,
) -> Schedule:
    """Return a way to have mornings run by themselves, to be shown, set or removed.

    Arguments:
        kind: what starts them.
        profiles: one or more.
        environment: see `open_profile`.
        at: a time of this machine's clock; right after midnight in New York by default.
        requirement: what is installed there, for GitHub and Docker: an address or the path of a
            wheel; a wheel of what is running by default.
        site: publish the site, for GitHub.
        may_be_lost: a profile need not exist, so that its schedule can be removed.

    Raises ProfileError, or NotScheduled where this is not possible here.

    >>> schedule = paperlark.open_schedule("docker", ["paperlark.toml"])
    >>> len(schedule.setting()) > 0
    True
    """
    from paperlark.http.network_settings import carried_variables
    from paperlark.schedule.cron import CronSchedule
    from paperlark.schedule.generated_files import DockerSchedule, GithubSchedule
    from paperlark.schedule.launchd import LaunchdSchedule
    from paperlark.schedule.systemd import SystemdSchedule
    from paperlark.schedule.windows import WindowsSchedule

    where = environment or Environment()
    files = [find_profile(one, environment=where) for one in profiles]
    network = carried_variables(where.variables)
    jobs = tuple(
        replace(
            _job(one, may_be_lost=may_be_lost), variables=network.open, withheld=network.withheld
        )
        for one in files
    )
    if kind == "systemd":
        return SystemdSchedule(jobs, where, at)
    if kind == "cron":
        return CronSchedule(jobs, where, at)
    if kind == "github":
        return GithubSchedule(jobs, where, at, requirement, site=site)
    if kind == "launchd":
        return LaunchdSchedule(jobs, where, at)
    if kind == "windows":
        return WindowsSchedule(jobs, where, at)
    return DockerSchedule(jobs, requirement)


def _job(profile: Path, *, may_be_lost: bool) -> ScheduledJob:
    from paperlark.schedule.schedule import job_of, lost_job
    from paperlark.settings import load_settings
    from paperlark.settings.identity import find_id
    from paperlark.store.readers import stored_readers

    python = Path(sys.executable)
    if may_be_lost and not profile.exists():
        return lost_job(profile, python)
    settings = load_settings(profile)
    return job_of(profile, find_id(settings, stored_readers(settings.database)), python)


def _paper_id(name: str) -> PaperId:
    from paperlark.domain.paper import identify

    identifier = identify(name)
    if identifier is None:
        raise ValueError(f"{name[:80]!r} is no arXiv identifier; write it like 2502.12206")
    return identifier.id
