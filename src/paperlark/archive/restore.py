"""Rebuild a lost database from the pages, their manifests and the votes file beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from paperlark.domain.digest import Digest
from paperlark.domain.errors import PaperlarkError, StoreError
from paperlark.domain.judgement import JudgementKey, ModelCall, Reading
from paperlark.domain.spending import total
from paperlark.ports import Archive, JudgementMemory
from paperlark.settings import Settings
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.store.lock import run_lock
from paperlark.store.votes import FeedbackStore, log_path, read_votes


def restore_store(settings: Settings, folder: Path) -> Iterator[tuple[str, PaperlarkError | None]]:
    """Rebuild the profile's database; yield the name of each thing restored, or why it was not.

    Raises StoreError where there is a database already.
    """
    path = settings.database
    if path.exists():
        raise StoreError(f"there is a database at {path}", hint="move it away to rebuild it")
    # Built beside it, so that a restore that is killed leaves no incomplete database.
    beside = path.with_name(f"{path.name}.restoring")
    with run_lock(path, patience=0.0):
        for part in path.parent.glob(f"{beside.name}*"):
            part.unlink()
        with open_database(beside, anew=True) as connection:
            archive = DigestStore(connection, beside)
            restored = 0
            for manifest in sorted(folder.glob("????-??-??.manifest.json")):
                name = manifest.name.removesuffix(".manifest.json")
                error = _restore_day(manifest, name, archive, partial(_memory, connection, beside))
                restored += error is None
                yield name, error
            for name, error in _restore_votes(path, connection, beside):
                restored += error is None
                yield name, error
            # From here on it is one file, which can be renamed.
            connection.execute("PRAGMA journal_mode = DELETE")
        if restored:
            beside.rename(path)
        else:
            beside.unlink()


def _memory(connection: Connection, path: Path, day: date) -> JudgementMemory:
    """Return a memory whose clock stands at that day, when its page was most likely paid for."""
    moment = datetime.combine(day, time(), UTC)
    return JudgementStore(connection, path, now=lambda: moment)


def _restore_day(
    manifest: Path, name: str, archive: Archive, memory: Callable[[date], JudgementMemory]
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
    _remember(digest, archive, memory(digest.day))
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
        judgement_key = JudgementKey(digest.day, digest.profile, digest.criteria, digest.judge)
        first, *others = digest.readings or (Reading(digest.judge, digest.judgements),)
        memory.keep(ModelCall(first.judgements, digest.spend, "restored"), judgement_key)
        for one in others:
            # A page only has the cost of all readings together.
            model_call = ModelCall(one.judgements, total(()), "restored")
            memory.keep(model_call, replace(judgement_key, judge=one.judge))
    archive.save(digest)
