"""The contract of PaperEncodings, run against each implementation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from paperlark.ports import PaperEncodings
from paperlark.store import derived
from paperlark.store.database import open_database
from paperlark.store.derived import EncodingStore
from paperlark.testing.kept import FakeEncodings
from standins.postgresql import OpenEngine


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def encodings(
    request: pytest.FixtureRequest, tmp_path: Path, open_engine: OpenEngine
) -> Iterator[PaperEncodings]:
    if request.param == "fake":
        yield FakeEncodings()
        return
    path = tmp_path / "store.db"
    with open_engine(request.param) as connection:
        yield EncodingStore(connection, path)


def test_what_is_kept_is_found_and_nothing_else(encodings: PaperEncodings) -> None:
    encodings.keep({b"one": b"1", b"two": b""})
    assert encodings.find([b"two", b"three", b"one"]) == {b"one": b"1", b"two": b""}


def test_the_later_of_two_counts(encodings: PaperEncodings) -> None:
    encodings.keep({b"one": b"1"})
    encodings.keep({b"one": b"2"})
    assert encodings.find([b"one"]) == {b"one": b"2"}


def test_the_oldest_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "_MOST_ENCODINGS", 3)
    path = tmp_path / "store.db"
    with open_database(path) as connection:
        store = EncodingStore(connection, path)
        for number in range(5):
            store.keep({b"%d" % number: b""})
        assert list(store.find([b"%d" % number for number in range(5)])) == [b"2", b"3", b"4"]


def test_a_reading_command_keeps_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_database(path) as connection:
        EncodingStore(connection, path, read_only=True).keep({b"one": b"1"})
        assert EncodingStore(connection, path).find([b"one"]) == {}
