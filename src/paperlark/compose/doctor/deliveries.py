"""The channels: whether each can be opened, and what it did not get. Nothing is ever sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from paperlark.compose.channels import open_channel, open_mailbox
from paperlark.compose.doctor.patient import Patient, error, note, ok, warning
from paperlark.domain.checkup import Finding, Severity
from paperlark.domain.delivery import Parcel
from paperlark.domain.errors import ChannelBusy, PaperlarkError, SecretMissing, StoreError
from paperlark.renderers import english, outside
from paperlark.settings.values import ChannelSettings
from paperlark.store.database import VERSION
from paperlark.store.looking import look_at, open_to_look
from paperlark.store.outbox import OutboxStore


def check_deliveries(patient: Patient) -> Iterator[Finding]:
    """Open each channel, and look into the outbox."""
    channels = patient.settings.channels
    if not channels:
        yield ok("deliveries", "none: pages stay on this machine")
        return
    for channel in channels:
        yield _channel(patient, channel)
    yield from _undelivered(patient)


def _channel(patient: Patient, channel: ChannelSettings) -> Finding:
    settings, world = patient.settings, patient.world
    try:
        if channel.mail is None:
            open_channel(settings, channel, world)
            return ok(channel.name, "its address is one that Apprise knows")
        mailbox = open_mailbox(settings, channel, world)
        if patient.offline:
            return note(channel.name, "its mail server was not asked: --offline")
        mailbox.check()
    except SecretMissing:
        # What should be a secret's name may be the secret itself: it is not repeated.
        return error(channel.name, "its secret is not there", "see the secrets above")
    except PaperlarkError as failed:
        severity = Severity.WARNING if isinstance(failed, ChannelBusy) else Severity.ERROR
        problem = failed.problem.removeprefix(f"{channel.name}: ")
        return Finding(channel.name, severity, problem, failed.mend)
    server = settings.mail.server if settings.mail else ""
    return ok(channel.name, f"{server} takes mail to {channel.mail} from us; nothing was sent")


def _undelivered(patient: Patient) -> Iterator[Finding]:
    for name, waiting in _waiting(patient).items():
        days = english.counted(len(waiting), "day")
        why = next((one.problem for one in reversed(waiting) if one.problem), None)
        found = f"{days} not brought yet" + (f" ({outside.one_line(why)})" if why else "")
        yield warning(name, found, "bring what is left: paperlark deliver")


def _waiting(patient: Patient) -> dict[str, list[Parcel]]:
    """Give each channel's open parcels; what is wrong with the database is said elsewhere."""
    path, waiting = patient.settings.database, dict[str, list[Parcel]]()
    try:
        if not path.exists() or look_at(path).version != VERSION:
            return {}
        with open_to_look(path) as connection:
            parcels = OutboxStore(connection, path).since(patient.settings.profile.name, date.min)
    except StoreError:
        return {}
    for parcel in parcels:
        if parcel.open:
            waiting.setdefault(parcel.channel, []).append(parcel)
    return waiting
