"""Compare what a reader's latest page would be with and without votes that were just cast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from paperlark.day.select import fill_page, select_by_match
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.digest import AuthorMatch, Candidate, Placement, Ranked
from paperlark.domain.feedback import Evidence
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Profile
from paperlark.domain.vote_effect import LARGEST, CastVotes, VoteEffect, moves
from paperlark.ports import Progress, Ranker
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.store.connection import DatabaseConnection
from paperlark.store.examples import LAST_VOTE, ExampleStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.scanned import ScannedStore
from paperlark.store.votes import FeedbackStore

QUICK = 7_000
"""Papers that are ranked twice in two to four seconds: a day, and a month of a large category."""

_FOLLOWED = (AuthorMatch(None, by_name_only=False),)
"""Whom the reader follows does not matter for the places."""


def vote_effect(
    settings: Settings, cast: CastVotes, progress: Progress, *, however_long: bool = False
) -> VoteEffect:
    """Rank the papers of the latest ranked day with the votes and without them, and compare.

    Both times every other vote counts. More than QUICK papers are only ranked where it may take
    `however_long`. A run may be at work meanwhile. Raises StoreError.
    """
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output) as connection:
        profile = known(settings, ReaderStore(connection, path)).profile
        latest = _latest_day(connection, path, profile.id)
        if latest is None:
            return VoteEffect(None, not_compared="no page has a ranking yet to compare with")
        examples = ExampleStore(connection, path, all_votes=True)
        evidence = examples.evidence_up_to(profile, latest.day, cast.last_before, LAST_VOTE)
        voted = {one.paper_id for one in FeedbackStore(connection, path, profile.id).all()}
    for_model = settings.model is not None
    before, after = evidence
    if before == after:
        return VoteEffect(latest.day, for_model=for_model)
    if obstacle := _obstacle(latest, after, None if however_long else QUICK):
        return VoteEffect(latest.day, for_model=for_model, not_compared=obstacle)
    ranked = tuple(one for one in latest.ranked if one.paper_id not in voted)
    return _compare(profile, replace(latest, ranked=ranked), evidence, progress, for_model)


def _compare(
    profile: Profile,
    latest: _LatestDay,
    evidence: Sequence[Evidence],
    progress: Progress,
    for_model: bool,  # noqa: FBT001  # private
) -> VoteEffect:
    from paperlark.rankers.embedded import EmbeddedRanker  # noqa: PLC0415  # numpy: 0.2 s

    pages = _Pages(EmbeddedRanker(), profile, latest, for_model)
    with progress.step("comparing", len(latest.ranked)) as advance:
        before, after = (pages.page(one) for one in evidence)
        advance(len(latest.ranked))
    moved = moves(before, after)
    return VoteEffect(latest.day, len(before), len(moved), moved[:LARGEST], for_model)


@dataclass(frozen=True, slots=True)
class _LatestDay:
    """The latest ranked day: what was known of each paper, and the texts that are known."""

    day: date
    ranked: tuple[Ranked, ...]
    papers: Mapping[PaperId, Paper]


def _latest_day(
    connection: DatabaseConnection, path: DatabasePlace, profile: str
) -> _LatestDay | None:
    scanned = ScannedStore(connection, path)
    found = scanned.latest_ranking(profile)
    if found is None:
        return None
    day, ranked = found
    papers = {one.paper_id: one.paper for one in scanned.between(profile, day, day) if one.paper}
    return _LatestDay(day, ranked, papers)


def _obstacle(latest: _LatestDay, evidence: Evidence, most: int | None) -> str:
    """Return why the day is not ranked anew, "" where it can be."""
    if any(one.paper_id not in latest.papers for one in latest.ranked):
        return f"the texts of {latest.day} are not all known, so it cannot be ranked anew"
    papers = {*latest.papers, *(one.paper.id for one in evidence.examples)}
    count = len(papers.union(paper.id for paper in evidence.stream))
    if most is not None and count > most:
        return f"{count:,} papers are too many to compare quickly; --effect takes the time"
    return ""


@dataclass(frozen=True, slots=True)
class _Pages:
    """Makes the pages of one day by match, as a run does, but for the random sample."""

    ranker: Ranker
    profile: Profile
    day: _LatestDay
    for_model: bool

    def page(self, evidence: Evidence) -> tuple[Paper, ...]:
        """Return the papers in their order; for a model those of followed authors are left out."""
        papers = [self.day.papers[one.paper_id] for one in self.day.ranked]
        matches = self.ranker.rank(papers, self.profile.criteria, evidence)
        candidates = [
            Candidate(
                Announced(paper, (AnnounceType.NEW,)),
                _FOLLOWED if one.placement is Placement.FOLLOWED else (),
                match,
            )
            for one, paper, match in zip(self.day.ranked, papers, matches, strict=True)
            if one.placement not in self._left_out
        ]
        split = fill_page(candidates, self.profile.page_size)
        return tuple(entry.paper for entry in select_by_match(candidates, split.above, ()))

    @property
    def _left_out(self) -> frozenset[Placement]:
        followed = {Placement.FOLLOWED} if self.for_model else set[Placement]()
        return frozenset({Placement.GATED, *followed})
