"""Act on papers where they are read, take it back, and list what was saved, put off or seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from paperlark.domain.digest import Digest, Entry
from paperlark.domain.errors import StoreError
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.triage import (
    LONGEST_ID,
    LONGEST_NOTE,
    UNTOUCHED,
    TriageEvent,
    TriageState,
    decisions,
    effective,
    states,
)
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import claim, known
from paperlark.store.announcements import PaperTextStore
from paperlark.store.digests import DigestStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.triage import TriageStore
from paperlark.store.vote_log import append_events, log_path, log_text, read_events
from paperlark.store.votes import FeedbackStore

_STEPS = 200
"""Decisions that a page can undo without asking; before them there is no end either."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What an event did: the paper's state before it and after it, and whether it was new."""

    paper: Paper
    before: TriageState
    after: TriageState
    new: bool


@dataclass(frozen=True, slots=True)
class ReadingDay:
    """A day's papers with what the reader has done with each.

    `others` are the scanned papers that are not on the page, best match first, as far as their
    texts are known, where they were asked for; `beside` counts them. `undoable` are the latest
    decisions that can be undone, the last one last.
    """

    digest: Digest
    others: tuple[Entry, ...]
    states: Mapping[PaperId, TriageState]
    undoable: tuple[TriageEvent, ...]
    beside: int = 0

    def state(self, paper: PaperId) -> TriageState:
        """Return the state of a paper."""
        return self.states.get(paper, UNTOUCHED)


@dataclass(frozen=True, slots=True)
class TouchedPaper:
    """A paper of a list, its state, and the day of the page where something was done with it."""

    entry: Entry
    state: TriageState
    day: date | None


