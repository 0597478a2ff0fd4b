"""A fingerprint of code, for what is kept until the code that made it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


@cache
def code_fingerprint(*packages: str) -> str:
    """Return a hash of the sources and templates of these packages, folders in them included."""
    digest = hashlib.sha256()
    for package in packages:
        for file in _files(resources.files(package)):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith((".py", ".html", ".css", ".js")):
            yield entry
