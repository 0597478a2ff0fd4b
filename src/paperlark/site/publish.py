"""Publish a site into a folder that stays where it is, file by file, each replaced atomically.

The folder may be served, mounted or held open, so it is neither replaced nor a link. What is new
is made beside it, in a hidden folder on the same file system, before anything is touched. Then
files take their places so that no page is shown before what it links to: folders and files that
are new, then those that changed from the deepest up to the front page; what is gone is deleted
last. The inventory never says more than what is certainly there, so that the build after one that
was killed makes the rest.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from filelock import FileLock, Timeout

from paperlark.domain.errors import PublishError
from paperlark.domain.redaction import redacted
from paperlark.ports import Advance

_INVENTORY = ".paperlark-site.json"
"""Each file of the site and the fingerprint of its inputs, empty while it is being replaced."""
_STAGING = ".paperlark-next"
"""Files that are not published yet; inside, because a mounted folder has nothing beside it."""
_LOCK = ".paperlark-site.lock"
_OF_A_DISK = "lost+found"


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
    """Make these the files of the site in `folder`, and delete those of the site before.

    Files that paperlark did not write stay. Raises PublishError; where a file cannot be made or
    there is no room for it, the earlier site is untouched.
    """
    with _publish_errors(folder):
        _migrate(folder)
        folder = folder.resolve()  # the reader's own link to another disk
        _check_ours(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder / _LOCK, folder):
            return _publish(files, folder, advance)


def site_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of the site in `folder` that paperlark wrote, none where there is no site.

    Files of others are left out, and so is what a link leads out of the folder.
    """
    known = (*_inventory(folder), *((_INVENTORY, _LOCK) if (folder / _INVENTORY).exists() else ()))
    inside = folder.resolve()
    found = (folder / path for path in known)
    return tuple(one for one in found if one.is_file() and one.resolve().is_relative_to(inside))


def _publish(files: Sequence[File], folder: Path, advance: Advance) -> Built:
    known = _inventory(folder)
    inventory = {str(file.path): file.inputs for file in files}
    with _staging(folder) as staging:
        staged: dict[PurePosixPath, Path] = {}
        for file in files:
            if known.get(str(file.path)) != file.inputs or not (folder / file.path).is_file():
                # No name that a page could have: nothing in here is part of the site.
                staged[file.path] = staging / str(len(staged))
                staged[file.path].write_bytes(redacted(file.make()))
            advance()
        if staged or known != inventory:
            if hasattr(os, "sync"):  # not on Windows
                os.sync()  # a page that power failure has emptied would be worse than none
            unsure = dict.fromkeys(map(str, staged), "")
            _write_inventory({**known, **unsure}, folder, staging)
            _place(staged, folder, staging)
            _delete(set(known) - set(inventory), folder)
            _write_inventory(inventory, folder, staging)
    return Built(len(staged), len(files) - len(staged))


def _place(staged: Mapping[PurePosixPath, Path], folder: Path, staging: Path) -> None:
    """Move files to their places, each after those that it links to.

    A folder that is new appears with all its files at once, as pages in it link to one another.
    """
    new_folders: dict[PurePosixPath, list[PurePosixPath]] = {}
    new: list[PurePosixPath] = []
    changed: list[PurePosixPath] = []
    for path in sorted(staged, key=_deepest_first):
        if top := _new_folder(path, folder):
            new_folders.setdefault(top, []).append(path)
        else:
            (changed if (folder / path).exists() else new).append(path)
    for number, (top, inside) in enumerate(new_folders.items()):
        whole = staging / f"folder-{number}"
        for path in inside:
            target = whole / path.relative_to(top)
            target.parent.mkdir(parents=True, exist_ok=True)
            staged[path].rename(target)
        whole.rename(folder / top)
    for path in (*new, *changed):
        staged[path].replace(folder / path)


def _deepest_first(path: PurePosixPath) -> tuple[int, bool]:
    """Order files by links: days, months, years, home, front; a page after its papers' files."""
    return -len(path.parts), path.suffix == ".html"


def _new_folder(path: PurePosixPath, folder: Path) -> PurePosixPath | None:
    """Return the outermost folder of a file that is not there yet."""
    outermost_first = reversed(path.parents)
    return next((one for one in outermost_first if not (folder / one).exists()), None)


def _delete(gone: set[str], folder: Path) -> None:
    """Delete files that are no longer part of the site, and folders that this empties."""
    for path in sorted(map(PurePosixPath, gone), key=lambda one: len(one.parts)):
        (folder / path).unlink(missing_ok=True)
        with suppress(OSError):  # it has other files
            for parent in path.parents[:-1]:
                (folder / parent).rmdir()


def _inventory(folder: Path) -> dict[str, str]:
    """Return the input fingerprints of a site's files, empty if they cannot be read."""
    try:
        known = json.loads((folder / _INVENTORY).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    # What it names may be deleted, and a folder can come from anywhere.
    return {path: str(inputs) for path, inputs in known.items() if _is_inside(path)}


def _is_inside(path: str) -> bool:
    # On Windows a path with a drive or a root leaves the folder that it is joined to.
    read = (PurePosixPath(path), PureWindowsPath(path))
    return path != "" and not any(one.anchor or ".." in one.parts for one in read)


def _write_inventory(inventory: Mapping[str, str], folder: Path, staging: Path) -> None:
    beside = staging / "inventory"
    beside.write_text(json.dumps(inventory, indent=0), "utf-8")
    beside.replace(folder / _INVENTORY)


def _check_ours(folder: Path) -> None:
    """Refuse a folder with files that are not a site's; hidden ones, as git's, are no obstacle."""
    if not folder.exists() or (folder / _INVENTORY).exists():
        return
    if not folder.is_dir() or any(
        one.name != _OF_A_DISK and not one.name.startswith(".") for one in folder.iterdir()
    ):
        raise PublishError(
            f"{folder} exists and is not a paperlark site", hint="choose another folder"
        )


def _migrate(folder: Path) -> None:
    """Replace the layout of earlier versions: a link to one of several hidden editions.

    The edition that is published becomes the folder, so that who holds it open keeps seeing it.
    """
    editions = folder.parent / f".{folder.name}-editions"
    linked = folder.is_symlink() and folder.readlink().parent.name == editions.name
    if not editions.is_dir():
        if linked:  # the link was copied without what it leads to
            folder.unlink()
        return
    with _lock(editions / ".lock", folder):
        if linked or not folder.exists():
            whole = (one for one in editions.iterdir() if (one / _INVENTORY).is_file())
            published = folder.resolve() if linked else max(whole, key=_edition, default=folder)
            folder.unlink(missing_ok=True)
            if published.is_dir():
                published.rename(folder)
        ours = (folder / _INVENTORY).exists()
    if ours or not folder.exists():
        shutil.rmtree(editions)


def _edition(folder: Path) -> int:
    return int(folder.name) if folder.name.isdigit() else 0


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Yield an empty folder for files that are not published yet, and delete it."""
    staging = folder / _STAGING
    shutil.rmtree(staging, ignore_errors=True)  # a killed build's
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _lock(file: Path, folder: Path) -> Iterator[None]:
    """Hold a file lock on the site; the lock of a killed process is released."""
    try:
        with FileLock(file, timeout=0):
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
