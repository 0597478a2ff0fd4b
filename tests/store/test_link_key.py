"""The key of links is made once, whole, and for its owner alone."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from paperlark.domain.errors import StoreError
from paperlark.store.link_key import link_key, link_key_path


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    database = tmp_path / "paperlark.db"
    key = link_key(database)
    assert len(key) == 32
    assert link_key(database) == key
    assert link_key(tmp_path / "other.db") != key
    path = link_key_path(database)
    assert path.read_bytes() == key
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {one.name for one in tmp_path.iterdir()} == {
        "paperlark.db.link-key",
        "other.db.link-key",
    }


def test_all_who_ask_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(link_key, [tmp_path / "paperlark.db"] * 40))) == 1


def test_a_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    path = link_key_path(tmp_path / "paperlark.db")
    path.write_bytes(b"short")
    with pytest.raises(StoreError, match="is no key of links"):
        link_key(tmp_path / "paperlark.db")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read or made"):
        link_key(tmp_path / "nowhere" / "paperlark.db")
