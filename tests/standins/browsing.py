"""A real browser to look at pages with; test modules import its fixture."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true })"
OF_COLOUR = ("color-contrast", "link-in-text-block")
"""The rules of axe-core that dark paper could break where light paper does not."""

in_a_browser = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.enable_socket,  # the browser is spoken to over a pipe made of local sockets
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open one for the tests of a module."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIETLY))
        yield launched
        launched.close()


def serious(page: Page, *rules: str) -> list[str]:
    """Return what axe-core finds to keep people out; of these rules, if any are named."""
    return [one for one in violations(page, *rules) if "(serious)" in one or "(critical)" in one]


def violations(page: Page, *rules: str) -> list[str]:
    """Return all that axe-core finds, also what is minor; of these rules, if any are named."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    return [
        f"{one['id']} ({one['impact']}): {[node['html'][:200] for node in one['nodes']][:3]}"
        for one in Axe().run(page, options=options).response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback as any web server does, and give its address."""
    handler = partial(_Silent, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing: what the suite prints is about the suite."""


@dataclass(slots=True)
class Watch:
    """What a page asked other machines for, and what it said that a reader would not see."""

    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Watch a page from now on; what it asks of the user is refused."""

        def refuse(dialog: Dialog) -> None:
            self.said.append(dialog.message)
            dialog.dismiss()

        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", refuse)
        page.on("popup", lambda popup: self.said.append(f"opened {popup.url}"))
        page.on("download", lambda download: self.said.append(f"fetched {download.url}"))
