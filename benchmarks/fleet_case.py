"""A synthetic fleet on a PostgreSQL server: readers drawn from recorded ones, 20 judged days each.

A few of them, the templates, live through their days with the program itself and a recorded judge.
All others get copies of the templates' rows and models, under accounts and criteria of their own.
What a morning does not read of earlier days (the digests' texts) is not copied.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from light_and_fast import SHARED
from many_readers import drawn_criteria

from paperlark.day.announce import announce
from paperlark.domain.announcement import AnnounceType, Feed, Listing, Via
from paperlark.domain.criteria import Criteria
from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.feedback import NO_EVIDENCE
from paperlark.domain.fleet import FleetReader, Shard, cut_into_shards
from paperlark.domain.paper import Paper
from paperlark.evaluation.cases import LabelledDay
from paperlark.evaluation.folder import read_folder
from paperlark.fleet.shard import make_shard
from paperlark.fleet.shard_parts import SettingsOf, open_shard_parts
from paperlark.ports import ReaderToRank
from paperlark.rankers.embedded import EmbeddedRanker, Ranking, reader_to_rank
from paperlark.settings import Settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.settings.group import GroupDatabase
from paperlark.settings.stored_profile import settings_of_accounts
from paperlark.sources.rss import RecordedFeeds
from paperlark.store.accounts import AccountStore
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.connection import DatabaseConnection, connect_again
from paperlark.store.examples import ExampleStore
from paperlark.store.postgresql import open_server
from paperlark.testing import Silent
from standins.feeds import item, rss

CATEGORY = "cs.LG"
CANDIDATES, DAYS, JUDGED, TEMPLATES = 500, 20, 72, 2
"""Papers of the day, judged days before it, judged papers of each, readers that live through them.
"""
_FIRST = date(2025, 11, 3)
_AT_ONCE = 500
"""Accounts and fingerprints in one statement."""
_NOT_READ = {"digest": "'{}'", "ranking": "NULL"}
"""Columns of earlier days that no morning reads, and what stands there instead."""
_COPIED = ("digests", "shown_or_judged", "explored", "parcels")
"""Tables of earlier days that a morning may read; of those that there are."""


def weekdays(count: int) -> list[date]:
    """Return so many days on which arXiv announces papers."""
    days = (_FIRST + timedelta(at) for at in range(2 * count))
    return [day for day in days if day.weekday() < 5][:count]  # noqa: PLR2004  # Saturday


def _afternoon(day: date) -> datetime:
    return datetime.combine(day, time(14), UTC)


@dataclass(frozen=True)
class Fleet:
    """A fleet in a database; `folder` has the feed of the day and the recorded judgements.

    `encodings` is the number of the last that was kept of a paper before the day.
    """

    address: str
    folder: Path
    readers: int
    encodings: int = 0

    @property
    def database(self) -> DatabaseServer:
        """Where it is."""
        return DatabaseServer(self.address, self.folder / "files")

    @property
    def today(self) -> date:
        """The day whose digests are made."""
        return weekdays(DAYS + 1)[-1]

    @property
    def environment(self) -> Environment:
        """A clock that stands still, so that digests are the same whenever they are made."""
        return Environment(variables={}, now=lambda: _afternoon(self.today))

    @property
    def names(self) -> list[str]:
        """The readers of the morning, without the templates."""
        return [f"reader-{number}" for number in range(self.readers)]

    def shards(self, size: int) -> list[Shard]:
        """Return the shards of the morning."""
        return list(
            cut_into_shards(self.today, [FleetReader(one, (CATEGORY,)) for one in self.names], size)
        )

    def settings(self, connection: DatabaseConnection) -> SettingsOf:
        """Return what reads the settings of accounts, as the fleet does."""
        group = GroupDatabase(self.database, self.folder)
        accounts = AccountStore(connection, self.database)

        def read(readers: Sequence[str]) -> Mapping[str, Settings | PaperlarkError]:
            return settings_of_accounts(accounts.some(readers), group)

        return read

    def fetch(self) -> None:
        """Read the feed of the day and store what was announced."""
        with open_server(self.address) as connection:
            announce(
                self.today,
                [CATEGORY],
                sources=[RecordedFeeds(self.folder / "feeds")],
                batches=AnnouncementStore(connection, self.database),
                progress=Silent(),
            )


_TEMPLATES = [f"template-{number}" for number in range(TEMPLATES)]


def prepare(fleet: Fleet) -> Sequence[Criteria]:
    """Fill an empty database with the templates and their days; return criteria to draw from."""
    before, today, recorded = _recorded()
    _write_day(fleet, today)
    with open_server(fleet.address) as connection:
        _add_accounts(connection, _TEMPLATES, recorded, first=0)
        _live(fleet, connection, before)
        settings, examples = fleet.settings(connection), ExampleStore(connection, fleet.database)
        with open_shard_parts(fleet.database, settings, fleet.environment) as parts:
            for own in settings(_TEMPLATES).values():
                profile = _usable(own).profile
                evidence = examples.evidence(profile, fleet.today)
                parts.ranker.learn(profile.criteria, evidence)
    return recorded


def add_readers(fleet: Fleet, known: int, recorded: Sequence[Criteria]) -> None:
    """Add readers with models that are kept, where so many are known already."""
    new = fleet.names[known:]
    # By number, so that a reader is the same however the fleet has grown.
    copies = {name: _TEMPLATES[at % TEMPLATES] for at, name in enumerate(new, start=known)}
    with open_server(fleet.address) as connection:
        _add_accounts(connection, new, recorded, first=TEMPLATES + known)
        _copy(connection, copies)
        _keep_models(fleet, connection, copies)
        connection.execute("ANALYZE")


def _recorded() -> tuple[Sequence[LabelledDay], Sequence[Paper], Sequence[Criteria]]:
    """Return the days before, the papers of the day, and criteria to draw from."""
    reader = read_folder(SHARED / "readers" / "ml-foundations")
    last = max(at for at, one in enumerate(reader.days) if len(one.papers) >= CANDIDATES)
    pool = [reader.days[-1].criteria]
    pool.append(read_folder(SHARED / "readers" / "astro-dwarfs").days[0].criteria)
    return reader.days[last - DAYS : last], reader.days[last].papers[:CANDIDATES], pool


def _write_day(fleet: Fleet, papers: Sequence[Paper]) -> None:
    """Write the feed of the day as arXiv would send it."""
    items = [
        item(
            f"oai:arXiv.org:{one.id}v{one.version}",
            title=one.title,
            abstract=one.abstract,
            creator=", ".join(author.name for author in one.authors),
            categories=(CATEGORY,),
        )
        for one in papers
    ]
    (fleet.folder / "feeds").mkdir(exist_ok=True)
    feed = rss(*items, title=f"{CATEGORY} updates on arXiv.org", stamp=f"{fleet.today:%d %b %Y}")
    (fleet.folder / "feeds" / f"{fleet.today}.{CATEGORY}.rss.xml.gz").write_bytes(
        gzip.compress(feed, 1)
    )


def _add_accounts(
    connection: DatabaseConnection,
    names: Sequence[str],
    recorded: Sequence[Criteria],
    *,
    first: int,
) -> None:
    """Insert accounts, each with criteria drawn for them, written as people write them."""
    profile = f'name = "Daily papers"\ncategories = ["{CATEGORY}"]\n'
    profile += '[[deliver]]\nname = "mail"\nmail = "reader@example.org"\n'
    profile += '[mail]\nserver = "mail.example.org"\nsender = "papers@example.org"\n'
    rows = []
    for number, name in enumerate(names, start=first):
        dice = random.Random(number)  # noqa: S311  # nothing secret hangs on it
        text = _written(drawn_criteria(number, recorded, dice))
        rows.append((name, name, profile, text, CATEGORY, "2025-11-01T00:00:00+00:00"))
    connection.executemany(
        "INSERT INTO readers (id, title, profile) VALUES (?, ?, '')", [row[:2] for row in rows]
    )
    connection.execute("INSERT INTO account_groups (name) VALUES ('') ON CONFLICT DO NOTHING")
    connection.executemany(
        "INSERT INTO accounts (reader, name, profile_text, criteria_text, categories, changed,"
        " email, user_name, subject, group_name, role, disabled)"
        " VALUES (?, ?, ?, ?, ?, ?, '', '', '', '', 'reader', 0)",
        rows,
    )


def _written(criteria: Criteria) -> str:
    lines = ["Keep papers that are relevant to my work.", ""]
    for number, topic in enumerate(criteria.topics, start=1):
        lines += [f"{number}. {topic.name}", f"   - Relevant: {topic.relevant}"]
        lines += [f"   - Irrelevant: {topic.irrelevant}"] if topic.irrelevant else []
    lines += ["", f"Keywords: {', '.join(criteria.keywords)}"]
    lines += [f"Not relevant: {', '.join(criteria.unwanted)}"] if criteria.unwanted else []
    return "\n".join(lines) + "\n"


def _live(fleet: Fleet, connection: DatabaseConnection, before: Sequence[LabelledDay]) -> None:
    """Make the earlier days of the templates with a recorded judge."""
    recording = fleet.folder / "recording.jsonl"
    days = weekdays(DAYS)
    dice = random.Random(1)  # noqa: S311  # nothing secret hangs on it
    rows = (
        {"day": f"{day}", "selected": _judged(one, dice)}
        for day, one in zip(days, before, strict=True)
    )
    recording.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    options = RunOptions(feeds=fleet.folder / "feeds", judgements=recording)
    announced = AnnouncementStore(connection, fleet.database)
    with open_shard_parts(
        fleet.database, fleet.settings(connection), fleet.environment, options
    ) as parts:
        # Of what was learned on these days the morning reads nothing.
        unlearned = replace(parts, ranker=_Unlearned(parts.ranker))
        for day, one in zip(days, before, strict=True):
            listed = tuple(Listing(paper, AnnounceType.NEW) for paper in one.papers)
            announced.keep(Feed(CATEGORY, day, listed, "a recording", via=Via.RSS), day)
            # Mails are queued on the day itself: no later morning is to make up for them.
            own = replace(unlearned, now=partial(_afternoon, day))
            report = make_shard(
                Shard(day, 1, (CATEGORY,), tuple(_TEMPLATES)), lambda *_: None, parts=own
            )
            if report.failures:
                raise ValueError(report.failures)


class _Unlearned(EmbeddedRanker):
    """Ranks by the criteria alone, as for readers of whom nothing is known."""

    def __init__(self, ranker: EmbeddedRanker) -> None:
        self._ranker = ranker

    def rank_readers(
        self,
        papers: Sequence[Paper],
        stream: Sequence[Paper],  # noqa: ARG002  # what it would learn among
        readers: Iterable[ReaderToRank],
    ) -> Iterator[Ranking]:
        """Rank for each without any evidence."""
        unknown = (reader_to_rank(one.criteria, NO_EVIDENCE) for one in readers)
        return self._ranker.rank_readers(papers, (), unknown)


def _judged(day: LabelledDay, dice: random.Random) -> list[dict[str, object]]:
    """Return judgements of the wanted papers and of some others."""
    labelled = list(zip(day.papers, day.labels, strict=True))
    wanted = [paper for paper, label in labelled if label.wanted]
    others = [paper for paper, label in labelled if not label.wanted]
    others = dice.sample(others, min(len(others), max(0, JUDGED - len(wanted))))
    return [
        {
            "id": one.id,
            "relevance": score,
            "novelty": score - 1,
            "comment": f"It is about {one.id}.",
        }
        for some, score in ((wanted, 8), (others, 4))
        for one in some
    ]


def _copy(connection: DatabaseConnection, copies: Mapping[str, str]) -> None:
    """Store copies of the rows of a template for each reader."""
    connection.execute("DROP TABLE IF EXISTS copies")
    connection.execute("CREATE TEMPORARY TABLE copies (reader text, template text)")
    connection.executemany("INSERT INTO copies VALUES (?, ?)", copies.items())
    for table in _COPIED:
        columns = [
            name
            for (name,) in connection.execute(
                "SELECT a.attname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid"
                " WHERE t.relname = ? AND t.relkind = 'r' AND a.attnum > 0"
                " AND NOT a.attisdropped",
                (table,),
            )
        ]
        if not columns:
            continue
        values = [
            _NOT_READ.get(name, f"d.{name}") if name != "profile" else "c.reader"
            for name in columns
        ]
        connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608
            f" FROM {table} d JOIN copies c ON c.template = d.profile"
        )


def _keep_models(fleet: Fleet, connection: DatabaseConnection, copies: Mapping[str, str]) -> None:
    """Keep copies of the templates' models for these readers."""
    from paperlark.rankers.embedded import model_name  # noqa: PLC0415
    from paperlark.rankers.embedding import Embedding  # noqa: PLC0415

    settings, examples = fleet.settings(connection), ExampleStore(connection, fleet.database)
    embedding = Embedding.shipped().fingerprint
    names = list(copies)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        own = [_usable(one).profile for one in settings(some).values()]
        known = examples.fingerprints(own, fleet.today)
        rows = []
        for one in own:
            asked = ReaderToRank(one.id, one.criteria, known[one.id], evidence=lambda: NO_EVIDENCE)
            rows.append((*model_name(asked, embedding), f"reader model {copies[one.id]}"))
        connection.executemany(
            "INSERT INTO scratch (key, made_of, content)"
            " SELECT ?, ?, content FROM scratch WHERE key = ?",
            rows,
        )


def _usable(settings: Settings | PaperlarkError) -> Settings:
    if isinstance(settings, PaperlarkError):
        raise settings
    return settings


def digests_of(fleet: Fleet) -> tuple[int, str]:
    """Return how many digests of the day there are, and a hash of all."""
    known, count = hashlib.sha256(), 0
    with closing(connect_again(fleet.database)) as connection:
        for row in connection.execute(
            "SELECT profile, fingerprint FROM digests WHERE day = ? ORDER BY profile",
            (fleet.today.isoformat(),),
        ):
            known.update(repr(row).encode())
            count += 1
    return count, known.hexdigest()[:16]
