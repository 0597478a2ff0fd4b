"""Where files go: whether they can be written, and whether there is room."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from paperlark.compose.doctor.patient import Patient, error, ok, warning
from paperlark.domain.checkup import Finding

_MEGABYTE = 1 << 20
_LITTLE, _TOO_LITTLE = 1024, 50
"""Megabytes that a year of days takes, and that a day may take."""


def check_disk(patient: Patient) -> Iterator[Finding]:
    """Look at the folders of pages, site and database, which need not be there yet."""
    settings = patient.settings
    for check, folder in (
        ("pages", settings.output),
        ("site", settings.site.folder),
        ("database's folder", settings.database.parent),
    ):
        yield _writable(check, folder)
    yield _room(settings.database.parent)


def _writable(check: str, folder: Path) -> Finding:
    nearest = _nearest(folder)
    if not nearest.is_dir():
        return error(check, f"{nearest} is no folder", "move that file, or name another folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        return error(check, f"{nearest} cannot be written", "change its owner, or name another")
    return ok(check, f"{folder} can be written" if folder.exists() else f"{folder} can be made")


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(_nearest(folder)).free // _MEGABYTE
    if free < _TOO_LITTLE:
        return error("room", f"{free} MB are free: too little for a day", "free some")
    if free < _LITTLE:
        return warning("room", f"{free} MB are free", "free some: a year of days takes more")
    return ok("room", f"{free / 1024:,.0f} GB are free")


def _nearest(folder: Path) -> Path:
    """Give the folder, or the one that it will be made in."""
    return next(path for path in (folder, *folder.parents) if path.exists())
