from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from paperlark.day.publish import check_writable, publish, withdraw
from paperlark.domain.digest import Page
from paperlark.domain.errors import PublishError
from paperlark.domain.redaction import remember


def _page(name: str, content: bytes = b"new") -> Page:
    return Page(PurePosixPath(name), "text/plain", content)


def test_pages_are_written_and_their_paths_returned(tmp_path: Path) -> None:
    paths = publish([_page("a.html"), _page("deep/b.md")], tmp_path)
    assert paths == (tmp_path / "a.html", tmp_path / "deep" / "b.md")
    assert [path.read_bytes() for path in paths] == [b"new", b"new"]
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o644, 0o644]


def test_a_page_that_cannot_be_written_leaves_all_old_ones(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"old")
    (tmp_path / "file").touch()
    with pytest.raises(PublishError, match="--out"):
        publish([_page("a.html"), _page("file/b.md")], tmp_path)
    assert (tmp_path / "a.html").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "file"]


def test_a_folder_with_the_name_of_a_page_leaves_all_old_ones(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"old")
    (tmp_path / "b.md" / "x").mkdir(parents=True)
    with pytest.raises(PublishError, match=r"b\.md is a folder"):
        publish([_page("a.html"), _page("b.md")], tmp_path)
    assert (tmp_path / "a.html").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.md"]


def test_temporary_files_of_a_killed_run_are_deleted(tmp_path: Path) -> None:
    (tmp_path / ".a.html.x1y2z3").write_bytes(b"ha")
    publish([_page("a.html")], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_an_unusable_folder_is_an_error_before_anything_is_paid(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PublishError, match="cannot write to the output folder"):
        check_writable(tmp_path / "file" / "pages")


def test_a_missing_folder_is_created_empty(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "pages")
    assert list((tmp_path / "new" / "pages").iterdir()) == []


def test_a_file_that_is_no_longer_true_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "a.failed.json").touch()
    withdraw(PurePosixPath("a.failed.json"), tmp_path)
    withdraw(PurePosixPath("a.failed.json"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_private_file_is_for_its_owner_alone_and_none_holds_a_secret(tmp_path: Path) -> None:
    remember("sk-proj-Xy12aB34cD56")
    said = b"401: Bearer sk-proj-Xy12aB34cD56"
    record = Page(PurePosixPath("failed.json"), "application/json", said, private=True)
    paths = publish([record, _page("a.html", said)], tmp_path)
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o600, 0o644]
    assert {path.read_bytes() for path in paths} == {b"401: Bearer [secret]"}
