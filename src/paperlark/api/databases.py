"""The database of a reader or a group: its state, and its version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.api.opening import find_profile
from paperlark.domain.errors import StoreError
from paperlark.settings.environment import Environment

if TYPE_CHECKING:
    from paperlark.domain.database_place import DatabasePlace
    from paperlark.store.monitor import DatabaseStatus


def database_of(
    profile: str | Path | None = None,
    group: str | Path | None = None,
    *,
    environment: Environment | None = None,
) -> DatabasePlace:
    """Return where the database of a group, or else of a profile, is.

    Arguments:
        profile: as `find_profile` by default.
        group: the file of a group, which comes first.
        environment: see `open_profile`.

    Raises ProfileError with every mistake of the file.

    >>> paperlark.database_of("paperlark.toml").name
    'paperlark.db'
    """
    if group is not None:
        from paperlark.settings.group import load_group

        return load_group(Path(group)).state
    from paperlark.settings import load_settings

    return load_settings(find_profile(profile, environment=environment)).database


def read_database_status(database: DatabasePlace) -> DatabaseStatus:
    """Return the version, size and tables of a database; nothing is changed.

    Arguments:
        database: as `database_of` returns it.

    Raises StoreError where there is none, or it cannot be read.

    >>> status = paperlark.read_database_status(paperlark.database_of("paperlark.toml"))
    >>> status.version == status.supported
    True
    """
    from paperlark.store.database import exists
    from paperlark.store.monitor import database_status

    if not exists(database):
        raise StoreError(
            f"there are no tables in {database}", hint="make them: paperlark database migrate"
        )
    return database_status(database)


def migrate_database(database: DatabasePlace) -> tuple[int, int]:
    """Create the tables of a database, or bring them to this program's version.

    Arguments:
        database: as `database_of` returns it.

    Returns the version before (0 where there were no tables) and the one after.

    Raises StoreError where it cannot be written, or is of a later version.

    >>> before, after = paperlark.migrate_database(paperlark.database_of("paperlark.toml"))
    >>> before == after
    True
    """
    from paperlark.store.database import exists, open_database
    from paperlark.store.monitor import database_status

    before = database_status(database).version if exists(database) else 0
    with open_database(database):
        pass
    return before, database_status(database).version
