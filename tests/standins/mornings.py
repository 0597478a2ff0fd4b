"""Mornings with random failures: pages that are due, channels that fail, runs that are killed.

Two readers share the channels' services, and often a database. Their mornings are those of
`paperlark morning`, one after the other, with pages that are drawn by lot. What arrived is held
against what was due by `looking_back`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from apprise.plugins.slack import NotifySlack

from paperlark.compose.channels import open_deliveries, outboxes
from paperlark.compose.morning import compose_morning
from paperlark.delivery.deliveries import Deliveries, DeliveryReport
from paperlark.domain.calendar import expects_announcement
from paperlark.domain.delivery import Failure, Parcel
from paperlark.domain.errors import FeedNotFound
from paperlark.ports import Outbox
from paperlark.runs.limit import RunLimit
from paperlark.runs.make_page import uninterruptible
from paperlark.runs.morning import LogReporter, MorningResult
from paperlark.runs.progress import NoProgress
from paperlark.runs.several import profiles_of, run_several
from paperlark.settings import Settings, load_settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.store.lock import _lock_of
from standins import mail_server, webhooks
from standins.drawn_pages import DrawnPages
from standins.engines import place_of
from standins.looking_back import INBOX, Delivered, Lived, Tally, look_back
from standins.mail_server import PASSWORD, USER, MailServer
from standins.watches import FakeWatch
from standins.webhooks import DISCORD, SLACK, TELEGRAM, Webhooks

FIRST = date(2025, 1, 6)
HOSTS = {"slack": SLACK, "discord": DISCORD, "telegram": TELEGRAM}
SERVICES = (INBOX, *HOSTS)
READERS = {"Bat": SERVICES, "Owl": (INBOX, "telegram")}
"""The channels of each reader."""
TOKENS = {
    "BAT_SLACK": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "BAT_DISCORD": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "BAT_TELEGRAM": "tgram://123456789:abcdefg_hijklmnop/12315544",
    "OWL_TELEGRAM": "tgram://987654321:zyxwvut_srqponmlk/99912345",
}
ENVIRONMENT = {
    "PAPERLARK_MAIL_PASSWORD": PASSWORD,
    "XDG_CONFIG_HOME": "/nowhere",
    **TOKENS,
}
BUG, UNREADABLE = "a bug of ours", "a profile that cannot be read"


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
LOSING = Weather(0.9, webhooks.AMBIGUOUS)
GONE = Weather(1.0, webhooks.LASTING)
FLAKY_MAIL = Weather(
    0.5,
    (mail_server.BUSY, mail_server.DROPPED, mail_server.LOST, mail_server.NOT_TAKEN),
)
DOWN_MAIL = Weather(1.0, (mail_server.BUSY, mail_server.DROPPED))
LOSING_MAIL = Weather(0.9, (mail_server.LOST, mail_server.NOT_TAKEN))
GONE_MAIL = Weather(1.0, (mail_server.REFUSED, mail_server.NO_LOGIN))
KINDS = (FAIR, FLAKY, DOWN, GONE, LOSING)
MAIL_KINDS = (FAIR, FLAKY_MAIL, DOWN_MAIL, GONE_MAIL, LOSING_MAIL)


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
        self.weather = dict.fromkeys(SERVICES, FAIR)
        self.stays = dict.fromkeys(SERVICES, 0)
        self.runs = 0
        # Readers of one database, and readers who only share a folder.
        self.shared = self.seed % 3 != 2
        self.readers = {name: self._reader(name) for name in READERS}

    def live(self, mornings: int) -> Tally:
        """Live through so many days of announcements, and one fair one, and hold what must hold."""
        day = FIRST
        for number in range(mornings + 1):
            while not expects_announcement(day):
                day += timedelta(days=1)
            self._morning(day, fair=number == mornings)
            day += timedelta(days=1)
        for reader in self.readers.values():
            settings = load_settings(self._file(reader.name))
            with open_deliveries(settings, Environment(variables=ENVIRONMENT)) as post:
                parcels = post.outbox.since(settings.profile.id, FIRST)
            arrived = {name: self._arrived(reader.name, name) for name in reader.channels}
            look_back(reader, parcels, arrived, self.tally, self.seed)
        self.tally.breach(self.seed, "a service was asked too early", self.hooks.early)
        self.tally.breach(self.seed, "a message was too long", self.hooks.too_long)
        return self.tally

    def _morning(self, day: date, *, fair: bool) -> None:
        self.rate_limit_clock.clock = datetime(
            day.year, day.month, day.day, 12, tzinfo=UTC
        ).timestamp()
        for name in SERVICES:
            self._turn(name, fair=fair)
        troubles = {name: self._trouble(fair=fair) for name in READERS}
        runs = 2 if fair else self.lot.choice((1, 1, 2, 3))
        hangs_from = self.lot.randrange(runs) if not fair and self.lot.random() < 0.05 else runs
        for number in range(runs):
            with self._hanging(number >= hangs_from) as hanging:
                self._run(day, troubles, hanging=hanging, fair=fair)
            self.rate_limit_clock.passes(600)

    def _trouble(self, *, fair: bool) -> str:
        """Draw what is wrong with one profile alone."""
        if fair or self.lot.random() > 0.08:
            return ""
        return self.lot.choice((BUG, UNREADABLE))

    def _turn(self, name: str, *, fair: bool) -> None:
        """Let a channel's weather change."""
        self.stays[name] -= 1
        if fair:
            self.weather[name] = FAIR
        elif self.stays[name] <= 0:
            kinds = MAIL_KINDS if name == INBOX else KINDS
            kind = self.lot.choices(kinds, (58, 20, 12, 6, 4))[0]
            self.weather[name] = kind
            lasts = kind not in {FAIR, FLAKY, FLAKY_MAIL}
            self.stays[name] = self.lot.randint(1, 10) if lasts else 1

    @contextmanager
    def _hanging(self, wanted: bool) -> Iterator[frozenset[str]]:  # noqa: FBT001  # drawn by lot
        """Let an earlier run hold the first reader's database for hours; yield who uses that."""
        if not wanted:
            yield frozenset()
            return
        self.tally.seen["runs that find another hanging"] += 1
        lock = _lock_of(place_of(self._file("Bat")), None)
        assert lock.acquire(0)
        try:
            lock.note(datetime(2025, 1, 1, 5, 20, tzinfo=UTC), 7200)
            yield frozenset(READERS) if self.shared else frozenset({"Bat"})
        finally:
            lock.release()

    def _run(
        self, day: date, troubles: dict[str, str], *, hanging: frozenset[str], fair: bool
    ) -> None:
        """Run the mornings of the profiles in the folder, and be killed now and then."""
        kill_at = self.lot.randint(0, 12) if not fair and self.lot.random() < 0.08 else None
        self.runs += 1
        self.tally.seen["runs"] += 1
        mornings = {}
        for file in profiles_of(self.folder):
            reader = self.readers[file.stem.capitalize()]
            reader.pages.run, reader.pages.fair = self.runs, fair
            trouble = troubles[reader.name]
            mornings[reader.name] = partial(self._one, reader, day, trouble, kill_at, hanging)
        try:
            ended = run_several(mornings, LogReporter())
        except Killed:
            self.tally.seen["runs killed"] += 1
            return
        for name, result in ended.results.items():
            self.tally.seen["mornings of a profile"] += 1
            well = name not in hanging and not troubles[name]
            odd = [one.error for one in result.outcomes if one.error] if result else []
            odd = [one for one in odd if not isinstance(one, FeedNotFound)]
            self.tally.breach(self.seed, f"{name} {day}: pages that were not to fail", odd)
            # One's failure is its own, and is not hidden.
            if well != (result is not None):
                self.tally.breach(self.seed, f"{name} {day}: ended as another did", [result])
            if result is None and ended.exit_code != 1:
                self.tally.breach(self.seed, f"{name} {day}: failed in silence", [ended.exit_code])

    def _one(
        self,
        reader: Lived,
        day: date,
        trouble: str,
        kill_at: int | None,
        hanging: frozenset[str],
    ) -> MorningResult:
        """Run one profile's morning, as it is composed but for its pages, site and kills."""
        fair = frozenset(name for name in reader.channels if self.weather[name].fair)
        # Who cannot be read has no channels to be told on.
        hangs = reader.name in hanging and trouble != UNREADABLE
        reader.began(day, fair, hangs=hangs, bug=trouble == BUG)
        file = self._file(reader.name)
        written = file.read_text("utf-8")
        if trouble == UNREADABLE:
            self.tally.seen[trouble] += 1
            file.write_text(f"{written}\n[[deliver\n", "utf-8")
        try:
            settings = load_settings(file)
        finally:
            file.write_text(written, "utf-8")
        environment = Environment(
            variables=ENVIRONMENT,
            now=lambda: datetime.fromtimestamp(self.rate_limit_clock.clock, UTC),
            sleep=self.rate_limit_clock.sleep,
        )
        if self.lot.random() < 0.2 and reader.name not in hanging:
            reader.pages.by_hand(settings, day)

        def deliver(today: date, failures: Sequence[Failure]) -> bool:
            opened = outboxes(settings, environment)
            mortal = replace(opened, open=lambda: _mortal(settings, environment, kill_at))
            report = mortal.deliver_due(today, failures)
            self._delivered(reader, day, fair, report)
            return report.complete

        def build() -> Path:
            if trouble == BUG:
                self.tally.seen[trouble] += 1
                raise RuntimeError(BUG)
            return settings.site.folder

        morning = compose_morning(
            settings,
            RunOptions(),
            environment,
            RunLimit(7200.0, NoProgress()),
            LogReporter(),
            on_delivery=lambda _: None,
            interruptible=uninterruptible,
            waits=False,
        )
        steps = replace(
            morning.steps,
            open_pages=partial(reader.pages.opened, settings),
            build_site=build,
            deliver=deliver,
        )
        return replace(morning, steps=steps).run()

    def _delivered(
        self, reader: Lived, day: date, fair: frozenset[str], report: DeliveryReport
    ) -> None:
        for one in report.outcomes:
            self.tally.seen[one.result] += 1
        reader.delivered(Delivered(self.runs, day, fair), report.outcomes)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name.lower()}.toml"

    def _reader(self, name: str) -> Lived:
        """Write a reader's profile, and remember what becomes of it."""
        channels = "".join(_channel_table(name, one) for one in READERS[name])
        (self.folder / "criteria.md").write_text("## Animals\nRelevant: animals.", "utf-8")
        self._file(name).write_text(
            f"""\
name = "{name}"
id = "{name.lower()}"
categories = ["cs.LG"]
output = "pages of {name}"
database = "{"both" if self.shared else name}.db"
[site]
address = "https://example.org/animals"
[mail]
server = "127.0.0.1"
port = {self.mail.port}
user = "{USER}"
sender = "{USER}"
password_variable = "PAPERLARK_MAIL_PASSWORD"
{channels}""",
            "utf-8",
        )
        return Lived(name, READERS[name], DrawnPages(name, self.lot, self.tally.seen))

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

    def _arrived(self, reader: str, channel: str) -> list[tuple[date, str]]:
        """Return what a reader sees on a channel, and when it came."""
        if channel == INBOX:
            to = f"{reader.lower()}@example.org"
            mine = [mail for mail in self.mail.mailbox if mail["To"] == to]
            return [(mail["Date"].datetime.date(), _plain(mail)) for mail in mine]
        token = TOKENS[f"{reader}_{channel}".upper()].rpartition("://")[2].split("/")[0]
        posts = [post for post in self.hooks.of(HOSTS[channel]) if token in post.path]
        return [(datetime.fromtimestamp(post.at, UTC).date(), post.text) for post in posts]


