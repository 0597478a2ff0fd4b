"""Make a shard: the digests of a day for some hundreds of readers, stored in one transaction.

What readers share is done once: the announcement, the statistics of its papers, their precedents,
who wrote them. The rest is asked and ranked in blocks. Each digest is what the reader would have
alone, to the byte.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from time import perf_counter

from paperlark.day import DayParts, RankedAnnouncement, select_and_assemble
from paperlark.day.assemble import is_worse
from paperlark.delivery.due import RecentDays, days_to_read, new_parcels
from paperlark.domain.announcement import Announcement
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.delivery import Parcel
from paperlark.domain.digest import Digest, Status
from paperlark.domain.errors import PaperlarkError, StoreError
from paperlark.domain.feedback import Evidence
from paperlark.domain.fleet import Shard, ShardReport
from paperlark.domain.judgement import Precedents
from paperlark.domain.paper import Paper
from paperlark.domain.translation import RankingCriteria
from paperlark.fleet.isolate import Isolation
from paperlark.fleet.known_readers import ReaderBefore, by_group, know_readers
from paperlark.fleet.worker import EndShard
from paperlark.ports import PrecedentFinder, ReaderToRank
from paperlark.rankers.embedded import EmbeddedRanker, Ranking, reader_to_rank
from paperlark.runs.progress import NO_PROGRESS
from paperlark.settings import Settings
from paperlark.store.connection import DatabaseConnection, store_errors, transaction
from paperlark.store.digests import DigestStore, packed
from paperlark.store.examples import ExampleStore
from paperlark.store.many_readers import ManyReaders
from paperlark.store.outbox import keep_parcels

_log = logging.getLogger(__name__)

_REMEMBERED = timedelta(days=28)
"""A channel that had no parcel for so long counts as new."""


@dataclass(frozen=True, slots=True)
class ShardParts:
    """What shards are made with, one after the other, in one process.

    `settings` returns those of the readers asked for, or why there are none; `announcement` what
    was announced in these categories; `ranking` what a reader's papers are ranked by on a day.
    `judged` opens the parts of a reader's page, with their judge where they have one.
    """

    connection: DatabaseConnection
    database: DatabasePlace
    settings: Callable[[Sequence[str]], Mapping[str, Settings | PaperlarkError]]
    announcement: Callable[[Sequence[str], date], Announcement]
    ranking: Callable[[Settings, date], RankingCriteria]
    ranker: EmbeddedRanker
    finder: PrecedentFinder
    examples: ExampleStore
    judged: Callable[[Settings, date], AbstractContextManager[DayParts]]
    now: Callable[[], datetime]
    streams: StreamCache


class StreamCache:
    """The streams of earlier papers that many readers share, the latest few."""

    _MOST = 4

    def __init__(self, examples: ExampleStore) -> None:
        self._examples = examples
        self._kept: dict[tuple[str, date], tuple[Paper, ...]] = {}

    def of(self, reader: ReaderBefore, day: date) -> tuple[Paper, ...]:
        """Return the stream of a reader, read for the first who has it."""
        key = reader.stream, day
        if key not in self._kept:
            self._kept[key] = self._examples.stream(reader.profile, day)
        while len(self._kept) > self._MOST:
            del self._kept[next(iter(self._kept))]
        return self._kept[key]


@dataclass(slots=True)
class _Making:
    """A shard while it is made: what is done of it, and the seconds of each stage."""

    shard: Shard
    parts: ShardParts
    isolation: Isolation
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a stage, in seconds."""
        begun = perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - begun


