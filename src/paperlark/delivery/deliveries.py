"""Delivers what is due to every channel of a profile."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date

from paperlark.delivery.bulletins import BulletinBuilder
from paperlark.delivery.due import (
    Due,
    RecentDays,
    due,
    first_missing_page,
    is_completed,
    is_obsolete,
    new_parcels,
    unwritten,
)
from paperlark.delivery.outcomes import (
    DeliveryOutcome,
    DeliveryResult,
    known_outcome,
    outcome_of,
    postponed_pages,
)
from paperlark.delivery.send import Clock, send_parcel
from paperlark.domain.delivery import (
    PATIENCE,
    Bulletin,
    Failure,
    MessageStatus,
    Occasion,
    Parcel,
    Subscription,
)
from paperlark.domain.digest import Status
from paperlark.domain.errors import PaperlarkError, RunHangs, StoreBusy, StoreError
from paperlark.domain.paper import PaperId
from paperlark.ports import Channel, Outbox
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import in_language
from paperlark.renderers.formats import short_date
from paperlark.renderers.letters import write
from paperlark.settings import Settings
from paperlark.settings.values import ChannelSettings
from paperlark.store.lock import HangingNotes

_log = logging.getLogger(__name__)
_PRIVATE = re.compile(r"\S+(?:@|://)\S+")
"""Mail addresses and URLs in a problem, which stay out of the log."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Delivers to the channels of a profile, and records every status in the outbox.

    `recent_days` reads the days up to a day, `open_channel` connects to a channel.
    """

    settings: Settings
    recent_days: Callable[[date], RecentDays]
    outbox: Outbox
    clock: Clock
    open_channel: Callable[[ChannelSettings], Channel]

    def deliver_due(
        self, today: date, failures: Collection[Failure] = (), *, only: str | None = None
    ) -> tuple[DeliveryOutcome, ...]:
        """Deliver what is due and what earlier runs could not deliver; `only` names one channel.

        A channel that fails does not stop the next.
        """
        builder = self._builder(today, failures)

        def deliver(channel: ChannelSettings) -> list[DeliveryOutcome]:
            return self._deliver_due(channel, builder)

        return self._each(deliver, Due(Occasion.DAY, today), only)

    def deliver_day(
        self, day: date, *, only: str | None = None, again: bool = False
    ) -> tuple[DeliveryOutcome, ...]:
        """Deliver the page of one day on request, even if sent before with `again`.

        Raises StoreError if the day has no page.
        """
        builder = self._builder(day, ())
        if day not in builder.days.digests:
            raise StoreError(f"no page for {day}", hint=f"make it: paperlark run --date {day}")

        def deliver(channel: ChannelSettings) -> list[DeliveryOutcome]:
            mine = [one for one in self._parcels(channel.name, day) if one.day == day]
            parcels = {one.occasion: one for one in mine if not is_obsolete(one, builder.days)}
            parcels.setdefault(Occasion.DAY, self._parcel(channel.name, Due(Occasion.DAY, day)))
            if Occasion.WEEK in parcels:
                del parcels[Occasion.DAY]
            if again:
                # The whole page says what a completion would.
                parcels.pop(Occasion.COMPLETION, None)
                parcels = {one: self._parcel(channel.name, Due(one, day)) for one in parcels}
            unsent = [one for one in parcels.values() if one.open]
            return [*self._known(parcels.values()), *self._send(channel, unsent, builder)]

        return self._each(deliver, Due(Occasion.DAY, day), only)

    def send_notice(
        self,
        occasion: Occasion,
        text: str,
        today: date,
        *,
        only: str | None = None,
        once: bool = False,
    ) -> tuple[DeliveryOutcome, ...]:
        """Send one sentence to every channel; `once` skips those that got the occasion today.

        Where nobody knows whether it arrived, that counts as having got it.
        """
        builder = self._builder(today, (Failure(today, text),))
        notice = Due(occasion, today)

        def deliver(channel: ChannelSettings) -> list[DeliveryOutcome]:
            parcel = self._parcel(channel.name, notice)
            for one in self._parcels(channel.name, today) if once else ():
                if Due(one.occasion, one.day) == notice and one.may_have_arrived:
                    # Under the same name, by which mail systems recognize a copy.
                    parcel = one
            return self._send(channel, [parcel], builder) if parcel.open else []

        return self._each(deliver, notice, only)

    def _each(
        self,
        deliver: Callable[[ChannelSettings], list[DeliveryOutcome]],
        intended: Due,
        only: str | None,
    ) -> tuple[DeliveryOutcome, ...]:
        """Deliver to each channel; an error is reported as its outcome and stops no other."""
        outcomes: list[DeliveryOutcome] = []
        for channel in self.settings.channels:
            if only not in {None, channel.name}:
                continue
            try:
                outcomes += deliver(channel)
            except Exception as error:  # noqa: BLE001  # a boundary that reports it
                # The text of a foreign error could contain a secret.
                ours = isinstance(error, PaperlarkError)
                problem = str(error) if ours else f"internal error ({type(error).__name__})"
                waiting = DeliveryResult.WAITING
                outcomes.append(
                    DeliveryOutcome(channel.name, intended.occasion, intended.day, waiting, problem)
                )
        for one in outcomes:
            _log_outcome(one)
        return tuple(outcomes)

    def _builder(self, today: date, failures: Collection[Failure]) -> BulletinBuilder:
        problems = {failure.day: failure.problem for failure in failures}
        days = replace(self.recent_days(today), failed=tuple(problems))
        return BulletinBuilder(self.settings, days, problems)

    def _deliver_due(
        self, channel: ChannelSettings, builder: BulletinBuilder
    ) -> list[DeliveryOutcome]:
        """Deliver what is due on one channel; return the outcome of each parcel."""
        name, days = channel.name, builder.days
        earlier = self._parcels(name, date.min)
        known = {Due(one.occasion, one.day): one for one in earlier}
        wanted = due(channel.subscription, days, earlier)
        due_text = ", ".join(f"{one.occasion} of {one.day}" for one in wanted)
        _log.info("channel %s: due: %s", name, due_text or "nothing")
        reader, now = self.settings.profile.id, self.clock.now()
        for parcel in new_parcels(reader, channel.subscription, days, earlier, now):
            self.outbox.keep(parcel)
        there = self._known(known[one] for one in wanted if one in known)
        waiting = [
            parcel
            for parcel in self._parcels(name, days.today - PATIENCE)
            if parcel.open and not is_obsolete(parcel, days)
        ]
        sent = self._send(channel, waiting, builder)
        return [*there, *postponed_pages(name, days), *sent]

    def _known(self, parcels: Iterable[Parcel]) -> list[DeliveryOutcome]:
        """Return the outcomes of parcels that are not sent again."""
        now = self.clock.now()
        return [known_outcome(parcel, now) for parcel in parcels if not parcel.open]

    def _send(
        self, channel: ChannelSettings, parcels: Sequence[Parcel], builder: BulletinBuilder
    ) -> list[DeliveryOutcome]:
        """Send parcels through a channel until it fails; the rest keeps the problem."""
        done: list[DeliveryOutcome] = []
        problem: str | None = None
        opened: Channel | None = None
        for parcel in parcels:
            try:
                opened = opened or self.open_channel(channel)
            except PaperlarkError as error:
                problem = str(error)
            if opened is None or problem is not None:
                unsent = replace(parcel, problem=problem, at=self.clock.now())
                self.outbox.keep(unsent)
                done.append(outcome_of(unsent))
                continue
            packed = self._written(parcel, channel.subscription, opened, builder)
            sent = send_parcel(packed, opened, self.outbox, self.clock)
            problem = sent.problem if sent.open else None
            done.append(outcome_of(sent))
        return done

    def _written(
        self, parcel: Parcel, subscription: Subscription, channel: Channel, builder: BulletinBuilder
    ) -> Parcel:
        """Write the messages of a parcel once; later attempts send the same text.

        Only a page that was completed before anything could have arrived is written anew.
        """
        sent = parcel.may_have_arrived
        if parcel.messages and (sent or not is_completed(parcel, builder.days)):
            return parcel
        with in_language(self.settings.profile.language):
            bulletin = builder.bulletin(parcel, subscription, tuple(self._missing_pages(parcel)))
            messages = write(bulletin, channel.message_format)
        statuses = (MessageStatus.WAITING,) * len(messages)
        written = replace(
            parcel,
            messages=messages,
            statuses=statuses,
            since=self.clock.now(),
            incomplete=_incomplete(bulletin),
        )
        self.outbox.keep(written)
        return written

    def _missing_pages(self, parcel: Parcel) -> Iterator[str]:
        """Return a notice for each channel that did not get an earlier page, and why."""
        for channel in self.settings.channels:
            since = self._parcels(channel.name, parcel.day - PATIENCE)
            one = first_missing_page(since, parcel.day)
            if one is not None:
                problem = one.problem or _("not tried yet")
                text = (
                    _("{channel} did not receive the page of {day}: {problem}")
                    if one.open
                    else _("{channel} may not have received the page of {day}: {problem}")
                )
                yield text.format(
                    channel=channel.name,
                    day=short_date(one.day),
                    problem=problem.removeprefix(f"{channel.name}: "),
                )

    def _parcels(self, channel: str, day: date) -> list[Parcel]:
        profile = self.settings.profile.id
        return [one for one in self.outbox.since(profile, day) if one.channel == channel]

    def _parcel(self, channel: str, one: Due) -> Parcel:
        """Return a parcel without messages yet."""
        return unwritten(self.settings.profile.id, channel, one, self.clock.now())


def _incomplete(bulletin: Bulletin) -> tuple[PaperId, ...] | None:
    """Return the papers of a bulletin's pages where one of these is partial."""
    if bulletin.occasion is Occasion.COMPLETION:
        return tuple(sorted(bulletin.delivered))
    if all(one.status is not Status.PARTIAL for one in bulletin.digests):
        return None
    return tuple(entry.paper.id for one in bulletin.digests for entry in one.entries)


