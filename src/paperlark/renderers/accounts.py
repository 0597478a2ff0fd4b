"""Readers' accounts, groups and audited events, as text and as JSON documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from paperlark.domain.accounts import Account, AccountGroup
from paperlark.domain.audit import AuditEvent


def account_table(accounts: Sequence[Account]) -> Iterable[str]:
    """Return a line for each account below a head; no line where there is none."""
    head = ("id", "name", "group", "role", "state", "$ a month", "categories")
    return _aligned([head, *map(_row, accounts)] if accounts else [])


def account_lines(account: Account) -> Iterable[str]:
    """Return a line for each fact of an account but the texts of profile and criteria."""
    facts = account_document(account).items()
    return _aligned([(f"{name}:", "" if value is None else str(value)) for name, value in facts])


def account_document(one: Account) -> dict[str, object]:
    """Return an account as JSON has it, without the texts of profile and criteria."""
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "user": one.user,
        "subject": one.subject,
        "group": one.group,
        "role": str(one.role),
        "disabled": one.disabled,
        "budget_usd": None if one.budget is None else f"{one.budget:f}",
        "categories": list(one.categories),
        "changed": one.changed.isoformat() if one.changed else None,
    }


def group_table(groups: Sequence[AccountGroup]) -> Iterable[str]:
    """Return a line for each group below a head; no line where there is none."""
    rows = [(one.name or "(no group)", _dollars(one.budget)) for one in groups]
    return _aligned([("group", "$ a month"), *rows] if rows else [])


def group_document(group: AccountGroup) -> dict[str, object]:
    """Return a group as JSON has it."""
    budget = None if group.budget is None else f"{group.budget:f}"
    return {"name": group.name, "budget_usd": budget}


def event_line(event: AuditEvent) -> str:
    """Return an audited event in one line."""
    told = [f"{event.at:%Y-%m-%d %H:%M:%S} UTC", event.actor or "command line", event.action]
    told += [part for part in (event.subject, event.detail) if part]
    where = " ".join(part for part in (event.origin.network, event.origin.request) if part)
    return "  ".join(told) + (f"  [{where}]" if where else "")


def event_document(event: AuditEvent) -> dict[str, object]:
    """Return an audited event as JSON has it."""
    return {
        "number": event.number,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "detail": event.detail,
        "network": event.origin.network,
        "request": event.origin.request,
    }


def _row(one: Account) -> tuple[str, ...]:
    return (
        one.id,
        one.name,
        one.group,
        one.role,
        "disabled" if one.disabled else "enabled",
        _dollars(one.budget),
        " ".join(one.categories),
    )


def _dollars(budget: Decimal | None) -> str:
    return "no limit" if budget is None else f"{budget:f}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Return rows as lines in which each column begins at the same place."""
    from rich.cells import cell_len  # noqa: PLC0415  # wide letters count twice

    widths = [max(cell_len(one) for one in column) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (
            one + " " * (width - cell_len(one)) for one, width in zip(row, widths, strict=True)
        )
        yield "  ".join(padded).rstrip()
