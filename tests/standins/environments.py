"""Packages for an empty environment, without an index: those that are installed here."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path


def packages_of(environment: Path) -> Path:
    """Return where an environment keeps its packages."""
    (found,) = environment.glob("lib/python3*/site-packages")
    return found


def add_packages(environment: Path, names: Iterable[str] | None = None) -> None:
    """Put installed packages beside what is there: these, or all but paperlark."""
    wanted = None if names is None else tuple(names)
    for path in Path(str(distribution("pip").locate_file(""))).iterdir():
        ours = path.suffix == ".pth" or "paperlark" in path.name or path.name == "__pycache__"
        target = packages_of(environment) / path.name
        if (wanted is None or path.name.startswith(wanted)) and not ours and not target.exists():
            target.symlink_to(path)
