"""Cast, take back and list one reader's votes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.vote_effect import CastVotes
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import claim, known
from paperlark.store.announcements import PaperTextStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.vote_log import append_votes, log_path
from paperlark.store.votes import FeedbackStore


@dataclass(frozen=True, slots=True)
class Votes:
    """One reader's votes, in the store and in the file beside it, where there is one."""

    profile: str
    store: FeedbackStore
    known: PaperTextStore
    log: Path | None
    now: Callable[[], datetime]

    def cast(self, papers: Sequence[PaperId], vote: Vote) -> CastVotes:
        """Vote for or against papers and return them in the same order, each once.

        Raises StoreError where one of them is not known, and then no vote is cast.
        """
        known = self.known.find(papers)
        for paper in papers:
            if paper not in known:
                raise StoreError(
                    f"{paper} is not in the archive",
                    hint="make the page of its day (paperlark run --date DAY), or import it"
                    f" (paperlark import {paper})",
                )
        votes = [Feedback(paper, vote, self.now()) for paper in dict.fromkeys(papers)]
        before = {one.paper_id: one.vote for one in self.store.all()}
        last = self.store.last_number()
        self.store.keep(votes)
        append_votes(self.log, self.profile, votes)
        return CastVotes(
            papers=tuple(known[one.paper_id] for one in votes),
            vote=vote,
            repeated=frozenset(
                one.paper_id for one in votes if before.get(one.paper_id, Vote.NONE) is vote
            ),
            last_before=last,
        )

    def current(self) -> tuple[tuple[Feedback, Paper | None], ...]:
        """Return the vote that counts for each paper, oldest first; None where its text is lost."""
        last = {one.paper_id: one for one in self.store.all()}
        votes = [one for one in last.values() if one.vote is not Vote.NONE]
        known = self.known.find(one.paper_id for one in votes)
        by_time = sorted(votes, key=lambda one: one.at)
        return tuple((one, known.get(one.paper_id)) for one in by_time)


@contextmanager
def open_votes(
    settings: Settings, environment: Environment, *, writes: bool = True
) -> Iterator[Votes]:
    """Open a reader's votes; a run may be at work meanwhile, for a vote is written in an instant.

    Raises StoreError where there is no database: without a page there is nothing to vote on.
    """
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output, writes=writes) as connection:
        identify = claim if writes else known
        name = identify(settings, ReaderStore(connection, path)).profile.id
        yield Votes(
            profile=name,
            store=FeedbackStore(connection, path, name),
            known=PaperTextStore(connection, path, name),
            log=None if settings.is_stored else log_path(path),
            now=environment.now,
        )
