"""Secrets: where each is found, and who else can read it. None is ever shown."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from paperlark.compose.doctor.patient import Patient, error, note, ok, trouble
from paperlark.domain.checkup import Finding
from paperlark.domain.errors import SecretUnusable
from paperlark.settings.needed_secrets import Needed, needed_secrets

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_secrets(patient: Patient) -> Iterator[Finding]:
    """Look each secret up by its name."""
    wanted = list(needed_secrets(patient.settings))
    if not wanted:
        yield ok("secrets", "none is needed")
    for one in wanted:
        yield _secret(patient, one)
    yield from _private_file(patient)


def _secret(patient: Patient, wanted: Needed) -> Finding:
    try:
        found = patient.world.secrets.find(wanted.name)
    except SecretUnusable as failed:
        return trouble(wanted.name, failed)
    if found is not None:
        return ok(wanted.name, f"{wanted.use}, in {found.where}")
    if not wanted.needed:
        return note(wanted.name, f"{wanted.use}: not there")
    return error(wanted.name, f"{wanted.use}: not there", f"paperlark secret set {wanted.name}")


def _private_file(patient: Patient) -> Iterator[Finding]:
    """Say who can read the private file, also where no secret of this profile is in it."""
    file = patient.world.secrets.file
    try:
        mode = file.stat().st_mode
    except OSError:
        return
    if mode & _OTHERS:
        yield error("secrets", f"{file} can be read by others", f"chmod 600 {file}")
    else:
        yield ok("secrets", f"{file} is for you alone")
