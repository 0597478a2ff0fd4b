"""Where a profile is looked for, and where a new one keeps its pages: the XDG base directories."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROFILE = "paperlark.toml"
_NAME = "paperlark"


@dataclass(frozen=True, slots=True)
class DataPlaces:
    """Where a profile's pages, database and site are; relative paths are beside the profile."""

    pages: str = "pages"
    database: str = "paperlark.db"
    site: str = ""

    @classmethod
    def inside(cls, folder: Path) -> DataPlaces:
        """Return places in a folder of their own."""
        return cls(str(folder / "pages"), str(folder / "paperlark.db"), str(folder / "site"))


def config_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the default profile."""
    return config_home(variables) / _NAME


def data_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for the pages, database and site of the default profile."""
    return data_home(variables) / _NAME


def cache_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of what can be fetched again, shared by all of a user's profiles."""
    return _base(variables, "XDG_CACHE_HOME", ".cache") / _NAME


def config_home(variables: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of all programs' settings."""
    return _base(variables, "XDG_CONFIG_HOME", ".config")


def data_home(variables: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of all programs' data."""
    return _base(variables, "XDG_DATA_HOME", ".local/share")


def _base(variables: Mapping[str, str], name: str, usual: str) -> Path:
    # The specification: a relative path is invalid and is to be ignored.
    chosen = variables.get(name, "")
    if chosen and Path(chosen).is_absolute():
        return Path(chosen)
    return _home(variables) / usual


def _home(variables: Mapping[str, str]) -> Path:
    home = Path(variables.get("HOME", ""))
    if home.is_absolute():
        return home
    try:
        return Path.home()
    except RuntimeError:  # a container's user may have none
        return Path("/")


def find_profile(named: Path | None = None, variables: Mapping[str, str] = os.environ) -> Path:
    """Return the profile's file: the named one, else that of this folder, else the default one.

    A folder stands for the `paperlark.toml` in it. Where nothing is named and there is none, it is
    the one of this folder, which whoever reads it then finds missing.
    """
    if named is not None:
        return named / PROFILE if named.is_dir() else named
    here, default = Path(PROFILE), config_folder(variables) / PROFILE
    return default if not here.exists() and default.exists() else here


def folder_to_begin(path: Path) -> Path | None:
    """Return the folder to write a new profile into where `path` is missing; None: the default one.

    Raises ValueError where a profile of that name is never written.
    """
    if path == Path(PROFILE):
        return None
    if path.suffix and path.name != PROFILE:
        raise ValueError(f"a new profile is called {PROFILE}")
    return path.parent if path.suffix else path


def missing_hint(path: Path, variables: Mapping[str, str] = os.environ) -> str:
    """Return what to do where there is no profile at a path."""
    if path != Path(PROFILE):
        folder = path.parent if path.suffix else path
        return f"make one with: paperlark init {folder}"
    default = config_folder(variables) / PROFILE
    return (
        "make one with: paperlark init; it is looked for in this order: --profile,"
        f" PAPERLARK_PROFILE, {PROFILE} in this folder, {default}"
    )
