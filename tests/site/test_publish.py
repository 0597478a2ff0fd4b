"""The published folder is always a whole site: the old one or the new one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest

from paperlark.domain.errors import PublishError
from paperlark.site.publish import Built, File, publish_files


def _files(contents: dict[str, str], made: list[str] | None = None) -> tuple[File, ...]:
    def file(name: str, text: str) -> File:
        def make() -> bytes:
            if made is not None:
                made.append(name)
            return text.encode()

        return File(PurePosixPath(name), text, make)

    return tuple(file(name, text) for name, text in contents.items())


def _ignored(_units: int = 1, _spend: object = None, /) -> None:
    return


def _build(files: Sequence[File], folder: Path) -> Built:
    return publish_files(files, folder, _ignored)


def _published(folder: Path) -> dict[str, str]:
    inside = folder.resolve()
    return {
        str(file.relative_to(inside)): file.read_text()
        for file in sorted(inside.rglob("*"))
        if file.is_file() and not file.name.startswith(".")
    }


def test_files_are_published_and_no_others(tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert _build(_files({"index.html": "a", "2025/02/index.html": "b"}), site) == Built(2, 0)
    assert _build(_files({"index.html": "a", "2026/index.html": "c"}), site) == Built(1, 1)
    assert _published(site) == {"index.html": "a", "2026/index.html": "c"}


def test_what_is_made_of_the_same_is_not_made_again(tmp_path: Path) -> None:
    made: list[str] = []
    _build(_files({"one": "1", "two": "2"}, made), tmp_path / "site")
    _build(_files({"one": "1", "two": "changed"}, made), tmp_path / "site")
    assert made == ["one", "two", "two"]


def test_a_removed_file_is_made_again(tmp_path: Path) -> None:
    site = tmp_path / "site"
    _build(_files({"one": "1", "two": "2"}), site)
    (site / "one").unlink()
    assert _build(_files({"one": "1", "two": "2"}), site) == Built(1, 1)
    assert _published(site) == {"one": "1", "two": "2"}


def test_a_page_that_cannot_be_made_leaves_the_site_of_before(tmp_path: Path) -> None:
    site = tmp_path / "site"
    _build(_files({"one": "1", "two": "2"}), site)

    def fail() -> bytes:
        raise PublishError("no such thing")

    broken = File(PurePosixPath("two"), "other", fail)
    with pytest.raises(PublishError, match="no such thing"):
        _build((*_files({"one": "new"}), broken), site)
    assert _published(site) == {"one": "1", "two": "2"}
    _build(_files({"one": "new"}), site)
    assert _published(site) == {"one": "new"}


def test_the_edition_before_stays_and_no_other(tmp_path: Path) -> None:
    site = tmp_path / "site"
    for text in "abcd":
        _build(_files({"index.html": text}), site)
    editions = [one for one in (tmp_path / ".site-editions").iterdir() if one.is_dir()]
    assert sorted((one / "index.html").read_text() for one in editions) == ["c", "d"]


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path, kind: str) -> None:
    site, other = tmp_path / "site", tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("Dear reader")
    if kind == "folder":
        other.rename(site)
    elif kind == "file":
        site.write_text("Dear reader")
    else:
        site.symlink_to(other)
    with pytest.raises(PublishError, match=r"exists and is not a paperlark site: choose another"):
        _build(_files({"index.html": "a"}), site)
    kept = {"folder": site / "letter.txt", "file": site, "link": other / "letter.txt"}[kind]
    assert kept.read_text() == "Dear reader"


def test_an_unwritable_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PublishError, match=r"could not write the site"):
        _build(_files({"index.html": "a"}), tmp_path / "file" / "site")


def test_a_second_build_at_the_same_time_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"

    def build_too() -> bytes:
        with pytest.raises(PublishError, match="is already being built: wait"):
            _build(_files({"one": "1"}), site)
        return b"made"

    _build((File(PurePosixPath("one"), "1", build_too),), site)
    assert _published(site) == {"one": "made"}


def test_a_path_through_a_link_makes_no_difference(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    for text in "abc":
        _build(_files({"index.html": text, "same": "same"}), tmp_path / "linked" / "site")
    assert _published(tmp_path / "real" / "site") == {"index.html": "c", "same": "same"}


def test_an_inventory_that_somebody_broke_has_all_made_again(tmp_path: Path) -> None:
    site = tmp_path / "site"
    _build(_files({"one": "1"}), site)
    (site / ".paperlark-site.json").write_text("{")
    assert _build(_files({"one": "1"}), site) == Built(1, 0)


_BUILDER = """
import sys
from pathlib import Path, PurePosixPath
from paperlark.site.publish import File, publish_files
for edition in range(int(sys.argv[2]), 1000):
    text = str(edition)
    files = [File(PurePosixPath(f"{n}/page"), f"{text} {n}" if n % 2 else "same",
                  lambda n=n: (text if n % 2 else "same").encode()) for n in range(60)]
    publish_files(files, Path(sys.argv[1]), lambda *_: None)
"""


@pytest.mark.slow
def test_killed_at_any_moment_the_site_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    site, chance = tmp_path / "site", random.Random(7)  # noqa: S311
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    seen: set[str] = set()
    for attempt in range(12):
        before = site.readlink() if site.is_symlink() else None
        builder = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _BUILDER, str(site), str(attempt)], env=environment
        )
        while (site.readlink() if site.is_symlink() else None) == before:
            assert builder.poll() is None
            time.sleep(0.001)  # and leave it the processor
        time.sleep(chance.uniform(0.0, 0.05))
        builder.send_signal(signal.SIGKILL)
        builder.wait()
        pages = _published(site)
        assert len(pages) == 60
        assert {pages[f"{n}/page"] for n in range(0, 60, 2)} == {"same"}
        editions = {pages[f"{n}/page"] for n in range(1, 60, 2)}
        assert len(editions) == 1
        seen |= editions
    assert len(seen) > 1
