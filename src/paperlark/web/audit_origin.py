"""Where an audited action came from: the network of whoever asked, and the request's id."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.datastructures import Headers
from starlette.types import Scope

from paperlark import AuditAction, OpenedGroup
from paperlark.domain.audit import AuditOrigin, truncated_address
from paperlark.domain.request_id import REQUEST_ID
from paperlark.web.client_address import Network, client_address, peer_of

RecordSignIn = Callable[[AuditAction, str, Scope], None]
"""Stores that a member signed in or out, with the request in which they did."""


def asking_address(scope: Scope, proxies: Sequence[Network]) -> str:
    """Return whose request it is, as far as these proxies say."""
    # Some proxies add a line of their own behind the one that was sent.
    forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
    return client_address(peer_of(scope), forwarded, proxies)


def audit_origin(scope: Scope, proxies: Sequence[Network]) -> AuditOrigin:
    """Return what the audit log holds of where a request came from."""
    return AuditOrigin(truncated_address(asking_address(scope, proxies)), REQUEST_ID.get())


def sign_in_recorder(group: OpenedGroup) -> RecordSignIn:
    """Return what stores sign-ins and sign-outs in the audit log of a group."""

    def record(action: AuditAction, member: str, scope: Scope) -> None:
        origin = audit_origin(scope, group.settings.sign_in.proxies)
        group.record(action, actor=member, origin=origin)

    return record