def _channel_table(reader: str, channel: str) -> str:
    mail = f'mail = "{reader.lower()}@example.org"'
    variable = f'url_variable = "{reader.upper()}_{channel.upper()}"'
    return f'[[deliver]]\nname = "{channel}"\n{mail if channel == INBOX else variable}\n'


@contextmanager
def _mortal(
    settings: Settings, environment: Environment, kill_at: int | None
) -> Iterator[Deliveries]:
    with open_deliveries(settings, environment) as post:
        yield post if kill_at is None else replace(post, outbox=_Killing(post.outbox, kill_at))


class _Killing:
    """An outbox that its run is killed over, before or after something is kept."""

    def __init__(self, outbox: Outbox, at: int) -> None:
        self._outbox = outbox
        self._left = at

    def keep(self, parcel: Parcel) -> None:
        self._keep(self._outbox.keep, parcel)

    def note_delivered(self, parcel: Parcel) -> None:
        self._keep(self._outbox.note_delivered, parcel)

    def _keep(self, keep: Callable[[Parcel], object], parcel: Parcel) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed
        keep(parcel)
        if self._left == -1:
            raise Killed

    def since(self, profile: str, day: date) -> tuple[Parcel, ...]:
        return self._outbox.since(profile, day)


def _plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return " ".join(f"{mail['Subject']} {body.get_content()}".split()) if body else ""


@contextmanager
def unthrottled() -> Iterator[None]:
    """Leave out the pause that Apprise makes between two posts to Slack."""
    usual = NotifySlack.request_rate_per_sec
    NotifySlack.request_rate_per_sec = 0
    try:
        yield
    finally:
        NotifySlack.request_rate_per_sec = usual
