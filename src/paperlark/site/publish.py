"""Files in, a published folder out: always a whole site, the old one or the new one.

The published name is a link to one of several editions beside it. A new edition is written in a
folder of its own, taking over from the one before what is made of the same, and the link is then
replaced in one rename: who reads meanwhile finds no file of one edition beside one of another. The
edition before stays until the next one, for those who are reading it.
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
from paperlark.ports import Advance

_INVENTORY = ".paperlark-site.json"
"""In every edition: each file and what it was made of."""
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the site: `made_of` names all that its content depends on, `make` gives it."""

    path: PurePosixPath
    made_of: str
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: how many files it made, and how many it took over."""

    made: int
    kept: int


def build(files: Sequence[File], folder: Path, advance: Advance) -> Built:
    """Publish these files, and no others, under the name `folder`.

    Raises PublishError; then what was published before still is.
    """
    with _told(folder), _alone(folder):
        before = _published(folder)
        old = _editions_but(folder, before)
        edition = _next_edition(folder)
        with _removing(old):
            made = _fill(edition, files, before, advance)
            os.sync()  # a link to files that power failure has emptied would be worse than none
            _switch(folder, edition)
        return Built(made, len(files) - made)


def _fill(edition: Path, files: Sequence[File], before: Path | None, advance: Advance) -> int:
    """Write an edition, and give how many files were not to be had from the one before."""
    known = _inventory(before) if before else {}
    made = 0
    for file in files:
        target = edition / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (
            before
            and known.get(str(file.path)) == file.made_of
            and _take_over(before / file.path, target)
        ):
            target.write_bytes(file.make())
            made += 1
        advance()
    inventory = {str(file.path): file.made_of for file in files}
    (edition / _INVENTORY).write_text(json.dumps(inventory, indent=0), "utf-8")
    return made


def _published(folder: Path) -> Path | None:
    """Find the edition that the name stands for; refuse a folder that is not ours."""
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
    """Read what an edition is made of; one without a readable list is made anew."""
    try:
        known = json.loads((edition / _INVENTORY).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _take_over(source: Path, target: Path) -> bool:
    """Share a file with the edition before, for it is never written again; False if it is gone."""
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        return False
    except OSError:  # a file system that knows no such thing
        shutil.copyfile(source, target)
    return True


def _switch(folder: Path, edition: Path) -> None:
    new = folder.with_name(f".{folder.name}-next")
    new.unlink(missing_ok=True)
    new.symlink_to(edition.relative_to(folder.parent), target_is_directory=True)
    new.replace(folder)


def _editions_but(folder: Path, published: Path | None) -> Sequence[Path]:
    """Give those before the one that is published, and those that were never finished."""
    every = (one.resolve() for one in _editions(folder).iterdir() if one.is_dir())
    return [one for one in every if one != published]


@contextmanager
def _removing(folders: Sequence[Path]) -> Iterator[None]:
    """Remove meanwhile what nobody reads any more: it takes as long as taking over the rest."""

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
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from building the same site meanwhile; who was killed keeps nobody off."""
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
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PublishError(
            f"could not write the site {folder} ({error.strerror})",
            hint="check that its folder is writable and the disk has space",
        ) from error
