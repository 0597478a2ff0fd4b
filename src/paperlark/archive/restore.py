"""Rebuild a lost database from the pages, their manifests and the votes file beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from sqlite3 import Connection

from paperlark.archive.pages_owner import propose_id
from paperlark.domain.digest import Digest
from paperlark.domain.errors import PaperlarkError, StoreError
from paperlark.domain.judgement import JudgementKey, ModelCall, Reading
from paperlark.domain.profile import Profile
from paperlark.domain.spending import Tokens, total
from paperlark.ports import Archive, JudgementMemory
from paperlark.settings import Settings
from paperlark.settings.identity import claim, find_id
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore, StoredQuestions
from paperlark.store.lock import run_lock
from paperlark.store.readers import ReaderStore, stored_readers
from paperlark.store.votes import FeedbackStore, log_path, read_votes

_Outcome = tuple[str, PaperlarkError | None]
"""The name of a thing, and why it was not restored."""


def restore_store(settings: Settings, folder: Path) -> Iterator[_Outcome]:
    """Rebuild the profile's database; yield the name of each thing restored, or why it was not.

    A database that has only pages of other profiles keeps them, and gets this profile's. Raises
    StoreError where it has pages of this one.
    """
    settings = propose_id(settings, folder)
    path = settings.database
    if path.exists():
        yield from _add(settings, folder)
        return
    # Built beside it, so that a restore that is killed leaves no incomplete database.
    beside = path.with_name(f"{path.name}.restoring")
    with run_lock(path, patience=0.0):
        for part in path.parent.glob(f"{beside.name}*"):
            part.unlink()
        restored = 0
        with open_database(beside, anew=True) as connection:
            for name, error in _restore(settings, folder, connection, beside):
                restored += error is None
                yield name, error
            # From here on it is one file, which can be renamed.
            connection.execute("PRAGMA journal_mode = DELETE")
        if restored:
            beside.rename(path)
        else:
            beside.unlink()


def _add(settings: Settings, folder: Path) -> Iterator[_Outcome]:
    """Add what a database that several profiles share lacks of this one."""
    path = settings.database
    readers = stored_readers(path)
    error = StoreError(f"there is a database at {path}", hint="move it away to rebuild it")
    others = [one for one in readers if one.id != find_id(settings, readers).profile.id]
    if not others:
        raise error
    with run_lock(path, patience=0.0), open_database(path) as connection:
        archive = DigestStore(connection, path)
        if archive.days(find_id(settings, readers).profile.id):
            raise error
        yield from _restore(settings, folder, connection, path)


def _restore(
    settings: Settings, folder: Path, connection: Connection, path: Path
) -> Iterator[_Outcome]:
    """Restore all days of the folder, and the votes of every reader."""
    readers = ReaderStore(connection, path)
    archive = DigestStore(connection, path)

    def keep(digest: Digest) -> None:
        _remember(digest, archive, _memory(connection, path, digest.day))
        _note_cut_off(digest, path)

    profile = find_id(settings, readers.all()).profile
    restored = False
    for manifest in sorted(folder.glob("????-??-??.manifest.json")):
        name = manifest.name.removesuffix(".manifest.json")
        error = _restore_day(manifest, name, keep, profile)
        restored |= error is None
        yield name, error
    for name, error in _restore_votes(settings.database, connection, path):
        restored |= error is None
        yield name, error
    readers.complete()
    if restored:
        claim(replace(settings, profile=profile), readers)


def _memory(connection: Connection, path: Path, day: date) -> JudgementMemory:
    """Return a memory whose clock stands at that day, when its page was most likely paid for."""
    return JudgementStore(connection, path, now=lambda: _moment(day))


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _note_cut_off(digest: Digest, path: Path) -> None:
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
    path: Path, connection: Connection, beside: Path
) -> Iterator[tuple[str, PaperlarkError | None]]:
    """Restore every reader's votes."""
    log = log_path(path)
    if not log.exists():
        return
    try:
        votes = read_votes(log.read_bytes(), str(log))
    except OSError as error:
        yield "votes", StoreError(f"{log} cannot be read ({error.strerror})")
    except StoreError as error:
        yield "votes", error
    else:
        for profile, cast in votes.items():
            count = FeedbackStore(connection, beside, profile).keep(cast)
            yield f"{count} {'vote' if count == 1 else 'votes'} of {profile}", None


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
