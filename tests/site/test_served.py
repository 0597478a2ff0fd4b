"""The published folder as people use it: served, mounted, zipped, copied, without links."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from standins import sites
from standins.crawling import Reader, crawl, held_open
from standins.links import broken
from standins.sites import LATEST, PAGES, Reading


def _growing() -> Iterator[tuple[Reading, ...]]:
    """Yield an archive after each of its days; the last days are made a second time."""
    judged, unjudged = sites.ordinary()
    for last in (*range(1, len(judged.digests) + 1), len(judged.digests) - 1, len(judged.digests)):
        yield replace(judged, digests=judged.digests[:last]), unjudged


def _newest(address: str) -> bool:
    pages, gone = crawl(address)
    return f"{address}{PAGES['day']}" in pages and gone == []


@pytest.mark.slow
def test_a_folder_held_open_by_a_server_is_whole_at_every_moment(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    archives = list(_growing())
    sites.publish(archives[0], site)
    with held_open(site) as address:
        assert not _newest(address)
        with Reader(address).reading() as reader:
            for archive in archives[1:]:
                sites.publish(archive, site)
        assert _newest(address)
    assert reader.rounds >= 1
    assert reader.broken == []


@pytest.mark.slow
def test_a_folder_that_is_mounted_elsewhere_shows_the_newest_there(tmp_path: Path) -> None:
    site, mounted = tmp_path / "site", tmp_path / "mounted"
    site.mkdir()
    mounted.mkdir()
    if _mount("--bind", str(site), str(mounted)):
        pytest.skip("this account may not mount a folder")
    try:
        for archive in _growing():
            sites.publish(archive, site)
            assert broken(mounted) == []
        assert (mounted / PAGES["day"]).is_file()
        # A container has the mount and nothing else: no folder beside it, another file system.
        sites.publish(next(_growing()), mounted)
        assert not (site / PAGES["day"]).exists()
    finally:
        subprocess.run(["umount", mounted], check=True)  # noqa: S603, S607


def _mount(*arguments: str) -> int:
    program = shutil.which("mount")
    if program is None:
        return 1
    return subprocess.run([program, *arguments], check=False, capture_output=True).returncode  # noqa: S603


def test_a_site_is_whole_after_it_was_zipped_and_unzipped(tmp_path: Path) -> None:
    archives = list(_growing())
    sites.publish(archives[0], tmp_path / "site")
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "site")
    shutil.unpack_archive(packed, tmp_path / "unpacked")
    assert _files(tmp_path / "unpacked") == _files(tmp_path / "site")
    sites.publish(archives[-1], tmp_path / "unpacked")
    sites.publish(archives[-1], tmp_path / "at-once")
    assert _files(tmp_path / "unpacked") == _files(tmp_path / "at-once")
    assert broken(tmp_path / "unpacked") == []


def test_a_copy_of_a_site_is_a_site(tmp_path: Path) -> None:
    archives = list(_growing())
    sites.publish(archives[0], tmp_path / "site")
    shutil.copytree(tmp_path / "site", tmp_path / "copy", symlinks=True)
    sites.publish(archives[-1], tmp_path / "site")
    assert not (tmp_path / "copy" / PAGES["day"]).exists()  # it is nothing but a copy
    sites.publish(archives[-1], tmp_path / "copy")
    assert _files(tmp_path / "copy") == _files(tmp_path / "site")


def test_a_site_needs_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1314, "A required privilege is not held by the client")

    for name in ("symlink", "link"):
        monkeypatch.setattr(os, name, refuse)
    monkeypatch.delattr(os, "sync")
    for archive in _growing():
        sites.publish(archive, tmp_path / "site")
        assert broken(tmp_path / "site") == []
    assert f"{LATEST:%Y/%m/%d}" in (tmp_path / "site" / "index.html").read_text()


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }
