"""What each statement of the criteria does on a day: the papers that it moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.criteria import Statement
from paperlark.domain.paper import Paper


@dataclass(frozen=True, slots=True)
class RankChange:
    """A paper's rank, from 1, before and after a change of the criteria."""

    paper: Paper
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class StatementEffect:
    """The papers that a statement moved into the first or out of them, the farthest first."""

    statement: Statement
    moves: tuple[RankChange, ...]


@dataclass(frozen=True, slots=True)
class CriteriaEffect:
    """What criteria do on a day, by themselves: without what judgements and votes have taught.

    papers: how many were ranked
    first: how many places a page has; only moves into these or out of them are listed
    ranking: the first papers by these criteria; `before` is their rank by the profile's
    statements: each with the moves from the criteria without it to the criteria with it
    """

    day: date
    papers: int
    first: int
    ranking: tuple[RankChange, ...]
    statements: tuple[StatementEffect, ...]
