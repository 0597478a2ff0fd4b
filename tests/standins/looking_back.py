"""Holds what arrived at one reader's channels against what was due, and what was told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from paperlark.delivery.outcomes import DeliveryOutcome, DeliveryResult
from paperlark.domain.delivery import PATIENCE, MessageStatus, Occasion, Parcel
from standins.drawn_pages import HELD_BACK, NO_PAGE, DrawnPages, Take, marks

INBOX = "inbox"
HANGS, BROKE_DOWN = "hangs: it is at work", "paperlark broke down (RuntimeError)"
COMPLETED = "was incomplete when it was sent, and is complete now"
_ROOM = 20
"""Papers that any chat has room for."""
_CLOSED = {DeliveryResult.DELIVERED, DeliveryResult.UNKNOWN, DeliveryResult.KNOWN}

Arrived = Sequence[tuple[date, str]]
"""The messages on a channel, each with the day that it came."""


@dataclass
class Tally:
    """What happened, and what must not."""

    seen: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)

    def breach(self, seed: int, what: str, which: Iterable[object]) -> None:
        """Note what must not happen, where `which` has anything of it."""
        if found := list(which):
            self.breaches.append(f"seed {seed}: {what}: {found[:5]}")


@dataclass(frozen=True, slots=True)
class Delivered:
    """A run that got as far as delivering: its number, its day, the channels that were well."""

    run: int
    day: date
    fair: frozenset[str]


@dataclass
class Lived:
    """One reader's mornings: what they were to be told, and what was reported of that."""

    name: str
    channels: tuple[str, ...]
    pages: DrawnPages
    runs: list[Delivered] = field(default_factory=list)
    told: dict[tuple[str, Occasion, date], set[DeliveryResult]] = field(default_factory=dict)
    closed: dict[tuple[str, date], int] = field(default_factory=dict)
    """The run after which a page on a channel was no longer to be sent."""
    alarms: dict[tuple[str, str], dict[date, bool]] = field(default_factory=dict)
    """By text and channel: the days on which it was due, and whether the channel was well."""

    def began(self, day: date, fair: Collection[str], *, hangs: bool, bug: bool) -> None:
        """Note what the channels have to be told of this run, whatever becomes of it."""
        if text := HANGS if hangs else BROKE_DOWN if bug else "":
            for channel in self.channels:
                days = self.alarms.setdefault((text, channel), {})
                days[day] = days.get(day, False) or channel in fair

    def delivered(self, run: Delivered, outcomes: Collection[DeliveryOutcome]) -> None:
        """Note what a run reported of its deliveries."""
        self.runs.append(run)
        for one in outcomes:
            self.told.setdefault((one.channel, one.occasion, one.day), set()).add(one.result)
            if one.occasion is Occasion.DAY and one.result in _CLOSED:
                self.closed.setdefault((one.channel, one.day), run.run)


def look_back(
    reader: Lived,
    parcels: Collection[Parcel],
    arrived: Mapping[str, Arrived],
    tally: Tally,
    seed: int,
) -> None:
    """Hold everything that must hold of one reader's mornings."""
    for channel in reader.channels:
        mine = {(one.occasion, one.day): one for one in parcels if one.channel == channel}
        _Channel(reader, channel, mine, arrived[channel], tally, seed).check()


