"""Rank a stored day anew by other criteria, as often as a reader changes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paperlark.domain.criteria import Criteria, parse_criteria
from paperlark.domain.criteria_effect import RankChange
from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Evidence
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import Ranker
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.store.examples import ExampleStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.scanned import ScannedStore


@dataclass(frozen=True, slots=True, eq=False)
class Tuning:
    """A day's papers and all that was known of the reader, read once; it ranks by any criteria.

    `before` is the rank of each paper by the profile's own criteria, from 1.
    """

    day: date
    papers: tuple[Paper, ...]
    evidence: Evidence
    before: Mapping[PaperId, int]
    ranker: Ranker

    def rank(self, criteria: str) -> tuple[RankChange, ...]:
        """Rank the day by criteria as somebody writes them: every paper, best first."""
        after = _ranks(self.ranker, self.papers, parse_criteria(criteria), self.evidence)
        ordered = sorted(self.papers, key=lambda one: after[one.id])
        return tuple(RankChange(one, self.before[one.id], after[one.id]) for one in ordered)


def open_tuning(settings: Settings, day: date, ranker: Ranker) -> Tuning:
    """Read a stored day and what was known before it; raises StoreError where it has no papers."""
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output) as connection:
        profile = known(settings, ReaderStore(connection, path)).profile
        found = ScannedStore(connection, path).between(profile.id, day, day)
        papers = tuple(one.paper for one in found if one.paper is not None)
        evidence = ExampleStore(connection, path).evidence(profile, day)
    if not papers:
        raise StoreError(f"{profile.title!r} has no papers of {day}", hint="choose another day")
    before = _ranks(ranker, papers, settings.profile.criteria, evidence)
    return Tuning(day, papers, evidence, before, ranker)


def _ranks(
    ranker: Ranker, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence
) -> Mapping[PaperId, int]:
    matches = ranker.rank(papers, criteria, evidence)
    return {paper.id: match.rank for paper, match in zip(papers, matches, strict=True)}