def _log_outcome(one: DeliveryOutcome) -> None:
    problem = f": {_PRIVATE.sub('…', one.problem)}" if one.problem else ""
    _log.info("channel %s: %s of %s %s%s", one.channel, one.occasion, one.day, one.result, problem)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of everything that was due; `problem` is why the outbox could not be used."""

    outcomes: tuple[DeliveryOutcome, ...] = ()
    problem: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is left for anybody to do."""
        return self.problem is None and all(one.ok for one in self.outcomes)


@dataclass(frozen=True, slots=True)
class Outboxes:
    """Opens a profile's outbox, or one in memory where the database cannot be opened.

    `hanging` has which channels were told today that another run hangs.
    """

    open: Callable[[], AbstractContextManager[Deliveries]]
    in_memory: Callable[[], Deliveries]
    hanging: HangingNotes

    def deliver_due(
        self, today: date, failures: Sequence[Failure] = (), *, only: str | None = None
    ) -> DeliveryReport:
        """Deliver what is due; where the database cannot be used, tell the channels so.

        Raises RunHangs.
        """
        try:
            with self.open() as deliveries:
                report = DeliveryReport(deliveries.deliver_due(today, failures, only=only))
        except RunHangs:
            # That run will deliver nothing.
            raise
        except StoreBusy as error:
            # Another run is at work, and delivers what there is.
            report = DeliveryReport(problem=str(error))
        except StoreError as error:
            text = str(error)
            told = self.in_memory().send_notice(Occasion.ALARM, text, today, only=only)
            report = DeliveryReport(told, text)
        for one in report.outcomes:
            _log.info("%s: %s of %s: %s", one.channel, one.occasion, one.day, one.result)
        return report

    def tell_hanging(self, today: date, text: str) -> None:
        """Notify every channel that another run hangs, each once a day."""
        deliveries = self.in_memory()
        profile, told = deliveries.settings.profile.id, self.hanging.told(today)
        for channel in deliveries.settings.channels:
            key = f"{profile}/{channel.name}"
            if key in told:
                continue
            deliveries.send_notice(Occasion.ALARM, text, today, only=channel.name)
            sent = deliveries.outbox.since(profile, today)
            if any(one.channel == channel.name and one.may_have_arrived for one in sent):
                told |= {key}
                self.hanging.keep(today, told)

    def alarm(self, today: date, text: str) -> None:
        """Send an alarm to every channel, once a day."""
        _log.info("alarm to every channel")
        try:
            with self.open() as deliveries:
                deliveries.send_notice(Occasion.ALARM, text, today, once=True)
        except PaperlarkError:
            self.in_memory().send_notice(Occasion.ALARM, text, today)