def make_shard(shard: Shard, end: EndShard, *, parts: ShardParts) -> ShardReport:
    """Make the digests of a shard's readers, and store them with their deliveries and its end.

    All of that is one transaction, which `end` is called in last. A reader who fails is told in the
    report and does not stop the others; what a model answered is stored as it arrives. Raises
    StoreError where the database cannot be used, SourceError where there is no announcement.
    """
    with _uncollected():
        return _make(_Making(shard, parts, Isolation(parts.connection)), end)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector of cycles rest: matches are many, have none, and all live to the end.

    To look through them again and again is an eighth of a shard's time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _make(making: _Making, end: EndShard) -> ShardReport:
    shard, parts = making.shard, making.parts
    with making.stage("read"):
        announcement = parts.announcement(shard.categories, shard.day)
        readers = _know(making, announcement)
    digests = dict(_digests(making, announcement, readers))
    with making.stage("deliveries"):
        stored = _not_worse(making, digests)
        parcels = _parcels(making, readers, stored)
    with making.stage("pack"):
        ready = [packed(one) for one in stored.values()]
    begun = perf_counter()
    archive = DigestStore(parts.connection, parts.database)
    archive.share(ready)
    # With the locks of its readers alone: other shards are stored at the same time.
    with store_errors(parts.database), transaction(parts.connection, *readers):
        archive.save_many(ready)
        keep_parcels(parts.connection, parcels)
        making.seconds["store"] = perf_counter() - begun
        report = ShardReport(
            dict(making.isolation.failures),
            making.seconds,
            sum(one.status is Status.PARTIAL for one in stored.values()),
        )
        end(parts.connection, report)
    _log.info("%s: %d readers, %d failed", shard.day, len(digests), len(report.failures))
    return report


def _know(making: _Making, announcement: Announcement) -> Mapping[str, ReaderBefore]:
    """Return what is known of the readers whose profiles can be used, by id."""
    parts, day = making.parts, making.shard.day
    many = ManyReaders(parts.connection, parts.database)
    usable: dict[str, tuple[Settings, RankingCriteria]] = {}
    for reader, settings in parts.settings(making.shard.readers).items():
        if isinstance(settings, PaperlarkError):
            making.isolation.note(reader, settings)
        else:
            ranking = making.isolation.run_one(reader, partial(parts.ranking, settings, day))
            if ranking is not None:
                usable[reader] = settings, ranking
    for reader in making.shard.readers:
        if reader not in usable and reader not in making.isolation.failures:
            making.isolation.note(reader, StoreError("the reader is in the database no longer"))

    def know(block: Sequence[str]) -> Mapping[str, ReaderBefore]:
        return know_readers([usable[one] for one in block], announcement, many, parts.examples)

    return making.isolation.run(list(usable), know)


def _digests(
    making: _Making, announcement: Announcement, readers: Mapping[str, ReaderBefore]
) -> Iterator[tuple[str, Digest]]:
    """Yield the digest of each reader, ranked together with those who have the same papers."""
    parts, day = making.parts, making.shard.day
    for known in by_group(readers.values()):
        papers = [one.paper for one in known[0].new.papers]
        with making.stage("precedents"):
            precedents = parts.finder.precedents(papers, day)
        with making.stage("stream"):
            stream = parts.streams.of(known[0], day)
        own = {one.profile.id: one for one in known}
        group = _Group(parts, announcement, own, papers, stream, precedents)
        for block in _blocks(list(own)):
            with making.stage("rank"):
                ranked = making.isolation.run(block, group.rank)
            with making.stage("assemble"):
                for reader, ranking in ranked.items():
                    made = making.isolation.run_one(reader, partial(group.digest, reader, ranking))
                    if made is not None:
                        yield reader, made


_BLOCK = 64
"""Readers ranked at a time, as `EmbeddedRanker` does."""


def _blocks(readers: Sequence[str]) -> Iterator[Sequence[str]]:
    return (readers[start : start + _BLOCK] for start in range(0, len(readers), _BLOCK))


