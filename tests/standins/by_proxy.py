"""The app of one profile on loopback, asked without a cookie by the name of a reverse proxy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from paperlark import OpenedProfile
from paperlark.web.app import make_app
from paperlark.web.current import CurrentProfile
from paperlark.web.making import PageMaking
from paperlark.web.server import listening
from paperlark.web.sessions import Sessions


@contextmanager
def by_proxy(profile: OpenedProfile, host: str) -> Iterator[httpx.Client]:
    """Serve the app, and yield what asks it under the name by which the proxy is reached."""
    current = CurrentProfile(profile)
    with listening(0) as listener:
        port = listener.getsockname()[1]
        app = make_app(current, Sessions(), PageMaking(current), port)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", lifespan="off", ws="none")
        )
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Host": host}) as found:
            yield found
        server.should_exit = True
        thread.join()
