"""Mornings with random failures: pages that are due, channels that fail, runs that are killed.

Each paper's title is a mark that is looked for in what arrived.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from apprise.plugins.slack import NotifySlack

from paperlark.compose.channels import open_deliveries
from paperlark.delivery.deliveries import Deliveries
from paperlark.delivery.outcomes import DeliveryResult
from paperlark.domain.calendar import expects_announcement
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.delivery import (
    PATIENCE,
    Failure,
    MessageStatus,
    Occasion,
    Parcel,
    Subscription,
)
from paperlark.domain.digest import Digest, Status
from paperlark.domain.profile import Profile
from paperlark.ports import Outbox
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.values import (
    ArxivSettings,
    ChannelSettings,
    MailSettings,
    Security,
    SiteSettings,
)
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from standins import digests, mail_server, webhooks
from standins.mail_server import PASSWORD, USER, MailServer
from standins.watches import FakeWatch
from standins.webhooks import DISCORD, SLACK, TELEGRAM, Webhooks

FIRST = date(2025, 1, 6)
INBOX = "inbox"
HOSTS = {"slack": SLACK, "discord": DISCORD, "telegram": TELEGRAM}
CHANNELS = (INBOX, *HOSTS)
ENVIRONMENT = {
    "PAPERLARK_MAIL_PASSWORD": PASSWORD,
    "SLACK": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "DISCORD": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "TELEGRAM": "tgram://123456789:abcdefg_hijklmnop/12315544",
    "XDG_CONFIG_HOME": "/nowhere",
}
_MARK = re.compile(r"Bat (\d{4}-\d\d-\d\d) number (\d+)\b")


class Killed(BaseException):
    """What a run that is killed looks like from inside."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How a channel is this morning: the chance that a request fails, and in which ways."""

    chance: float
    faults: tuple[str, ...] = ()

    @property
    def fair(self) -> bool:
        return not self.faults


FAIR = Weather(0.0)
FLAKY = Weather(0.5, (*webhooks.CERTAIN, *webhooks.AMBIGUOUS))
DOWN = Weather(1.0, webhooks.CERTAIN)
GONE = Weather(1.0, webhooks.LASTING)
FLAKY_MAIL = Weather(
    0.5,
    (mail_server.BUSY, mail_server.DROPPED, mail_server.LOST, mail_server.NOT_TAKEN),
)
DOWN_MAIL = Weather(1.0, (mail_server.BUSY, mail_server.DROPPED))
GONE_MAIL = Weather(1.0, (mail_server.REFUSED, mail_server.NO_LOGIN))


@dataclass
class Tally:
    """What happened, and what must not."""

    seen: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)