@dataclass(frozen=True, slots=True)
class _Group:
    """Readers to whom the same papers are new, and who had the same ones before."""

    parts: ShardParts
    announcement: Announcement
    readers: Mapping[str, ReaderBefore]
    papers: Sequence[Paper]
    stream: Sequence[Paper]
    precedents: Precedents

    def rank(self, readers: Sequence[str]) -> Mapping[str, Ranking | None]:
        """Return the ranking for each of these readers; None on a day without papers."""
        if not self.papers:
            return dict.fromkeys(readers)
        asked = [self._to_rank(self.readers[one]) for one in readers]
        ranked = self.parts.ranker.rank_readers(self.papers, self.stream, asked)
        return dict(zip(readers, ranked, strict=True))

    def _to_rank(self, one: ReaderBefore) -> ReaderToRank:
        evidence, criteria = partial(self._evidence, one), one.ranking.criteria
        if not one.fingerprint:
            return reader_to_rank(criteria, evidence())
        return ReaderToRank(one.profile.id, criteria, one.fingerprint, evidence)

    def _evidence(self, one: ReaderBefore) -> Evidence:
        return self.parts.examples.evidence(one.profile, self.announcement.day)

    def digest(self, reader: str, ranking: Ranking | None) -> Digest:
        """Make the digest of a reader; a judge is asked where their profile names one."""
        one, day = self.readers[reader], self.announcement.day
        ranked = RankedAnnouncement(
            self.announcement,
            one.new,
            ranking.matches if ranking else (),
            self.precedents,
            later=one.later,
            evidence=partial(self._evidence, one),
            explain=ranking.explain if ranking else lambda _: {},
        )
        with self.parts.judged(one.settings, day) as parts:
            return select_and_assemble(ranked, one.profile, parts, NO_PROGRESS, ranking=one.ranking)


def _not_worse(making: _Making, digests: Mapping[str, Digest]) -> dict[str, Digest]:
    """Return the digests without those of which an earlier run made a better one."""
    parts, day = making.parts, making.shard.day
    many = ManyReaders(parts.connection, parts.database)
    archive = DigestStore(parts.connection, parts.database)
    kept = dict(digests)
    for reader in many.with_digest(list(digests), day):
        try:
            before = archive.digest(reader, day)
        except StoreError:
            # It cannot be read, and is made again.
            continue
        if before is not None and is_worse(digests[reader], before):
            _log.info("%s: the %s page made before is better and stays", reader, before.status)
            del kept[reader]
    return kept


def _parcels(
    making: _Making, readers: Mapping[str, ReaderBefore], digests: Mapping[str, Digest]
) -> list[Parcel]:
    """Return the parcels that are due on the channels of these readers and are not there yet."""
    parts, day = making.parts, making.shard.day
    many = ManyReaders(parts.connection, parts.database)
    failed = making.isolation.failures

    def queue(block: Sequence[str]) -> Mapping[str, list[Parcel]]:
        sent, days = (
            many.parcels(block, day - _REMEMBERED),
            many.digest_days(block, day - _REMEMBERED),
        )
        return {
            one: _parcels_of(
                readers[one].settings,
                sent.get(one, ()),
                days.get(one, ()),
                digests.get(one),
                parts,
                day=day,
                failed=one in failed,
            )
            for one in block
        }

    with_channels = [one for one in readers if readers[one].settings.channels]
    # Who has a page keeps it: what could not be queued is due again tomorrow.
    found = Isolation(parts.connection).run(with_channels, queue)
    return [parcel for own in found.values() for parcel in own]


def _parcels_of(
    settings: Settings,
    sent: Sequence[Parcel],
    days: Iterable[date],
    digest: Digest | None,
    parts: ShardParts,
    *,
    day: date,
    failed: bool,
) -> list[Parcel]:
    archive = DigestStore(parts.connection, parts.database)
    subscriptions = [channel.subscription for channel in settings.channels]
    made = {*days, *([day] if digest else [])}
    read = days_to_read(subscriptions, day, made, sent)
    digests = {one: archive.digest(settings.profile.id, one) for one in sorted(read & made - {day})}
    pages = {one: page for one, page in digests.items() if page is not None}
    if digest is not None:
        pages[day] = digest
    recent = RecentDays(day, pages, [day] if failed else [], min(made, default=None))
    return [
        parcel
        for one in subscriptions
        for parcel in new_parcels(
            settings.profile.id,
            one,
            recent,
            [parcel for parcel in sent if parcel.channel == one.name],
            parts.now(),
        )
    ]
