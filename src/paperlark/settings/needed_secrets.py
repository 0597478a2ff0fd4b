"""Which secrets a profile speaks of, by their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paperlark.settings.values import Settings


@dataclass(frozen=True, slots=True)
class Needed:
    """A secret's name and what it is for; one that is not `needed` only helps."""

    name: str
    use: str
    needed: bool = True


def needed_secrets(settings: Settings) -> Iterator[Needed]:
    """Give each secret that the profile names."""
    if settings.model and settings.model.key_variable:
        yield Needed(settings.model.key_variable, f"the key for {settings.model.model}")
    if settings.people:
        name = settings.people.key_variable
        yield Needed(name, "a key for Semantic Scholar, if you have one", needed=False)
    if settings.mail and settings.mail.user:
        yield Needed(settings.mail.password_variable, f"the password of {settings.mail.user}")
    for channel in settings.channels:
        if channel.url_variable:
            yield Needed(channel.url_variable, f"the address of {channel.name}")
