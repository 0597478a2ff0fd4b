"""One reader's opened profile, and all that can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from paperlark.runs.progress import NO_PROGRESS, TimedProgress
from paperlark.settings.environment import Environment, RunOptions

if TYPE_CHECKING:
    from paperlark.archive.digests import OwnDigests
    from paperlark.archive.following import Followed
    from paperlark.archive.move_database import MoveResult
    from paperlark.archive.spending import SpendingReport
    from paperlark.archive.stored_texts import StoredTexts
    from paperlark.archive.triage import Applied, ReadingDay, TouchedPaper
    from paperlark.archive.tuning import Tuning, TuningDraft
    from paperlark.archive.vote_lines import KeptLines
    from paperlark.archive.vote_trial import VoteTrial
    from paperlark.delivery.deliveries import DeliveryReport, Outboxes
    from paperlark.domain.agenda import SharedPaper, Sharing
    from paperlark.domain.criteria_effect import CriteriaEffect
    from paperlark.domain.delivery import Occasion
    from paperlark.domain.digest import Digest
    from paperlark.domain.errors import PaperlarkError
    from paperlark.domain.feed_links import FeedLink
    from paperlark.domain.feedback import Feedback, ImportedPaper, Vote
    from paperlark.domain.followed import FollowingReport
    from paperlark.domain.paper import Paper, PaperId
    from paperlark.domain.paper_history import PaperHistory
    from paperlark.domain.profile import FollowedAuthor
    from paperlark.domain.saving import SavingReport
    from paperlark.domain.search import SearchResult, SearchResults
    from paperlark.domain.spending import Period
    from paperlark.domain.triage import Action, TriageEvent, TriageState
    from paperlark.domain.vote_effect import CastVotes, VoteEffect
    from paperlark.domain.vote_links import VoteLink
    from paperlark.evaluation.cases import LabelledReader
    from paperlark.evaluation.measure import EvaluationPlan
    from paperlark.evaluation.report import Report
    from paperlark.importing.import_source import Imported, ImportOptions
    from paperlark.importing.imported_sources import ImportedSource
    from paperlark.importing.kinds import FileKind
    from paperlark.ports import Progress
    from paperlark.renderers.paper_feeds import FeedPaper
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
    from paperlark.settings.profile_edit import ProfileEdit
    from paperlark.site.build import Site

ZOTERO = "https://api.zotero.org"
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

        return similar_papers(self.settings, _paper_id(paper), limit)

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

        if self.row is not None:
            return self.row.account.criteria
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

    def tuning(self, day: date | None = None) -> Tuning:
        """Read a day and what was known of the reader once, to rank it by other criteria.

        Arguments:
            day: a day that has a page; the latest by default.

        Returns what ranks it, as often as the criteria change.

        Raises StoreError where the reader has no papers of that day.

        >>> tuning = profile.tuning()
        >>> changes = tuning.rank("Only mixtures of experts.")
        >>> changes[0].after, len(changes) == len(tuning.papers)
        (1, True)
        """
        from paperlark.archive.tuning import open_tuning
        from paperlark.rankers.embedded import EmbeddedRanker

        wanted = day or self.digest().day
        return open_tuning(self.settings, wanted, EmbeddedRanker())

    def save_criteria(self, text: str, *, instead_of: str) -> None:
        """Replace the file of the criteria; open the profile again to use them.

        Arguments:
            text: the criteria, in any form.
            instead_of: what the file holds, as `criteria_text` returned it.

        Raises ProfileError where it holds something else by now or cannot be written, and then it
        is unchanged.

        >>> profile.save_criteria("Bats.", instead_of="Cats.")
        Traceback (most recent call last):
        ...
        paperlark.domain.errors.ProfileError: criteria.md was changed meanwhile ...
        """
        from paperlark.domain.errors import PaperlarkError
        from paperlark.settings.criteria_file import write_criteria

        if self.row is not None:
            self.row.save_criteria(text, instead_of=instead_of)
            return
        file = self.settings.criteria_file
        if self.path is None or file is None:
            raise PaperlarkError("the criteria of the bundled sample cannot be changed")
        write_criteria(file, text, instead_of=instead_of)

    def draft(self) -> TuningDraft:
        """Return the criteria and settings that `tuning` tries others in place of.

        >>> profile.draft().page_size
        8
        """
        from paperlark.archive.tuning import draft_of

        return draft_of(self.settings.profile, self.criteria_text())

    def followed_by_names(self, text: str) -> tuple[FollowedAuthor, ...]:
        """Return authors to follow from their names, one a line; those followed already stay.

        Arguments:
            text: full names, one a line.

        Raises PaperlarkError where a name is not enough to recognize somebody by.

        >>> [one.name for one in profile.followed_by_names("Ada Lovelace")]
        ['Ada Lovelace']
        """
        from paperlark.archive.tuning import followed_by_names

        return followed_by_names(self.settings.profile.followed, text)

    def file_fingerprint(self) -> str:
        """Return what changes whenever the profile's file does, for `save_draft`.

        >>> len(profile.file_fingerprint())
        64
        """
        from paperlark.settings.profile_edit import fingerprint

        return self.row.fingerprint if self.row else fingerprint(self._file())

    def save_draft(self, draft: TuningDraft, *, instead_of: str, profile_was: str) -> None:
        """Write a draft into the profile and the file of its criteria, whose comments stay.

        Arguments:
            draft: what was tried; only what differs from the profile is written.
            instead_of: what the file of the criteria holds, as for `save_criteria`.
            profile_was: what `file_fingerprint` returned.

        Raises ProfileError where one of the files was changed meanwhile, and then neither is
        written, or where one cannot be written; the criteria are written last.

        >>> profile.save_draft(profile.draft(), instead_of="Cats.", profile_was="")
        Traceback (most recent call last):
        ...
        paperlark.domain.errors.ProfileError: criteria.md was changed meanwhile ...
        """
        from paperlark.settings.criteria_file import check_criteria
        from paperlark.settings.tuning_file import tuning_edit, write_tuning

        own = self.settings.profile
        tuned = replace(
            own, page_size=draft.page_size, cutoffs=draft.cutoffs, followed=draft.followed
        )
        if self.row is not None:
            edit = tuning_edit(self.name, own, tuned)
            criteria = draft.criteria
            self.row.save(edit, criteria, profile_was=profile_was, instead_of=instead_of)
            return
        path = self._file()
        if self.settings.criteria_file:
            check_criteria(self.settings.criteria_file, draft.criteria, instead_of=instead_of)
        write_tuning(path, own, tuned, instead_of=profile_was)
        if draft.criteria.strip() != instead_of.strip():
            self.save_criteria(draft.criteria, instead_of=instead_of)

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

    def vote_trial(self) -> VoteTrial:
        """Return what tries votes that were cast while reading, one after the other.

        >>> trial = profile.vote_trial()
        >>> trial.moves("no such event") is None
        True
        """
        from paperlark.archive.vote_trial import VoteTrial
        from paperlark.rankers.embedded import EmbeddedRanker

        return VoteTrial(self.settings, EmbeddedRanker())

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
        by_assistant: bool = False,
    ) -> Applied:
        """Do something with a paper where it is read: want it, save it, note something, and so on.

        Arguments:
            paper: its identifier, as for `why`.
            action: what is done; want, not and save teach the ranker, open a little.
            on: False where it is taken back.
            text: of a note.
            event: an id of this event; sent again with the same id it changes nothing.
            page, place: the day of the page where it was done, and the paper's place there.
            by_assistant: mark it as an assistant's, wherever it is listed; `event` is not used.

        Returns the state of the paper before and after.

        Raises StoreError where the paper is not known, ValueError where a name is no identifier.

        >>> done = profile.triage("2502.18137", "save")
        >>> done.before.saved, done.after.saved, done.after.seen
        (False, True, True)
        """
        from uuid import uuid4

        from paperlark.archive.triage import open_triage
        from paperlark.domain.feedback import BY_ASSISTANT
        from paperlark.domain.triage import Action, TriageEvent

        done = TriageEvent(
            id=f"{BY_ASSISTANT}{uuid4().hex}" if by_assistant else event or uuid4().hex,
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

    def keep_vote_lines(self, text: str) -> KeptLines:
        r"""Store votes that are written as lines: an identifier, and want, not, save or later.

        Arguments:
            text: a vote a line, as the vote pad of a page writes it; of at most a million
                characters. A line that names its time is stored once, however often it comes.

        Returns what was kept, how many votes were there already, and the lines that could not be
        kept, each with its number and why.

        Raises StoreError where there is no database yet, ValueError where the text is too long.

        >>> kept = profile.keep_vote_lines("2502.18137 save\nhello want")  # saved above
        >>> len(kept.kept), kept.repeated, [(one.number, one.text) for one in kept.bad]
        (0, 1, [(2, 'hello want')])
        """
        from paperlark.archive.triage import open_triage
        from paperlark.archive.vote_lines import keep_lines
        from paperlark.domain.vote_lines import parse_vote_lines

        lines = tuple(parse_vote_lines(text, self.environment.now()))
        with open_triage(self.settings, self.environment) as triage:
            return keep_lines(triage, lines)

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

    def check_vote_link(self, path: str) -> VoteLink:
        """Return what a signed link of a mail or a chat allows: a vote on one paper.

        Arguments:
            path: of its address, such as `/vote/2502.18137/2025-02-26/3/2025-03-28/…`.

        Returns the paper, the day of the page and the paper's place there.

        Raises PaperlarkError where the link was changed, is another reader's or has expired.

        >>> profile.check_vote_link("/vote/2502.18137/2025-02-26/3/2025-03-28/forged")
        Traceback (most recent call last):
        paperlark.domain.errors.PaperlarkError: this link is not whole, or is another reader's; ...
        """
        from paperlark.domain.vote_links import checked_link

        return checked_link(path, *self._signing(), self.environment.now().date())

    def feed_papers(self, query: str = "") -> tuple[FeedPaper, ...]:
        """Return the papers of a feed, the latest first.

        Arguments:
            query: words that all must be there, and a category such as cs.LG; saved papers without.

        Returns at most 50 papers, each with when it was saved or announced. Of a search these are
        of the last 60 days.

        Raises StoreError where there is no page yet, InvalidQuery where there is nothing to search
        for.

        >>> profile.feed_papers()
        ()
        """
        if not query:
            from paperlark.archive.feeds import saved_feed_papers
            from paperlark.archive.triage import open_triage

            with open_triage(self.settings, self.environment, writes=False) as triage:
                return saved_feed_papers(triage)
        from paperlark.archive.feeds import found_feed_papers
        from paperlark.archive.search import open_search

        days = self.days()
        with open_search(self.settings, self._timed) as archive:
            return found_feed_papers(archive, query, days[-1] if days else self.today)

    def feed_path(self, query: str = "", *, ending: str = "xml") -> str:
        """Return the signed path of a feed in the app: whoever has it may read the feed.

        Arguments:
            query: as for `feed_papers`; at most 500 characters count.
            ending: xml for Atom, or json.

        Raises StoreError.

        >>> profile.feed_path().startswith("/feed/saved/")
        True
        """
        from paperlark.domain.feed_links import FeedLink, feed_path

        return feed_path(FeedLink(query, ending), *self._signing())

    def check_feed_link(self, path: str) -> FeedLink:
        """Return what the signed path of a feed allows to read.

        Arguments:
            path: as `feed_path` returns it.

        Raises PaperlarkError where it was changed or is another reader's.

        >>> profile.check_feed_link(profile.feed_path("kv cache")).query
        'kv cache'
        """
        from paperlark.domain.feed_links import checked_feed

        return checked_feed(path, *self._signing())

    def _signing(self) -> tuple[str, bytes]:
        """Return whose links are signed, and the key."""
        from paperlark.archive.triage import open_triage
        from paperlark.store.link_key import link_key

        with open_triage(self.settings, self.environment, writes=False) as triage:
            reader = triage.profile
        return reader, link_key(self.settings.database)

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

    def triage_states(self) -> Mapping[PaperId, TriageState]:
        """Return the state of each paper that something was done with; raises StoreError.

        >>> profile.triage_states()["2502.18137"].vote.value
        'up'
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.states()

    def export_triage(self) -> str:
        """Return all votes and triage events as the log beside the database has them.

        `restore` reads the text as that file. Raises StoreError.

        >>> '"id": "2502.18137"' in profile.export_triage().splitlines()[0]
        True
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.export()

    def vote_lines(self) -> str:
        """Return what counts of votes and triage as lines that `keep_vote_lines` reads.

        Notes are not among them. Raises StoreError.

        >>> profile.vote_lines().split()[:2]
        ['2502.18137', 'want']
        """
        from paperlark.domain.vote_lines import format_vote_lines

        return format_vote_lines(self.triage_history())

    def undoable_triage(self) -> tuple[TriageEvent, ...]:
        """Return the latest decisions that `undo_triage` can take back, the last one last.

        Raises StoreError.

        >>> [str(one.action) for one in profile.undoable_triage()][:1]
        ['want']
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.undoable()

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

    def reset_triage(self) -> int:
        """Take back every vote, saved paper, note and what was seen.

        Returns how many actions were taken back; raises StoreError.

        >>> with paperlark.open_sample("no pages") as sample:
        ...     sample.reset_triage()
        Traceback (most recent call last):
        ...
        paperlark.domain.errors.StoreError: 'Efficient LLM inference' has no page yet ...
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment) as triage:
            return triage.reset()

    def sharing(self) -> Sharing:
        """Return what the reader shows to the other members of their group: nothing at first.

        Raises StoreError where there is no database yet.

        >>> profile.sharing()
        Sharing(wanted=False, saved=False)
        """
        from paperlark.archive.sharing import sharing_of

        return sharing_of(self.settings)

    def share(self, *, wanted: bool, saved: bool) -> None:
        """Choose what the other members of the group see, from now on and of what was before.

        Arguments:
            wanted: the papers that the reader wants.
            saved: the papers that the reader saved.

        Raises StoreError where there is no database yet.

        >>> profile.share(wanted=True, saved=False)
        >>> profile.sharing().wanted
        True
        """
        from paperlark.archive.sharing import share
        from paperlark.domain.agenda import Sharing

        share(self.settings, self.environment, Sharing(wanted, saved))

    def shared_papers(self) -> tuple[SharedPaper, ...]:
        """Return the papers that the reader shows to their group, with nothing else of theirs.

        Raises StoreError.

        >>> profile.share(wanted=False, saved=False)
        >>> profile.shared_papers()
        ()
        """
        from paperlark.archive.sharing import shared_papers

        return shared_papers(self.settings, self.environment)

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
        return follow_author(self.settings, self._edit, author, as_printed=as_printed)

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

        return unfollow_author(self.settings, self._edit, name)

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

    def bring_saved(self, *, saver: str | None = None) -> SavingReport:
        """Bring all saved papers to the places that the profile names, such as Zotero.

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

    def _edit(self, edit: ProfileEdit) -> None:
        from paperlark.settings.profile_edit import edit_profile

        if self.row is not None:
            self.row.edit(edit)
        else:
            edit_profile(self._file(), edit)

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


def _paper_id(name: str) -> PaperId:
    from paperlark.domain.paper import identify

    identifier = identify(name)
    if identifier is None:
        raise ValueError(f"{name[:80]!r} is no arXiv identifier; write it like 2502.12206")
    return identifier.id
