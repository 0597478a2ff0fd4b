"""Check whose pages and votes the profile has in its database, and who else has some there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paperlark.archive.pages_owner import propose_id
from paperlark.doctor.findings import CheckContext, Finding, note, ok, trouble
from paperlark.domain.errors import IdentityShared
from paperlark.domain.readers import KnownReader, names_of
from paperlark.renderers import english
from paperlark.settings import Settings
from paperlark.settings.identity import find_id, id_setting, other_readers
from paperlark.store.readers import stored_readers


def identified(settings: Settings) -> Settings:
    """Return the settings with the id that a run would find; `check_readers` reports why not."""
    try:
        return find_id(propose_id(settings), stored_readers(settings.database))
    except IdentityShared:
        return settings


def check_readers(context: CheckContext) -> Iterator[Finding]:
    """Report the profile's id, where it was last seen, and the database's other readers."""
    settings = context.settings
    readers = stored_readers(settings.database)
    try:
        own = find_id(settings, readers).profile
    except IdentityShared as failed:
        yield trouble("reader", failed)
        return
    stored = next((one for one in readers if one.id == own.id), None)
    yield _own(settings, stored)
    if settings.id is None and stored is not None and stored.profile:
        yield note(
            "reader",
            "the profile has no id, and is known by its path and title only",
            f"add this line below its name: {id_setting(own.id)}",
        )
    yield from _others(settings, [one for one in readers if one.id != own.id])


def _own(settings: Settings, stored: KnownReader | None) -> Finding:
    profile = settings.profile
    name = f"{profile.title!r}, known by the id {profile.id!r}"
    if stored is None:
        return ok("reader", f"{name}, has nothing in the database yet")
    before = f", called {stored.title!r} before" if stored.title != profile.title else ""
    where = f"last seen at {stored.profile}" if stored.profile else "its profile not seen yet"
    return ok("reader", f"{name}{before}; {where}")


def _others(settings: Settings, others: Sequence[KnownReader]) -> Iterator[Finding]:
    names = names_of(others)
    elsewhere, lost = other_readers(settings, others)
    if elsewhere:
        listed = english.listed(f"{names[one.id]!r} ({one.profile})" for one in elsewhere)
        yield ok("other readers", f"the database also has pages of {listed}")
    for one in lost:
        was = f", last seen at {one.profile}" if one.profile else ""
        yield note(
            "other readers",
            f"no profile has the pages of {names[one.id]!r}{was}",
            f"to go on with them, write into a profile: {id_setting(one.id)}",
        )
