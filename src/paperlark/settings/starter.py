"""A new reader's two files, commented so that they can be filled in without a manual."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files as resources
from pathlib import Path

from paperlark.domain.errors import Problem, ProfileError

PROFILE, CRITERIA = "paperlark.toml", "criteria.md"


def write_starter(folder: Path, *, name: str, categories: Sequence[str]) -> tuple[Path, Path]:
    """Write `paperlark.toml` and `criteria.md` into the folder, and give their paths.

    Raises ProfileError when either is already there, cannot be written, or the name cannot
    stand in a profile; nothing is ever overwritten, and nothing half-done is left.
    """
    if not name.strip() or not name.isprintable():
        problem = Problem(folder / PROFILE, None, f"{name!r} cannot be a page's title")
        raise ProfileError((problem,), mend="give another --name")
    files = {
        folder / PROFILE: _filled(_template(PROFILE), name, categories),
        folder / CRITERIA: _template(CRITERIA),
    }
    try:
        there = tuple(Problem(path, None, "is already there") for path in files if path.exists())
        if there:
            raise ProfileError(there, mend="nothing was written; choose another folder")
        folder.mkdir(parents=True, exist_ok=True)
        _write(files)
    except OSError as error:
        problem = Problem(folder, None, f"cannot be written ({error.strerror})")
        raise ProfileError((problem,), mend="choose another folder") from error
    return folder / PROFILE, folder / CRITERIA


def _write(texts: Mapping[Path, str]) -> None:
    """Write all of the files or none."""
    written: list[Path] = []
    try:
        for path, text in texts.items():
            written.append(path)
            path.write_text(text, "utf-8")
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _filled(template: str, name: str, categories: Sequence[str]) -> str:
    # JSON's strings and lists of strings are TOML's too.
    values = {
        "@NAME@": json.dumps(name, ensure_ascii=False),
        "@CATEGORIES@": json.dumps(list(categories)),
    }
    return re.sub("@[A-Z]+@", lambda found: values[found[0]], template)


def _template(name: str) -> str:
    return resources(__package__).joinpath("templates", name).read_text("utf-8")
