"""The papers scanned on a day, stored once for all readers for whom they were the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

from paperlark.domain.paper import PaperId
from paperlark.store.connection import DatabaseConnection

Versions = Mapping[PaperId, int | None]
"""Papers with the version that was announced, None where it is unknown."""


def announced_versions(connection: DatabaseConnection, day: date) -> Versions:
    """Return the latest version of each paper that arXiv announced that day."""
    rows = connection.execute(
        "SELECT paper_id, max(version) FROM listings WHERE day = ? GROUP BY paper_id",
        (day.isoformat(),),
    )
    return {PaperId(paper): version for paper, version in rows}


def keep_paper_set(connection: DatabaseConnection, papers: Versions) -> int | None:
    """Store a set of papers unless it is there, and return its number; None for no papers."""
    if not papers:
        return None
    rows = sorted(papers.items())
    content = hashlib.sha256(repr(rows).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    find = "SELECT number FROM paper_sets WHERE content = ?"
    known = connection.execute(find, (content,)).fetchone()
    if known is None:
        new = connection.execute(
            "INSERT INTO paper_sets (content, papers) VALUES (?, ?)"
            " ON CONFLICT (content) DO NOTHING RETURNING number",
            (content, len(rows)),
        ).fetchone()
        if new:
            _keep_members(connection, new[0], rows)
        # None is new where another process stored the same one since.
        known = new or connection.execute(find, (content,)).fetchone()
    return int(known[0])


def _keep_members(
    connection: DatabaseConnection, number: int, rows: Iterable[tuple[PaperId, int | None]]
) -> None:
    connection.insert_rows(
        "paper_set_members",
        ("paper_set", "paper_id", "version"),
        ((number, paper, version) for paper, version in rows),
    )
