"""A page that was answered is let go at once: nothing of it waits for the garbage collector."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import pytest
from starlette.testclient import TestClient

from paperlark.archive.tuning import TunedPage
from paperlark.web.app import make_app
from paperlark.web.current import CurrentProfile
from paperlark.web.lists import Row
from paperlark.web.making import PageMaking
from paperlark.web.server import PORT
from paperlark.web.sessions import Sessions
from standins.reading import App


@contextmanager
def _without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Return a browser's session with the app, in this process."""
    home = tmp_path_factory.mktemp("reader")
    shutil.copytree(str(files("paperlark") / "sample"), home, dirs_exist_ok=True)
    profile = App(home, home / "feeds").profile
    profile.make_page(profile.latest_day())
    current, sessions = CurrentProfile(profile), Sessions()
    app = make_app(current, sessions, PageMaking(current), PORT)
    found = TestClient(app, base_url=f"http://127.0.0.1:{PORT}")
    found.get(f"/?token={sessions.token}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("address", ["/day/2025-03-25?all", "/day/2025-03-25?all&part=1", "/tune"])
def test_no_paper_of_an_answered_page_stays(client: TestClient, address: str) -> None:
    # What is kept from page to page is there after the first.
    assert client.get(address).status_code == 200
    with _without_collector():
        before = _shown()
        assert client.get(address).status_code == 200
        assert _shown() == before


def _shown() -> int:
    return sum(isinstance(one, Row | TunedPage) for one in gc.get_objects())
