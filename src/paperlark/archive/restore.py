"""Rebuild a lost database from the pages, their manifests and the votes file beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

from paperlark.archive.pages_owner import propose_id
from paperlark.domain.database_place import DatabasePlace, DatabaseServer, folder_of
from paperlark.domain.digest import Digest
from paperlark.domain.errors import PaperlarkError, StoreError
from paperlark.domain.judgement import JudgementKey, ModelCall, Reading
from paperlark.domain.profile import Profile
from paperlark.domain.spending import Tokens, total
from paperlark.ports import Archive, JudgementMemory
from paperlark.settings import Settings, load_settings
from paperlark.settings.identity import claim, find_id
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore, StoredQuestions
from paperlark.store.lock import run_lock
from paperlark.store.readers import ReaderStore
from paperlark.store.sqlite import MANIFESTS
from paperlark.store.triage import TriageStore
from paperlark.store.vote_log import log_path, read_events, read_votes
from paperlark.store.votes import FeedbackStore

_PROFILES = ("*.toml", "*/*.toml")
_Outcome = tuple[str, PaperlarkError | None]
"""The name of a thing, and why it was not restored."""


def restore_store(settings: Settings, folder: Path) -> Iterator[_Outcome]:
    """Rebuild the profile's database; yield the name of each thing restored, or why it was not.

    Other profiles that kept their pages in it, and are in folders nearby, are restored with it.
    A database that is there keeps what it has, and gets the days that it lacks. Raises StoreError
    where it lacks none.
    """
    settings = propose_id(settings, folder)
    path = settings.database
    # A server's tables are filled where they are: a restore that is ended is repeated.
    if isinstance(path, DatabaseServer) or (path.exists() and path.stat().st_size):
        yield from _add(settings, folder)
        return
    # Built beside it, so that a restore that is killed leaves no incomplete database.
    beside = path.with_name(f"{path.name}.restoring")
    with run_lock(path, patience=0.0):
        for part in path.parent.glob(f"{beside.name}*"):
            part.unlink()
        restored = 0
        with open_database(beside, anew=True) as connection:
            for name, error in _restore_all(settings, folder, connection, beside):
                restored += error is None
                yield name, error
            # From here on it is one file, which can be renamed.
            connection.execute("PRAGMA journal_mode = DELETE")
        if restored:
            beside.replace(path)
        else:
            beside.unlink()


def _restore_all(
    settings: Settings, folder: Path, connection: DatabaseConnection, path: DatabasePlace
) -> Iterator[_Outcome]:
    """Restore the pages of this profile and of others of its database, and everybody's votes."""
    yield from _restore(settings, folder, connection, path)
    for other in _sharing(settings, folder):
        for name, error in _restore(
            propose_id(other), other.output, connection, path, claims=False
        ):
            yield f"{name} of {other.profile.title}", error
    yield from _restore_votes(settings.database, connection, path)


def _sharing(settings: Settings, folder: Path) -> Iterator[Settings]:
    """Yield the other profiles of a database: beside the profile or the database, or one down."""
    own = settings.file
    near = {folder_of(settings.database)} | ({own.parent, own.parent.parent} if own else set())
    files = {
        file.resolve() for place in near for pattern in _PROFILES for file in place.glob(pattern)
    }
    known = {folder.resolve()}
    for file in sorted(files):
        try:
            other = load_settings(file)
        except PaperlarkError:
            continue  # not a profile, or one that nothing can be made with
        if _is_same(other.database, settings.database) and other.output.resolve() not in known:
            known.add(other.output.resolve())
            yield other


def _is_same(one: DatabasePlace, other: DatabasePlace) -> bool:
    if isinstance(one, Path) and isinstance(other, Path):
        return one.resolve() == other.resolve()
    return one == other


def _add(settings: Settings, folder: Path) -> Iterator[_Outcome]:
    """Add what a database lacks of this profile."""
    path = settings.database
    alone = run_lock(path, reader=settings.profile.id, patience=0.0)
    with alone, open_database(path) as connection:
        readers = ReaderStore(connection, path).all()
        own = find_id(settings, readers).profile.id
        # One that was restored along with another profile has no path yet.
        used = any(one.id == own and one.profile for one in readers)
        there = set(map(str, DigestStore(connection, path).days(own)))
        if used and there.issuperset(map(_day_of, folder.glob(MANIFESTS))) and there:
            raise StoreError(f"there is a database at {path}", hint="move it away to rebuild it")
        yield from _restore(settings, folder, connection, path)
        yield from _restore_votes(path, connection, path)


