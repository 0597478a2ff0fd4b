"""A post: one profile's channels and what lies in the outbox, ready to bring what is due."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

from paperlark.compose.channels import open_channel
from paperlark.compose.news import News
from paperlark.compose.world import World
from paperlark.day.bulletins import Due, due, held
from paperlark.day.deliver import Clock, deliver
from paperlark.delivery.forgetful import ForgetfulOutbox
from paperlark.domain.delivery import (
    PATIENCE,
    Failure,
    Fate,
    Occasion,
    Parcel,
    Subscription,
)
from paperlark.domain.digest import Digest
from paperlark.domain.errors import PaperlarkError
from paperlark.ports import Channel, Outbox
from paperlark.renderers.english import short_date
from paperlark.renderers.letters import write
from paperlark.settings import Settings
from paperlark.settings.values import ChannelSettings
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.lock import run_lock
from paperlark.store.outbox import OutboxStore

_FORTNIGHT = timedelta(days=14)
"""A weekly reader's last week may have begun so long ago."""


class Arrival(StrEnum):
    """What became of something that was due on a channel in this run."""

    BROUGHT = "brought"
    KNOWN = "done before"
    WAITING = "not brought yet"
    UNKNOWN = "nobody knows whether it arrived"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Brought:
    """One channel's share of a run; `problem` is why something is not there."""

    channel: str
    occasion: Occasion
    day: date
    arrival: Arrival
    problem: str | None = None

    @property
    def well(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.arrival not in {Arrival.WAITING, Arrival.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Post:
    """Brings what is due to every channel of a profile, and keeps the receipts."""

    settings: Settings
    digests: Callable[[date, date], Mapping[date, Digest]]
    outbox: Outbox
    clock: Clock
    open: Callable[[ChannelSettings], Channel]

    def bring(
        self, today: date, failures: Collection[Failure] = (), *, only: str | None = None
    ) -> tuple[Brought, ...]:
        """Bring what is due and what earlier runs could not bring; `only` names one channel.

        One channel that fails does not stop the next. Raises StoreError alone.
        """
        texts = {failure.day: failure.problem for failure in failures}
        news = self._news(today, texts)
        channels = [one for one in self.settings.channels if only in {None, one.name}]
        return tuple(brought for channel in channels for brought in self._channel(channel, news))

    def again(self, day: date, *, only: str | None = None) -> None:
        """Forget what is known of a day's page on the channels, so that it is brought once more."""
        for channel in self.settings.channels:
            if only in {None, channel.name}:
                self.outbox.keep(self._parcel(channel.name, Due(Occasion.DAY, day)))

    def alarm(self, text: str, today: date) -> tuple[Brought, ...]:
        """Tell every channel one sentence, without asking whether it was told before."""
        news = self._news(today, {today: text})
        return tuple(
            brought
            for channel in self.settings.channels
            for brought in self._send(
                channel, [self._parcel(channel.name, Due(Occasion.ALARM, today))], news
            )
        )

    def _news(self, today: date, failures: Mapping[date, str]) -> News:
        return News(self.settings, today, self.digests(today - _FORTNIGHT, today), failures)

    def _channel(self, channel: ChannelSettings, news: News) -> list[Brought]:
        """Bring a channel what it is to have, and say of each thing what became of it."""
        name, today = channel.name, news.today
        earlier = self._parcels(name, date.min)
        wanted = due(channel.subscription, news.digests, news.failures.keys(), earlier, today)
        known = {Due(one.occasion, one.day): one for one in earlier}
        for one in wanted:
            if one not in known:
                self.outbox.keep(self._parcel(name, one))
        there = [
            Brought(name, one.occasion, one.day, Arrival.KNOWN)
            for one in wanted
            if one in known and not known[one].open
        ]
        waiting = [
            parcel
            for parcel in self._parcels(name, today - PATIENCE)
            if parcel.open and not news.is_moot(parcel)
        ]
        return [*there, *_held(name, news), *self._send(channel, waiting, news)]

    def _send(
        self, channel: ChannelSettings, parcels: Sequence[Parcel], news: News
    ) -> list[Brought]:
        """Send parcels through a channel until it fails; those left are told with the reason."""
        done: list[Brought] = []
        problem: str | None = None
        opened: Channel | None = None
        for parcel in parcels:
            try:
                opened = opened or self.open(channel)
            except PaperlarkError as error:
                problem = str(error)
            if opened is None or problem is not None:
                left = replace(parcel, problem=problem, at=self.clock.now())
                self.outbox.keep(left)
                done.append(_told(left))
                continue
            packed = self._packed(parcel, channel.subscription, opened, news)
            sent = deliver(packed, opened, self.outbox, self.clock)
            problem = sent.problem if sent.open else None
            done.append(_told(sent))
        return done

    def _packed(self, parcel: Parcel, wish: Subscription, channel: Channel, news: News) -> Parcel:
        """Write a parcel's messages, unless it is packed already; its text never changes again."""
        if parcel.messages:
            return parcel
        bulletin = news.bulletin(parcel, wish, tuple(self._silent(parcel)))
        messages = write(bulletin, channel.form)
        fates = (Fate.WAITING,) * len(messages)
        packed = replace(parcel, messages=messages, fates=fates, since=self.clock.now())
        self.outbox.keep(packed)
        return packed

    def _silent(self, parcel: Parcel) -> Iterator[str]:
        """Say which other channels lack what an earlier day had for them, and since when."""
        for channel in self.settings.channels:
            if channel.name != parcel.channel:
                since = self._parcels(channel.name, parcel.day - PATIENCE)
                lacking = [one for one in since if one.open and one.day < parcel.day]
                for one in lacking[:1]:
                    why = (one.problem or "not tried yet").removeprefix(f"{channel.name}: ")
                    yield f"{channel.name} lacks the page of {short_date(one.day)}: {why}"

    def _parcels(self, channel: str, day: date) -> list[Parcel]:
        profile = self.settings.profile.name
        return [one for one in self.outbox.since(profile, day) if one.channel == channel]

    def _parcel(self, channel: str, one: Due) -> Parcel:
        """Give a parcel that is not packed yet."""
        now, profile = self.clock.now(), self.settings.profile.name
        return Parcel(profile, channel, one.occasion, one.day, (), (Fate.WAITING,), now, now)


def _held(channel: str, news: News) -> Iterator[Brought]:
    for day, digest in news.digests.items():
        if held(digest, news.today):
            yield Brought(channel, Occasion.DAY, day, Arrival.HELD, "its papers wait in a batch")


def _told(parcel: Parcel) -> Brought:
    arrival = Arrival.BROUGHT if parcel.arrived else Arrival.UNKNOWN
    return Brought(
        parcel.channel,
        parcel.occasion,
        parcel.day,
        Arrival.WAITING if parcel.open else arrival,
        parcel.problem,
    )


@contextmanager
def open_post(
    settings: Settings,
    world: World,
    *,
    patience: float = 0.0,
    tell: Callable[[str], object] = lambda _: None,
) -> Iterator[Post]:
    """Open the outbox of a profile; no other run delivers meanwhile. Raises StoreError."""
    path, profile = settings.database, settings.profile.name
    with run_lock(path, patience=patience, tell=tell), open_database(path) as connection:
        archive = DigestStore(connection, path)

        def digests(first: date, last: date) -> Mapping[date, Digest]:
            days = (day for day in archive.days(profile) if first <= day <= last)
            found = ((day, archive.digest(profile, day)) for day in days)
            return {day: digest for day, digest in found if digest is not None}

        yield _post(settings, world, digests, OutboxStore(connection, path))


def post_without_store(settings: Settings, world: World) -> Post:
    """Give a post that remembers nothing, to tell of a database that cannot be opened."""
    return _post(settings, world, lambda _first, _last: {}, ForgetfulOutbox())


def _post(
    settings: Settings,
    world: World,
    digests: Callable[[date, date], Mapping[date, Digest]],
    outbox: Outbox,
) -> Post:
    clock = Clock(world.now, world.sleep)
    return Post(settings, digests, outbox, clock, partial(open_channel, settings, world=world))
