"""A post: one profile's channels and what lies in the outbox, ready to bring what is due."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from paperlark.delivery.bulletins import BulletinBuilder
from paperlark.delivery.due import Due, RecentDays, due, is_moot, lacking
from paperlark.delivery.outcomes import (
    DeliveryOutcome,
    DeliveryResult,
    held_pages,
    known_outcome,
    outcome_of,
)
from paperlark.delivery.send import Clock, deliver
from paperlark.domain.delivery import (
    PATIENCE,
    Failure,
    MessageStatus,
    Occasion,
    Parcel,
    Subscription,
)
from paperlark.domain.errors import PaperlarkError, StoreError
from paperlark.ports import Channel, Outbox
from paperlark.renderers.english import short_date
from paperlark.renderers.letters import write
from paperlark.settings import Settings
from paperlark.settings.values import ChannelSettings

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Brings what is due to every channel of a profile, and keeps the receipts."""

    settings: Settings
    archive: Callable[[date], RecentDays]
    outbox: Outbox
    clock: Clock
    open: Callable[[ChannelSettings], Channel]

    def bring(
        self, today: date, failures: Collection[Failure] = (), *, only: str | None = None
    ) -> tuple[DeliveryOutcome, ...]:
        """Bring what is due and what earlier runs could not bring; `only` names one channel.

        One channel that fails, however it does, does not stop the next.
        """
        news = self._news(today, failures)

        def channel(wanted: ChannelSettings) -> list[DeliveryOutcome]:
            return self._channel(wanted, news)

        return self._each(channel, Due(Occasion.DAY, today), only)

    def bring_day(
        self, day: date, *, only: str | None = None, again: bool = False
    ) -> tuple[DeliveryOutcome, ...]:
        """Bring what there is of one day, because somebody asks; `again` whatever came of it.

        Raises StoreError where the day has no page.
        """
        news = self._news(day, ())
        if day not in news.days.digests:
            raise StoreError(
                f"there is no page of {day}", hint=f"make it: paperlark run --date {day}"
            )

        def channel(wanted: ChannelSettings) -> list[DeliveryOutcome]:
            mine = [one for one in self._parcels(wanted.name, day) if one.day == day]
            there = {one.occasion: one for one in mine if not is_moot(one, news.days)}
            there.setdefault(Occasion.DAY, self._parcel(wanted.name, Due(Occasion.DAY, day)))
            if Occasion.WEEK in there:
                del there[Occasion.DAY]
            if again:
                there = {one: self._parcel(wanted.name, Due(one, day)) for one in there}
            left = [one for one in there.values() if one.open]
            return [*self._known(there.values()), *self._send(wanted, left, news)]

        return self._each(channel, Due(Occasion.DAY, day), only)

    def tell(
        self,
        occasion: Occasion,
        text: str,
        today: date,
        *,
        only: str | None = None,
        once: bool = False,
    ) -> tuple[DeliveryOutcome, ...]:
        """Tell every channel one sentence; `once` leaves out those that were told so today."""
        news = self._news(today, (Failure(today, text),))
        told = Due(occasion, today)

        def channel(wanted: ChannelSettings) -> list[DeliveryOutcome]:
            mine = self._parcels(wanted.name, today)
            arrived = (Due(one.occasion, one.day) for one in mine if one.arrived)
            if once and told in arrived:
                return []
            return self._send(wanted, [self._parcel(wanted.name, told)], news)

        return self._each(channel, told, only)

    def _each(
        self, do: Callable[[ChannelSettings], list[DeliveryOutcome]], what: Due, only: str | None
    ) -> tuple[DeliveryOutcome, ...]:
        """Do something for each channel; what breaks one is told of it and stops no other."""
        brought: list[DeliveryOutcome] = []
        for channel in self.settings.channels:
            if only not in {None, channel.name}:
                continue
            try:
                brought += do(channel)
            except Exception as error:  # noqa: BLE001  # a boundary, and it is told
                # The words of an error that is not ours may hold anything, a secret too.
                ours = isinstance(error, PaperlarkError)
                problem = str(error) if ours else f"it broke down ({type(error).__name__})"
                waiting = DeliveryResult.WAITING
                brought.append(
                    DeliveryOutcome(channel.name, what.occasion, what.day, waiting, problem)
                )
        return tuple(brought)

    def _news(self, today: date, failures: Collection[Failure]) -> BulletinBuilder:
        said = {failure.day: failure.problem for failure in failures}
        return BulletinBuilder(
            self.settings, replace(self.archive(today), failed=tuple(said)), said
        )

    def _channel(self, channel: ChannelSettings, news: BulletinBuilder) -> list[DeliveryOutcome]:
        """Bring a channel what it is to have, and say of each thing what became of it."""
        name, days = channel.name, news.days
        earlier = self._parcels(name, date.min)
        packed = {Due(one.occasion, one.day): one for one in earlier}
        wanted = due(channel.subscription, days, earlier)
        for one in wanted:
            if one not in packed:
                self.outbox.keep(self._parcel(name, one))
        there = self._known(packed[one] for one in wanted if one in packed)
        waiting = [
            parcel
            for parcel in self._parcels(name, days.today - PATIENCE)
            if parcel.open and not is_moot(parcel, days)
        ]
        sent = self._send(channel, waiting, news)
        return [*there, *held_pages(name, days), *sent]

    def _known(self, parcels: Iterable[Parcel]) -> list[DeliveryOutcome]:
        """Say what is known of those that are not to be sent."""
        now = self.clock.now()
        return [known_outcome(parcel, now) for parcel in parcels if not parcel.open]

    def _send(
        self, channel: ChannelSettings, parcels: Sequence[Parcel], news: BulletinBuilder
    ) -> list[DeliveryOutcome]:
        """Send parcels through a channel until it fails; those left are told with the reason."""
        done: list[DeliveryOutcome] = []
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
                done.append(outcome_of(left))
                continue
            packed = self._packed(parcel, channel.subscription, opened, news)
            sent = deliver(packed, opened, self.outbox, self.clock)
            problem = sent.problem if sent.open else None
            done.append(outcome_of(sent))
        return done

    def _packed(
        self, parcel: Parcel, wish: Subscription, channel: Channel, news: BulletinBuilder
    ) -> Parcel:
        """Write a parcel's messages, unless it is packed already; its text never changes again."""
        if parcel.messages:
            return parcel
        bulletin = news.bulletin(parcel, wish, tuple(self._silent(parcel)))
        messages = write(bulletin, channel.message_format)
        statuses = (MessageStatus.WAITING,) * len(messages)
        packed = replace(parcel, messages=messages, statuses=statuses, since=self.clock.now())
        self.outbox.keep(packed)
        return packed

    def _silent(self, parcel: Parcel) -> Iterator[str]:
        """Say which channels lack a page of an earlier day, this one too, and why."""
        for channel in self.settings.channels:
            since = self._parcels(channel.name, parcel.day - PATIENCE)
            one = lacking(since, parcel.day)
            if one is not None:
                why = (one.problem or "not tried yet").removeprefix(f"{channel.name}: ")
                lacks = "lacks" if one.open else "may lack"
                yield f"{channel.name} {lacks} the page of {short_date(one.day)}: {why}"

    def _parcels(self, channel: str, day: date) -> list[Parcel]:
        profile = self.settings.profile.name
        return [one for one in self.outbox.since(profile, day) if one.channel == channel]

    def _parcel(self, channel: str, one: Due) -> Parcel:
        """Give a parcel that is not packed yet."""
        now, profile = self.clock.now(), self.settings.profile.name
        return Parcel(
            profile, channel, one.occasion, one.day, (), (MessageStatus.WAITING,), now, now
        )
