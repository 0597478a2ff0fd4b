"""Reader accounts and their groups: who there is, what each may do, and their texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from paperlark.domain.accounts import Account, AccountGroup, Role
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import AccountError, NoSuchReader
from paperlark.store.connection import DatabaseConnection, instant, store_errors, transaction

_COLUMNS = (
    "reader, name, email, user_name, subject, group_name, role, disabled, month_budget,"
    " profile_text, criteria_text, categories, changed"
)
_SIGN_IN = {"email": "email", "user": "user_name", "subject": "subject"}
"""The columns that identify a reader at sign-in, by the names of an account's fields."""
_AT_ONCE = 500
"""Ids in one statement: SQLite takes no more than 999 values in some builds."""


class AccountStore:
    """The accounts of an open database."""

    def __init__(
        self,
        connection: DatabaseConnection,
        database: DatabasePlace,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connection = connection
        self._database = database
        self._now = now

    def find(self, reader: str) -> Account | None:
        """Return the account of an id, None where there is none."""
        return next(iter(self.some([reader])), None)

    def get(self, reader: str) -> Account:
        """Return the account of an id; raises NoSuchReader."""
        found = self.find(reader)
        if found is None:
            raise NoSuchReader(
                f"there is no reader {reader[:80]!r}", hint="list them: paperlark readers list"
            )
        return found

    def find_signed_in(self, *, email: str = "", user: str = "", subject: str = "") -> str | None:
        """Return the id of the enabled account that this names at sign-in; None for nobody."""
        given = {"email": email.casefold(), "user": user, "subject": subject}
        named = {_SIGN_IN[field]: value for field, value in given.items() if value}
        if not named:
            return None
        where = " AND ".join(f"{column} = ?" for column in named)
        with store_errors(self._database):
            row = self._connection.execute(
                f"SELECT reader FROM accounts WHERE disabled = 0 AND {where}",  # noqa: S608
                tuple(named.values()),
            ).fetchone()
        return str(row[0]) if row else None

    def all(self, *, group: str | None = None, enabled: bool = False) -> tuple[Account, ...]:
        """Return accounts sorted by id: of one group where that is given, or the enabled ones."""
        where, values = _selected(group, enabled=enabled)
        return self._accounts(f"WHERE {where} ORDER BY reader", values)

    def some(self, readers: Sequence[str]) -> tuple[Account, ...]:
        """Return the accounts of these ids, sorted by id; an unknown id has none."""
        found: list[Account] = []
        wanted = sorted(set(readers))
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            found += self._accounts(f"WHERE reader IN ({marks}) ORDER BY reader", part)
        return tuple(found)

    def with_table(self, name: str) -> tuple[str, ...]:
        """Return the ids of the enabled readers whose profiles may have a table [name], sorted."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT reader FROM accounts WHERE disabled = 0 AND profile_text LIKE ?"
                " ORDER BY reader",
                (f"%[{name}]%",),
            ).fetchall()
        return tuple(str(reader) for (reader,) in rows)

    def sharing(self, group: str) -> tuple[str, ...]:
        """Return the ids of the enabled readers of a group who show papers to it, sorted."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT reader FROM accounts JOIN sharing ON sharing.profile = reader"
                " WHERE group_name = ? AND disabled = 0 AND (wanted = 1 OR saved = 1)"
                " ORDER BY reader",
                (group,),
            ).fetchall()
        return tuple(str(reader) for (reader,) in rows)

    def page(self, *, group: str | None, after: str, most: int) -> tuple[Account, ...]:
        """Return at most so many accounts whose ids come after one, sorted by id."""
        where, values = _selected(group, enabled=False)
        return self._accounts(
            f"WHERE {where} AND reader > ? ORDER BY reader LIMIT ?", (*values, after, most)
        )

    def enabled_categories(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the id of every enabled reader with their categories in order, sorted by id."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT reader, categories FROM accounts WHERE disabled = 0 ORDER BY reader"
            ).fetchall()
        return tuple((reader, tuple(categories.split())) for reader, categories in rows)

    def count(self, *, group: str | None = None) -> int:
        """Return how many accounts there are, in one group where that is given."""
        where, values = _selected(group, enabled=False)
        with store_errors(self._database):
            row = self._connection.execute(
                f"SELECT count(*) FROM accounts WHERE {where}",  # noqa: S608
                values,
            ).fetchone()
        return int(row[0])

    def add(self, account: Account) -> Account:
        """Store a new account, its reader, and its group where that is new; return it as stored.

        Raises AccountError where its id, or what identifies it at sign-in, is another reader's.
        """
        with store_errors(self._database), transaction(self._connection):
            if self._is_taken(account.id):
                raise AccountError(
                    f"there is a reader {account.id!r} already", hint="choose another id"
                )
            self._check_sign_in(account)
            return self._write(account)

    def change(self, account: Account, *, instead_of: datetime | None) -> Account:
        """Store an account that was changed from the one stored at `instead_of`; return it.

        Raises NoSuchReader, or AccountError where somebody else has changed it meanwhile, or what
        identifies it at sign-in is another reader's.
        """
        with store_errors(self._database), transaction(self._connection):
            before = self.get(account.id)
            if before.changed != instead_of:
                raise AccountError(
                    f"the account {account.id!r} was changed meanwhile by somebody else",
                    hint="look at it again, and repeat the change",
                )
            self._check_sign_in(account)
            return self._write(account)

    def groups(self) -> tuple[AccountGroup, ...]:
        """Return every group, sorted by name."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT name, month_budget FROM account_groups ORDER BY name"
            ).fetchall()
        return tuple(AccountGroup(name, _dollars(budget)) for name, budget in rows)

    def group(self, name: str) -> AccountGroup | None:
        """Return the group of a name, None where there is none."""
        return next((one for one in self.groups() if one.name == name), None)

    def keep_group(self, group: AccountGroup) -> None:
        """Store a group, replacing one of that name."""
        with store_errors(self._database), transaction(self._connection):
            self._connection.execute(
                "INSERT INTO account_groups (name, month_budget) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET month_budget = excluded.month_budget",
                (group.name, _text(group.budget)),
            )

    def _accounts(self, rest: str, values: Sequence[Any]) -> tuple[Account, ...]:
        with store_errors(self._database):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM accounts {rest}",  # noqa: S608  # texts of this module
                values,
            ).fetchall()
            return tuple(_account(*row) for row in rows)

    def _is_taken(self, reader: str) -> bool:
        row = self._connection.execute("SELECT 1 FROM readers WHERE id = ?", (reader,)).fetchone()
        return row is not None or self.find(reader) is not None

    def _check_sign_in(self, account: Account) -> None:
        for field, column in _SIGN_IN.items():
            value = getattr(account, field)
            row = self._connection.execute(
                f"SELECT reader FROM accounts WHERE {column} = ? AND reader <> ?",  # noqa: S608
                (value, account.id),
            ).fetchone()
            if value and row:
                raise AccountError(
                    f"the {field} {value!r} is that of the reader {row[0]!r}",
                    hint="each reader signs in with their own",
                )

    def _write(self, account: Account) -> Account:
        stored = replace(account, email=account.email.casefold(), changed=self._now())
        self._connection.execute(
            "INSERT INTO account_groups (name) VALUES (?) ON CONFLICT (name) DO NOTHING",
            (stored.group,),
        )
        self._connection.execute(
            "INSERT INTO readers (id, title, profile) VALUES (?, ?, '')"
            " ON CONFLICT (id) DO UPDATE SET title = excluded.title",
            (stored.id, stored.name),
        )
        columns = _COLUMNS.split(", ")
        updates = ", ".join(f"{one} = excluded.{one}" for one in columns[1:])
        self._connection.execute(
            f"INSERT INTO accounts ({_COLUMNS}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            f" ON CONFLICT (reader) DO UPDATE SET {updates}",
            _row(stored),
        )
        return stored


def _selected(group: str | None, *, enabled: bool) -> tuple[str, tuple[str, ...]]:
    where = "disabled = 0" if enabled else "1 = 1"
    return (where, ()) if group is None else (f"{where} AND group_name = ?", (group,))


def _row(account: Account) -> tuple[object, ...]:
    return (
        account.id,
        account.name,
        account.email,
        account.user,
        account.subject,
        account.group,
        account.role,
        int(account.disabled),
        _text(account.budget),
        account.profile,
        account.criteria,
        " ".join(account.categories),
        instant(account.changed) if account.changed else "",
    )


def _account(  # noqa: PLR0913, PLR0917  # the columns of a row
    reader: str,
    name: str,
    email: str,
    user: str,
    subject: str,
    group: str,
    role: str,
    disabled: int,
    budget: str | None,
    profile: str,
    criteria: str,
    categories: str,
    changed: str,
) -> Account:
    return Account(
        id=reader,
        name=name,
        profile=profile,
        criteria=criteria,
        categories=tuple(categories.split()),
        email=email,
        user=user,
        subject=subject,
        group=group,
        role=Role(role),
        disabled=bool(disabled),
        budget=_dollars(budget),
        changed=datetime.fromisoformat(changed),
    )


def _dollars(stored: str | None) -> Decimal | None:
    return None if stored is None else Decimal(stored)


def _text(budget: Decimal | None) -> str | None:
    return None if budget is None else str(budget)
