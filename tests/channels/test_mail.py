from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.channels.mail import MailChannel, MailServer
from paperlark.domain.delivery import Message
from paperlark.domain.errors import ChannelBusy, ChannelRefused, DeliveryError, MaybeDelivered
from standins import mail_server
from standins.mail_server import PASSWORD, USER, serving
from standins.mail_server import MailServer as StandIn
from standins.trust import Trust

MESSAGE = Message("Bats · Wednesday — 3 papers", "Plain é\n", "<p>Rich é</p>")
NAME = "bats/inbox/day/2025-02-26/0"


def _channel(port: int, security: str = "tls", **changes: str | None) -> MailChannel:
    fields: dict[str, str | None] = {"user": USER, "password": PASSWORD, "unsubscribe": None}
    server = MailServer(
        host="127.0.0.1", port=port, security=security, sender=USER, **(fields | changes)
    )
    return MailChannel(
        server, "reader@example.org", "inbox", now=lambda: datetime(2025, 2, 26, 12, tzinfo=UTC)
    )


@contextmanager
def _standing(trusted: Trust, fault: str, *, starttls: bool = False) -> Iterator[StandIn]:
    standing = StandIn(lambda: fault)
    with serving(standing, trusted.server, starttls=starttls):
        yield standing


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_arrives_with_both_parts_and_its_headers(trusted: Trust, security: str) -> None:
    with _standing(trusted, mail_server.WELL, starttls=security == "starttls") as standing:
        _channel(standing.port, security).send(MESSAGE, NAME)
    (mail,) = standing.taken
    assert mail["Subject"] == MESSAGE.subject
    assert mail["From"] == f"paperlark <{USER}>"
    assert mail["To"] == "reader@example.org"
    assert mail["Date"] == "Wed, 26 Feb 2025 12:00:00 +0000"
    assert mail["List-Unsubscribe"] == f"<mailto:{USER}?subject=unsubscribe>"
    assert mail["List-Unsubscribe-Post"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, rich = mail.iter_parts()
    assert (plain.get_content_type(), plain.get_content().strip()) == ("text/plain", "Plain é")
    assert (rich.get_content_type(), rich.get_content().strip()) == ("text/html", "<p>Rich é</p>")


def test_a_web_address_to_unsubscribe_is_one_click(trusted: Trust) -> None:
    with _standing(trusted, mail_server.WELL) as standing:
        channel = _channel(standing.port, unsubscribe="https://example.org/stop?who=ada")
        channel.send(MESSAGE, NAME)
    (mail,) = standing.taken
    assert mail["List-Unsubscribe"] == "<https://example.org/stop?who=ada>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("sender", "where"),
    [
        (USER, "https://example.org/stop?who=" + "a" * 120),
        (f"{'a' * 60}@{'b' * 60}.example.org", None),
    ],
)
def test_long_addresses_are_not_folded_in_headers(sender: str, where: str | None) -> None:
    server = MailServer("127.0.0.1", 1, "tls", None, None, sender, where)
    content = MailChannel(server, "reader@example.org", "inbox")._mail(MESSAGE, NAME)
    expected = where or f"mailto:{sender}?subject=unsubscribe"
    assert f"\r\nList-Unsubscribe: <{expected}>\r\n".encode() in content
    assert f"<{sender}>".encode() in content
    head, _, body = content.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 78
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_mail_is_sent_without_a_login_where_none_is_configured() -> None:
    standing = StandIn()
    with serving(standing, None, login=False):
        channel = _channel(standing.port, "none", user=None, password=None)
        channel.check()
        channel.send(MESSAGE, NAME)
    assert len(standing.taken) == 1
    assert standing.logins == 0


@pytest.mark.parametrize("password", ["geheim-pässwort", "論文"])
def test_a_password_that_cannot_be_sent_is_an_error_that_does_not_show_it(
    trusted: Trust, password: str
) -> None:
    with (
        _standing(trusted, mail_server.WELL) as standing,
        pytest.raises(ChannelRefused, match="characters") as told,
    ):
        _channel(standing.port, password=password).send(MESSAGE, NAME)
    assert password not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_an_invalid_server_name_is_refused() -> None:
    server = MailServer("smtp..example.org", 465, "tls", None, None, USER)
    with pytest.raises(ChannelRefused, match="`server`"):
        MailChannel(server, "reader@example.org", "inbox").send(MESSAGE, NAME)


def test_a_repeated_mail_has_the_same_message_id(trusted: Trust) -> None:
    with _standing(trusted, mail_server.WELL) as standing:
        for name in (NAME, NAME, "bats/inbox/day/2025-02-27/0"):
            _channel(standing.port).send(MESSAGE, name)
    assert len(standing.taken) == 3
    assert len(standing.mailbox) == 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (mail_server.BUSY, ChannelBusy),
        (mail_server.REFUSED, ChannelRefused),
        (mail_server.NO_LOGIN, ChannelRefused),
        (mail_server.DROPPED, ChannelBusy),
        (mail_server.LOST, MaybeDelivered),
        (mail_server.NOT_TAKEN, MaybeDelivered),
    ],
)
def test_a_failure_is_one_of_three_kinds_and_shows_no_password(
    trusted: Trust, fault: str, kind: type[DeliveryError]
) -> None:
    with _standing(trusted, fault) as standing, pytest.raises(DeliveryError) as told:
        _channel(standing.port).send(MESSAGE, NAME)
    assert type(told.value) is kind
    assert PASSWORD not in str(told.value)
    assert "inbox" in str(told.value)


def test_a_server_that_is_not_there_is_busy(trusted: Trust) -> None:
    with _standing(trusted, mail_server.WELL) as standing:
        pass
    with pytest.raises(ChannelBusy, match="cannot be reached"):
        _channel(standing.port).send(MESSAGE, NAME)


def test_a_server_with_an_untrusted_certificate_gets_no_password(
    trusted: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    for security in ("tls", "starttls"):
        with (
            _standing(trusted, mail_server.WELL, starttls=security == "starttls") as standing,
            pytest.raises(ChannelRefused, match="certificate"),
        ):
            _channel(standing.port, security).send(MESSAGE, NAME)
        assert standing.logins == 0


def test_a_server_without_starttls_gets_no_password() -> None:
    # A man in the middle takes the offer of TLS out of what the server says.
    standing = StandIn()
    with serving(standing, None):
        channel = _channel(standing.port, "starttls")
        with pytest.raises(ChannelRefused, match="offers no starttls"):
            channel.send(MESSAGE, NAME)
    assert standing.logins == 0


def test_a_check_logs_in_and_sends_nothing(trusted: Trust) -> None:
    with _standing(trusted, mail_server.WELL) as standing:
        _channel(standing.port).check()
        with pytest.raises(ChannelRefused):
            _channel(standing.port, password="wrong").check()
    assert standing.logins > 1
    assert not standing.taken


@given(subject=st.text(), text=st.text(), html=st.text())
def test_no_text_adds_a_header(subject: str, text: str, html: str) -> None:
    channel = _channel(1)
    content = channel._mail(Message(subject, text, html), NAME)
    head = content.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1].strip()]
    assert sorted(names) == sorted(
        [
            b"From",
            b"To",
            b"Subject",
            b"Date",
            b"Message-ID",
            b"List-Id",
            b"List-Unsubscribe",
            b"Auto-Submitted",
            b"MIME-Version",
            b"Content-Type",
        ]
    )
