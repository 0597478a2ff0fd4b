"""Libraries that were read: one reader's own, replaced as a whole, on either engine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from paperlark.store.read_libraries import ReadLibrary, ReadLibraryStore
from standins.postgresql import ENGINES, OpenEngine

NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_read_replaces_what_was_read_before(open_engine: OpenEngine, engine: str) -> None:
    with open_engine(engine) as connection:
        ada, emmy = (ReadLibraryStore(connection, Path("store"), one) for one in ("ada", "emmy"))
        group = ReadLibrary(3_000_000_000, '{"items": {}}')
        ada.keep({"users/1": ReadLibrary(1, "{}"), "groups/2": group}, NOW)
        emmy.keep({"users/9": group}, NOW)
        assert ada.all() == {"groups/2": group, "users/1": ReadLibrary(1, "{}")}
        ada.keep({"groups/2": group}, NOW)
        assert (ada.all(), emmy.all()) == ({"groups/2": group}, {"users/9": group})
