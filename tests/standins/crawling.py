"""Somebody who reads a served site without a pause while it is built, and follows every link."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import urlopen

from selectolax.lexbor import LexborHTMLParser

_SERVER = """
import http.server, os, sys
os.chdir(sys.argv[1])  # held open from here on, as by a mount
class Silent(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextmanager
def held_open(folder: Path) -> Iterator[str]:
    """Serve a folder from a process whose working directory it is, and give its address."""
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", _SERVER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def crawl(address: str) -> tuple[set[str], list[str]]:
    """Follow every link from the front page; give the pages seen, and what led nowhere."""
    pages: dict[str, bytes] = {}
    broken = []
    waiting = [address]
    while waiting:
        page = waiting.pop()
        if page in pages:
            continue
        pages[page] = _get(page) or b""
        for target, anchor in _links(page, pages[page]):
            if not target.startswith(address):
                continue
            content = pages.get(target) or _get(target)
            if (content is None or not _has(content, anchor)) and _leads_nowhere(
                page, target, anchor
            ):
                broken.append(f"{page}: {target}#{anchor}")
            if target.endswith((".html", "/")):
                waiting.append(target)
        if page.endswith("search/index.html") and _leads_nowhere_from_index(page):
            broken.append(f"{page}: its index")
    return set(pages), broken


def _leads_nowhere(page: str, target: str, anchor: str) -> bool:
    """Look again: a page that was read before a build may link to what the build deleted."""
    while True:
        there = _get(page)
        if (target, anchor) not in set(_links(page, there or b"")):
            return False
        content = _get(target)
        if content is not None and _has(content, anchor):
            return False
        if there == _get(page):
            return True


def _leads_nowhere_from_index(page: str) -> bool:
    """Return whether the index names files that are missing though it is the index still."""
    while True:
        index = _get(urljoin(page, "index.js"))
        whole = index is not None and all(
            _get(urljoin(page, f"{one['name']}/{name}.js")) is not None
            for one in _segments(index)
            for name in ("terms-0", "words", "papers-0")
        )
        # A build that ended meanwhile has deleted what the index before it named.
        if whole or index == _get(urljoin(page, "index.js")):
            return not whole


def _segments(index: bytes) -> list[dict[str, str]]:
    """Return the segments that an index names, in the script that hands it over."""
    content = index[index.index(b",") + 1 : index.rindex(b")")]
    segments: list[dict[str, str]] = json.loads(content)["segments"]
    return segments


def _get(address: str) -> bytes | None:
    try:
        with urlopen(address, timeout=30) as answer:  # noqa: S310  # our own loopback
            return bytes(answer.read())
    except HTTPError:
        return None


def _links(page: str, content: bytes) -> list[tuple[str, str]]:
    tree = LexborHTMLParser(content)
    found = []
    for one in tree.css("[href], [src]"):
        written = one.attributes.get("href") or one.attributes.get("src") or ""
        target, anchor = urldefrag(urljoin(page, written))
        if urlsplit(target).scheme == "http":
            found.append((target, unquote(anchor)))
    return found


def _has(content: bytes, anchor: str) -> bool:
    return not anchor or f'id="{anchor}"'.encode() in content or f"id={anchor}".encode() in content


@dataclass
class Reader:
    """Crawls again and again until it is told to stop."""

    address: str
    rounds: int = 0
    broken: list[str] = field(default_factory=list)
    failed: BaseException | None = None
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Read in a thread, for as long as the block takes and one whole round at least."""
        thread = threading.Thread(target=self._read)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()
        if self.failed is not None:
            raise self.failed

    def _read(self) -> None:
        try:
            while not (self.rounds and self._over.is_set()):
                self.broken += crawl(self.address)[1]
                self.rounds += 1
        except BaseException as error:  # noqa: BLE001  # raised in the test's own thread
            self.failed = error
