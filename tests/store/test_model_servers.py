from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from paperlark.domain.errors import StoreError
from paperlark.store.connection import transaction
from paperlark.store.database import open_database
from paperlark.store.model_servers import (
    FAILING,
    REMEMBERED,
    UNREADABLE,
    KnownFailure,
    KnownModelServer,
    ModelServerStore,
    StoredFailure,
)

HERE = "http://localhost:11434/v1"
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "with a space" / "store.db"
    with open_database(path):
        return path


def store(path: Path) -> ModelServerStore:
    return ModelServerStore(path, now=lambda: NOW)


def test_what_was_learned_last_is_known_of_each_model(path: Path) -> None:
    store(path).keep(HERE, "qwen3", '{"form": "text"}')
    store(path).keep(HERE, "gemma3", '{"form": "json_object"}')
    store(path).keep(HERE, "qwen3", '{"form": "json_schema"}')
    assert store(path).find(HERE, "qwen3") == KnownModelServer(
        HERE, "qwen3", '{"form": "json_schema"}', NOW
    )
    assert store(path).find("http://elsewhere/v1", "qwen3") is None


def test_it_is_learned_on_any_thread_while_the_database_is_open(path: Path) -> None:
    with open_database(path) as connection:
        learner = Thread(target=store(path).keep, args=(HERE, "qwen3", "{}"))
        with transaction(connection):
            learner.start()
        learner.join(10)
    assert store(path).find(HERE, "qwen3") is not None


def test_no_database_is_made_for_it(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    store(path).keep(HERE, "qwen3", "{}")
    assert store(path).find(HERE, "qwen3") is None
    assert not path.exists()


def test_an_earlier_paperlark_s_database_knows_nothing_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 4")
    before = path.read_bytes()
    store(path).keep(HERE, "qwen3", "{}")
    assert store(path).find(HERE, "qwen3") is None
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="is damaged"):
        store(path).find(HERE, "qwen3")


def test_that_replies_could_not_be_read_is_kept_beside_the_capabilities(path: Path) -> None:
    store(path).keep(HERE, "qwen3", '{"form": "text"}')
    memory = StoredFailure(store(path), HERE, "qwen3", UNREADABLE)
    assert memory.recall() is None
    memory.keep("“No.”")
    assert memory.recall() == "“No.”"
    assert store(path).failure(HERE, "qwen3", UNREADABLE) == KnownFailure("“No.”", NOW)
    assert store(path).failure(HERE, "gemma3", UNREADABLE) is None
    memory.forget()
    assert memory.recall() is None
    assert store(path).find(HERE, "qwen3") == KnownModelServer(
        HERE, "qwen3", '{"form": "text"}', NOW
    )


@pytest.mark.parametrize("dialect", [None, "no JSON", "[]", "{}"])
def test_it_is_kept_whatever_is_stored_there(path: Path, dialect: str | None) -> None:
    if dialect is not None:
        store(path).keep(HERE, "qwen3", dialect)
    memory = StoredFailure(store(path), HERE, "qwen3", UNREADABLE)
    memory.forget()
    memory.keep("nothing")
    memory.keep("“No.”")
    assert memory.recall() == "“No.”"


@pytest.mark.parametrize("kind", REMEMBERED)
def test_it_is_forgotten_after_a_while(path: Path, kind: str) -> None:
    StoredFailure(store(path), HERE, "qwen3", kind).keep("“No.”")
    known_for = REMEMBERED[kind]
    for later, known in ((known_for - timedelta(seconds=1), True), (known_for, False)):
        then = ModelServerStore(path, now=lambda later=later: NOW + later)  # type: ignore[misc]
        assert (then.failure(HERE, "qwen3", kind) is not None) is known


def test_one_way_of_failing_is_not_another(path: Path) -> None:
    StoredFailure(store(path), HERE, "qwen3", UNREADABLE).keep("“No.”")
    failing = StoredFailure(store(path), HERE, "qwen3", FAILING)
    assert failing.recall() is None
    failing.keep("it is down")
    failing.forget()
    assert store(path).failure(HERE, "qwen3", UNREADABLE) == KnownFailure("“No.”", NOW)


def test_a_database_in_trouble_remembers_nothing_and_raises_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"no database at all" * 100)
    memory = StoredFailure(store(path), HERE, "qwen3", UNREADABLE)
    memory.keep("“No.”")
    memory.forget()
    assert memory.recall() is None
    assert StoredFailure(store(tmp_path / "none.db"), HERE, "qwen3", UNREADABLE).recall() is None
