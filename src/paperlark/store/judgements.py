"""Paid judgements, with the model calls that made them, and the questions under way."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from threading import Lock
from typing import Self

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.spending import Cost, Spend, Tokens, UnderWay, all_under_way, notes_of, total
from paperlark.store.connection import (
    DatabaseConnection,
    check_room,
    connect_again,
    insist,
    store_errors,
    transaction,
)
from paperlark.store.quotas import charge, settle

_log = logging.getLogger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


SPEND = (
    "requests, prompt_tokens, completion_tokens, cached_tokens, prompt_cost, completion_cost, most"
)
"""The columns of a model call that `spend_of` takes."""


class JudgementStore:
    """Implements JudgementMemory on an open database."""

    def __init__(
        self,
        connection: DatabaseConnection,
        database: DatabasePlace,
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._connection = connection
        self._database = database
        self._now = now

    def judgements(
        self, papers: Sequence[Paper], judgement_key: JudgementKey
    ) -> tuple[Judgement, ...]:
        """Return the stored judgements of these very versions."""
        with store_errors(self._database):
            rows = (
                self._connection.execute(
                    "SELECT relevance, novelty, comment, summary FROM judgements"
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
        """Store one model call; an existing judgement stays unless it has no comment.

        It is paid for: where the connection to a server is lost, it is stored over another one.
        """
        at = self._now()

        def write(connection: DatabaseConnection) -> None:
            with store_errors(self._database), transaction(connection, judgement_key.profile):
                insert_exchanges(connection, [model_call], judgement_key, at)

        def write_once(connection: DatabaseConnection) -> None:
            # The note of the question ends in the transaction that stores its answer.
            if _is_noted(connection, notes_of(model_call.spend)):
                write(connection)

        try:
            write(self._connection)
        except StoreError as error:
            if not isinstance(self._database, DatabaseServer) or not notes_of(model_call.spend):
                raise
            _log.warning("storing a paid answer again: %s", error.problem)
            insist(self._database, write_once)

    def spend(self, judgement_key: JudgementKey) -> Spend:
        """Add up all model calls of that page, including earlier runs."""
        with store_errors(self._database):
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


class StoredQuestions:
    """Implements QuestionBook for one reader, in a database that is open elsewhere.

    It has a connection of its own, for questions are sent on any thread; that is opened for the
    first one, and the disk is then tried. `begin` says for which page the next ones are. `check`
    raises StoreError where nothing may be asked, and so paid, any more: the run's lock was lost.
    `month_of_all` are the US dollars that all reader accounts together may cost a month.
    """

    def __init__(
        self,
        database: DatabasePlace,
        profile: str,
        *,
        now: Callable[[], datetime] = _utc_now,
        check: Callable[[], object] | None = None,
        month_of_all: Decimal | None = None,
    ) -> None:
        self._database = database
        self._profile = profile
        self._check = check
        self._month_of_all = month_of_all
        self._now = now
        self._day: date | None = None
        self._connection: DatabaseConnection | None = None
        self._is_open, self._is_tried = True, False
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection; nothing can be noted any more."""
        with self._lock:
            self._is_open = False
            if self._connection is not None:
                self._connection.close()

    def begin(self, day: date) -> None:
        """Begin the page of that day; before its first question the disk is tried again."""
        with self._lock:
            self._day = day
            self._is_tried = False

    def note(self, model: str, tokens: Tokens, most: Decimal | None) -> str:
        """Note a question; raises StoreError, also where the disk is too full for an answer.

        Raises BudgetSpent where the quota of an account does not allow it: nothing is noted then.
        """
        key = secrets.token_hex(8)
        with self._lock, store_errors(self._database):
            connection = self._opened()
            if self._check is not None:
                self._check()
            check_room(self._database, tries=not self._is_tried)
            self._is_tried = True
            at = self._now()
            row = (
                key,
                (self._day or at.date()).isoformat(),
                self._profile,
                model,
                tokens.prompt,
                tokens.completion,
                None if most is None else str(most),
                at.isoformat(),
            )
            with transaction(connection, shared=False):
                charge(connection, self._profile, at, most, month_of_all=self._month_of_all)
                connection.execute("INSERT INTO under_way VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return key

    def drop(self, key: str) -> None:
        """End a note; one that cannot be deleted stays, and counts as what it may have cost."""
        try:
            with self._lock, store_errors(self._database):
                connection = self._opened()
                with transaction(connection, shared=False):
                    _end_notes(connection, self._profile, [key], Decimal(0))
        except StoreError as error:
            _log.info("the note of a question that failed stays: %s", error.problem)

    def left(self, day: date) -> UnderWay | None:
        """Return this reader's questions for the page of a day; None where none is under way."""
        with self._lock, store_errors(self._database):
            return questions_left(
                self._opened(), "profile = ? AND day = ?", (self._profile, day.isoformat())
            )

    def _opened(self) -> DatabaseConnection:
        if not self._is_open:
            raise StoreError("nothing more is asked: the run has ended")
        if self._connection is None:
            self._connection = connect_again(self._database)
        return self._connection


def questions_left(
    connection: DatabaseConnection, where: str, values: Sequence[str]
) -> UnderWay | None:
    """Add up the noted questions that a condition holds for; None where there are none."""
    rows = connection.execute(
        f"SELECT prompt_tokens, completion_tokens, most FROM under_way WHERE {where}",  # noqa: S608
        values,
    )
    return all_under_way(
        UnderWay(1, Tokens(prompt, completion), None if most is None else Decimal(most))
        for prompt, completion, most in rows
    )


def insert_exchanges(
    connection: DatabaseConnection,
    model_calls: Iterable[ModelCall],
    judgement_key: JudgementKey,
    at: datetime,
) -> None:
    """Insert model calls with their judgements, within a transaction of the key's reader.

    The notes of their questions end with them. Readers with the same criteria share judgements:
    they are written in one order, in which no two writers wait for each other.
    """
    rows: list[tuple[str | int, ...]] = []
    for model_call in model_calls:
        inserted = _insert_exchange(connection, model_call, judgement_key, at)
        rows += _rows(model_call.judgements, judgement_key, inserted)
    connection.executemany(
        "INSERT INTO judgements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (paper_id, version, criteria, judge) DO UPDATE SET"
        " relevance = excluded.relevance, novelty = excluded.novelty,"
        " comment = excluded.comment, exchange = excluded.exchange,"
        " summary = excluded.summary"
        " WHERE judgements.comment = ''",
        sorted(rows, key=itemgetter(0, 1)),
    )


def _insert_exchange(
    connection: DatabaseConnection, model_call: ModelCall, judgement_key: JudgementKey, at: datetime
) -> int:
    """Insert one model call, and return its number."""
    tokens, cost, most = model_call.spend.tokens, model_call.spend.cost, model_call.spend.most
    (inserted,) = connection.execute(
        "INSERT INTO exchanges (day, profile, criteria, judge, requests, prompt_tokens,"
        " cached_tokens, completion_tokens, prompt_cost, completion_cost, most, batch, reply, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
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
    ).fetchone()
    _end_notes(
        connection,
        judgement_key.profile,
        notes_of(model_call.spend),
        model_call.spend.bound or Decimal(0),
    )
    return int(inserted)


def _is_noted(connection: DatabaseConnection, keys: Sequence[str]) -> bool:
    """Return whether a question is noted as under way."""
    return any(
        connection.execute("SELECT 1 FROM under_way WHERE key = ?", (key,)).fetchone()
        for key in keys
    )


def _end_notes(
    connection: DatabaseConnection, profile: str, keys: Sequence[str], cost: Decimal
) -> None:
    """End the notes of questions that cost so many US dollars together, within a transaction.

    What was counted for them beyond that is given back to the quotas of an account.
    """
    for number, key in enumerate(keys):
        row = connection.execute(
            "DELETE FROM under_way WHERE key = ? RETURNING most, at", (key,)
        ).fetchone()
        if row is not None:
            # Several attempts have one cost together: it is counted with the first.
            actual = Decimal(0) if number else cost
            counted = Decimal(row[0] or 0)
            settle(connection, profile, datetime.fromisoformat(row[1]), actual - counted)


def _rows(
    judgements: Iterable[Judgement], judgement_key: JudgementKey, model_call: int
) -> Iterable[tuple[str | int, ...]]:
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
            one.summary,
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
