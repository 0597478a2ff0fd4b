"""The channels of a profile, and its outbox opened for delivering to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from paperlark.delivery.deliveries import Deliveries, Outboxes
from paperlark.delivery.due import RecentDays
from paperlark.delivery.send import Clock
from paperlark.domain.errors import ChannelRefused, SecretMissing
from paperlark.ports import Channel, Outbox
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import claim
from paperlark.settings.secrets import how_to_keep
from paperlark.settings.values import ChannelSettings, MailSettings
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.lock import HangingNotes, run_lock
from paperlark.store.outbox import MemoryOutbox, OutboxStore
from paperlark.store.readers import ReaderStore

if TYPE_CHECKING:
    from paperlark.channels.mail import MailChannel


@contextmanager
def open_deliveries(
    settings: Settings,
    environment: Environment,
    *,
    patience: float = 0.0,
    tell: Callable[[str], object] = lambda _: None,
) -> Iterator[Deliveries]:
    """Open the outbox of a profile; no other run delivers meanwhile. Raises StoreError."""
    path = settings.database
    alone = run_lock(path, reader=settings.profile.id, patience=patience, tell=tell)
    with alone as held, open_database(path, pages=settings.output) as connection:
        archive, outbox = DigestStore(connection, path), OutboxStore(connection, path, held.check)
        settings = claim(settings, ReaderStore(connection, path), tell)

        def days_so_far(today: date) -> RecentDays:
            reader = settings.profile.id
            return RecentDays.until(today, archive.days(reader), partial(archive.digest, reader))

        yield _deliveries(settings, environment, days_so_far, outbox)


def deliveries_without_store(settings: Settings, environment: Environment) -> Deliveries:
    """Return deliveries with an outbox in memory, to report a database that cannot be opened."""
    return _deliveries(settings, environment, lambda today: RecentDays(today, {}), MemoryOutbox())


def outboxes(
    settings: Settings,
    environment: Environment,
    *,
    patience: float = 0.0,
    tell: Callable[[str], object] = lambda _: None,
) -> Outboxes:
    """Return what opens the profile's outbox, or one in memory where that fails."""
    return Outboxes(
        partial(open_deliveries, settings, environment, patience=patience, tell=tell),
        partial(deliveries_without_store, settings, environment),
        HangingNotes(settings.database),
    )


def _deliveries(
    settings: Settings,
    environment: Environment,
    archive: Callable[[date], RecentDays],
    outbox: Outbox,
) -> Deliveries:
    clock = Clock(environment.now, environment.sleep)
    return Deliveries(
        settings, archive, outbox, clock, partial(open_channel, settings, environment=environment)
    )


def open_channel(settings: Settings, wanted: ChannelSettings, environment: Environment) -> Channel:
    """Return the channel, ready to send.

    Raises SecretUnusable, ChannelRefused or PluginError.
    """
    if wanted.mail is not None:
        return open_mailbox(settings, wanted, environment)
    if wanted.plugin is not None:
        from paperlark.compose.plugins import open_plugin_channel  # noqa: PLC0415  # if it has one

        return open_plugin_channel(settings, wanted.plugin, environment)
    from paperlark.channels.notify import NotifyChannel  # noqa: PLC0415  # brings Apprise

    return NotifyChannel(_secret(environment, wanted.url_variable or "", wanted.name), wanted.name)


def open_mailbox(
    settings: Settings, wanted: ChannelSettings, environment: Environment
) -> MailChannel:
    """Return a channel that is a mailbox; raises SecretUnusable or ChannelRefused."""
    from paperlark.channels.mail import MailChannel, MailServer  # noqa: PLC0415  # brings TLS

    mail = settings.mail
    if mail is None or wanted.mail is None:
        raise ChannelRefused(
            f"{wanted.name}: there is no mail server", hint="add a table [mail] to the profile"
        )
    server = MailServer(
        host=mail.server,
        port=mail.port,
        security=mail.security,
        user=mail.user,
        password=_password(mail, wanted.name, environment),
        sender=mail.sender,
        unsubscribe=mail.unsubscribe,
    )
    return MailChannel(server, wanted.mail, wanted.name, now=environment.now)


def _password(mail: MailSettings, channel: str, environment: Environment) -> str | None:
    return _secret(environment, mail.password_variable, channel) if mail.user else None


def _secret(environment: Environment, name: str, channel: str) -> str:
    secret = environment.secret(name)
    if secret is None:
        raise SecretMissing(
            f"{channel}: there is no secret {name}", hint=f"keep it: {how_to_keep(name)}"
        )
    return secret