@dataclass
class Mornings:
    """Lives through mornings; `hooks` and `mail` are served by the caller, on loopback."""

    folder: Path
    hooks: Webhooks
    mail: MailServer
    seed: int
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.lot = random.Random(self.seed)  # noqa: S311  # a seed makes it repeatable
        self.rate_limit_clock = FakeWatch(clock=datetime(2025, 1, 6, 6, tzinfo=UTC).timestamp())
        self.hooks.fault, self.hooks._clock = self._web_fault, lambda: self.rate_limit_clock.clock
        self.mail.fault = self._mail_fault
        self.weather = dict.fromkeys(CHANNELS, FAIR)
        self.stays = dict.fromkeys(CHANNELS, 0)
        self.pages: dict[date, int] = {}
        self.fair_runs: dict[str, list[date]] = {name: [] for name in CHANNELS}
        self.made_on: dict[date, date] = {}
        self.told: dict[tuple[str, Occasion, date], set[DeliveryResult]] = {}
        self.killed_on: set[date] = set()

    def live(self, mornings: int) -> Tally:
        """Live through so many days of announcements, and one fair one, and hold what must hold."""
        day = FIRST
        for number in range(mornings + 1):
            while not expects_announcement(day):
                day += timedelta(days=1)
            self._morning(day, fair=number == mornings)
            day += timedelta(days=1)
        self._look_back(day)
        return self.tally

    def _morning(self, day: date, *, fair: bool) -> None:
        self.rate_limit_clock.clock = datetime(
            day.year, day.month, day.day, 12, tzinfo=UTC
        ).timestamp()
        for name in CHANNELS:
            self._turn(name, fair=fair)
        failures = self._make(day, fair=fair)
        for _ in range(1 if fair else self.lot.choice((1, 1, 2, 3))):
            self._run(day, failures, killable=not fair)
            self.rate_limit_clock.passes(600)

    def _turn(self, name: str, *, fair: bool) -> None:
        """Let a channel's weather change."""
        self.stays[name] -= 1
        if fair:
            self.weather[name] = FAIR
        elif self.stays[name] <= 0:
            flaky, down, gone = (
                (FLAKY_MAIL, DOWN_MAIL, GONE_MAIL) if name == INBOX else (FLAKY, DOWN, GONE)
            )
            kind = self.lot.choices((FAIR, flaky, down, gone), (60, 22, 12, 6))[0]
            self.weather[name] = kind
            self.stays[name] = self.lot.randint(1, 10) if kind in {gone, down} else 1

    def _make(self, day: date, *, fair: bool) -> list[Failure]:
        """Make the day's page, or none, and one of before that had none."""
        if self.lot.random() < 0.5:
            for before in [one for one, papers in self.pages.items() if papers < 0]:
                if day - before < timedelta(days=5):
                    self._file(before, self.lot.randint(1, 12))
        if not fair and self.lot.random() < 0.08:
            self.pages[day] = -1
            return [Failure(day, "arXiv was not to be reached")]
        self._file(day, self.lot.choice((0, 1, 3, 8, 20, 37)))
        return []

    def _file(self, day: date, papers: int) -> None:
        self.pages[day] = papers
        self.tally.seen["pages"] += 1
        self.made_on[day] = self._today()
        with open_database(self._settings.database) as connection:
            DigestStore(connection, self._settings.database).save(_digest(day, papers, self.lot))

    def _run(self, day: date, failures: list[Failure], *, killable: bool) -> None:
        """Bring what is due, and be killed now and then while doing so."""
        kill_at = self.lot.randint(0, 12) if killable and self.lot.random() < 0.08 else None
        self.tally.seen["runs"] += 1
        with suppress(Killed), self._post(kill_at) as post:
            brought = post.deliver_due(day, failures)
            for name in CHANNELS:
                if self.weather[name].fair:
                    self.fair_runs[name].append(day)
            for one in brought:
                self.told.setdefault((one.channel, one.occasion, one.day), set()).add(one.result)
                self.tally.seen[one.result] += 1
            return
        self.tally.seen["runs killed"] += 1
        self.killed_on.add(day)

    @contextmanager
    def _post(self, kill_at: int | None) -> Iterator[Deliveries]:
        environment = Environment(
            variables=ENVIRONMENT,
            now=lambda: datetime.fromtimestamp(self.rate_limit_clock.clock, UTC),
            sleep=self.rate_limit_clock.sleep,
        )
        with open_deliveries(self._settings, environment) as post:
            yield post if kill_at is None else replace(post, outbox=_Killing(post.outbox, kill_at))

    @property
    def _settings(self) -> Settings:
        channels = [ChannelSettings(Subscription(INBOX), mail="reader@example.org")]
        channels += [
            ChannelSettings(Subscription(name), url_variable=name.upper()) for name in HOSTS
        ]
        return Settings(
            Profile("Bats", ("cs.LG",), parse_criteria("Relevant: bats.")),
            None,
            None,
            self.folder / "pages",
            self.folder / "bats.db",
            ArxivSettings("", "", "", "", 0.0, None),
            SiteSettings(self.folder / "site", "https://example.org/bats"),
            MailSettings(
                "127.0.0.1", self.mail.port, Security.TLS, USER, "PAPERLARK_MAIL_PASSWORD", USER
            ),
            tuple(channels),
        )

    def _today(self) -> date:
        return datetime.fromtimestamp(self.rate_limit_clock.clock, UTC).date()

    def _web_fault(self, asked: str) -> str:
        at_door = asked.startswith("connect ")
        name = next(one for one, host in HOSTS.items() if asked.endswith(host))
        fault = self._fault(name, webhooks.WELL)
        doors = {webhooks.UNREACHABLE, webhooks.NO_TLS}
        return fault if fault == webhooks.WELL or (fault in doors) is at_door else webhooks.WELL

    def _mail_fault(self) -> str:
        return self._fault(INBOX, mail_server.WELL)

    def _fault(self, name: str, well: str) -> str:
        weather = self.weather[name]
        if self.lot.random() >= weather.chance:
            return well
        fault = self.lot.choice(weather.faults)
        self.tally.seen[f"{name}: {fault}"] += 1
        return fault

    def _look_back(self, last: date) -> None:
        """Hold what arrived against what was due and told."""
        with open_deliveries(self._settings, Environment(variables=ENVIRONMENT)) as post:
            parcels = post.outbox.since("Bats", FIRST)
        self._breach("a service was asked before its pause was over", self.hooks.early)
        self._breach("a message was too long", self.hooks.too_long)
        arrived = {name: Counter(_marks(self._texts(name))) for name in CHANNELS}
        for name in CHANNELS:
            self._breach(
                f"{name}: papers came twice",
                [mark for mark, times in arrived[name].items() if times > 1],
            )
            by_day = {one.day: one for one in parcels if _is_page(one, name)}
            for day, papers in self.pages.items():
                if papers > 0:
                    self._check(name, day, by_day.get(day), arrived[name], last)

    def _check(
        self, name: str, day: date, parcel: Parcel | None, arrived: Counter[str], last: date
    ) -> None:
        """Hold one page on one channel."""
        there = arrived[f"{day}/1"]
        made = self.made_on[day]
        recovered = any(made <= run <= day + PATIENCE for run in self.fair_runs[name])
        told = self.told.get((name, Occasion.DAY, day), set())
        unknown = parcel is not None and MessageStatus.UNKNOWN in parcel.statuses
        if parcel is not None and parcel.arrived:
            self.tally.seen["arrived"] += 1
            gone = [n for n in range(1, self._shown(name, day) + 1) if not arrived[f"{day}/{n}"]]
            self._breach(f"{name} {day}: a receipt, and papers that did not come", gone)
            self._breach(f"{name} {day}: a receipt and no page", [] if there == 1 else [there])
        elif unknown:
            self.tally.seen["nobody knows, and told"] += 1
            if DeliveryResult.UNKNOWN not in told:
                self._breach(f"{name} {day}: lost and not told", [told])
        elif recovered:
            self._breach(f"{name} {day}: not brought though the channel recovered", [parcel])
        else:
            self.tally.seen["lasting failure, told"] += 1
            # Who is killed says nothing; there may be no later run before the page is old.
            if DeliveryResult.WAITING not in told and not self.killed_on & self._week(day):
                self._breach(f"{name} {day}: lasting and not told, by {last}", [told])

    def _shown(self, name: str, day: date) -> int:
        """Say how many papers of a page a channel has room for, at the least."""
        return self.pages[day] if name == INBOX else min(self.pages[day], 20)

    def _week(self, day: date) -> set[date]:
        return {day + timedelta(days=n) for n in range(PATIENCE.days + 1)}

    def _texts(self, name: str) -> list[str]:
        if name == INBOX:
            return [_plain(mail) for mail in self.mail.mailbox]
        return [post.text for post in self.hooks.of(HOSTS[name])]

    def _breach(self, what: str, which: Iterable[object]) -> None:
        if which := list(which):
            self.tally.breaches.append(f"seed {self.seed}: {what}: {which[:5]}")


