"""A new profile on the disk: both files or neither, and nothing overwritten."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from paperlark.domain.errors import Problem, ProfileError

PROFILE, CRITERIA = "paperlark.toml", "criteria.md"


def check_folder(folder: Path) -> None:
    """See that a profile can be written into a folder, before anybody is asked anything.

    Raises ProfileError.
    """
    here = folder.absolute()
    there = [path for path in (here / PROFILE, here / CRITERIA) if path.exists()]
    if there:
        problems = tuple(Problem(path, None, "is already there") for path in there)
        raise ProfileError(problems, mend="nothing was written; choose another folder")
    nearest = next(path for path in (here, *here.parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        problem = Problem(folder, None, "cannot be written")
        raise ProfileError((problem,), mend="choose another folder")


def write_files(folder: Path, profile: str, criteria: str) -> tuple[Path, Path]:
    """Write `paperlark.toml` and `criteria.md` into the folder, and give their paths.

    Raises ProfileError when either is already there or cannot be written; nothing half-done is
    left.
    """
    check_folder(folder)
    texts = {folder / PROFILE: profile, folder / CRITERIA: criteria}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(texts)
    except OSError as error:
        problem = Problem(folder, None, f"cannot be written ({error.strerror})")
        raise ProfileError((problem,), mend="choose another folder") from error
    return folder / PROFILE, folder / CRITERIA


def _write(texts: Mapping[Path, str]) -> None:
    written: list[Path] = []
    try:
        for path, text in texts.items():
            # Made anew: what somebody else wrote in the meantime stays.
            with path.open("x", encoding="utf-8", newline="\n") as file:
                written.append(path)
                file.write(text)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
