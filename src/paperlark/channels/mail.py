"""Send mail through any SMTP server that the reader may use."""

from __future__ import annotations

import hashlib
import logging
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from paperlark.channels import server_words
from paperlark.domain.delivery import Message, MessageFormat, Style
from paperlark.domain.errors import ChannelBusy, ChannelRefused, DeliveryError, MaybeDelivered
from paperlark.http.connecting import CutOff, cut_off

_log = logging.getLogger(__name__)
_FORM = MessageFormat(Style.MAIL, longest=100_000, subject_longest=200, most=1)
_SECONDS = 120.0
"""Seconds for a whole session: connecting, greeting, login, the mail and every answer."""
_OK = 250
_LASTING = 500
_LONGEST_LINE = 998


@dataclass(frozen=True, slots=True)
class MailServer:
    """An SMTP server: `security` is tls, starttls or none; without a `user` there is no login."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None
    sender: str
    unsubscribe: str | None = None

    def __repr__(self) -> str:
        # Keeps the password out of tracebacks and logs.
        return f"MailServer({self.host!r}, {self.port})"


class MailChannel:
    """Implements Channel for one mailbox; `name` is the reader's name for it."""

    message_format = _FORM
    deduplicates = True

    def __init__(
        self,
        server: MailServer,
        recipient: str,
        name: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: float = _SECONDS,
    ) -> None:
        self._seconds = seconds
        self._server = server
        self._recipient = recipient
        self._name = name
        self._now = now

    def check(self) -> None:
        """Connect and log in without sending anything; raises DeliveryError."""
        with self._session():
            pass

    def send(self, message: Message, name: str) -> None:
        """Send a mail; when repeated it has the same Message-ID, so that copies can be dropped."""
        mail = self._mail(message, name)
        with self._session() as smtp:
            self._expect(smtp.mail(self._server.sender), "the sender")
            self._expect(smtp.rcpt(self._recipient), "the recipient")
            try:
                answer = smtp.data(mail)
            except smtplib.SMTPDataError as error:
                raise self._refusal(error.smtp_code, error.smtp_error, "the mail") from error
            except (OSError, smtplib.SMTPException) as error:
                raise MaybeDelivered(f"{self._name}: the mail server's answer was lost") from error
            self._expect(answer, "the mail")
        _log.info("%s: %s took the mail (%d bytes)", self._name, self._server.host, len(mail))

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Open a session that may send; raises ChannelBusy or ChannelRefused."""
        with cut_off(self._seconds) as limit, self._within(limit) as smtp:
            yield smtp

    @contextmanager
    def _within(self, limit: CutOff) -> Iterator[smtplib.SMTP]:
        server = self._server
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connect(limit)
            smtp.ehlo_or_helo_if_needed()
            if server.user is not None:
                smtp.login(server.user, server.password or "")
            yield smtp
        except smtplib.SMTPResponseException as error:
            raise self._refusal(error.smtp_code, error.smtp_error, "the login") from error
        except smtplib.SMTPNotSupportedError as error:
            raise ChannelRefused(
                f"{self._name}: {server.host} offers no {server.security} or no login",
                hint="change `security`, `port` or `user` in the table [mail]",
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise ChannelRefused(
                f"{self._name}: the certificate of {server.host} is not trusted"
                f" ({error.verify_message})",
                hint="check `server` in the table [mail]",
            ) from error
        except ValueError as error:
            # The error's message may hold the password: it is neither shown nor chained.
            odd = "`server`" if isinstance(error, UnicodeError) and smtp is None else "the password"
            raise ChannelRefused(
                f"{self._name}: {odd} contains characters that SMTP does not allow",
                hint="write `server` in the table [mail] in plain letters, or change the password",
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            late = f"did not finish within {self._seconds:g} s"
            failed = late if limit.is_over else f"cannot be reached ({type(error).__name__})"
            raise ChannelBusy(
                f"{self._name}: the mail server {server.host}:{server.port} {failed}"
            ) from error
        finally:
            if smtp is not None:
                with suppress(OSError, smtplib.SMTPException):
                    smtp.quit()
                smtp.close()

    def _connect(self, limit: CutOff) -> smtplib.SMTP:
        server = self._server
        trusted = ssl.create_default_context()
        if server.security == "tls":
            return _TlsSession(limit, server.host, server.port, context=trusted)
        smtp = _Session(limit, server.host, server.port)
        try:
            if server.security == "starttls":
                smtp.starttls(context=trusted)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _expect(self, answer: tuple[int, bytes], what: str) -> None:
        code, said = answer
        # 251 and 252: it will be forwarded.
        if not _OK <= code < _OK + 3:
            raise self._refusal(code, said, what)

    def _refusal(self, code: int, said: bytes | str, what: str) -> DeliveryError:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        words = server_words(text, self._secrets())
        problem = f"{self._name}: the mail server rejected {what} ({code} {words})"
        if code < _LASTING:
            return ChannelBusy(problem)
        return ChannelRefused(problem, hint="check the tables [mail] and [[deliver]]")

    def _secrets(self) -> tuple[str, ...]:
        """Return what a server may repeat of the login."""
        user, password = self._server.user or "", self._server.password or ""
        return (password, f"\0{user}\0{password}") if password else ()

    def _mail(self, message: Message, name: str) -> bytes:
        server = self._server
        domain = server.sender.rpartition("@")[2]
        mail = EmailMessage(policy=SMTP)
        mail["From"] = formataddr(("paperlark", server.sender))
        mail["To"] = self._recipient
        # A line break would start another header.
        mail["Subject"] = " ".join(message.subject.split())
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = f"<{hashlib.sha256(name.encode()).hexdigest()[:32]}@{domain}>"
        mail["List-Id"] = f"paperlark <paperlark.{domain}>"
        self._unsubscribe(mail)
        # Keeps holiday notices from answering it.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text, cte="quoted-printable")
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        # A folded header is also encoded, and then mail programs do not find the address in it.
        return mail.as_bytes(policy=SMTP.clone(max_line_length=_LONGEST_LINE))

    def _unsubscribe(self, mail: EmailMessage) -> None:
        server = self._server
        where = server.unsubscribe or f"mailto:{server.sender}?subject=unsubscribe"
        mail["List-Unsubscribe"] = f"<{where}>"
        if where.startswith("https://"):
            # RFC 8058: one-click unsubscription by the mail program.
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


class _Session(smtplib.SMTP):
    """A session whose connection is cut off when its time is over.

    The library would connect, and greet, within a time for each single step.
    """

    def __init__(self, limit: CutOff, host: str, port: int) -> None:
        self._limit = limit
        super().__init__(host, port, _own_name(), timeout=limit.seconds)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        return self._limit.connect(host, port)


class _TlsSession(smtplib.SMTP_SSL):
    """The same under TLS from the start."""

    def __init__(self, limit: CutOff, host: str, port: int, context: ssl.SSLContext) -> None:
        self._limit = limit
        super().__init__(host, port, _own_name(), timeout=limit.seconds, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        return self.context.wrap_socket(self._limit.connect(host, port), server_hostname=host)


def _own_name() -> str:
    """Return how to greet; the library would ask name servers, for as long as they please."""
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"
