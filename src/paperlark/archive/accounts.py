"""Add, change and delete reader accounts; what is stored can be read again as a profile."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from paperlark.domain.accounts import Account, AccountGroup, Role, account_id, is_account_id
from paperlark.domain.audit import (
    AT_COMMAND_LINE,
    DELETED,
    AuditAction,
    AuditActor,
    account_events,
    budget_text,
)
from paperlark.domain.errors import AccountError
from paperlark.domain.readers import ALPHABET, RANDOM
from paperlark.settings.answers import AnswerKind, SetupAnswers, complaint
from paperlark.settings.environment import Environment
from paperlark.settings.group import GroupDatabase
from paperlark.settings.starter import criteria_text, profile_text
from paperlark.settings.stored_profile import account_settings
from paperlark.store.accounts import AccountStore
from paperlark.store.audit import AuditStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.reader_rows import ReaderRows
from paperlark.store.readers import ReaderStore

_LONGEST = 254
"""Characters of a name, a mail address, or what somebody is called at sign-in."""
_MOST_DOLLARS = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is said of a reader who is to be added; `profile` and `criteria` are texts.

    `id` "" has one made of the name; the others are as in `Account`.
    """

    name: str
    profile: str
    criteria: str
    id: str = ""
    email: str = ""
    user: str = ""
    subject: str = ""
    group: str = ""
    role: Role = Role.READER
    budget: Decimal | None = None


def starting_texts(name: str, categories: tuple[str, ...], interests: str = "") -> tuple[str, str]:
    """Return the profile and criteria that `paperlark init` would begin with."""
    answers = SetupAnswers(name=name, categories=categories, interests=interests)
    return profile_text(answers), criteria_text(answers)


class ReaderAccounts:
    """The accounts in the open database of a group, each checked before it is stored."""

    def __init__(
        self,
        connection: DatabaseConnection,
        group: GroupDatabase,
        environment: Environment,
        by: AuditActor = AT_COMMAND_LINE,
    ) -> None:
        self.group = group
        self._environment = environment
        self._by = by
        self._log = AuditStore(connection, group.database)
        self._readers = ReaderStore(connection, group.database)
        self._rows = ReaderRows(connection, group.database)
        self.store = AccountStore(connection, group.database, now=environment.now)

    def add(self, new: NewAccount) -> Account:
        """Store a new account and return it.

        Raises AccountError, or ProfileError with every mistake of its texts.
        """
        taken = {one.id for one in self._readers.all()}
        account = Account(
            id=new.id or account_id(new.name, taken, _random),
            name=new.name.strip(),
            profile=new.profile,
            criteria=new.criteria,
            categories=(),
            email=new.email.strip(),
            user=new.user.strip(),
            subject=new.subject.strip(),
            group=new.group.strip(),
            role=new.role,
            budget=new.budget,
        )
        added = self.store.add(self._checked(account))
        self.record(AuditAction.READER_ADDED, added.id)
        return added

    def change(self, reader: str, **changes: Any) -> Account:  # noqa: ANN401  # an account's fields
        """Store an account with other values in some fields, and return it.

        Raises NoSuchReader, AccountError, or ProfileError with every mistake of its texts.
        """
        before = self.store.get(reader)
        changed = self._checked(replace(before, **changes))
        if changed == before:
            return before
        after = self.store.change(changed, instead_of=before.changed)
        for action, detail in account_events(before, after):
            self.record(action, reader, detail)
        return after

    def delete(self, reader: str) -> int:
        """Delete a reader with all that there is of them; return how many rows that were.

        Raises NoSuchReader.
        """
        self.store.get(reader)
        deleted = self._rows.delete(reader)
        self.record(AuditAction.READER_DELETED, DELETED)
        return deleted

    def keep_group(self, name: str, budget: Decimal | None) -> AccountGroup:
        """Store what the readers of a group may cost a month; None is no limit."""
        _check_text("group", name)
        _check_budget(budget)
        group = AccountGroup(name, budget)
        self.store.keep_group(group)
        self.record(AuditAction.GROUP_CHANGED, name, budget_text(budget))
        return group

    def record(self, action: AuditAction, subject: str, detail: str = "") -> None:
        """Store in the audit log what was done."""
        self._log.record(
            action,
            actor=self._by.id,
            origin=self._by.origin,
            now=self._environment.now(),
            subject=subject,
            detail=detail,
        )

    def _checked(self, account: Account) -> Account:
        """Return the account with the categories of its profile; raises where it is not sound."""
        if not is_account_id(account.id):
            raise AccountError(
                f"{account.id[:80]!r} cannot be an id: it stands in web addresses",
                hint="write it in lower-case letters, digits and hyphens, at most 40",
            )
        _check_text("name", account.name)
        for field in ("user", "subject", "group"):
            if value := getattr(account, field):
                _check_text(field, value)
        if account.email and (wrong := _wrong_mail(account.email)):
            raise AccountError(f"{account.email[:80]!r} is no mail address: {wrong}")
        _check_budget(account.budget)
        settings = account_settings(account, self.group)
        return replace(account, categories=settings.profile.categories)


@contextmanager
def open_accounts(
    group: GroupDatabase, environment: Environment, by: AuditActor = AT_COMMAND_LINE
) -> Iterator[ReaderAccounts]:
    """Open the accounts of a group; its database is made where there is none. Raises StoreError."""
    with open_database(group.database) as connection:
        yield ReaderAccounts(connection, group, environment, by)


def _check_text(what: str, text: str) -> None:
    wrong = complaint(AnswerKind.TEXT, text)
    if wrong or len(text) > _LONGEST:
        raise AccountError(
            f"the {what} {text[:80]!r} cannot be stored: {wrong or 'it is too long'}",
            hint=f"write one line of at most {_LONGEST} characters",
        )


def _wrong_mail(address: str) -> str | None:
    if len(address) > _LONGEST:
        return f"expected at most {_LONGEST} characters"
    return complaint(AnswerKind.MAILBOX, address)


def _check_budget(budget: Decimal | None) -> None:
    if budget is not None and not (budget.is_finite() and 0 <= budget <= _MOST_DOLLARS):
        raise AccountError(
            f"{budget} US dollars are no budget of a month",
            hint=f"expected 0 to {_MOST_DOLLARS:,}, or none",
        )


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
