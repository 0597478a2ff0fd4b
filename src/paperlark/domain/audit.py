"""What the audit log holds: who did what to whom, when, and from where. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from paperlark.domain.accounts import Account

_FIELDS = ("name", "email", "user", "subject", "group", "profile", "criteria")
DELETED = "(deleted)"
"""What stands in the log in the place of somebody who was deleted."""


class AuditAction(StrEnum):
    """What was done."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    SIGN_IN_REFUSED = "sign-in refused"
    READER_ADDED = "reader added"
    READER_CHANGED = "reader changed"
    READER_DISABLED = "reader disabled"
    READER_ENABLED = "reader enabled"
    READER_EXPORTED = "reader exported"
    READER_DELETED = "reader deleted"
    ROLE_CHANGED = "role changed"
    BUDGET_CHANGED = "budget changed"
    GROUP_CHANGED = "group changed"


@dataclass(frozen=True, slots=True)
class AuditOrigin:
    """Where an action came from: the network, and the request's id in the app's log.

    Both are empty at the command line.
    """

    network: str = ""
    request: str = ""


COMMAND_LINE = AuditOrigin()


@dataclass(frozen=True, slots=True)
class AuditActor:
    """Who does something: the id of a reader, empty at the command line, and from where."""

    id: str = ""
    origin: AuditOrigin = COMMAND_LINE


AT_COMMAND_LINE = AuditActor()


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """A row of the log; `actor` is empty for the command line, `subject` where it was nobody."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    origin: AuditOrigin


def account_events(before: Account, after: Account) -> tuple[tuple[AuditAction, str], ...]:
    """Return what the log says of a change of an account: each action, with its detail.

    What is personal is named and not quoted.
    """
    events = []
    if before.disabled != after.disabled:
        done = AuditAction.READER_DISABLED if after.disabled else AuditAction.READER_ENABLED
        events.append((done, ""))
    if before.role != after.role:
        events.append((AuditAction.ROLE_CHANGED, f"from {before.role} to {after.role}"))
    if before.budget != after.budget:
        events.append((AuditAction.BUDGET_CHANGED, budget_text(after.budget)))
    others = [name for name in _FIELDS if getattr(before, name) != getattr(after, name)]
    if others:
        events.append((AuditAction.READER_CHANGED, ", ".join(others)))
    return tuple(events)


def budget_text(budget: Decimal | None) -> str:
    """Return a budget in words."""
    return "no limit" if budget is None else f"${budget} a month"


def truncated_address(address: str) -> str:
    """Return the network of an address, such as 192.0.2.0/24 or 2001:db8::/48; empty if it is none.

    It tells a campus from another country, and no person from the next.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    found = (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
    bits = 48 if isinstance(found, IPv6Address) else 24
    return str(ip_network((found, bits), strict=False))
