"""Spending: of one page, of one month, and by month or day, model and reader."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from paperlark.domain.batch_job import WINDOW, BatchJobState
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.readers import names_of
from paperlark.domain.spending import (
    Cost,
    Expense,
    Outstanding,
    Period,
    Spend,
    Tokens,
    UnderWay,
    all_under_way,
    this_month,
    total,
)
from paperlark.llm.budget import BudgetLedger
from paperlark.store.connection import DatabaseConnection, store_errors
from paperlark.store.judgements import SPEND, spend_of
from paperlark.store.quotas import quotas_of
from paperlark.store.readers import ReaderStore

_PERIODS = {Period.MONTH: "substr(paid.at, 1, 7) || '-01'", Period.DAY: "paid.day"}
# A judge's signature is a model's name, a slash and a hash: trimmed up to its last slash.
_MODEL = (
    "coalesce(nullif(rtrim(rtrim(paid.judge, replace(paid.judge, '/', '')), '/'), ''), paid.judge)"
)
_IN_MONTH = "paid.at >= ? AND paid.at < ?"
_PAPER = "judged.paper_id || 'v' || judged.version"
"""A paper judged several times counts once; another version counts again."""

_LATEST = 200
"""Replies averaged for the tokens per paper."""

_Key = tuple[str, str, str]
"""Period, model and profile."""


@dataclass(frozen=True, slots=True)
class BudgetTerms:
    """Whose calls are paid for.

    Those of a reader account have quotas: `month_of_all` are the US dollars that all accounts
    together may cost a month, None without a limit; the others stand in the database.
    """

    reader: str
    is_account: bool = False
    month_of_all: Decimal | None = None


class SpendingStore:
    """Adds up the model calls of an open database, and what is under way and may be billed."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def on_page(self, profile: str, day: date) -> Decimal:
        """Return the maximum cost of one page in US dollars.

        Under all criteria and judges. Calls without a known price are left out.
        """
        where, values = "profile = ? AND day = ?", (profile, day.isoformat())
        return self._bound(where, values) + self._left(where, values) + self._noted(where, values)

    def before(
        self, profile: str, day: date, now: datetime, *, own: bool = False
    ) -> tuple[date, Decimal, Decimal]:
        """Return the current month, and what the page and all pages of that month may have cost.

        In US dollars; so much of a budget is used before the page is begun. With `own` all pages
        are those of this reader, and else those of the database.
        """
        month = this_month(now)
        return month, self.on_page(profile, day), self.in_month(month, profile if own else None)

    def begin_budget(
        self, ledger: BudgetLedger, terms: BudgetTerms, now: Callable[[], datetime], day: date
    ) -> None:
        """Begin a day's page in the ledger, with all that was spent before."""
        ledger.begin(*self.before(terms.reader, day, now(), own=terms.is_account))
        self.limit(ledger, terms, now)

    def limit(self, ledger: BudgetLedger, terms: BudgetTerms, now: Callable[[], datetime]) -> None:
        """Limit a ledger by the quotas of a reader account, with what the month has cost so far."""
        if terms.is_account:
            with store_errors(self._database):
                month, most = this_month(now()), terms.month_of_all
                ledger.limit(quotas_of(self._connection, terms.reader, month, most))

    def in_month(self, month: date, profile: str | None = None) -> Decimal:
        """Return the maximum cost of all pages in the month of that first day, in US dollars.

        `profile` selects those of one reader.

        A batch job is billed in the month of its submission or of its collection: it counts in
        both until that is known.
        """
        since = (datetime.combine(month, time(), UTC) - WINDOW).isoformat()
        bounds = _month(month)
        whose, reader = ("", ()) if profile is None else (" AND profile = ?", (profile,))
        return (
            self._bound(f"{_IN_MONTH}{whose}", (*bounds, *reader))
            + self._left(f"at >= ?{whose}", (since, *reader))
            + self._noted(f"at >= ? AND at < ?{whose}", (*bounds, *reader))
        )

    def outstanding(self, month: date | None = None) -> tuple[Outstanding, ...]:
        """Return what is under way, by model and reader; `month` (its first day) selects one.

        What was under way at a kill stays for good: whether it was billed is never known.
        """
        where, values = ("at >= ? AND at < ?", _month(month)) if month else ("1 = 1", ())
        with store_errors(self._database):
            noted = self._connection.execute(
                "SELECT model, profile, prompt_tokens, completion_tokens, most FROM under_way"  # noqa: S608
                f" WHERE {where}",
                values,
            ).fetchall()
            jobs = self._connection.execute(
                "SELECT model, profile, questions, most FROM jobs"  # noqa: S608
                f" WHERE {where} AND state <> ?",
                (*values, BatchJobState.COLLECTED),
            ).fetchall()
        groups: dict[tuple[str, str, bool], list[UnderWay]] = {}
        for model, profile, prompt, completion, most in noted:
            one = UnderWay(1, Tokens(prompt, completion), _dollars(most))
            groups.setdefault((model, profile, False), []).append(one)
        for model, profile, questions, most in jobs:
            one = UnderWay(len(json.loads(questions)), None, _dollars(most))
            groups.setdefault((model, profile, True), []).append(one)
        names = names_of(ReaderStore(self._connection, self._database).all())
        return tuple(
            Outstanding(model, profile, together, batch, names.get(profile, ""))
            for (model, profile, batch), ones in sorted(groups.items())
            if (together := all_under_way(ones))
        )

    def completion_each(self, judge: str) -> float | None:
        """Return the mean completion tokens per paper of this judge's latest replies.

        None where no reply with a known usage is stored.
        """
        with store_errors(self._database):
            tokens, papers = self._connection.execute(
                "SELECT sum(completion_tokens), sum((SELECT count(*) FROM judgements"
                " WHERE exchange = answers.id)) FROM (SELECT id, completion_tokens FROM exchanges"
                " WHERE (judge = :judge OR substr(judge, 1, length(:judge) + 1) = :judge || '#')"
                " AND completion_tokens IS NOT NULL ORDER BY id DESC LIMIT :latest) AS answers",
                {"judge": judge, "latest": _LATEST},
            ).fetchone()
        return float(tokens / papers) if papers else None

    def expenses(self, by: Period, month: date | None = None) -> tuple[Expense, ...]:
        """Return expenses, latest first; `month` (its first day) selects one month."""
        key = f"{_PERIODS[by]} AS period, {_MODEL} AS model, paid.profile"
        where, values = (_IN_MONTH, _month(month)) if month else ("1 = 1", ())
        with store_errors(self._database):
            rows = self._connection.execute(
                f"SELECT {key}, {SPEND} FROM exchanges AS paid WHERE {where} ORDER BY id",  # noqa: S608
                values,
            ).fetchall()
            counts = self._connection.execute(
                f"SELECT {key}, count(DISTINCT {_PAPER}),"  # noqa: S608
                f" count(DISTINCT CASE shown.on_page WHEN 1 THEN {_PAPER} END)"
                " FROM exchanges AS paid JOIN judgements AS judged ON judged.exchange = paid.id"
                " LEFT JOIN shown_or_judged AS shown ON shown.profile = paid.profile"
                " AND shown.paper_id = judged.paper_id AND shown.day = paid.day"
                f" WHERE {where} GROUP BY period, model, paid.profile",
                values,
            ).fetchall()
        papers = {tuple(group): (judged, shown) for *group, judged, shown in counts}
        spends: dict[_Key, list[Spend]] = {}
        for period, model, profile, *spend in rows:
            spends.setdefault((period, model, profile), []).append(spend_of(*spend))
        names = names_of(ReaderStore(self._connection, self._database).all())
        expenses = (
            replace(_expense(key, together, *papers.get(key, (0, 0))), title=names.get(key[2], ""))
            for key, together in spends.items()
        )
        by_name = sorted(expenses, key=lambda one: (one.model, one.name, one.profile))
        return tuple(sorted(by_name, key=lambda one: one.period, reverse=True))

    def _bound(self, where: str, values: Sequence[str]) -> Decimal:
        with store_errors(self._database):
            rows = self._connection.execute(
                f"SELECT {SPEND} FROM exchanges AS paid WHERE {where}",  # noqa: S608
                values,
            ).fetchall()
            return sum((spend_of(*row).bound or Decimal(0) for row in rows), Decimal(0))

    def _left(self, where: str, values: Sequence[str]) -> Decimal:
        """Return what jobs submitted to a batch service may still cost."""
        with store_errors(self._database):
            rows = self._connection.execute(
                f"SELECT most FROM jobs WHERE {where} AND state <> ?"  # noqa: S608
                " AND most IS NOT NULL",
                (*values, BatchJobState.COLLECTED),
            ).fetchall()
            return sum((Decimal(most) for (most,) in rows), Decimal(0))

    def _noted(self, where: str, values: Sequence[str]) -> Decimal:
        """Return what questions under way, now or at a kill, may have cost."""
        with store_errors(self._database):
            rows = self._connection.execute(
                f"SELECT most FROM under_way WHERE {where} AND most IS NOT NULL",  # noqa: S608
                values,
            ).fetchall()
        return sum((Decimal(most) for (most,) in rows), Decimal(0))


def _dollars(stored: str | None) -> Decimal | None:
    return None if stored is None else Decimal(stored)


def _month(first: date) -> tuple[str, str]:
    """Return the first instant of a month and of the next, in the stored format."""
    return first.isoformat(), (first + timedelta(days=31)).replace(day=1).isoformat()


def _expense(key: _Key, spends: Sequence[Spend], judged: int, selected: int) -> Expense:
    period, model, profile = key
    with_usage = total(one for one in spends if one.tokens is not None)
    priced = total(one for one in spends if one.cost is not None)
    unpriced = total(one for one in spends if one.cost is None)
    requests = sum(one.requests for one in spends)
    return Expense(
        period=date.fromisoformat(period),
        model=model,
        profile=profile,
        judged=judged,
        selected=selected,
        requests=requests,
        tokens=with_usage.tokens or Tokens(0, 0),
        without_usage=requests - with_usage.requests,
        cost=priced.cost or Cost(Decimal(0), Decimal(0)),
        unpriced=unpriced.requests,
        most=unpriced.most if unpriced.requests else None,
    )
