"""A small disk for a PostgreSQL database, so that it can be full for a while.

Where this process may mount one it is a file system in memory with a tablespace on it, and fills up
with a file; elsewhere a trigger refuses what is stored with the error that PostgreSQL has then.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.database_place import DatabaseServer
from paperlark.store.connection import connect_again
from standins.postgresql import Server

_SIZE = "64m"
TRIGGER = """
CREATE TABLE disk (is_full bigint NOT NULL);
INSERT INTO disk VALUES (0);
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_full FROM disk) = 1 THEN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_room BEFORE INSERT ON digests FOR EACH ROW EXECUTE FUNCTION no_room();
CREATE TRIGGER no_room BEFORE INSERT ON parcels FOR EACH ROW EXECUTE FUNCTION no_room();
"""


@dataclass(frozen=True)
class SmallDisk:
    """The disk of a database; `folder` is where it is mounted, None where it is a trigger."""

    folder: Path | None
    database: DatabaseServer

    @property
    def _filler(self) -> Path:
        assert self.folder is not None
        return self.folder / "filler"

    def fill(self) -> None:
        """Leave no room; raises StoreError where the server is away and has to be asked."""
        if self.folder is None:
            self._set_trigger(is_full=1)
            return
        with suppress(OSError), self._filler.open("wb", buffering=0) as file:
            while file.write(b"\0" * (1 << 16)):
                pass

    def empty(self) -> None:
        """Make room again."""
        if self.folder is None:
            self._set_trigger(is_full=0)
            return
        self._filler.unlink(missing_ok=True)

    def _set_trigger(self, *, is_full: int) -> None:
        with closing(connect_again(self.database)) as connection:
            connection.execute("UPDATE disk SET is_full = ?", (is_full,))


@contextmanager
def mounted(server: Server) -> Iterator[Path | None]:
    """Mount a small disk with the tablespace `small`; None where that is not allowed."""
    folder = server.folder / "small"
    folder.mkdir()
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        space = folder / "space"
        space.mkdir()
        if os.geteuid() == 0:
            shutil.chown(space, pwd.getpwnam("postgres").pw_uid)
        server.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=30)  # noqa: S603
