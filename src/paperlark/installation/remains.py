"""List what paperlark has written on this machine, and delete it again.

Nothing else is ever deleted: a file is ours by its mark, by the inventory of a site, or by the
exact form of its name at a place of ours. A folder is deleted where that leaves it empty.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from paperlark.domain.database_place import DatabaseServer, file_beside
from paperlark.domain.errors import IdentityShared, NotRemoved, NotScheduled, ProfileError
from paperlark.domain.readers import KnownReader
from paperlark.installation.completion import SHELLS, completion_file, is_ours
from paperlark.schedule.schedule import FileEdit, Schedule
from paperlark.settings import Settings, load_settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import find_id
from paperlark.settings.places import PROFILE, cache_folder, config_folder, data_folder
from paperlark.settings.secrets import needed_secrets
from paperlark.settings.starter import CRITERIA
from paperlark.site.publish import site_files
from paperlark.store.lock import run_lock
from paperlark.store.readers import stored_readers

Schedules = Callable[[Path], Iterable[Schedule]]
"""Returns every kind of schedule that a profile could have."""

_PAGE = re.compile(r"\d{4}-\d\d-\d\d\.(html|md|json|manifest\.json|failed\.json)")
_WORKING = (".lock", ".run", ".hangs", ".checked", ".restoring.checked", ".read.json")
"""Endings of files beside a database that only runs need."""
_KEPT = ("", "-wal", "-shm", ".votes.jsonl", ".link-key", ".assistant-token")
"""Endings of the database's own files, and of those that hold what cannot be made again."""
_DAMAGED = re.compile(r"\.damaged-\d+(-wal|-shm)?")


class RemainKind(StrEnum):
    """What a thing that is left can be done without."""

    MADE_AGAIN = "can be made again"
    YOURS = "yours"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Remnant:
    """One thing that is left on this machine: what it is, where, and of which kind.

    `size` is in bytes, and `files` are those that would be deleted; `note` says what to do about
    what stays.
    """

    what: str
    place: str
    kind: RemainKind
    size: int = 0
    files: tuple[Path, ...] = ()
    note: str = ""
    profile: Path | None = field(default=None, repr=False)
    schedule: tuple[Schedule, tuple[FileEdit, ...]] | None = field(default=None, repr=False)
    secret: str | None = None


def find_remains(
    profiles: Sequence[Path], environment: Environment, schedules: Schedules
) -> tuple[Remnant, ...]:
    """Return all that is left: of this user, of these profiles, and of their schedules."""
    return (
        *_of_the_user(environment),
        *(
            one
            for profile in profiles
            for one in (
                *_schedules(profile, schedules(profile)),
                *_of_a_profile(profile, profiles, environment),
            )
        ),
    )


def delete_remains(remains: Sequence[Remnant], environment: Environment) -> tuple[str, ...]:
    """Delete these, schedules first, and return what the reader must do about the rest.

    Nothing of a profile is deleted while a run works on it. Raises PaperlarkError.
    """
    notes: list[str] = []
    for profile in dict.fromkeys(one.profile for one in remains if one.profile):
        _require_idle(profile)
    for one in sorted(remains, key=lambda one: one.schedule is None):
        if one.kind is RemainKind.STAYS:
            continue
        if one.schedule:
            schedule, edits = one.schedule
            notes += schedule.make(edits)
        if one.secret:
            environment.secrets.forget(one.secret)
        _delete(one, environment)
    return tuple(dict.fromkeys(notes))


def _of_the_user(environment: Environment) -> Iterator[Remnant]:
    variables = environment.variables
    for shell in SHELLS:
        path = completion_file(shell, variables).path
        if is_ours(path):
            yield _found(f"completion of {shell}", path, RemainKind.MADE_AGAIN, (path,))
    cache = cache_folder(variables)
    yield from _where(_found("cache of arXiv's answers", cache, RemainKind.MADE_AGAIN, _all(cache)))
    kept = environment.secrets.file
    yield from _where(_found("file of secrets", kept, RemainKind.YOURS, (kept,)))
    theirs = config_folder(variables) / "environment"
    if theirs.exists():
        yield Remnant("variables of timers", str(theirs), RemainKind.STAYS,
                        note="you wrote it: delete it yourself")  # fmt: skip


def _schedules(profile: Path, schedules: Iterable[Schedule]) -> Iterator[Remnant]:
    for one in schedules:
        try:
            edits = one.removing()
        except NotScheduled:  # no such scheduler here, or files of somebody else
            continue
        if edits:
            yield Remnant(
                f"schedule of {profile.parent.name}",
                edits[0].place
                if len(edits) == 1
                else f"{edits[0].place} and {len(edits) - 1} more",
                RemainKind.MADE_AGAIN,
                schedule=(one, edits),
            )


def _of_a_profile(
    profile: Path, profiles: Sequence[Path], environment: Environment
) -> Iterator[Remnant]:
    if not profile.is_file():
        return
    try:
        settings = load_settings(profile)
    except ProfileError as error:
        note = f"it cannot be read, so its places are not known ({error.problem})"
        yield Remnant("profile", str(profile), RemainKind.STAYS, note=note)
        return
    database = _database(profile, settings, profiles)
    found = (*_of_settings(profile, settings), database, *_texts(profile, settings))
    if database.kind is not RemainKind.STAYS:
        # Others who use the database wait for each other by these.
        working = [file_beside(settings.database, ending) for ending in _WORKING]
        what = "locks and notes of runs"
        found += (_found(what, working[0].parent, RemainKind.MADE_AGAIN, working, profile),)
    yield from (one for one in found if one.files or one.kind is RemainKind.STAYS)
    for needed in needed_secrets(settings):
        where = environment.secrets.find(needed.name)
        if where is not None and where.where == "the keyring":
            yield Remnant(f"secret {needed.name}", "the keyring", RemainKind.YOURS,
                            secret=needed.name)  # fmt: skip


