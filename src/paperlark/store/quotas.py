"""Quotas of reader accounts: each cent is counted before it is spent, also by several workers.

The sums of a month are rows. A call is checked and counted in one transaction that locks the rows
of its reader, their group and all, always in that order of scopes; then nobody else can spend what
it was promised. When it is known what the call cost, the difference is given back. A reader whose
profile is a file has no account, and no quota.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from paperlark.domain.quotas import Quota, QuotaScope
from paperlark.domain.spending import this_month
from paperlark.store.connection import DatabaseConnection

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Scope:
    """A scope of a reader's, by name, and its limit in US dollars; None is no limit."""

    scope: QuotaScope
    name: str
    limit: Decimal | None


def charge(
    connection: DatabaseConnection,
    reader: str,
    at: datetime,
    most: Decimal | None,
    *,
    month_of_all: Decimal | None,
) -> None:
    """Count what a call may cost at most, in US dollars, within a transaction of the caller.

    Raises BudgetSpent where that does not fit into a quota; then the caller rolls back.
    """
    month = this_month(at)
    for one in _scopes(connection, reader, month_of_all):
        spent = _locked(connection, one, month)
        if one.limit is not None:
            quota = Quota(one.scope, one.limit, spent)
            if not quota.allows(most):
                raise quota.refusal()
        _write(connection, one, month, spent + (most or _ZERO))


def settle(connection: DatabaseConnection, reader: str, at: datetime, difference: Decimal) -> None:
    """Add to a month's sums what a call cost beyond what was counted; less than 0 gives it back.

    `at` is when it was counted.
    """
    month = this_month(at)
    for one in _scopes(connection, reader, None) if difference else ():
        _write(connection, one, month, _locked(connection, one, month) + difference)


def quotas_of(
    connection: DatabaseConnection, reader: str, month: date, month_of_all: Decimal | None
) -> tuple[Quota, ...]:
    """Return the quotas that limit a reader's calls, with what the month has cost so far."""
    return tuple(
        Quota(one.scope, one.limit, _spent(connection, one, month))
        for one in _scopes(connection, reader, month_of_all)
        if one.limit is not None
    )


def _scopes(
    connection: DatabaseConnection, reader: str, month_of_all: Decimal | None
) -> Iterator[_Scope]:
    row = connection.execute(
        "SELECT group_name, accounts.month_budget, account_groups.month_budget FROM accounts"
        " JOIN account_groups ON account_groups.name = group_name WHERE reader = ?",
        (reader,),
    ).fetchone()
    if row is None:
        return
    group, own, of_group = row
    yield _Scope(QuotaScope.ALL, "", month_of_all)
    yield _Scope(QuotaScope.GROUP, group, None if of_group is None else Decimal(of_group))
    yield _Scope(QuotaScope.READER, reader, None if own is None else Decimal(own))


def _locked(connection: DatabaseConnection, one: _Scope, month: date) -> Decimal:
    """Return a sum whose row nobody else changes until the transaction ends."""
    (dollars,) = connection.execute(
        "INSERT INTO month_spending (whose, name, month, dollars) VALUES (?, ?, ?, '0')"
        " ON CONFLICT (whose, name, month) DO UPDATE SET dollars = month_spending.dollars"
        " RETURNING dollars",
        (one.scope, one.name, month.isoformat()),
    ).fetchone()
    return Decimal(dollars)


def _write(connection: DatabaseConnection, one: _Scope, month: date, dollars: Decimal) -> None:
    connection.execute(
        "UPDATE month_spending SET dollars = ? WHERE whose = ? AND name = ? AND month = ?",
        (str(dollars), one.scope, one.name, month.isoformat()),
    )


def _spent(connection: DatabaseConnection, one: _Scope, month: date) -> Decimal:
    row = connection.execute(
        "SELECT dollars FROM month_spending WHERE whose = ? AND name = ? AND month = ?",
        (one.scope, one.name, month.isoformat()),
    ).fetchone()
    return Decimal(row[0]) if row else _ZERO
