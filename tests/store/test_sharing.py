"""What a reader shows to a group: nothing until they say so, on either engine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from paperlark.domain.agenda import Sharing
from paperlark.store.sharing import SharingStore
from standins.postgresql import ENGINES, OpenEngine

NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize("engine", ENGINES)
def test_each_reader_s_choice_is_their_own_and_can_be_changed(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        ada, emmy = (SharingStore(connection, Path("store"), name) for name in ("ada", "emmy"))
        assert ada.chosen() == Sharing()
        ada.choose(Sharing(wanted=True, saved=True), NOW)
        ada.choose(Sharing(wanted=True, saved=False), NOW)
        assert (ada.chosen(), emmy.chosen()) == (Sharing(wanted=True, saved=False), Sharing())
