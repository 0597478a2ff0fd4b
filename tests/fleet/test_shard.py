"""A shard: each reader of many gets what they would get alone, and fails alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from paperlark.compose.pages import open_page_maker
from paperlark.day.announce import announce
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.delivery import Occasion, Subscription
from paperlark.domain.errors import PaperlarkError, ProfileError, StoreError
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.filters import FilterRule, Filters
from paperlark.domain.fleet import Shard, ShardReport
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Exploration, FollowedAuthor
from paperlark.fleet.shard import ShardParts, make_shard
from paperlark.fleet.shard_parts import open_shard_parts
from paperlark.settings import Settings, load_settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.settings.values import ChannelSettings
from paperlark.sources.rss import RecordedFeeds
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.connection import DatabaseConnection, connect_again
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.outbox import OutboxStore
from paperlark.store.votes import FeedbackStore
from paperlark.testing import Silent
from standins.kept_histories import CATEGORY, CRITERIA, DAYS, small_days, write_feeds
from standins.postgresql import ENGINES

DAY = DAYS[0]


@pytest.fixture(autouse=True)
def _small() -> Iterator[None]:
    with small_days():
        yield


@dataclass(frozen=True)
class Fleet:
    """Some readers, the feeds of some days, and a database."""

    folder: Path
    database: DatabasePlace
    readers: Mapping[str, Settings | PaperlarkError]
    judged: bool = False

    @property
    def options(self) -> RunOptions:
        recording = self.folder / "recording.jsonl" if self.judged else None
        return RunOptions(feeds=self.folder / "feeds", judgements=recording)

    def environment(self, day: date) -> Environment:
        return Environment(variables={}, now=lambda: datetime.combine(day, time(14), UTC))

    def announce(self, day: date) -> None:
        """Do what a morning does once for all: fetch and store what was announced."""
        with open_database(self.database) as connection:
            store = AnnouncementStore(connection, self.database)
            feeds = RecordedFeeds(self.folder / "feeds")
            announce(day, [CATEGORY], sources=[feeds], batches=store, progress=Silent())

    def make(self, day: date, readers: Sequence[str] | None = None) -> ShardReport:
        self.announce(day)
        with self.opened(day) as parts:
            shard = Shard(day, 1, (CATEGORY,), tuple(readers or self.readers))
            return make_shard(shard, lambda *_: None, parts=parts)

    def opened(self, day: date) -> AbstractContextManager[ShardParts]:
        def settings(asked: Sequence[str]) -> Mapping[str, Settings | PaperlarkError]:
            return {one: self.readers[one] for one in asked if one in self.readers}

        return open_shard_parts(self.database, settings, self.environment(day), self.options)

    def alone(self, day: date) -> None:
        for settings in self.readers.values():
            assert isinstance(settings, Settings)
            options = replace(self.options, output=settings.output)
            with open_page_maker(settings, options, self.environment(day)) as maker:
                maker.make(day, Silent())

    def connect(self) -> DatabaseConnection:
        return connect_again(self.database)

    def vote(self, reader: str, paper: str, vote: Vote, day: date) -> None:
        at = datetime.combine(day, time(15), UTC)
        with closing(self.connect()) as connection:
            FeedbackStore(connection, self.database, reader).keep(
                [Feedback(PaperId(paper), vote, at)]
            )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_feeds(tmp_path, seed=1)
    return tmp_path


def a_reader(folder: Path, name: str, criteria: str, database: DatabasePlace) -> Settings:
    home = folder / name
    home.mkdir(exist_ok=True)
    (home / "paperlark.toml").write_text(
        f'name = "{name}"\nid = "{name}"\ncategories = ["{CATEGORY}"]\ncriteria = "criteria.md"\n'
        "page_size = 8\n"
    )
    (home / "criteria.md").write_text(criteria)
    settings = load_settings(home / "paperlark.toml")
    return replace(settings, database=database)


def readers_of(folder: Path, database: DatabasePlace) -> dict[str, Settings]:
    """Return readers who differ in all that decides about a page."""
    one, two, three, four = (
        a_reader(folder, f"reader-{number}", criteria, database)
        for number, criteria in enumerate(CRITERIA)
    )
    follows = replace(two.profile, followed=(FollowedAuthor("Ada Lovelace"),), page_size=3)
    # Everybody follows Ada here, whose papers a word does not exclude.
    follows = replace(follows, filters=Filters(exclude=(FilterRule.parse("word:training"),)))
    private = replace(three.profile, show_criteria=False, judge_updates=True)
    quiet = replace(four.profile, exploration=Exploration(share=0.0, shown=0), primary_only=True)
    short = (FilterRule.parse("word:large language model*"), FilterRule.parse("word:scaling"))
    quiet = replace(quiet, filters=Filters(exclude=short))
    return {
        one.profile.id: one,
        two.profile.id: replace(two, profile=follows),
        three.profile.id: replace(three, profile=private),
        four.profile.id: replace(four, profile=quiet),
    }


def place_of(engine: str, request: pytest.FixtureRequest, folder: Path) -> DatabasePlace:
    if engine == "sqlite":
        return folder / "fleet.db"
    files = folder / "files"
    files.mkdir()
    return DatabaseServer(request.getfixturevalue("server").database(), files)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("judged", [False, True], ids=["by match", "by a judge"])
def test_a_reader_of_a_fleet_has_the_same_digests_as_the_reader_alone(
    engine: str, request: pytest.FixtureRequest, folder: Path, *, judged: bool
) -> None:
    one_by_one, place = folder / "alone.db", place_of(engine, request, folder)
    alone = Fleet(folder, one_by_one, readers_of(folder, one_by_one), judged)
    fleet = Fleet(folder, place, readers_of(folder, place), judged)
    for day in DAYS[:5]:
        alone.alone(day)
        report = fleet.make(day)
        assert not report.failures
        with closing(alone.connect()) as connection:
            shown = DigestStore(connection, one_by_one).digest("reader-0", day)
        assert shown is not None
        for both in (alone, fleet):
            for number, entry in enumerate(shown.entries[:2]):
                both.vote("reader-0", entry.paper.id, Vote.UP if number else Vote.DOWN, day)
    with closing(alone.connect()) as first, closing(fleet.connect()) as second:
        for reader in fleet.readers:
            archive, other = DigestStore(first, one_by_one), DigestStore(second, place)
            filtered = archive.digest(reader, DAY)
            assert filtered is not None
            assert (filtered.funnel.excluded == 0) is (reader != "reader-3")
            for day in DAYS[:5]:
                assert archive.digest(reader, day) == other.digest(reader, day)
            # Of the stored text and the matches, to the byte.
            assert archive.fingerprints(reader) == other.fingerprints(reader)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_reader_whose_profile_is_wrong_fails_alone(
    engine: str, request: pytest.FixtureRequest, folder: Path
) -> None:
    place = place_of(engine, request, folder)
    wrong = ProfileError((), hint="correct it")
    fleet = Fleet(folder, place, {**readers_of(folder, place), "wrong": wrong})
    report = fleet.make(DAY, [*fleet.readers, "gone"])
    assert set(report.failures) == {"wrong", "gone"}
    with closing(fleet.connect()) as connection:
        archive = DigestStore(connection, place)
        assert [reader for reader in fleet.readers if archive.digest(reader, DAY)] == [
            "reader-0", "reader-1", "reader-2", "reader-3",
        ]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_a_reader_with_a_broken_row_fails_alone(
    engine: str, request: pytest.FixtureRequest, folder: Path
) -> None:
    place = place_of(engine, request, folder)
    fleet = Fleet(folder, place, readers_of(folder, place))
    fleet.make(DAY)
    with closing(fleet.connect()) as connection:
        connection.execute("UPDATE digests SET day = '0000-no-day' WHERE profile = 'reader-2'")
    report = fleet.make(DAYS[1])
    assert set(report.failures) == {"reader-2"}
    assert "damaged" in report.failures["reader-2"]
    with closing(fleet.connect()) as connection:
        archive = DigestStore(connection, place)
        made = {reader for reader in fleet.readers if archive.digest(reader, DAYS[1])}
    assert made == {"reader-0", "reader-1", "reader-3"}


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_of_a_shard_is_stored_when_its_end_is_refused(
    engine: str, request: pytest.FixtureRequest, folder: Path
) -> None:
    place = place_of(engine, request, folder)
    fleet = Fleet(folder, place, _with_channel(readers_of(folder, place)))
    fleet.announce(DAY)

    def refuse(*_: object) -> None:
        raise StoreError("another worker has it")

    with fleet.opened(DAY) as parts:
        shard = Shard(DAY, 1, (CATEGORY,), tuple(fleet.readers))
        with pytest.raises(StoreError, match="another worker"):
            make_shard(shard, refuse, parts=parts)
    with closing(fleet.connect()) as connection:
        for reader in fleet.readers:
            assert DigestStore(connection, place).digest(reader, DAY) is None
            assert not OutboxStore(connection, place).since(reader, DAY)


def _with_channel(readers: Mapping[str, Settings]) -> dict[str, Settings]:
    channel = ChannelSettings(Subscription("mail"), mail="ada@example.org")
    return {name: replace(one, channels=(channel,)) for name, one in readers.items()}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_parcel_is_queued_for_each_channel_once(
    engine: str, request: pytest.FixtureRequest, folder: Path
) -> None:
    place = place_of(engine, request, folder)
    fleet = Fleet(folder, place, _with_channel(readers_of(folder, place)))
    for day in (DAYS[0], DAYS[1], DAYS[1]):
        fleet.make(day)
    with closing(fleet.connect()) as connection:
        for reader in fleet.readers:
            archive = DigestStore(connection, place)
            pages = {day: archive.digest(reader, day) for day in (DAYS[0], DAYS[1])}
            worth = [day for day, page in pages.items() if page and (page.entries or page.updated)]
            parcels = OutboxStore(connection, place).since(reader, DAY)
            assert [(one.occasion, one.day, one.open) for one in parcels] == [
                (Occasion.DAY, day, True) for day in worth
            ]
        assert worth


def test_a_database_that_is_away_is_nobodys_failure(folder: Path) -> None:
    place = folder / "fleet.db"
    fleet = Fleet(folder, place, readers_of(folder, place))
    fleet.announce(DAY)
    with fleet.opened(DAY) as parts:
        shard = Shard(DAY, 1, (CATEGORY,), tuple(fleet.readers))
        parts.connection.close()
        with pytest.raises(StoreError):
            make_shard(shard, lambda *_: None, parts=parts)


def test_the_collector_of_cycles_rests_only_while_a_shard_is_made(folder: Path) -> None:
    place = folder / "fleet.db"
    fleet = Fleet(folder, place, readers_of(folder, place))
    fleet.announce(DAY)
    worked: list[bool] = []

    def refuse(*_: object) -> None:
        worked.append(gc.isenabled())
        raise StoreError("another worker has it")

    with fleet.opened(DAY) as parts, pytest.raises(StoreError):
        make_shard(Shard(DAY, 1, (CATEGORY,), tuple(fleet.readers)), refuse, parts=parts)
    assert worked == [False]
    assert gc.isenabled()


def test_criteria_that_nobody_can_read_are_noted_as_alone(folder: Path) -> None:
    place = folder / "fleet.db"
    own = a_reader(folder, "reader-9", "量子化と枝刈り、大規模言語モデルの推論。", place)
    fleet = Fleet(folder, place, {"reader-9": replace(
        own, profile=replace(own.profile, criteria=parse_criteria("量子化と枝刈り。"))
    )})  # fmt: skip
    fleet.make(DAY)
    with closing(fleet.connect()) as connection:
        digest = DigestStore(connection, place).digest("reader-9", DAY)
    assert digest is not None
    assert any("English" in note for note in digest.notes)