@dataclass(frozen=True, slots=True)
class Triage:
    """One reader's triage, in the store and in the log beside it, where there is one."""

    profile: str
    store: TriageStore
    votes: FeedbackStore
    texts: PaperTextStore
    digests: DigestStore
    log: Path | None
    now: Callable[[], datetime]

    def act(self, event: TriageEvent) -> Applied:
        """Store an event, once however often it is sent, and return what it did.

        Its time is set to now. Raises StoreError where the paper is not known or the event is not
        a sound one, and then nothing is stored.
        """
        if not 0 < len(event.id) <= LONGEST_ID or len(event.text) > LONGEST_NOTE:
            raise StoreError(
                f"a note may have {LONGEST_NOTE:,} characters, and an event's id {LONGEST_ID}",
                hint="shorten it",
            )
        paper = self.texts.find([event.paper_id]).get(event.paper_id)
        if paper is None:
            raise StoreError(
                f"{event.paper_id} is not in the archive",
                hint=f"import it: paperlark import {event.paper_id}",
            )
        before = self.state_of(event.paper_id)
        event = replace(event, at=self.now())
        new, vote = self.store.keep(event)
        if new:
            append_events(self.log, self.profile, [(event, vote)])
        return Applied(paper, before, self.state_of(event.paper_id), new)

    def undo(self, event_id: str, undoes: str) -> Applied:
        """Take back the event with the id `undoes`; raises StoreError where there is none."""
        found = next((one for one in self.store.all() if one.id == undoes), None)
        if found is None or found.undoes:
            raise StoreError("there is nothing to undo", hint="reload the page")
        return self.act(replace(found, id=event_id, undoes=undoes))

    def reset(self) -> int:
        """Take back everything: votes, saved papers, notes and what was seen; return how much.

        The history stays in the log beside the database.
        """
        undone = []
        for event in reversed(effective(self.store.all())):
            undo = replace(event, id=uuid4().hex, at=self.now(), undoes=event.id)
            _, vote = self.store.keep(undo)
            undone.append((undo, vote))
        append_events(self.log, self.profile, undone)
        return len(undone)

    def complete_log(self) -> int:
        """Append the events to the log that a kill kept from it; return how many those were."""
        if self.log is None:
            return 0
        content = self.log.read_bytes() if self.log.exists() else b""
        logged = {one.id for one in read_events(content, str(self.log)).get(self.profile, ())}
        votes = {one.event: one for one in self.votes.all() if one.event}
        missing = [one for one in self.store.stored() if one.id not in logged]
        append_events(self.log, self.profile, ((one, votes.get(one.id)) for one in missing))
        return len(missing)

    def history(self) -> tuple[TriageEvent, ...]:
        """Return all events, oldest first."""
        return self.store.all()

    def states(self) -> Mapping[PaperId, TriageState]:
        """Return the state of each paper that something was done with."""
        return states(self.store.all())

    def export(self) -> str:
        """Return all events and votes as the log beside the database has them."""
        votes = self.votes.all()
        cast = {one.event: one for one in votes if one.event}
        events = ((one, cast.get(one.id)) for one in self.store.stored())
        return log_text(self.profile, events, (one for one in votes if not one.event))

    def undoable(self) -> tuple[TriageEvent, ...]:
        """Return the latest decisions that can be undone, the last one last."""
        return decisions(self.store.all())[-_STEPS:]

    def day(self, day: date | None = None, *, others: bool = False) -> ReadingDay:
        """Return the papers of a day, of the latest with a page if None; `others` on request.

        Raises StoreError where there is no such page.
        """
        digest = self._digest(day)
        events, left = self.store.all(), _left(digest)
        found = self._others(digest, left) if others else ()
        return ReadingDay(
            digest=digest,
            others=found,
            states=states(events),
            undoable=decisions(events)[-_STEPS:],
            # To count them takes no texts, of which there may be a thousand.
            beside=len(found) if others else len(self.texts.known(left)),
        )

    def days(self) -> tuple[date, ...]:
        """Return the days that have a page, in order."""
        return self.digests.days(self.profile)

    def touched(self, which: Callable[[TriageState], bool]) -> tuple[TouchedPaper, ...]:
        """Return the papers whose state is so, the one acted on last first."""
        events = effective(self.store.all())
        latest_first = dict.fromkeys(one.paper_id for one in reversed(events))
        found = states(events)
        return self._listed([paper for paper in latest_first if which(found[paper])], events)

    def listed(self, papers: Sequence[PaperId]) -> tuple[TouchedPaper, ...]:
        """Return the state of each of these papers that is known, in the same order."""
        return self._listed(papers, effective(self.store.all()))

    def _listed(
        self, papers: Sequence[PaperId], events: Sequence[TriageEvent]
    ) -> tuple[TouchedPaper, ...]:
        pages = {one.paper_id: one.page for one in events if one.page}
        found, texts = states(events), self.texts.find(papers)
        entries = self._entries({page for paper in papers if (page := pages.get(paper))})
        return tuple(
            TouchedPaper(
                entry=entries.get(paper) or _plain(texts[paper], place),
                state=found.get(paper, UNTOUCHED),
                day=pages.get(paper),
            )
            for place, paper in enumerate((one for one in papers if one in texts), start=1)
        )

    def state_of(self, paper: PaperId) -> TriageState:
        """Return the state of one paper."""
        return states(self.store.of(paper)).get(paper, UNTOUCHED)

    def _digest(self, day: date | None) -> Digest:
        wanted = day or max(self.days(), default=None)
        digest = self.digests.digest(self.profile, wanted) if wanted else None
        if digest is None:
            raise StoreError(
                f"there is no page of {day}" if day else "there is no page yet",
                hint=f"make it: paperlark run --date {day}" if day else "paperlark today",
            )
        return digest

    def _entries(self, days: set[date]) -> Mapping[PaperId, Entry]:
        """Return the entries of the pages of some days."""
        digests = (self.digests.digest(self.profile, day) for day in sorted(days))
        return {entry.paper.id: entry for one in digests if one for entry in one.entries}

    def _others(self, digest: Digest, left: Sequence[PaperId]) -> tuple[Entry, ...]:
        ranked = {one.paper_id: one.match for one in digest.ranked}
        texts = self.texts.find(left)
        judged = {one.paper_id: one for one in digest.judgements}
        return tuple(
            Entry(place, texts[one], None, ranked.get(one), judgement=judged.get(one))
            for place, one in enumerate(
                (one for one in left if one in texts), len(digest.entries) + 1
            )
        )


def _left(digest: Digest) -> Sequence[PaperId]:
    """Return the scanned papers that are not on the page, best match first."""
    shown = {entry.paper.id for entry in digest.entries}
    scanned = (*(one.paper_id for one in digest.ranked), *digest.scanned)
    return [one for one in dict.fromkeys(scanned) if one not in shown]


def _plain(paper: Paper, place: int) -> Entry:
    """Return an entry for a paper of which only the text is known."""
    return Entry(place, paper, None, None)


@contextmanager
def open_triage(
    settings: Settings, environment: Environment, *, writes: bool = True
) -> Iterator[Triage]:
    """Open a reader's triage; raises StoreError where there is no database yet."""
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output, writes=writes) as connection:
        identify = claim if writes else known
        name = identify(settings, ReaderStore(connection, path)).profile.id
        yield Triage(
            profile=name,
            store=TriageStore(connection, path, name),
            votes=FeedbackStore(connection, path, name),
            texts=PaperTextStore(connection, path, name),
            digests=DigestStore(connection, path),
            log=None if settings.is_stored else log_path(path),
            now=environment.now,
        )
