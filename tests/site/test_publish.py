"""The published folder stays, and every link in it works at every moment."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import pytest

from paperlark.domain.errors import PublishError
from paperlark.site.publish import Built, File, _is_inside, publish_files


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


def test_the_folder_stays_the_same_and_nothing_else_is_left_in_it(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()  # as Docker makes what it mounts
    folder = site.stat().st_ino
    for text in "abcd":
        _build(_files({"index.html": text}), site)
    assert site.stat().st_ino == folder
    assert {one.name for one in site.iterdir()} == {
        "index.html",
        ".paperlark-site.json",
        ".paperlark-site.lock",
    }
    assert [one.name for one in tmp_path.iterdir()] == ["site"]


def test_files_of_others_stay(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / ".git").mkdir(parents=True)
    _build(_files({"index.html": "a", "2025/index.html": "b"}), site)
    (site / "CNAME").write_text("papers.example.org")
    (site / "2025" / "notes.txt").write_text("mine")
    _build(_files({"index.html": "a"}), site)
    assert _published(site) == {
        "2025/notes.txt": "mine",
        "CNAME": "papers.example.org",
        "index.html": "a",
    }
    assert (site / ".git").is_dir()


def test_what_links_to_a_file_is_published_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, moved = tmp_path / "site", []
    first = {"index.html": "1", "me/index.html": "1", "me/2025/02/25/index.html": "1"}
    _build(_files(first), site)
    rename, replace = Path.rename, Path.replace

    def note(one: Path, target: Path, move: Callable[[Path, Path], Path]) -> Path:
        if target.is_relative_to(site) and ".paperlark-next" not in target.parts:
            moved.append(str(target.relative_to(site)))
        return move(one, target)

    monkeypatch.setattr(Path, "rename", lambda one, to: note(one, to, rename))
    monkeypatch.setattr(Path, "replace", lambda one, to: note(one, to, replace))
    second = {
        "index.html": "2",
        "me/index.html": "2",
        "me/2025/02/25/index.html": "2",
        "me/2025/02/25/papers.bib": "2",
        "me/2025/02/26/index.html": "2",
        "me/2025/02/26/others/index.html": "2",
    }
    _build(_files(second), site)
    assert moved == [
        ".paperlark-site.json",
        "me/2025/02/26",
        "me/2025/02/25/papers.bib",
        "me/2025/02/25/index.html",
        "me/index.html",
        "index.html",
        ".paperlark-site.json",
    ]


@pytest.mark.parametrize("path", ["../letter.txt", "/letter.txt", ""])
def test_an_inventory_deletes_nothing_outside(tmp_path: Path, path: str) -> None:
    site, letter = tmp_path / "site", tmp_path / "letter.txt"
    _build(_files({"one": "1"}), site)
    letter.write_text("Dear reader")
    named = path.replace("/letter", f"{tmp_path}/letter") if path.startswith("/") else path
    (site / ".paperlark-site.json").write_text(json.dumps({named: "", "one": "1"}))
    _build(_files({"one": "1"}), site)
    assert letter.read_text() == "Dear reader"


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("me/2025/02/25/index.html", True),
        ("", False),
        ("/etc/passwd", False),
        ("a/../../b", False),
        ("C:letter.txt", False),
        ("C:/letter.txt", False),
        ("\\letter.txt", False),
        ("me\\..\\..\\letter.txt", False),
    ],
)
def test_what_leaves_the_folder_on_any_system_is_not_of_the_site(
    path: str, *, inside: bool
) -> None:
    assert _is_inside(path) is inside


def _as_before(tmp_path: Path, contents: dict[str, str]) -> Path:
    """Lay a site out as it was until it became a folder: a link to one of several editions."""
    site = tmp_path / "site"
    _build(_files(contents), site)
    editions = tmp_path / ".site-editions"
    editions.mkdir()
    (editions / ".lock").touch()
    (editions / "6").mkdir()
    site.rename(editions / "7")
    site.symlink_to(".site-editions/7", target_is_directory=True)
    return site


def test_a_link_to_an_edition_becomes_a_folder_that_stays_open(tmp_path: Path) -> None:
    site = _as_before(tmp_path, {"one": "1", "two": "2"})
    folder = site.stat().st_ino
    assert _build(_files({"one": "1", "three": "3"}), site) == Built(1, 1)
    assert not site.is_symlink()
    assert site.stat().st_ino == folder
    assert [one.name for one in tmp_path.iterdir()] == ["site"]
    assert _published(site) == {"one": "1", "three": "3"}


def test_a_build_killed_while_the_link_was_replaced_is_completed(tmp_path: Path) -> None:
    site = _as_before(tmp_path, {"one": "1"})
    site.unlink()
    assert _build(_files({"one": "1"}), site) == Built(0, 1)
    assert _published(site) == {"one": "1"}
    assert [one.name for one in tmp_path.iterdir()] == ["site"]


def test_a_link_that_was_copied_without_its_edition_becomes_a_folder(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.symlink_to(".site-editions/7", target_is_directory=True)
    _build(_files({"one": "1"}), site)
    assert not site.is_symlink()
    assert _published(site) == {"one": "1"}


def test_a_link_of_the_readers_own_stays_a_link(tmp_path: Path) -> None:
    site, disk = tmp_path / "site", tmp_path / "disk"
    disk.mkdir()
    site.symlink_to(disk)
    _build(_files({"one": "1"}), site)
    assert site.is_symlink()
    assert _published(disk) == {"one": "1"}


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
    # Each edition has a new page, a changed front page that links to it, and one page less.
    pages = {f"{n}/index.html": f"page {n}" for n in range(edition, edition + 40)}
    pages["index.html"] = "\\n".join(pages)
    files = [File(PurePosixPath(path), text, text.encode) for path, text in pages.items()]
    publish_files(files, Path(sys.argv[1]), lambda *_: None)
"""


@pytest.mark.slow
def test_killed_at_any_moment_every_link_works_and_the_next_build_mends_it(tmp_path: Path) -> None:
    site, chance = tmp_path / "site", random.Random(7)  # noqa: S311
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    front = site / "index.html"
    seen = set()
    for attempt in range(12):
        before = front.read_text() if front.exists() else None
        builder = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _BUILDER, str(site), str(attempt * 50)], env=environment
        )
        while (front.read_text() if front.exists() else None) == before:
            assert builder.poll() is None
            time.sleep(0.001)  # and leave it the processor
        time.sleep(chance.uniform(0.0, 0.05))
        builder.send_signal(signal.SIGKILL)
        builder.wait()
        linked = front.read_text().splitlines()
        assert len(linked) == 40
        for path in linked:
            assert (site / path).read_text() == f"page {path.split('/')[0]}"
        seen.add(linked[0])
    assert len(seen) == 12
    _build(_files({"index.html": "mended"}), site)
    assert [one.name for one in site.iterdir() if not one.name.startswith(".")] == ["index.html"]
    assert not (site / ".paperlark-next").exists()