def _restore(
    settings: Settings,
    folder: Path,
    connection: DatabaseConnection,
    path: DatabasePlace,
    *,
    claims: bool = True,
) -> Iterator[_Outcome]:
    """Restore all days of the folder that are not there, and whose they are."""
    readers = ReaderStore(connection, path)
    archive = DigestStore(connection, path)

    def keep(digest: Digest) -> None:
        _remember(digest, archive, _memory(connection, path, digest.day))
        _note_cut_off(digest, path)

    profile = find_id(settings, readers.all()).profile
    there = set(map(str, archive.days(profile.id)))
    restored = False
    for manifest in sorted(folder.glob(MANIFESTS)):
        name = _day_of(manifest)
        known = name in there
        error = None if known else _restore_day(manifest, name, keep, profile)
        restored |= error is None
        yield name, error
    readers.complete()
    if restored and claims:
        claim(replace(settings, profile=profile), readers)


def _day_of(manifest: Path) -> str:
    return manifest.name.removesuffix(".manifest.json")


def _memory(connection: DatabaseConnection, path: DatabasePlace, day: date) -> JudgementMemory:
    """Return a memory whose clock stands at that day, when its page was most likely paid for."""
    return JudgementStore(connection, path, now=lambda: _moment(day))


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _note_cut_off(digest: Digest, path: DatabasePlace) -> None:
    """Note again what was under way when a run for this page was killed; the first has it all."""
    left = digest.under_way
    if left is None:
        return
    with StoredQuestions(path, digest.reader_id, now=lambda: _moment(digest.day)) as book:
        book.begin(digest.day)
        book.note(digest.model or "", left.tokens or Tokens(0, 0), left.most)
        for _ in range(left.questions - 1):
            book.note(digest.model or "", Tokens(0, 0), left.most and Decimal(0))


def _restore_day(
    manifest: Path,
    name: str,
    keep: Callable[[Digest], None],
    profile: Profile,
) -> PaperlarkError | None:
    """Restore one day, or return what is wrong with its files."""
    from paperlark.renderers.restore import restore  # noqa: PLC0415  # only needed here

    try:
        page = manifest.with_name(f"{name}.json").read_bytes()
        digest = restore(page, manifest.read_bytes(), name)
    except OSError as error:
        return StoreError(f"{error.filename} cannot be read ({error.strerror})")
    except PaperlarkError as error:
        return error
    if not digest.reader and digest.profile in {profile.id, profile.title}:
        digest = replace(digest, reader=profile.id)
    keep(digest)
    return None


def _restore_votes(
    path: DatabasePlace, connection: DatabaseConnection, beside: DatabasePlace
) -> Iterator[tuple[str, PaperlarkError | None]]:
    """Restore every reader's votes and triage, and the readers who have nothing else."""
    log = log_path(path)
    if not log.exists():
        return
    try:
        content = log.read_bytes()
        votes, events = read_votes(content, str(log)), read_events(content, str(log))
    except OSError as error:
        yield "votes", StoreError(f"{log} cannot be read ({error.strerror})")
    except StoreError as error:
        yield "votes", error
    else:
        for profile in {**votes, **events}:
            count = FeedbackStore(connection, beside, profile).keep(votes.get(profile, ()))
            TriageStore(connection, beside, profile).restore(events.get(profile, ()))
            yield f"{count} {'vote' if count == 1 else 'votes'} of {profile}", None
        ReaderStore(connection, beside).complete()


def _remember(digest: Digest, archive: Archive, memory: JudgementMemory) -> None:
    """Restore a day; its cost is recorded with a single call."""
    if digest.judge is not None and digest.spend is not None:
        judgement_key = JudgementKey(digest.day, digest.reader_id, digest.criteria, digest.judge)
        first, *others = digest.readings or (Reading(digest.judge, digest.judgements),)
        memory.keep(ModelCall(first.judgements, digest.spend, "restored"), judgement_key)
        for one in others:
            # A page only has the cost of all readings together.
            model_call = ModelCall(one.judgements, total(()), "restored")
            memory.keep(model_call, replace(judgement_key, judge=one.judge))
    archive.save(digest)
