"""Add digests made elsewhere to the archive, for days that have none, and write their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial
from pathlib import Path

from paperlark.day.authors import match_by_name
from paperlark.day.private import keep_private
from paperlark.day.publish import check_writable, publish
from paperlark.domain.digest import Digest, Status
from paperlark.domain.errors import PaperlarkError, StoreError, Unimportable
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Profile
from paperlark.importing.digest_pages import NOTHING_SAID, read_heads
from paperlark.importing.digests import ImportContext, adopt, by_day, digest_from_entries
from paperlark.importing.item import ImportedEntry, one_line
from paperlark.renderers.catalogue import in_language
from paperlark.renderers.manifest import manifest_path
from paperlark.renderers.page_files import RENDERERS
from paperlark.settings import Settings
from paperlark.settings.identity import claim
from paperlark.store.database import exists, open_database
from paperlark.store.digests import DigestStore
from paperlark.store.lock import run_lock
from paperlark.store.readers import ReaderStore

_OWN = '"paperlark/digest/'
_LONGEST_NAME = 100


FoundDay = tuple[date, Digest | Unimportable]
"""A day in a file, and its digest or why there is none."""


class DayImport(Enum):
    """What became of a day whose digest could be read."""

    ADDED = "added"
    THERE = "imported before"


@dataclass(frozen=True, slots=True)
class LockWait:
    """How many seconds to wait for a run in progress; `tell` receives a message about it."""

    patience: float = 0.0
    tell: Callable[[str], object] = lambda _: None


NO_WAIT = LockWait()


@dataclass(frozen=True, slots=True)
class ImportedDays:
    """Outcome for a file's days: `there` were imported before, `left_out` are reasons."""

    added: tuple[date, ...] = ()
    there: tuple[date, ...] = ()
    left_out: tuple[str, ...] = ()


NO_IMPORTED_DAYS = ImportedDays()
"""The outcome for a file without days."""


@dataclass(frozen=True, slots=True)
class DigestFile:
    """A file of digests: its text, and where it came from."""

    text: str
    source: str

    @property
    def name(self) -> str:
        """Its name without the folder, which may be private."""
        return one_line(self.source.rpartition("/")[2])[:_LONGEST_NAME] or "a file"


def days_of(
    printed: DigestFile,
    items: Sequence[ImportedEntry],
    texts: Mapping[PaperId, Paper],
    settings: Settings,
    today: date,
) -> Iterator[FoundDay]:
    """Yield the digest of each day in a file, or why there is none."""
    profile = settings.profile
    for day, one in _read(printed, items, texts, profile, today):
        if isinstance(one, Digest) and not profile.show_criteria:
            yield day, keep_private(one, profile.criteria)
        else:
            yield day, one


def _read(
    printed: DigestFile,
    items: Sequence[ImportedEntry],
    texts: Mapping[PaperId, Paper],
    profile: Profile,
    today: date,
) -> Iterator[FoundDay]:
    reader = ImportContext(
        profile.title, partial(match_by_name, followed=profile.followed), today, profile.id
    )
    if _OWN in printed.text[:200] and (own := _own(printed, reader)) is not None:
        yield own.day, own
        return
    days = by_day(items)
    heads = read_heads(printed.text, printed.name, frozenset(days))
    for day, among in days.items():
        head = heads.get(day, NOTHING_SAID)
        try:
            yield (
                day,
                digest_from_entries(
                    day, among, head, name=printed.name, reader=reader, texts=texts
                ),
            )
        except Unimportable as error:
            yield day, error


def _own(printed: DigestFile, reader: ImportContext) -> Digest | None:
    """Restore a page that paperlark wrote; None where only its papers can be read."""
    from paperlark.renderers.restore import restore_page  # noqa: PLC0415  # only needed here

    try:
        page = restore_page(printed.text.encode("utf-8", "replace"), printed.name)
        return adopt(page, name=printed.name, reader=reader)
    except PaperlarkError:
        return None


def add_days(
    settings: Settings, found: Sequence[FoundDay], wait: LockWait, *, dry_run: bool
) -> ImportedDays:
    """Store each digest whose day has none, one transaction each, and write its pages.

    Raises PublishError or StoreError; earlier days are complete then.
    """
    path = settings.database
    if dry_run and not exists(path):
        return _summarize(
            (day, DayImport.ADDED if isinstance(one, Digest) else one) for day, one in found
        )
    if not dry_run:
        check_writable(settings.output)
    # A run in progress may be making a page for one of these days.
    lock = partial(run_lock, path, reader=settings.profile.id, patience=wait.patience)
    alone = nullcontext() if dry_run else lock(tell=wait.tell)
    with alone, open_database(path) as connection:
        archive = DigestStore(connection, path)
        if not dry_run:
            claim(settings, ReaderStore(connection, path), wait.tell)
        put = partial(_put, archive=archive, folder=settings.output, dry_run=dry_run)
        with in_language(settings.profile.language):
            return _summarize(
                [(day, put(one) if isinstance(one, Digest) else one) for day, one in found]
            )


def _put(
    digest: Digest, archive: DigestStore, folder: Path, *, dry_run: bool
) -> DayImport | PaperlarkError:
    """Store a day and write its pages, unless it has some; return the outcome."""
    before = archive.digest(digest.reader_id, digest.day)
    if before is not None and before.status is not Status.IMPORTED:
        return StoreError("it has a page of paperlark's, which is kept")
    missing = [name for name in _names(digest.day) if not (folder / name).exists()]
    if before is None and len(missing) < len(RENDERERS):
        return StoreError(
            f"{folder} has files of that day",
            hint="move them away, or bring them back with: paperlark restore",
        )
    outcome = DayImport.THERE if before else DayImport.ADDED
    if dry_run or not missing:
        return outcome
    pages = [renderer.render(before or digest) for renderer in RENDERERS]
    try:
        if before is None:
            archive.add(digest)
    except Unimportable as error:
        return error
    # An interrupted import may have left some of a day's pages unwritten.
    publish([page for page in pages if str(page.path) in missing], folder)
    return outcome


def _names(day: date) -> tuple[str, ...]:
    """Return the names of a day's files."""
    return f"{day}.html", f"{day}.md", f"{day}.json", str(manifest_path(day))


def _summarize(outcomes: Iterable[tuple[date, DayImport | PaperlarkError]]) -> ImportedDays:
    outcomes = tuple(outcomes)
    return ImportedDays(
        added=tuple(day for day, outcome in outcomes if outcome is DayImport.ADDED),
        there=tuple(day for day, outcome in outcomes if outcome is DayImport.THERE),
        left_out=tuple(f"{day}: {why}" for day, why in outcomes if not isinstance(why, DayImport)),
    )
