"""Try what one vote does: the papers of its day ranked with it and without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.criteria_effect import RankChange
from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Evidence
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Profile
from paperlark.ports import Ranker
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.scanned import ScannedStore
from paperlark.store.triage import TriageStore
from paperlark.store.votes import FeedbackStore

MOST = 30_000
"""Papers of a trial: a day, a month of the largest categories before it, and as many examples."""


@dataclass(frozen=True, slots=True)
class VoteMoves:
    """A day's papers ranked with one vote, best first, each with its rank without it.

    Votes before that one count both times, later ones do not. `first` is how many places a page
    has. With `for_model` the ranking decides what a model reads, and not the page's order.
    """

    day: date
    paper: PaperId
    changes: tuple[RankChange, ...]
    first: int
    for_model: bool

    @property
    def own(self) -> RankChange | None:
        """The voted paper's own rank; None where it is not of that day."""
        return next((one for one in self.changes if one.paper.id == self.paper), None)

    @property
    def moved(self) -> int:
        """How many of the first places have another paper, the voted one left out both times."""
        after = [one for one in self.changes if one.paper.id != self.paper]
        before = sorted(after, key=lambda one: one.before)
        places = zip(before[: self.first], after, strict=False)
        return sum(old is not new for old, new in places)


@dataclass(frozen=True, slots=True, eq=False)
class VoteTrial:
    """Tries votes one after the other; the ranker keeps what days and histories have in common."""

    settings: Settings
    ranker: Ranker

    def moves(self, event: str) -> VoteMoves | None:
        """Rank the day of the vote that this triage event cast, the latest where it names none.

        None where the event cast no vote, or took one back. Raises StoreError where the day has no
        papers, or with its history too many.
        """
        path = self.settings.database
        with open_existing(path, self.settings.profile.title, self.settings.output) as connection:
            profile = known(self.settings, ReaderStore(connection, path)).profile
            votes = FeedbackStore(connection, path, profile.id)
            cast = TriageStore(connection, path, profile.id).event(event)
            number = votes.number_of(event)
            if cast is None or number is None or not cast.on or cast.undoes:
                return None
            days = DigestStore(connection, path).days(profile.id)
            day = cast.page or (days[-1] if days else None)
            if day is None:
                return None
            found = ScannedStore(connection, path).between(profile.id, day, day)
            papers = tuple(one.paper for one in found if one.paper is not None)
            examples = ExampleStore(connection, path, all_votes=True)
            before, after = examples.evidence_up_to(profile, day, number - 1, number)
        if not papers:
            raise StoreError(f"no paper of {day} can be ranked anew", hint="its texts are not kept")
        if len(papers) + len(after.stream) + len(after.examples) > MOST:
            raise StoreError(f"{day} has too many papers to try a vote on")
        ranked = self._ranked(profile, papers, (before, after))
        for_model = self.settings.model is not None
        return VoteMoves(day, cast.paper_id, ranked, profile.page_size, for_model)

    def _ranked(
        self, profile: Profile, papers: tuple[Paper, ...], evidence: tuple[Evidence, Evidence]
    ) -> tuple[RankChange, ...]:
        before, after = (self.ranker.rank(papers, profile.criteria, one) for one in evidence)
        changes = (
            RankChange(paper, without.rank, with_it.rank)
            for paper, without, with_it in zip(papers, before, after, strict=True)
        )
        return tuple(sorted(changes, key=lambda one: one.after))
