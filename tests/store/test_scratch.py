from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from paperlark.domain.archive import Scrap
from paperlark.ports import Scratch
from paperlark.store.database import open_database
from paperlark.store.scratch import ScratchStore
from paperlark.testing import FakeScratch


@pytest.fixture(params=["sqlite", "fake"])
def scratch(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scratch]:
    if request.param == "fake":
        yield FakeScratch()
        return
    path = tmp_path / "paperlark.db"
    with open_database(path) as connection:
        yield ScratchStore(connection, path)


def test_what_was_kept_is_found_as_long_as_it_is_made_of_the_same(scratch: Scratch) -> None:
    scratch.keep([Scrap("facts", "a", b"\x00one"), Scrap("other", "a", b"two")])
    assert scratch.find("facts", "a") == b"\x00one"
    assert scratch.find("facts", "b") is None
    scratch.keep([Scrap("facts", "b", b"three")])
    assert (scratch.find("facts", "a"), scratch.find("facts", "b")) == (None, b"three")
    assert scratch.find("other", "a") == b"two"


def test_scraps_outlive_the_connection(tmp_path: Path) -> None:
    path = tmp_path / "paperlark.db"
    with open_database(path) as connection:
        ScratchStore(connection, path).keep([Scrap("facts", "a", b"one")])
    with open_database(path) as connection:
        assert ScratchStore(connection, path).find("facts", "a") == b"one"
