from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.archive import CacheEntry, PaperVector
from paperlark.domain.paper import PaperId
from paperlark.ports import Cache
from paperlark.store.database import open_database
from paperlark.store.derived import CacheStore, EncodingStore, VectorStore
from paperlark.testing import FakeCache


@pytest.fixture(params=["sqlite", "fake"])
def scratch(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cache]:
    if request.param == "fake":
        yield FakeCache()
        return
    path = tmp_path / "paperlark.db"
    with open_database(path) as connection:
        yield CacheStore(connection, path)


def test_what_was_kept_is_found_as_long_as_it_is_made_of_the_same(scratch: Cache) -> None:
    scratch.keep([CacheEntry("facts", "a", b"\x00one"), CacheEntry("other", "a", b"two")])
    assert scratch.find("facts", "a") == b"\x00one"
    assert scratch.find("facts", "b") is None
    scratch.keep([CacheEntry("facts", "b", b"three")])
    assert (scratch.find("facts", "a"), scratch.find("facts", "b")) == (None, b"three")
    assert scratch.find("other", "a") == b"two"


def test_many_are_found_at_once_each_as_made_of_the_same(scratch: Cache) -> None:
    scratch.keep(CacheEntry(f"reader {at}", f"{at}", bytes([at])) for at in range(100))
    wanted = {f"reader {at}": f"{at}" for at in range(0, 200, 2)} | {"reader 0": "1"}
    assert scratch.find_all(wanted) == {f"reader {at}": bytes([at]) for at in range(2, 100, 2)}
    assert scratch.find_all({}) == {}


def test_scraps_outlive_the_connection(tmp_path: Path) -> None:
    path = tmp_path / "paperlark.db"
    with open_database(path) as connection:
        CacheStore(connection, path).keep([CacheEntry("facts", "a", b"one")])
    with open_database(path) as connection:
        assert CacheStore(connection, path).find("facts", "a") == b"one"


def test_thousands_of_encodings_are_found_in_one_call(tmp_path: Path) -> None:
    path = tmp_path / "paperlark.db"
    with open_database(path) as connection:
        store = EncodingStore(connection, path)
        kept = {f"{number}".encode(): f"words of {number}".encode() for number in range(3_000)}
        store.keep(kept)
        assert store.find([*kept, b"unknown"]) == kept
        assert store.find([]) == {}


def test_vectors_come_in_the_order_in_which_they_were_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "paperlark.db"
    with open_database(path) as connection:
        store = VectorStore(connection, path)
        papers = [PaperId(f"2503.{number:05}") for number in range(1_200)]
        day = date(2025, 3, 31)
        store.keep((PaperVector(paper, day, "A title", b"\0\0") for paper in papers), "space")
        asked = [*reversed(papers), PaperId("2503.99999")]
        assert list(store.find(asked, "space")) == asked[:-1]
        assert store.find(asked, "another space") == {}
