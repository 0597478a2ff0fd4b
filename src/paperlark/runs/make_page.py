"""Make, file and publish the page of any day, with one profile's parts put together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from paperlark.day import DayParts, make_digest
from paperlark.day.announce import announce
from paperlark.day.assemble import announcement_gaps, is_worse
from paperlark.day.publish import check_writable, publish, withdraw
from paperlark.domain.announcement import Announcement
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.digest import Digest, Page
from paperlark.domain.errors import PaperlarkError, PublishError, SourceError, StoreBusy, StoreError
from paperlark.domain.feedback import NO_LATER_VOTES, LaterVotes
from paperlark.domain.profile import Profile
from paperlark.domain.run_states import State
from paperlark.domain.translation import RankingCriteria
from paperlark.ports import Progress, Renderer
from paperlark.renderers import typeset
from paperlark.renderers.catalogue import in_language
from paperlark.renderers.manifest import (
    failure_path,
    failure_record,
    manifest_path,
    owner,
)
from paperlark.store.connection import DatabaseConnection
from paperlark.store.search_index import FullTextIndex

_log = logging.getLogger(__name__)

StopPaying = Callable[[], int]
"""Starts no further paid call, and returns how many answers are still to come."""
Interruptible = Callable[[StopPaying], AbstractContextManager[object]]
"""Entered while a page is being made, so that an interruption can end the run in an orderly way."""


def uninterruptible(_stop: StopPaying) -> AbstractContextManager[object]:
    """Return a context that handles no interruption."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class MadePage:
    """A digest and the paths of its pages.

    `kept` is the better digest of an earlier run that was left in place, None if this one was
    filed; `answered` are other days whose batch answers arrived in the meantime, so that a new run
    would improve their pages. `later_votes` came too late for that day.
    """

    digest: Digest
    pages: tuple[Path, ...]
    kept: Digest | None = None
    answered: tuple[date, ...] = ()
    later_votes: LaterVotes = NO_LATER_VOTES

    @property
    def state(self) -> State:
        """The state of the run that made it."""
        return State(self.digest.status)


Aside = Callable[[], AbstractContextManager[object]]
"""Entered while a run waits, so that others may work."""


@dataclass(frozen=True, slots=True)
class FetchAnnouncement:
    """Fetches a profile's announcements; who waits for arXiv, or a network, keeps no run waiting.

    `begin` is called before arXiv is asked about another day, inside `aside`, in which other runs
    may work.
    """

    categories: Sequence[str]
    parts: DayParts
    begin: Callable[[], object]
    aside: Aside

    def __call__(self, day: date, progress: Progress) -> Announcement:
        """Return the announcement of a day; raises SourceError, or StoreBusy."""
        with self.aside():
            self.begin()
            sources, batches = self.parts.sources, self.parts.batches
            return announce(
                day, self.categories, sources=sources, batches=batches, progress=progress
            )


