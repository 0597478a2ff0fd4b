"""Papers from below the line, kept so that later days need not read whole digests."""

from __future__ import annotations

import sqlite3
from datetime import date

from paperlark.domain.digest import Digest
from paperlark.domain.exploration import Explored
from paperlark.domain.paper import PaperId


def keep_explored(connection: sqlite3.Connection, digest: Digest) -> None:
    """Keep what was drawn that day, in place of what an earlier digest of it had drawn."""
    profile, day = digest.profile, digest.day.isoformat()
    connection.execute("DELETE FROM explored WHERE profile = ? AND day = ?", (profile, day))
    connection.executemany(
        "INSERT INTO explored (profile, day, paper_id, inclusion, probability, wanted)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            (profile, day, one.paper_id, one.inclusion, one.probability, one.wanted)
            for one in digest.explored
        ),
    )


def explored_before(
    connection: sqlite3.Connection, profile: str, day: date, days: int
) -> tuple[Explored, ...]:
    """Give what was judged from below the line on the last so many such days before that one."""
    rows = connection.execute(
        "SELECT paper_id, inclusion, probability, wanted FROM explored"
        " WHERE profile = :profile AND wanted IS NOT NULL AND day IN ("
        "SELECT DISTINCT day FROM explored"
        " WHERE profile = :profile AND wanted IS NOT NULL AND day < :day"
        " ORDER BY day DESC LIMIT :days)",
        {"profile": profile, "day": day.isoformat(), "days": days},
    )
    return tuple(
        Explored(PaperId(paper), inclusion, probability, bool(wanted))
        for paper, inclusion, probability, wanted in rows
    )
