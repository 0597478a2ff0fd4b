"""A new reader's two files, commented so that they can be filled in without a manual."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from paperlark.domain.errors import Problem, ProfileError

PROFILE, CRITERIA = "paperlark.toml", "criteria.md"


def write_starter(folder: Path, *, name: str, categories: Sequence[str]) -> tuple[Path, Path]:
    """Write `paperlark.toml` and `criteria.md` into the folder, and give their paths.

    Raises ProfileError when either is already there or the folder cannot be written; nothing
    is ever overwritten.
    """
    profile, criteria = folder / PROFILE, folder / CRITERIA
    there = tuple(Problem(p, None, "is already there") for p in (profile, criteria) if p.exists())
    if there:
        raise ProfileError(there, mend="nothing was written; choose another folder")
    # JSON's strings and lists of strings are TOML's too.
    text = _template(PROFILE).replace("@NAME@", json.dumps(name, ensure_ascii=False))
    text = text.replace("@CATEGORIES@", json.dumps(list(categories)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        profile.write_text(text, "utf-8")
        criteria.write_text(_template(CRITERIA), "utf-8")
    except OSError as error:
        problem = Problem(folder, None, f"cannot be written ({error.strerror})")
        raise ProfileError((problem,), mend="choose another folder") from error
    return profile, criteria


def _template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text("utf-8")
