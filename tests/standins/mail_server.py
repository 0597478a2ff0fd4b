"""A mail server on loopback with TLS and passwords, which fails as it is told to."""

from __future__ import annotations

import socket
import ssl
import time
from asyncio import WriteTransport
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "ada@example.org", "correct horse battery staple"

WELL, BUSY, REFUSED = "well", "busy", "refused"
NO_LOGIN = "the password is not taken"
DROPPED = "dropped before the mail was read"
LOST = "taken, and the answer lost"
NOT_TAKEN = "read and dropped, and never taken"
UNREACHABLE = "nobody answers"
FAULTS = (BUSY, REFUSED, NO_LOGIN, DROPPED, LOST, NOT_TAKEN)


class MailServer:
    """Keeps what was left with it; `fault` is asked before each mail what is to go wrong."""

    def __init__(self, fault: Callable[[], str] = lambda: WELL) -> None:
        self.fault = fault
        self.taken: list[EmailMessage] = []
        self.at: list[float] = []
        """When each was taken, by a monotonic clock."""
        self.logins = 0
        self._now = WELL
        self.port = 0

    @property
    def mailbox(self) -> list[EmailMessage]:
        """What the reader sees: one mail for each Message-ID, as mail systems show it."""
        return list({str(mail["Message-ID"]): mail for mail in self.taken}.values())

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        del server, envelope
        session.host_name = hostname
        self._now = self.fault()
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        if self._now == DROPPED:
            _hang_up(server)
        return {BUSY: "451 try again later", REFUSED: "550 no such user here"}.get(
            self._now, "250 OK"
        )

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session
        content = envelope.content
        assert isinstance(content, bytes)
        if self._now != NOT_TAKEN:
            mail = message_from_bytes(content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.taken.append(mail)
            self.at.append(time.monotonic())
        if self._now in {LOST, NOT_TAKEN}:
            _hang_up(server)
        return "250 taken"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """Take the one user with the one password."""
        del server, session, envelope, mechanism
        self.logins += 1
        known = (
            isinstance(data, LoginPassword)
            and data.login == USER.encode()
            and data.password == PASSWORD.encode()
        )
        return AuthResult(success=known and self._now != NO_LOGIN, handled=False)


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, WriteTransport)
    server.transport.abort()


@contextmanager
def serving(
    mail: MailServer,
    context: ssl.SSLContext | None,
    *,
    starttls: bool = False,
    login: bool = True,
) -> Iterator[None]:
    """Serve on a free port of loopback, with TLS from the start or by STARTTLS; None is without.

    It wants a `login`, or asks nobody who they are.
    """
    mail.port = _free_port()
    controller = Controller(
        mail,
        hostname="127.0.0.1",
        port=mail.port,
        authenticator=mail.authenticate,
        auth_required=login,
        ssl_context=None if starttls else context,
        tls_context=context if starttls else None,
        require_starttls=starttls,
        auth_require_tls=starttls,
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
