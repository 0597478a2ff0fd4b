from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from paperlark.domain.errors import SecretUnusable
from paperlark.store.assistant_token import assistant_token, assistant_token_path


def test_it_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = assistant_token_path(tmp_path / "paperlark.db")
    token = assistant_token(path)
    assert assistant_token(path) == token
    assert len(token) >= 40
    assert path.name == "paperlark.db.assistant-token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_that_make_it_at_once_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(assistant_token, [tmp_path / "token"] * 8))
    assert len(found) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["token"]


def test_a_new_one_is_made_where_it_was_deleted(tmp_path: Path) -> None:
    path = tmp_path / "token"
    before = assistant_token(path)
    path.unlink()
    assert assistant_token(path) != before


@pytest.mark.parametrize(
    "content", ["", "short", "a" * 30 + " " + "b" * 30, "\u00e9" * 40, "x" * 600]
)
def test_what_is_no_token_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "token"
    path.write_text(content, "utf-8")
    path.chmod(0o600)
    with pytest.raises(SecretUnusable, match="is no token"):
        assistant_token(path)


def test_one_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("a" * 40)
    path.chmod(0o640)
    with pytest.raises(SecretUnusable, match="chmod 600"):
        assistant_token(path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretUnusable, match="--token-file"):
        assistant_token(tmp_path / "nowhere" / "token")
