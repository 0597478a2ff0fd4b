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


def open_channel(settings: Settings, wanted: ChannelSettings, environment: Environment) -> Channel:
    """Give the channel, ready to send.

    Raises SecretUnusable or ChannelRefused.
    """
    if wanted.mail is not None:
        return open_mailbox(settings, wanted, environment)
    from paperlark.channels.notify import NotifyChannel  # noqa: PLC0415  # brings Apprise

    return NotifyChannel(_secret(environment, wanted.url_variable or "", wanted.name), wanted.name)


def open_mailbox(
    settings: Settings, wanted: ChannelSettings, environment: Environment
) -> MailChannel:
    """Give a channel that is a mailbox; raises SecretUnusable or ChannelRefused."""
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
            f"{channel}: there is no secret {name}", hint=f"keep it: paperlark secret set {name}"
        )
    return secret
