"""The channels of a profile, each opened when something is to be sent through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperlark.domain.errors import ChannelRefused, SecretMissing
from paperlark.ports import Channel
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.values import ChannelSettings, MailSettings

if TYPE_CHECKING:
    from paperlark.channels.mail import MailChannel


def open_channel(settings: Settings, wanted: ChannelSettings, world: Environment) -> Channel:
    """Give the channel, ready to send.

    Raises SecretUnusable or ChannelRefused.
    """
    if wanted.mail is not None:
        return open_mailbox(settings, wanted, world)
    from paperlark.channels.notify import NotifyChannel  # noqa: PLC0415  # brings Apprise

    return NotifyChannel(_secret(world, wanted.url_variable or "", wanted.name), wanted.name)


def open_mailbox(settings: Settings, wanted: ChannelSettings, world: Environment) -> MailChannel:
    """Give a channel that is a mailbox; raises SecretUnusable or ChannelRefused."""
    from paperlark.channels.mail import MailChannel, MailServer  # noqa: PLC0415  # brings TLS

    mail = settings.mail
    if mail is None or wanted.mail is None:
        raise ChannelRefused(
            f"{wanted.name}: there is no mail server", mend="add a table [mail] to the profile"
        )
    server = MailServer(
        host=mail.server,
        port=mail.port,
        security=mail.security,
        user=mail.user,
        password=_password(mail, wanted.name, world),
        sender=mail.sender,
        unsubscribe=mail.unsubscribe,
    )
    return MailChannel(server, wanted.mail, wanted.name, now=world.now)


def _password(mail: MailSettings, channel: str, world: Environment) -> str | None:
    return _secret(world, mail.password_variable, channel) if mail.user else None


def _secret(world: Environment, name: str, channel: str) -> str:
    secret = world.secret(name)
    if secret is None:
        raise SecretMissing(
            f"{channel}: there is no secret {name}", mend=f"keep it: paperlark secret set {name}"
        )
    return secret
