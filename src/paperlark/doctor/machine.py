"""Checks of this machine: clock, database, disk, and installed versions."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

from paperlark import __version__
from paperlark.doctor.findings import CheckContext, Finding, error, note, ok, trouble, warning
from paperlark.domain.calendar import NEW_YORK, next_announcement_day, today
from paperlark.domain.database_place import DatabasePlace, folder_of
from paperlark.domain.errors import RunHangs, StoreBusy, StoreError
from paperlark.renderers import english
from paperlark.store.database import check_not_gone, exists
from paperlark.store.file_systems import remote_mount
from paperlark.store.lock import run_lock
from paperlark.store.reading import DatabaseView, can_write, inspect_database
from paperlark.store.sqlite import VERSION

_OFF = timedelta(minutes=5)


def check_clock(context: CheckContext) -> Iterator[Finding]:
    """Compare with the servers' clocks; report the local time of midnight in New York."""
    yield _against_servers(context)
    now = context.environment.now()
    day = next_announcement_day(today(now))
    here = datetime.combine(day, time(), NEW_YORK).astimezone(context.environment.zone())
    zone = here.tzname() or "here"
    yield ok(
        "time zone",
        f"the next announcement is due on {english.brief_date(here.date())} at {here:%H:%M}"
        f" {zone}, midnight in New York",
    )


def _against_servers(context: CheckContext) -> Finding:
    if not context.stamps:
        return note("clock", "not checked: no server reached")
    # A server's answer may be late, and cannot be early: the nearest is the best.
    nearest = min(context.stamps, key=lambda stamp: abs(stamp.here - stamp.there))
    off = nearest.here - nearest.there
    if abs(off) <= _OFF:
        return ok("clock", f"agrees with {nearest.server}")
    minutes = english.counted(round(abs(off) / timedelta(minutes=1)), "minute")
    word = "ahead of" if off > timedelta() else "behind"
    return warning("clock", f"is {minutes} {word} {nearest.server}", "set it: the day"
                   " and certificates depend on it")  # fmt: skip


_DATABASE_MEGABYTE = 1 << 20


def check_database(context: CheckContext) -> Iterator[Finding]:
    """Check the database, and whether a run is using it."""
    path = context.settings.database
    if not exists(path):
        yield _missing(path, context.settings.output)
        return
    try:
        look = inspect_database(path)
    except StoreError as failed:
        yield trouble("database", failed)
        return
    yield _looked(path, look)
    if isinstance(path, Path) and (mount := remote_mount(path)):
        yield note(
            "file system",
            f"the database is on {mount.source} ({mount.type}), which other machines may write to:"
            " it is kept without a write-ahead log",
            "run paperlark on one machine at a time, or name a `database` on a disk of this one",
        )
    if can_write(path):
        yield _lock(path, context.settings.profile.id)
    else:
        yield note("runs", "the database cannot be written: its pages can be read, not made")


def _missing(path: DatabasePlace, pages: Path) -> Finding:
    try:
        check_not_gone(path, pages)
    except StoreError as failed:
        return trouble("database", failed)
    return note(
        "database", f"{path} does not exist yet", "the first page creates it: paperlark today"
    )


def _looked(path: DatabasePlace, look: DatabaseView) -> Finding:
    found = f"{path}, {look.size / _DATABASE_MEGABYTE:.1f} MB, version {look.version}"
    if look.fault:
        return error("database", f"{path} is damaged ({look.fault})", "move it away, then:"
                     " paperlark restore")  # fmt: skip
    if look.version > VERSION:
        return error("database", f"{found}, written by a later paperlark", "update paperlark")
    if look.version < VERSION:
        return note("database", f"{found}, valid; the next run migrates it to {VERSION}")
    return ok("database", f"{found}, valid")


def _lock(path: DatabasePlace, reader: str) -> Finding:
    try:
        with run_lock(path, reader=reader, patience=0.0):
            return ok("runs", "none is running now")
    except RunHangs as hangs:
        return trouble("runs", hangs)
    except StoreBusy as busy:
        return note("runs", busy.problem, busy.hint)
    except StoreError as failed:
        return trouble("runs", failed)


_MEGABYTE = 1 << 20
_LITTLE, _TOO_LITTLE = 1024, 50
"""Megabytes needed for a year, and for a day."""


def check_disk(context: CheckContext) -> Iterator[Finding]:
    """Check the folders of pages, site and database, which need not exist yet."""
    settings = context.settings
    for check, folder in (
        ("pages", settings.output),
        ("site", settings.site.folder),
        ("database's folder", folder_of(settings.database)),
    ):
        yield _writable(check, folder)
    yield _room(folder_of(settings.database))


def _writable(check: str, folder: Path) -> Finding:
    nearest = _nearest(folder)
    if not nearest.is_dir():
        return error(check, f"{nearest} is not a folder", "move that file, or name another folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        return error(check, f"{nearest} is not writable", "change its owner, or name another")
    return ok(check, f"{folder} is writable" if folder.exists() else f"{folder} can be created")


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(_nearest(folder)).free // _MEGABYTE
    if free < _TOO_LITTLE:
        return error("disk space", f"{free} MB free: too little for a day", "free some")
    if free < _LITTLE:
        return warning("disk space", f"{free} MB free", "free some: a year of pages takes more")
    return ok("disk space", f"{free / 1024:,.0f} GB free")


def _nearest(folder: Path) -> Path:
    """Return the folder, or the one that it will be created in."""
    return next(path for path in (folder, *folder.parents) if exists(path))


def check_versions(_patient: CheckContext) -> Iterator[Finding]:
    """Report the versions, for bug reports."""
    yield ok("paperlark", __version__)
    yield ok("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield ok("SQLite", sqlite3.sqlite_version)
