"""Paid judgements, with the model calls that made them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.spending import Cost, Spend, Tokens, total
from paperlark.store.database import store_errors, transaction


def _utc_now() -> datetime:
    return datetime.now(UTC)


SPEND = (
    "requests, prompt_tokens, completion_tokens, cached_tokens, prompt_cost, completion_cost, most"
)
"""The columns of a model call that `spend_of` takes."""


class JudgementStore:
    """Implements JudgementMemory on an open database."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, *, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._connection = connection
        self._path = path
        self._now = now

    def judgements(
        self, papers: Sequence[Paper], judgement_key: JudgementKey
    ) -> tuple[Judgement, ...]:
        """Return the stored judgements of these very versions."""
        with store_errors(self._path):
            rows = (
                self._connection.execute(
                    "SELECT relevance, novelty, comment FROM judgements"
                    " WHERE paper_id = ? AND version = ? AND criteria = ? AND judge = ?",
                    (paper.id, paper.version, judgement_key.criteria, judgement_key.judge),
                ).fetchone()
                for paper in papers
            )
            return tuple(
                Judgement(PaperId(paper.id), paper.version, *row)
                for paper, row in zip(papers, rows, strict=True)
                if row is not None
            )

    def keep(self, model_call: ModelCall, judgement_key: JudgementKey) -> None:
        """Store one model call; an existing judgement stays unless it has no comment."""
        with store_errors(self._path), transaction(self._connection):
            insert_exchange(self._connection, model_call, judgement_key, self._now())

    def spend(self, judgement_key: JudgementKey) -> Spend:
        """Add up all model calls of that page, including earlier runs."""
        with store_errors(self._path):
            rows = self._connection.execute(
                f"SELECT {SPEND} FROM exchanges"  # noqa: S608
                " WHERE day = ? AND profile = ? AND criteria = ? AND judge = ? ORDER BY id",
                (
                    judgement_key.day.isoformat(),
                    judgement_key.profile,
                    judgement_key.criteria,
                    judgement_key.judge,
                ),
            ).fetchall()
            return total(spend_of(*row) for row in rows)


def insert_exchange(
    connection: sqlite3.Connection, model_call: ModelCall, judgement_key: JudgementKey, at: datetime
) -> None:
    """Insert one model call with its judgements, within the caller's transaction."""
    tokens, cost, most = model_call.spend.tokens, model_call.spend.cost, model_call.spend.most
    inserted = connection.execute(
        "INSERT INTO exchanges (day, profile, criteria, judge, requests, prompt_tokens,"
        " cached_tokens, completion_tokens, prompt_cost, completion_cost, most, batch, reply, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            judgement_key.day.isoformat(),
            judgement_key.profile,
            judgement_key.criteria,
            judgement_key.judge,
            model_call.spend.requests,
            tokens.prompt if tokens else None,
            tokens.cached if tokens else None,
            tokens.completion if tokens else None,
            str(cost.prompt) if cost else None,
            str(cost.completion) if cost else None,
            str(most) if most is not None else None,
            model_call.batch,
            model_call.text,
            at.isoformat(),
        ),
    )
    connection.executemany(
        "INSERT INTO judgements VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (paper_id, version, criteria, judge) DO UPDATE SET"
        " relevance = excluded.relevance, novelty = excluded.novelty,"
        " comment = excluded.comment, exchange = excluded.exchange"
        " WHERE judgements.comment = ''",
        _rows(model_call.judgements, judgement_key, inserted.lastrowid),
    )


def _rows(
    judgements: Iterable[Judgement], judgement_key: JudgementKey, model_call: int | None
) -> Iterable[tuple[str | int | None, ...]]:
    return (
        (
            one.paper_id,
            one.version,
            judgement_key.criteria,
            judgement_key.judge,
            one.relevance,
            one.novelty,
            one.comment,
            model_call,
        )
        for one in judgements
    )


def spend_of(  # noqa: PLR0917  # one parameter a column
    requests: int,
    prompt: int | None,
    completion: int | None,
    cached: int | None,
    prompt_cost: str | None,
    completion_cost: str | None,
    most: str | None,
) -> Spend:
    """Build a Spend from the columns `SPEND` of a model call."""
    tokens = cost = None
    if prompt is not None and completion is not None:
        tokens = Tokens(prompt, completion, cached or 0)
    if prompt_cost is not None and completion_cost is not None:
        cost = Cost(Decimal(prompt_cost), Decimal(completion_cost))
    return Spend(tokens, cost, requests, None if most is None else Decimal(most))
