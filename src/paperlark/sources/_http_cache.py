"""Answers kept on disk, so that arXiv need only say that nothing has changed."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

_LARGEST_FOLDER = 128 * 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer and what its server calls it; either name may be missing, not both."""

    content: bytes
    etag: str | None
    modified: str | None

    def conditions(self) -> dict[str, str]:
        """Ask for the answer only if it has changed."""
        names = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in names.items() if value}


class KeptAnswers:
    """A folder of answers by URL: whole or not there, oldest out first.

    How long a server allows an answer to be used is not heeded: a feed that arXiv promises to
    be good until midnight may be the one of yesterday, and is asked for again.
    """

    def __init__(self, folder: Path, *, largest: int = _LARGEST_FOLDER) -> None:
        self._folder = folder
        self._largest = largest

    def find(self, url: str) -> Kept | None:
        """Give what is kept; a damaged entry is none."""
        path = self._path(url)
        try:
            header, _, content = path.read_bytes().partition(b"\n")
            named = json.loads(header)
            if named["url"] != url or named["sha256"] != hashlib.sha256(content).hexdigest():
                return None
            return Kept(content, _text(named["etag"]), _text(named["modified"]))
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None

    def keep(self, url: str, kept: Kept) -> None:
        """Keep an answer that has a name; where there is no room for it, go on without."""
        if not kept.conditions():
            return
        header = {
            "url": url,
            "etag": kept.etag,
            "modified": kept.modified,
            "sha256": hashlib.sha256(kept.content).hexdigest(),
        }
        with suppress(OSError):  # a full disk costs the next run a download, no more
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(self._path(url), json.dumps(header).encode() + b"\n" + kept.content)
            self._make_room()

    def _write(self, path: Path, content: bytes) -> None:
        half = path.with_name(f"{path.name}.{uuid4().hex}.half")
        try:
            half.write_bytes(content)
            os.replace(half, path)  # noqa: PTH105  # Path.replace says less plainly that it is atomic
        finally:
            half.unlink(missing_ok=True)

    def _make_room(self) -> None:
        files = sorted(
            ((path.stat(), path) for path in self._folder.iterdir()),
            key=lambda file: file[0].st_mtime,
        )
        surplus = sum(status.st_size for status, _ in files) - self._largest
        for status, path in files[:-1]:
            if surplus <= 0:
                return
            path.unlink(missing_ok=True)
            surplus -= status.st_size

    def _path(self, url: str) -> Path:
        return self._folder / hashlib.sha256(url.encode()).hexdigest()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
