"""The database: whole, of this version, and free. It is looked at, and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from paperlark.compose.doctor.patient import Patient, error, note, ok, trouble
from paperlark.domain.checkup import Finding
from paperlark.domain.errors import StoreBusy, StoreError
from paperlark.store.database import VERSION, check_not_set_aside
from paperlark.store.lock import run_lock
from paperlark.store.looking import Look, look_at

_MEGABYTE = 1 << 20


def check_database(patient: Patient) -> Iterator[Finding]:
    """Look at the database, and whether a run has it."""
    path = patient.settings.database
    if not path.exists():
        yield _missing(path)
        return
    try:
        look = look_at(path)
    except StoreError as failed:
        yield trouble("database", failed)
        return
    yield _looked(path, look)
    yield _lock(path)


def _missing(path: Path) -> Finding:
    try:
        check_not_set_aside(path)
    except StoreError as failed:
        return trouble("database", failed)
    return note("database", f"{path} is not there yet", "the first page makes it: paperlark today")


def _looked(path: Path, look: Look) -> Finding:
    found = f"{path}, {look.size / _MEGABYTE:.1f} MB, version {look.version}"
    if look.fault:
        return error("database", f"{path} is damaged ({look.fault})", "copy it somewhere, then:"
                     " paperlark restore")  # fmt: skip
    if look.version > VERSION:
        return error("database", f"{found}, made by a later paperlark", "update paperlark")
    if look.version < VERSION:
        return note("database", f"{found}, whole; the next run brings it up to {VERSION}")
    return ok("database", f"{found}, whole")


def _lock(path: Path) -> Finding:
    try:
        with run_lock(path, patience=0.0):
            return ok("runs", "none is at work now")
    except StoreBusy as busy:
        return note("runs", busy.problem, busy.mend)
    except StoreError as failed:
        return trouble("runs", failed)
