"""The days of a database before version 20 are moved into compressed values, and read the same."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.digest import Digest, Placement, Ranked
from paperlark.domain.judgement import Judgement, Match, Nearest, Precedent
from paperlark.store import compact_days, postgresql, sqlite
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.day_values import unpack_digest
from paperlark.store.digests import DigestStore, packed
from standins.digests import DAY, digest, entry, paper
from standins.postgresql import ENGINES, Server

READER = "ada"
BEFORE = compact_days.VERSION - 1
PAPERS = tuple(paper(number) for number in range(1, 5))
EARLIER = Nearest(paper(90).id, "Earlier \N{SNOWMAN}", date(2025, 1, 2))
RANKED = (
    Ranked(
        PAPERS[0].id,
        1,
        Placement.ABOVE,
        Match(1 / 3, 1, 2, "Bats", ("wing",), ("cake",), 0.1 + 0.2, EARLIER),
        (Precedent(EARLIER.paper_id, EARLIER.title, EARLIER.day, 0.75),),
    ),
    Ranked(PAPERS[2].id, 3, Placement.BELOW, Match(-0.25, 2, 2)),
)
PAGE = digest(
    [entry(1, judged=False)],
    reader=READER,
    scanned=tuple(one.id for one in PAPERS),
    judgements=(Judgement(PAPERS[1].id, 2, 3, 4, ""),),
    ranked=RANKED,
)
ROWS = (
    # Paper, on the page, version, relevance, novelty, place.
    (PAPERS[0].id, 1, 1, None, None, 1),
    (PAPERS[1].id, 0, 2, 3, 4, None),
    (PAPERS[2].id, 0, 3, None, None, None),
    (PAPERS[3].id, 0, None, None, None, None),
)


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> DatabasePlace:
    if request.param == "sqlite":
        return tmp_path / "paperlark.db"
    server: Server = request.getfixturevalue("server")
    return DatabaseServer(server.database(), tmp_path)


@contextmanager
def _of_before(
    database: DatabasePlace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DatabaseConnection]:
    """Open a database as an earlier paperlark did."""
    scripts = postgresql._scripts()
    with monkeypatch.context() as before:
        before.setattr(sqlite, "_MIGRATIONS", _until(sqlite._MIGRATIONS, BEFORE))
        before.setattr(sqlite, "VERSION", max(sqlite._MIGRATIONS))
        before.setattr(sqlite, "find_missing", lambda _: None)
        before.setattr(postgresql, "_scripts", lambda: _until(scripts, BEFORE))
        with open_database(database) as connection:
            yield connection


def _until(migrations: Mapping[int, Any], last: int) -> dict[int, Any]:
    return {number: one for number, one in migrations.items() if number <= last}


def _store_of_before(connection: DatabaseConnection, page: Digest, fingerprint: str | None) -> None:
    """Store a day in rows, as before version 20."""
    key = (READER, page.day.isoformat())
    text = unpack_digest(packed(page).text)
    connection.execute("INSERT INTO digests VALUES (?, ?, ?, ?)", (*key, text, fingerprint))
    connection.executemany(
        "INSERT INTO scanned (profile, day, paper_id, on_page, version, relevance, novelty, place)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ((*key, *row) for row in ROWS),
    )
    connection.executemany(
        "INSERT INTO matches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((*key, *_match_row(one)) for one in page.ranked),
    )


def _match_row(one: Ranked) -> tuple[str | int | float | None, ...]:
    match, nearest = one.match, one.match.nearest
    return (
        *(one.paper_id, one.version, one.placement.value, match.score, match.rank, match.of),
        *(match.probability, match.topic),
        *(json.dumps(match.words_for), json.dumps(match.words_against)),
        json.dumps([nearest.paper_id, nearest.title, nearest.day.isoformat()]) if nearest else None,
        json.dumps(
            [[p.paper_id, p.title, p.day.isoformat(), p.similarity] for p in one.precedents]
        ),
    )


def test_a_day_that_was_in_rows_is_read_as_it_was(
    database: DatabasePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibrated = PAGE.calibrated
    with _of_before(database, monkeypatch) as connection:
        _store_of_before(connection, PAGE, "as it was")
    with open_database(database) as connection:
        store = DigestStore(connection, database)
        found = store.digest(READER, DAY)
        assert found is not None
        assert found == replace(PAGE, ranked=found.ranked)
        assert [
            replace(one, match=replace(one.match, calibrated=False)) for one in found.ranked
        ] == [*RANKED]
        assert {one.match.calibrated for one in found.ranked} == {calibrated}
        assert store.fingerprints(READER) == {DAY: "as it was"}
        rows = connection.execute(
            "SELECT paper_id, on_page, version, relevance, novelty, place FROM scanned"
            " WHERE profile = ? AND day = ? ORDER BY paper_id",
            (READER, DAY.isoformat()),
        ).fetchall()
        assert tuple(rows) == ROWS
        (own,) = connection.execute("SELECT count(*) FROM shown_or_judged").fetchone()
        assert own == 2


def test_a_migration_that_is_ended_leaves_all_as_it_was_and_is_made_again(
    database: DatabasePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _of_before(database, monkeypatch) as connection:
        _store_of_before(connection, PAGE, None)
        _store_of_before(connection, replace(PAGE, day=date(2025, 2, 27)), None)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as first:
        first.setattr(compact_days, "_matches", killed)
        with pytest.raises(KeyboardInterrupt), open_database(database):
            pass
    with _of_before(database, monkeypatch) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM matches").fetchone()
        assert rows == 2 * len(RANKED)
    with open_database(database) as connection:
        store = DigestStore(connection, database)
        assert len(store.days(READER)) == 2
        assert len(store.digest(READER, DAY).ranked) == len(RANKED)  # type: ignore[union-attr]


def test_a_match_that_nothing_could_read_is_told_and_keeps_no_other_back(
    database: DatabasePlace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with _of_before(database, monkeypatch) as connection:
        _store_of_before(connection, PAGE, None)
        connection.execute("UPDATE matches SET words_for = 'x' WHERE rank = 1")
    with caplog.at_level(logging.WARNING), open_database(database) as connection:
        found = DigestStore(connection, database).digest(READER, DAY)
    assert found is not None
    assert [one.paper_id for one in found.ranked] == [RANKED[1].paper_id]
    assert PAPERS[0].id in caplog.text
