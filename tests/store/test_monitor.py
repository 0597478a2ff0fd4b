"""What those who watch a server learn from its database: counts, on either engine."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.store.database import open_database
from paperlark.store.monitor import DatabaseMonitor
from standins.postgresql import ENGINES, Server

NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
_ROWS = (
    "INSERT INTO app_sessions (app, name, member, ends) VALUES ('a', 'open', 'ada', 9e9)",
    "INSERT INTO app_sessions (app, name, member, ends) VALUES ('a', 'over', 'ada', 1)",
    "INSERT INTO fleet_mornings (day, begun) VALUES ('2025-02-25', 'x')",
    "INSERT INTO fleet_mornings (day, begun) VALUES ('2025-02-26', 'x')",
    *(
        "INSERT INTO fleet_shards (day, number, categories, state, attempts, claim)"  # noqa: S608
        f" VALUES ('{day}', {number}, 'cs.LG', '{state}', 1, 1)"
        for day, number, state in (
            ("2025-02-25", 1, "failed"),
            ("2025-02-26", 1, "done"),
            ("2025-02-26", 2, "done"),
            ("2025-02-26", 3, "waiting"),
        )
    ),
    *(
        "INSERT INTO parcels"  # noqa: S608
        " (profile, channel, occasion, day, messages, fates, problem, since, at)"
        f" VALUES ('{who}', 'mail', 'day', '{day}', '{messages}', '[]', {problem}, 'x', 'x')"
        for who, day, messages, problem in (
            ("ada", "2025-02-26", "[]", "NULL"),
            ("emmy", "2025-02-26", '["x"]', "NULL"),
            ("sophie", "2025-02-25", '["x"]', "'refused'"),
            ("rosa", "2025-01-25", '["x"]', "'long ago'"),
        )
    ),
)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_state_is_told_in_counts(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place: DatabasePlace = tmp_path / "lark.db"
    if engine == "postgresql":
        server: Server = request.getfixturevalue("server")
        place = DatabaseServer(server.database(), tmp_path / "lark")
    with open_database(place) as connection:
        for row in _ROWS:
            connection.execute(row)
    monitor = DatabaseMonitor(place)
    found = monitor.figures(NOW)
    assert found.sessions == 1
    assert found.deliveries == {"delivered": 1, "waiting": 1, "failing": 1}
    assert found.shards == {"done": 2, "waiting": 1}
    assert found.spent == Decimal(0)
    monitor.check()
    monitor.close()


def test_tables_of_another_version_are_not_worked_with(server: Server, tmp_path: Path) -> None:
    place = DatabaseServer(server.database(), tmp_path / "lark")
    monitor = DatabaseMonitor(place)
    with open_database(place) as connection:
        connection.execute("UPDATE paperlark SET version = version + 1")
    with pytest.raises(StoreError, match="the tables are of version"):
        monitor.check()
    monitor.close()
    server.drop(place.address)
