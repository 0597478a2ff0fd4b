"""Copies of saved papers: one a paper and place, on either engine; a deleted one stays deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paperlark.domain.errors import StoreError
from paperlark.domain.paper import PaperId
from paperlark.domain.saving import CopyState, SavedCopy
from paperlark.store.saved_copies import SavedCopyStore
from standins.postgresql import ENGINES, OpenEngine

pytestmark = pytest.mark.parametrize("engine", ENGINES)
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
COPY = SavedCopy(PaperId("2502.00001"), CopyState.SENDING, NOW, "KEY", "{}")
OWNER = ("ada", "zotero", "users/1")


def test_a_copy_is_one_reader_s_in_one_place_and_is_replaced(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        path = Path("store")
        mine = SavedCopyStore(connection, path, OWNER)
        others = [
            SavedCopyStore(connection, path, owner)
            for owner in (
                ("emmy", "zotero", "users/1"),
                ("ada", "notes", "users/1"),
                ("ada", "zotero", "users/2"),
            )
        ]
        mine.keep([COPY])
        failed = replace(COPY, state=CopyState.FAILED, problem="quota", content="")
        mine.keep([failed, replace(COPY, paper_id=PaperId("2502.00002"))])
        assert mine.all()[COPY.paper_id] == failed
        assert list(mine.all()) == ["2502.00001", "2502.00002"]
        assert [one.all() for one in others] == [{}, {}, {}]


def test_what_its_reader_deleted_is_never_anything_else_again(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        store = SavedCopyStore(connection, Path("store"), OWNER)
        deleted = replace(COPY, state=CopyState.DELETED)
        store.keep([deleted])
        store.keep([replace(COPY, state=CopyState.THERE)])
        assert store.all() == {COPY.paper_id: deleted}


def test_a_run_that_another_has_replaced_stores_nothing(
    open_engine: OpenEngine, engine: str
) -> None:
    def taken_over() -> None:
        raise StoreError("another run has taken over")

    with open_engine(engine) as connection:
        store = SavedCopyStore(connection, Path("store"), OWNER, taken_over)
        with pytest.raises(StoreError):
            store.keep([COPY])
        assert store.all() == {}
