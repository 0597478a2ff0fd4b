"""Publish a site atomically: readers always see the whole old site or the whole new one.

The published name is a symbolic link to one of several editions beside it. A new edition is
written into its own folder, sharing unchanged files with the previous edition by hard links. The
link is then replaced by one rename, so nobody sees files of two editions together. The previous
edition stays until the next build, for readers who still have it open.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Thread

from filelock import FileLock, Timeout

from paperlark.domain.errors import PublishError
from paperlark.domain.redaction import redacted
from paperlark.ports import Advance

_INVENTORY = ".paperlark-site.json"
"""In every edition: each file and the fingerprint of its inputs."""
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the site; `inputs` is a fingerprint of its inputs, `make` renders it."""

    path: PurePosixPath
    inputs: str
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Built:
    """Counts of a build: files rendered, and files reused."""

    made: int
    kept: int


def publish_files(files: Sequence[File], folder: Path, advance: Advance) -> Built:
    """Publish these files, and no others, under the name `folder`.

    Raises PublishError; the earlier site then stays published.
    """
    with _publish_errors(folder), _build_lock(folder):
        before = _published(folder)
        old = _old_editions(folder, before)
        edition = _next_edition(folder)
        with _removing_in_background(old):
            made = _fill(edition, files, before, advance)
            os.sync()  # a link to files that power failure has emptied would be worse than none
            _switch(folder, edition)
        return Built(made, len(files) - made)


def _fill(edition: Path, files: Sequence[File], before: Path | None, advance: Advance) -> int:
    """Write an edition; return how many files had to be rendered."""
    known = _inventory(before) if before else {}
    made = 0
    for file in files:
        target = edition / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (
            before
            and known.get(str(file.path)) == file.inputs
            and _reuse(before / file.path, target)
        ):
            target.write_bytes(redacted(file.make()))
            made += 1
        advance()
    inventory = {str(file.path): file.inputs for file in files}
    (edition / _INVENTORY).write_text(json.dumps(inventory, indent=0), "utf-8")
    return made


def _published(folder: Path) -> Path | None:
    """Return the published edition; refuse a folder that paperlark did not make."""
    if folder.is_symlink() and folder.resolve().parent == _editions(folder).resolve():
        return folder.resolve() if folder.is_dir() else None
    if folder.is_symlink() or folder.exists():
        raise PublishError(
            f"{folder} exists and is not a paperlark site", hint="choose another folder"
        )
    return None


def _editions(folder: Path) -> Path:
    return folder.parent / f".{folder.name}-editions"


def _next_edition(folder: Path) -> Path:
    editions = _editions(folder)
    numbers = [int(one.name) for one in editions.iterdir() if one.name.isdigit()]
    edition = editions / str(max(numbers, default=0) + 1)
    edition.mkdir()
    return edition


def _inventory(edition: Path) -> Mapping[str, str]:
    """Return the input fingerprints of an edition, empty if they cannot be read."""
    try:
        known = json.loads((edition / _INVENTORY).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _reuse(source: Path, target: Path) -> bool:
    """Hard-link a file of the previous edition; return False if it is gone."""
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        return False
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)
    return True


def _switch(folder: Path, edition: Path) -> None:
    new = folder.with_name(f".{folder.name}-next")
    new.unlink(missing_ok=True)
    new.symlink_to(edition.relative_to(folder.parent), target_is_directory=True)
    new.replace(folder)


def _old_editions(folder: Path, published: Path | None) -> Sequence[Path]:
    """Return editions older than the published one, and unfinished ones."""
    every = (one.resolve() for one in _editions(folder).iterdir() if one.is_dir())
    return [one for one in every if one != published]


@contextmanager
def _removing_in_background(folders: Sequence[Path]) -> Iterator[None]:
    """Remove old editions in a thread: it takes as long as linking the unchanged files."""

    def remove() -> None:
        for one in folders:
            shutil.rmtree(one, ignore_errors=True)

    thread = Thread(target=remove)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@contextmanager
def _build_lock(folder: Path) -> Iterator[None]:
    """Hold a file lock on the site; the lock of a killed process is released."""
    editions = _editions(folder)
    editions.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(editions / _LOCK, timeout=0):
            yield
    except Timeout as error:
        raise PublishError(
            f"the site {folder} is already being built", hint="wait until that has finished"
        ) from error


@contextmanager
def _publish_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PublishError(
            f"could not write the site {folder} ({error.strerror})",
            hint="check that its folder is writable and the disk has space",
        ) from error
