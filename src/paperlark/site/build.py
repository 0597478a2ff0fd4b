"""The site of one or more profiles: open their archives, plan every file, publish them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from paperlark.domain.errors import PublishError
from paperlark.domain.feedback import Vote
from paperlark.domain.profile import ENGLISH
from paperlark.domain.site_addresses import Addresses, slug
from paperlark.ports import Progress, ScannedPapers
from paperlark.renderers.catalogue import in_language
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.site.archive import DigestReader, SiteArchive, fill_archive
from paperlark.site.days import day_files
from paperlark.site.feeds import DAYS, atom, json_feed, list_feed_files
from paperlark.site.home import front_file, home_file
from paperlark.site.lists import PaperLists, paper_lists
from paperlark.site.months import month_files, year_file
from paperlark.site.publish import Built, File, publish_files
from paperlark.site.rendering import fingerprint_of
from paperlark.site.search_pages import search_files
from paperlark.site.topics import topic_files
from paperlark.store.announcements import PaperTextStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.derived import CacheStore
from paperlark.store.digests import DigestStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.scanned import ScannedStore
from paperlark.store.votes import FeedbackStore


@dataclass(frozen=True, slots=True)
class Site:
    """A published site: its folder, its number of days, and the counts of its files."""

    folder: Path
    days: int
    built: Built


def build_site(
    profiles: Sequence[Settings], folder: Path, root: str | None, progress: Progress
) -> Site:
    """Build the site of these profiles.

    Raises PublishError or StoreError; the earlier site then stays in place.
    """
    with ExitStack() as opened:
        connections = [_connect(settings, opened) for settings in profiles]
        found = list(map(_identified, profiles, connections))
        _check_addresses(found)
        readers = [
            _open(settings, connection, progress)
            for settings, connection in zip(found, connections, strict=True)
        ]
        files = tuple(plan_files(readers, root))
        with progress.step("building", len(files)) as advance:
            built = publish_files(files, folder, advance)
    return Site(folder, sum(len(reader.archive.days) for reader in readers), built)


def _connect(settings: Settings, opened: ExitStack) -> DatabaseConnection:
    """Open the database of one profile; never creates one."""
    return opened.enter_context(
        open_existing(settings.database, settings.profile.title, settings.output, caches=True)
    )


def _identified(settings: Settings, connection: DatabaseConnection) -> Settings:
    return known(settings, ReaderStore(connection, settings.database))


def _check_addresses(profiles: Sequence[Settings]) -> None:
    """Refuse two profiles whose pages would have the same addresses."""
    parts: dict[str, Settings] = {}
    for one in profiles:
        other = parts.setdefault(slug(one.profile.id), one)
        if other is not one and other.file == one.file:
            raise PublishError(f"{one.file} is there twice", hint="name each profile once")
        if other is not one:
            raise PublishError(
                f"the pages of {other.file} and {one.file} would have the same addresses: both"
                f" are known by {one.profile.id!r}",
                hint="build a site of each, in folders of their own",
            )


def _open(settings: Settings, connection: DatabaseConnection, progress: Progress) -> SiteReader:
    """Open the archive of one profile."""
    path, name, title = settings.database, settings.profile.id, settings.profile.title
    archive = DigestStore(connection, path)
    with progress.step("reading days", len(archive.days(name))) as advance:
        language = settings.profile.language
        with in_language(language):
            code = fingerprint_of()
            days = fill_archive(name, archive, CacheStore(connection, path), code, advance)
    last = {one.paper_id: one.vote for one in FeedbackStore(connection, path, name).all()}
    return SiteReader(
        SiteArchive(
            name,
            days,
            title=title,
            categories=settings.profile.categories,
            liked=frozenset(paper for paper, vote in last.items() if vote is Vote.UP),
            disliked=frozenset(paper for paper, vote in last.items() if vote is Vote.DOWN),
            repository=settings.site.repository,
            language=language,
        ),
        DigestReader(archive, PaperTextStore(connection, path, name), title),
        ScannedStore(connection, path),
        paper_lists(settings, connection, days),
    )


@dataclass(frozen=True, slots=True)
class SiteReader:
    """One profile of the site: its days, its whole digests, all scanned papers, and its feeds."""

    archive: SiteArchive
    digests: DigestReader
    scanned: ScannedPapers
    lists: PaperLists = field(default_factory=PaperLists)


def plan_files(readers: Sequence[SiteReader], root: str | None) -> Iterator[File]:
    """Plan every file of the site; nothing is rendered yet. `root` is its web address, if any."""
    languages = {reader.archive.language for reader in readers}
    shared = languages.pop() if len(languages) == 1 else ENGLISH
    yield from _in_language(
        shared, lambda: [front_file([(reader.archive, reader.lists) for reader in readers])]
    )
    for reader in readers:
        files = partial(_files_of, reader, root, alone=len(readers) == 1)
        yield from _in_language(reader.archive.language, files)


def _in_language(tag: str, files: Callable[[], Iterable[File]]) -> tuple[File, ...]:
    """Plan files in a language, in which each is rendered later, too."""

    def rendered(make: Callable[[], bytes]) -> bytes:
        with in_language(tag):
            return make()

    with in_language(tag):
        return tuple(replace(one, make=partial(rendered, one.make)) for one in files())


def _files_of(reader: SiteReader, root: str | None, *, alone: bool) -> Iterator[File]:
    """Plan the files of one reader."""
    archive, digests = reader.archive, reader.digests
    yield home_file(archive, reader.lists, alone=alone)
    yield from _feeds(archive, root)
    yield from list_feed_files(archive, reader.lists, root)
    yield from topic_files(archive)
    for place in range(len(archive.years)):
        yield year_file(archive, place)
    for place in range(len(archive.months)):
        yield from month_files(archive, place, digests)
    for place in range(len(archive.days)):
        yield from day_files(archive, place, digests)
    yield from search_files(archive, reader.scanned)


def _feeds(archive: SiteArchive, root: str | None) -> Iterator[File]:
    days = archive.days[-DAYS:]
    facts = [one.facts for one in days]
    inputs = fingerprint_of(
        "feeds", archive.profile, archive.name, root, [one.fingerprint for one in days]
    )
    atom_path, json_path = Addresses(archive.profile).feeds
    yield File(atom_path, inputs, lambda: atom(archive.profile, facts, root, archive.name))
    yield File(json_path, inputs, lambda: json_feed(archive.profile, facts, root, archive.name))