@dataclass(frozen=True)
class _Channel:
    """One channel of one reader, afterwards."""

    reader: Lived
    name: str
    parcels: Mapping[tuple[Occasion, date], Parcel]
    arrived: Arrived
    tally: Tally
    seed: int

    def check(self) -> None:
        there = list(marks(text for _, text in self.arrived))
        foreign = [one for one in there if one.reader != self.reader.name]
        self._breach("papers of another reader", foreign)
        times = Counter((one.day, one.number) for one in there)
        self._breach("papers came twice", [one for one, count in times.items() if count > 1])
        for day, takes in self.reader.pages.takes.items():
            by_take: dict[int, set[int]] = {}
            for one in there:
                if one.day == day:
                    by_take.setdefault(one.take, set()).add(one.number)
            self._check_day(day, takes, by_take)
        for day, runs in self.reader.pages.failed.items():
            self._check_failure(day, runs)
        for (text, channel), days in self.reader.alarms.items():
            if channel == self.name:
                self._check_alarms(text, days)

    def _check_day(self, day: date, takes: Sequence[Take], came: dict[int, set[int]]) -> None:
        parcel = self.parcels.get((Occasion.DAY, day))
        told = self.reader.told.get((self.name, Occasion.DAY, day), set())
        # A new channel gets no page of a day before.
        served = min((one.since.date() for one in self._pages()), default=date.max)
        runs = [run for run in self._runs(day) if run.day == day or served <= day]
        due = [run for run in runs if _is_due(takes, run, day)]
        if parcel is not None and parcel.arrived:
            self.tally.seen["arrived"] += 1
            self._check_arrived(day, takes, came)
        elif parcel is not None and MessageStatus.UNKNOWN in parcel.statuses:
            self.tally.seen["nobody knows, and told"] += 1
            if DeliveryResult.UNKNOWN not in told:
                self._breach(f"{day}: lost and not told", [told])
        elif any(self.name in run.fair for run in due):
            self._breach(f"{day}: not delivered though the channel recovered", [parcel])
        elif due:
            self.tally.seen["lasting failure, told"] += 1
            if DeliveryResult.WAITING not in told:
                self._breach(f"{day}: lasting and not told", [told])
        if parcel is not None and not parcel.open:
            self._check_completion(day, parcel, takes, came)

    def _check_arrived(self, day: date, takes: Sequence[Take], came: dict[int, set[int]]) -> None:
        """Hold that all of one take came, and at most one other take to complete it."""
        if not came:
            empty = [one for one in takes if not one.papers]
            self._breach(f"{day}: a receipt and no page", [] if empty else [takes])
            return
        self._breach(f"{day}: more than a page and its completion", list(came)[2:])
        first = min(came)
        page = _by_first(takes, came)
        empty_before = any(not one.papers and one.number < first for one in takes)
        if len(came) == 1 and self._completed(day) and empty_before:
            # These are the papers of the completion; the page had none.
            return
        self._all_there(f"{day}: a receipt, and papers that did not come", page.papers, came[first])

    def _all_there(self, what: str, wanted: Collection[int], came: set[int]) -> None:
        room = len(wanted) if self.name == INBOX else min(len(wanted), _ROOM)
        if len(came) < room or not came <= set(wanted):
            self._breach(what, [sorted(set(wanted) ^ came)])

    def _check_completion(
        self,
        day: date,
        parcel: Parcel,
        takes: Sequence[Take],
        came: dict[int, set[int]],
    ) -> None:
        """Hold that a page which came incomplete is told of when complete, and no other."""
        completion = self.parcels.get((Occasion.COMPLETION, day))
        times = self._completed(day)
        self._breach(f"{day}: completed {times} times", [day] if times > 1 else [])
        page = _by_first(takes, came) if came else None
        known = page is not None and (len(came) == 2 or not times)
        lacked = page.partial if page and known else parcel.incomplete is not None
        if not lacked:
            self._breach(f"{day}: a completion of a whole page", [day] if completion else [])
            return
        whole = next((one for one in takes if not one.partial), None)
        if whole is None:
            self._breach(f"{day}: told to be complete, and is not", [day] if completion else [])
            return
        closed = self.reader.closed.get((self.name, day))
        recovered = closed is not None and any(
            run.run > closed and run.run >= whole.run and self.name in run.fair
            for run in self._runs(day)
        )
        self._check_told(day, completion, recovered=recovered)
        if completion is not None and completion.arrived:
            self._breach(f"{day}: a receipt and no completion", [] if times == 1 else [times])
            if parcel.arrived and came and _by_first(takes, came).partial:
                self._check_news(day, takes, came)

    def _check_told(self, day: date, completion: Parcel | None, *, recovered: bool) -> None:
        told = self.reader.told.get((self.name, Occasion.COMPLETION, day), set())
        if completion is None or completion.open:
            if recovered:
                self._breach(f"{day}: completed and never told", [completion])
            elif completion is not None:
                self.tally.seen["completion that never came, told"] += 1
                if DeliveryResult.WAITING not in told:
                    self._breach(f"{day}: completion waits and it is not told", [told])
        elif completion.arrived:
            self.tally.seen["completion arrived"] += 1
        else:
            self.tally.seen["completion nobody knows of, told"] += 1
            if DeliveryResult.UNKNOWN not in told:
                self._breach(f"{day}: completion lost and not told", [told])

    def _check_news(self, day: date, takes: Sequence[Take], came: dict[int, set[int]]) -> None:
        """Hold that a completion has what the page that came did not have, and no other."""
        by_number = {one.number: one for one in takes}
        before, *others = (by_number[number] for number in sorted(came))
        if not others:
            whole = [one for one in takes if not one.partial]
            nothing_new = any(one.papers <= before.papers for one in whole)
            self._breach(f"{day}: completed without the new papers", [] if nothing_new else [day])
            return
        after = others[0]
        new = after.papers - before.papers
        self._all_there(f"{day}: completed by other papers than the new", new, came[after.number])

    def _completed(self, day: date) -> int:
        """Count the messages that tell of a completed page."""
        address = f"/{day:%Y/%m/%d}/"
        texts = (" ".join(text.split()) for _, text in self.arrived)
        return sum(COMPLETED in text and address in text for text in texts)

    def _check_failure(self, day: date, runs: Collection[int]) -> None:
        times = sum(f"{NO_PAGE} {day}" in " ".join(text.split()) for _, text in self.arrived)
        self._breach(f"{day}: no page, told {times} times", [day] if times > 1 else [])
        failed = [one for one in self.reader.runs if one.run in runs and self.name in one.fair]
        parcel = self.parcels.get((Occasion.FAILURE, day))
        self.tally.seen["a day without a page, told"] += times
        if failed and (parcel is None or parcel.open):
            self._breach(f"{day}: no page and not told", [parcel])

    def _check_alarms(self, text: str, days: Mapping[date, bool]) -> None:
        there = Counter(day for day, said in self.arrived if text in " ".join(said.split()))
        for day, well in days.items():
            self.tally.seen[f"alarm told: {text.partition(':')[0]}"] += there[day]
            if there[day] > 1 or (well and not there[day]):
                self._breach(f"{day}: {text!r} told {there[day]} times", [day])
        self._breach(f"{text!r} told for nothing", there.keys() - days.keys())

    def _pages(self) -> list[Parcel]:
        return [one for one in self.parcels.values() if not one.occasion.transient]

    def _runs(self, day: date) -> list[Delivered]:
        """Return the runs that could deliver the page of a day."""
        return [one for one in self.reader.runs if day <= one.day <= day + PATIENCE]

    def _breach(self, what: str, which: Iterable[object]) -> None:
        self.tally.breach(self.seed, f"{self.reader.name}, {self.name}: {what}", which)


def _by_first(takes: Sequence[Take], came: Collection[int]) -> Take:
    """Return the earliest take of which something came: of two, the later completes it."""
    return next(one for one in takes if one.number == min(came))


def _is_due(takes: Sequence[Take], run: Delivered, day: date) -> bool:
    """Return whether a run had a page of the day to deliver."""
    made = [one for one in takes if one.run <= run.run]
    if not made or not made[-1].worth_sending:
        return False
    return not (made[-1].held_back and run.day - day < HELD_BACK)
