"""Conditional HTTP cache on disk: arXiv need only answer that nothing has changed (304)."""

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
class CachedResponse:
    """An answer with its validators, of which one may be missing."""

    content: bytes
    etag: str | None
    modified: str | None

    def conditions(self) -> dict[str, str]:
        """Return the headers that ask for the answer only if it has changed."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}


class HttpCache:
    """A folder of answers by URL: complete or absent; the oldest are evicted first.

    Cache-Control is ignored: a feed that arXiv declares valid until midnight may be yesterday's,
    so every answer is revalidated.
    """

    def __init__(self, folder: Path, *, largest: int = _LARGEST_FOLDER) -> None:
        self._folder = folder
        self._largest = largest

    def find(self, url: str) -> CachedResponse | None:
        """Return the entry, None where there is none or it is damaged."""
        path = self._path(url)
        try:
            header, _, content = path.read_bytes().partition(b"\n")
            stored = json.loads(header)
            if stored["url"] != url or stored["sha256"] != hashlib.sha256(content).hexdigest():
                return None
            return CachedResponse(content, _text(stored["etag"]), _text(stored["modified"]))
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None

    def keep(self, url: str, entry: CachedResponse) -> None:
        """Write an answer that has a validator; a disk that is full is no error."""
        if not entry.conditions():
            return
        header = {
            "url": url,
            "etag": entry.etag,
            "modified": entry.modified,
            "sha256": hashlib.sha256(entry.content).hexdigest(),
        }
        with suppress(OSError):  # costs the next run a download, no more
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self._path(url), json.dumps(header).encode() + b"\n" + entry.content)
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