@dataclass(frozen=True, slots=True)
class PageMaker:
    """One profile's parts, put together and ready to make any day's page.

    `days` returns the announcement days in a range; `collect` stores the answers to batches that
    earlier runs submitted, and returns the days they belong to; each of `begin` is called after
    that, when the announcement is there; `ranking` returns what a day is ranked by, None for the
    criteria as written; `folder` None stores the digest and writes no page; `stop` starts no
    further paid call, and returns how many answers are still to come.
    """

    profile: Profile
    parts: DayParts
    renderers: tuple[Renderer, ...]
    folder: Path | None
    notes: tuple[str, ...]
    announcements: FetchAnnouncement
    days: Callable[[date, date], tuple[date, ...]]
    collect: Callable[[Progress], frozenset[date]]
    begin: Sequence[Callable[[date], None]]
    stop: StopPaying
    ranking: Callable[[date], RankingCriteria] | None = None

    def before(self, day: date) -> Digest | None:
        """Return the digest of an earlier run; one that cannot be read is made again."""
        try:
            return self.parts.archive.digest(self.profile.id, day)
        except StoreError:
            return None

    def _check_folder(self, day: date) -> None:
        """Raise PublishError where pages cannot be written, or it has one of another profile."""
        if self.folder is None:
            return
        check_writable(self.folder, day)
        path = self.folder / manifest_path(day)
        other = owner(path.read_bytes()) if path.is_file() else None
        if other is not None and not other.is_profile(self.profile):
            raise PublishError(
                f"{self.folder} has the page of {day} of another profile, {other.title!r}",
                hint="give each profile an output folder of its own",
            )

    def _publish(self, pages: Sequence[Page]) -> tuple[Path, ...]:
        return () if self.folder is None else publish(pages, self.folder)

    def _rendered(self, digest: Digest) -> list[Page]:
        with in_language(self.profile.language):
            return [renderer.render(digest) for renderer in self.renderers]

    def lacking(self, day: date, progress: Progress) -> tuple[str, ...]:
        """Return what arXiv has not announced yet of that day; what it has is stored."""
        return announcement_gaps(self.announcements(day, progress))

    def make(self, day: date, progress: Progress) -> MadePage:
        """Make, file and publish the day's digest, unless a better one is there.

        Raises PaperlarkError; the pages of earlier runs are then untouched, with a record of the
        failure beside them.
        """
        self._check_folder(day)
        try:
            announcement = self.announcements(day, progress)
            answered = self.collect(progress)
            for begin in self.begin:
                begin(day)
            ranking = self.ranking(day) if self.ranking else RankingCriteria(self.profile.criteria)
            digest = make_digest(
                *(day, self.profile, self.parts, progress, self.notes),
                ranking=ranking,
                announcement=announcement,
            )
            pages = self._rendered(digest)
        except StoreBusy:
            raise
        except PaperlarkError as error:
            self._publish([failure_record(day, self.profile, error)])
            raise
        before = self.before(day)
        kept = before if before and is_worse(digest, before) else None
        if kept:
            _log.info("%s: the %s page made before is better and stays", day, kept.status)
            pages = self._rendered(kept)
        else:
            self.parts.archive.save(digest)
        paths = self._publish(pages)
        if self.folder is not None:
            withdraw(failure_path(day), self.folder)
        source = self.parts.example_source
        later = source.later_votes(self.profile, day) if source else NO_LATER_VOTES
        if source and digest.judgements and kept is None:
            # There is time for it now: the next page need not wait for it.
            evidence = source.evidence(self.profile, day + timedelta(days=1))
            self.parts.ranker.learn(ranking.criteria, evidence)
        return MadePage(digest, paths, kept, tuple(sorted(answered - {day})), later)


_MOST_INDEXED = 20_000
"""Texts indexed after one run: those of two months, some three seconds' work."""


@contextmanager
def indexing_at_the_end(connection: DatabaseConnection, database: DatabasePlace) -> Iterator[None]:
    """Index the papers of a run when its pages are made, so that no search waits for that.

    What cannot be indexed now, or was left by a run that was ended, is left to the next.
    """
    yield
    try:
        index = FullTextIndex(connection, database, typeset.plain)
        index.catch_up(lambda *_: None, _MOST_INDEXED)
    except StoreError as error:
        _log.warning("new papers are not indexed yet, the next search will do it: %s", error)


@dataclass(frozen=True, slots=True)
class DayOutcome:
    """How one day ended: with a page, or with the error that prevented it."""

    day: date
    made: MadePage | None = None
    error: PaperlarkError | None = None

    @property
    def state(self) -> State:
        """The state of the run."""
        return self.made.state if self.made else State.FAILED


def find_days(
    days: Callable[[date, date], tuple[date, ...]], first: date, last: date
) -> tuple[date, ...]:
    """Return the announcement days from first to last; raises SourceError if there is none."""
    found = days(first, last)
    if not found:
        raise SourceError(
            f"there is no feed of any day from {first} to {last}",
            hint="name other days, or a folder that has feeds of them",
        )
    return found


def make_pages(
    maker: PageMaker,
    days: Sequence[date],
    progress: Progress,
    interruptible: Interruptible = uninterruptible,
) -> Iterator[DayOutcome]:
    """Make the page of each day and yield its outcome; a day that fails does not stop the next."""
    for day in days:
        yield _outcome(maker, day, progress, interruptible)


def _outcome(
    maker: PageMaker, day: date, progress: Progress, interruptible: Interruptible
) -> DayOutcome:
    try:
        with interruptible(maker.stop):
            outcome = DayOutcome(day, made=maker.make(day, progress))
    except PaperlarkError as error:
        outcome = DayOutcome(day, error=error)
    _log.info("%s: %s", day, outcome.error or outcome.state)
    return outcome
