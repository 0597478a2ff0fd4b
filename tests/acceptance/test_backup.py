"""A server's database, backed up and restored as the guide says, with PostgreSQL's own programs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.domain.audit import COMMAND_LINE, AuditAction
from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Vote
from paperlark.settings.environment import Environment
from paperlark.store.audit import AuditStore
from paperlark.store.database import open_database
from standins.postgresql import Server
from standins.written import blocks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
GUIDE = Path(__file__).parent.parent.parent / "docs" / "how-to" / "backup-and-restore.md"
DAY = date(2025, 3, 25)
NOW = datetime(2025, 3, 25, 12, tzinfo=UTC)


@dataclass
class Reader:
    """A reader of the bundled sample whose papers are on a server."""

    home: Path
    address: str

    def opened(self) -> OpenedProfile:
        """Return the profile."""
        names = ("CACHE", "CONFIG", "DATA")
        environment = Environment(variables={f"XDG_{name}_HOME": str(self.home) for name in names})
        options = RunOptions(feeds=self.home / "sample" / "feeds")
        return paperlark.open_profile(
            self.home / "sample", options=options, environment=environment
        )

    def page(self) -> bytes:
        """Return today's page, made from what is stored."""
        shutil.rmtree(self.home / "sample" / "pages", ignore_errors=True)
        return b"".join(one.read_bytes() for one in sorted(self.opened().make_page(DAY).pages))


@pytest.fixture
def reader(server: Server, tmp_path: Path) -> Reader:
    """Return a reader with a page, votes, and an entry of the audit log."""
    shutil.copytree(str(files("paperlark") / "sample"), tmp_path / "sample")
    address = server.database()
    profile = tmp_path / "sample" / "paperlark.toml"
    profile.write_text(f"database = {json.dumps(address)}\n{profile.read_text()}")
    found = Reader(tmp_path, address)
    found.page()
    opened = found.opened()
    opened.reading.vote([str(one.paper.id) for one in opened.digest(DAY).entries[:2]], Vote.UP)
    with open_database(opened.settings.database) as connection:
        log = AuditStore(connection, opened.settings.database)
        log.record(AuditAction.READER_ADDED, actor="", subject="ada", origin=COMMAND_LINE, now=NOW)
    return found


def _do(server: Server, folder: Path, commands: str, name: str) -> None:
    """Run commands of the guide on a database of this name."""
    environment = {
        **os.environ,
        "PATH": f"{server.programs}:{os.environ['PATH']}",
        "PGHOST": str(server.folder),
        "PGUSER": "postgres",
    }
    subprocess.run(  # noqa: S603
        ["/bin/sh", "-e", "-c", re.sub(r"\bpapers(?=(_try)?(\s|$))", name, commands)],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
    )


def test_a_database_that_was_dumped_dropped_and_restored_has_the_same_pages(
    server: Server, reader: Reader, tmp_path: Path
) -> None:
    name = reader.address.partition("?")[0].rpartition("/")[2]
    page, votes = reader.page(), reader.opened().reading.votes()
    assert votes
    dump, restore, tried = (block.text for block in blocks(GUIDE, "sh"))
    _do(server, tmp_path, dump, name)
    _do(server, tmp_path, restore, name)
    assert reader.opened().reading.votes() == votes
    assert reader.page() == page
    # What is stored from now on gets numbers that nothing else has.
    opened = reader.opened()
    opened.reading.vote([str(opened.digest(DAY).entries[3].paper.id)], Vote.DOWN)
    assert len(opened.reading.votes()) == len(votes) + 1
    with open_database(opened.settings.database) as connection:
        log = AuditStore(connection, opened.settings.database)
        assert [one.subject for one in log.events(most=10)] == ["ada"]
        with pytest.raises(StoreError, match="only added"):
            connection.execute("DELETE FROM audit")
    _do(server, tmp_path, tried, name)
    server.drop(reader.address)