def _of_settings(profile: Path, settings: Settings) -> Iterator[Remnant]:
    log = profile.with_suffix(".log")
    site = settings.site.folder
    for what, place, kind, files in (
        ("site", site, RemainKind.MADE_AGAIN, site_files(site)),
        ("log of scheduled runs", log, RemainKind.MADE_AGAIN, (log,)),
        ("pages", settings.output, RemainKind.YOURS, _pages(settings.output)),
    ):
        yield _found(what, place, kind, files, profile)


def _database(profile: Path, settings: Settings, profiles: Sequence[Path]) -> Remnant:
    """Return the database with what is beside it; one that others use stays."""
    database = settings.database
    if isinstance(database, DatabaseServer):
        note = "others may use it: paperlark readers delete, or drop the database"
        return Remnant("papers and votes", "the PostgreSQL server", RemainKind.STAYS, note=note)
    # Before it is listed what is beside it: to read it makes files there.
    readers = stored_readers(database)
    kept = [file_beside(database, ending) for ending in _KEPT]
    damaged = sorted(database.parent.glob(f"{glob.escape(database.name)}.damaged-*"))
    kept += [one for one in damaged if _DAMAGED.fullmatch(one.name.removeprefix(database.name))]
    found = _found("database, votes and keys", database, RemainKind.YOURS, kept, profile)
    if not database.exists():
        return found
    named = {one for other in profiles for one in _ids(other, readers)}
    if others := [one.title for one in readers if one.id not in named]:
        note = f"others read from it as well ({', '.join(others)}): name their profiles too"
    elif not readers:
        note = "its readers cannot be read: delete it yourself, if it is yours alone"
    else:
        return found
    return replace(found, kind=RemainKind.STAYS, files=(), note=note)


def _ids(profile: Path, readers: Sequence[KnownReader]) -> Iterator[str]:
    """Yield the id of a profile among the readers of a database, nothing where it is not known."""
    with suppress(ProfileError, IdentityShared):
        yield find_id(load_settings(profile), readers).profile.id


def _texts(profile: Path, settings: Settings) -> Iterator[Remnant]:
    """Yield profile and criteria; what has another name or place than `init` chooses stays."""
    for what, path, usual in (
        ("criteria", settings.criteria_file, CRITERIA),
        ("profile", profile, PROFILE),
    ):
        if path is None or not path.is_file():
            continue
        if path == profile.absolute().with_name(usual) or path == profile.with_name(usual):
            yield _found(what, path, RemainKind.YOURS, (path,), profile)
        else:
            yield Remnant(
                what, str(path), RemainKind.STAYS, note="you wrote it: delete it yourself"
            )


def _pages(folder: Path) -> Sequence[Path]:
    if not folder.is_dir():
        return ()
    found = [one for one in sorted(folder.iterdir()) if _PAGE.fullmatch(one.name)]
    # Notes of the reader's own may be named by days as well: each page of ours has a manifest.
    days = {_day(one) for one in found if one.name.endswith((".manifest.json", ".failed.json"))}
    return [one for one in found if _day(one) in days]


def _day(page: Path) -> str:
    return page.name.partition(".")[0]


def _all(folder: Path) -> Sequence[Path]:
    """Return all files of a folder that is ours alone; links are not followed."""
    if folder.is_symlink() or not folder.is_dir():
        return ()
    return sorted(one for one in folder.rglob("*") if one.is_symlink() or one.is_file())


def _found(
    what: str, place: Path, kind: RemainKind, files: Iterable[Path], profile: Path | None = None
) -> Remnant:
    sizes: Mapping[Path, int] = {
        one: one.lstat().st_size for one in files if one.is_symlink() or one.is_file()
    }
    return Remnant(what, str(place), kind, sum(sizes.values()), tuple(sizes), profile=profile)


def _where(one: Remnant) -> Iterator[Remnant]:
    if one.files:
        yield one


def _require_idle(profile: Path) -> None:
    """Raise StoreBusy while a run works on a profile's files; a server's rows are not touched."""
    with suppress(ProfileError):
        database = load_settings(profile).database
        if not isinstance(database, DatabaseServer) and file_beside(database, ".lock").exists():
            with run_lock(database, patience=0):
                pass


def _delete(one: Remnant, environment: Environment) -> None:
    """Delete the files, and the folders of ours that this empties, from the inside out."""
    for path in one.files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise NotRemoved(
                f"{path} cannot be deleted ({error.strerror})",
                hint="what was listed before it is deleted; delete it, and run this again",
            ) from error
    variables = environment.variables
    ours = {Path(one.place), config_folder(variables), data_folder(variables)}
    ours |= {cache_folder(variables), *([one.profile.parent] if one.profile else ())}
    ours -= {Path.home(), Path.cwd(), *Path.cwd().parents}
    folders = {folder for path in one.files for folder in path.parents}
    for folder in sorted(folders, key=lambda there: len(there.parts), reverse=True):
        if not ours.isdisjoint((folder, *folder.parents)) and not folder.is_symlink():
            with suppress(OSError):  # it has other files
                folder.rmdir()