class _Killing:
    """An outbox that its run is killed over, before or after something is kept."""

    def __init__(self, outbox: Outbox, at: int) -> None:
        self._outbox = outbox
        self._left = at

    def keep(self, parcel: Parcel) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed
        self._outbox.keep(parcel)
        if self._left == -1:
            raise Killed

    def since(self, profile: str, day: date) -> tuple[Parcel, ...]:
        return self._outbox.since(profile, day)


def _digest(day: date, papers: int, lot: random.Random) -> Digest:
    entries = [
        digests.entry(n, title=f"Bat {day} number {n}", id=digests.paper(n).id)
        for n in range(1, papers + 1)
    ]
    made = digests.digest(entries, day=day, profile="Bats", categories=("cs.LG",))
    if not papers:
        return made
    status = lot.choice((Status.COMPLETE, Status.COMPLETE, Status.PARTIAL))
    notes = ("The feed of cs.LG was cut off.",) if status is Status.PARTIAL else ()
    return replace(made, status=status, notes=notes)


def _marks(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        # A paper may be named more than once in one message; a message must not come twice.
        yield from {f"{day}/{number}" for day, number in _MARK.findall(text)}


def _is_page(parcel: Parcel, channel: str) -> bool:
    return parcel.channel == channel and parcel.occasion is Occasion.DAY


def _plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return " ".join(str(body.get_content()).split()) if body else ""


@contextmanager
def unthrottled() -> Iterator[None]:
    """Leave out the pause that Apprise makes between two posts to Slack."""
    usual = NotifySlack.request_rate_per_sec
    NotifySlack.request_rate_per_sec = 0
    try:
        yield
    finally:
        NotifySlack.request_rate_per_sec = usual
