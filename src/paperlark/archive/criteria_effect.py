"""What each line of the criteria does: the papers of a stored day that it moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paperlark.domain.criteria import Criteria, parse_criteria
from paperlark.domain.criteria_effect import CriteriaEffect, RankChange, StatementEffect
from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import NO_EVIDENCE
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import Progress, Ranker
from paperlark.settings.identity import known
from paperlark.settings.values import Settings
from paperlark.store.digests import DigestStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.scanned import ScannedStore

MOST_STATEMENTS = 100
"""Statements that are tried one by one: each is a ranking of the day."""


def criteria_effect(
    settings: Settings, text: str, day: date, ranker: Ranker, progress: Progress
) -> CriteriaEffect:
    """Rank a stored day by criteria, and again without each of their statements.

    Raises StoreError where the reader has no page of that day.
    """
    profile = settings.profile
    papers = _papers(settings, day)
    criteria = parse_criteria(text)
    places = _Places(ranker, papers)
    after, before = places.of(criteria), places.of(profile.criteria)
    tried = criteria.statements[:MOST_STATEMENTS]
    effects = []
    with progress.step("trying each line", len(tried)) as advance:
        for statement in tried:
            without = places.of(parse_criteria(_without(text, statement.lines)))
            moves = _moves(papers, without, after, profile.page_size)
            effects.append(StatementEffect(statement, moves))
            advance(1)
    ranking = sorted(papers, key=lambda paper: after[paper.id])[: profile.page_size]
    return CriteriaEffect(
        day=day,
        papers=len(papers),
        first=profile.page_size,
        ranking=tuple(RankChange(one, before[one.id], after[one.id]) for one in ranking),
        statements=tuple(effects),
    )


def _papers(settings: Settings, day: date) -> Sequence[Paper]:
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output) as connection:
        profile = known(settings, ReaderStore(connection, path)).profile
        found = ScannedStore(connection, path).between(profile.id, day, day)
        papers = [one.paper for one in found if one.paper is not None]
        days = DigestStore(connection, path).days(profile.id)
    if not papers:
        last = f"your last page is of {days[-1]}" if days else "make it: paperlark today"
        raise StoreError(f"{profile.title!r} has no papers of {day}", hint=last)
    return papers


@dataclass(frozen=True, slots=True)
class _Places:
    ranker: Ranker
    papers: Sequence[Paper]

    def of(self, criteria: Criteria) -> Mapping[PaperId, int]:
        """Return the rank of each paper by these criteria alone."""
        matches = self.ranker.rank(self.papers, criteria, NO_EVIDENCE)
        return {paper.id: match.rank for paper, match in zip(self.papers, matches, strict=True)}


def _without(text: str, lines: Iterable[int]) -> str:
    """Return the text with these lines, counted from 1, left blank."""
    dropped = set(lines)
    return "\n".join(
        "" if number in dropped else line for number, line in enumerate(text.split("\n"), start=1)
    )


def _moves(
    papers: Sequence[Paper],
    before: Mapping[PaperId, int],
    after: Mapping[PaperId, int],
    first: int,
) -> tuple[RankChange, ...]:
    moved = (
        RankChange(paper, before[paper.id], after[paper.id])
        for paper in papers
        if (before[paper.id] <= first) != (after[paper.id] <= first)
    )
    return tuple(sorted(moved, key=lambda one: (-abs(one.before - one.after), one.paper.id)))
