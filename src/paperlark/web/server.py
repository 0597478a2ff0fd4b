"""Serve the web app on loopback: find a port, note where it runs, end in order."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from paperlark import OpenedGroup, OpenedProfile
from paperlark.domain.database_place import file_beside
from paperlark.domain.errors import PaperlarkError
from paperlark.web.current import CurrentProfile
from paperlark.web.making import PageMaking
from paperlark.web.sessions import Sessions

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from paperlark.web.first_session import FirstContext

_Handler = Callable[[int, FrameType | None], None]
PORT = 8642
_HOST = "127.0.0.1"
_ANSWERS = 5.0
"""Seconds in which an app that runs answers, also while it makes a page on a busy machine."""
_TRIES = 20
"""Ports that are tried, one after the other."""
_LONGEST = 1_000
"""Bytes that are read of an answer."""
_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
_ENDS = 3
"""Seconds in which answers under way may end."""
_THREADS = 10
"""Answers that are made at a time; one of Python's threads runs at a time, but for the database."""
_GROUP_ENDS = 20
"""Likewise, for the app of a group: somebody else's answer is not cut off by a restart."""


@dataclass(frozen=True, slots=True)
class Leave:
    """How an app ends: seconds of warning after SIGTERM, seconds for answers, whom to warn."""

    drain: float = 0.0
    answers: int = _ENDS
    warn: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Running:
    """The app of a profile as it runs on this machine; `address` has the token."""

    address: str
    sessions: Sessions


def find_running(*profiles: OpenedProfile) -> Running | None:
    """Return the app of just these profiles that is running, None where none answers."""
    noted = _read_note(_note_path(*profiles))
    if noted is None:
        return None
    place = urlsplit(noted.address)
    with suppress(OSError, ValueError, HTTPException), closing(_connection(place)) as connection:
        connection.request("GET", "/healthz")
        # After a kill somebody else may listen there.
        answered = json.loads(connection.getresponse().read(_LONGEST))
        if answered.get("instance") == noted.sessions.instance:
            return noted
    return None


def _connection(place: SplitResult) -> HTTPConnection:
    return HTTPConnection(_HOST, place.port or 0, timeout=_ANSWERS)


@contextmanager
def listening(port: int, host: str = _HOST, *, tries: int = _TRIES) -> Iterator[socket.socket]:
    """Listen on this port, of loopback unless a host is named, or on the next one that is free.

    Raises PaperlarkError where none of the next ones is.
    """
    for number in range(port, port + tries):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number if port else 0))
        except OSError as error:
            listener.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            continue
        with listener:
            yield listener
        return
    used = f"the ports {port} to {port + tries - 1} are all in use"
    raise PaperlarkError(
        used if tries > 1 else f"the port {port} is in use", hint="choose another: --port"
    )


@contextmanager
def announced(listener: socket.socket, *profiles: OpenedProfile) -> Iterator[Running]:
    """Note where the app of these profiles runs, for its owner alone, for as long as it does.

    The secret that signs sessions is kept, so that a browser goes on after a restart.
    """
    before = _read_note(_note_path(*profiles))
    running = running_at(
        listener, Sessions(secret=before.sessions.secret) if before else Sessions()
    )
    with noted(running, *profiles):
        yield running


def running_at(listener: socket.socket, sessions: Sessions) -> Running:
    """Return the app that answers where this socket listens."""
    port = listener.getsockname()[1]
    return Running(f"http://{_HOST}:{port}/?token={sessions.token}", sessions)


@contextmanager
def noted(running: Running, *profiles: OpenedProfile) -> Iterator[None]:
    """Note where the app of these profiles runs, for as long as it does."""
    path = _note_path(*profiles)
    _write_note(path, running)
    try:
        yield
    finally:
        # The address is gone with this process; whoever comes next goes on with the secret.
        with suppress(OSError):
            _write_note(path, Running("", running.sessions))


def serve(profile: OpenedProfile, listener: socket.socket, running: Running) -> None:
    """Serve until SIGINT or SIGTERM, then end within a few seconds."""
    from paperlark.web.app import make_app  # noqa: PLC0415  # of the extra `read`

    current = CurrentProfile(profile)
    making = PageMaking(current)
    run_app(make_app(current, running.sessions, making, listener.getsockname()[1]), listener)
    making.end()


def serve_several(
    profiles: Mapping[str, OpenedProfile], listener: socket.socket, running: Running
) -> None:
    """Serve the app of several profiles, by their names in addresses, likewise."""
    from paperlark.web.readers import make_several  # noqa: PLC0415  # of the extra `read`

    current = {name: CurrentProfile(one) for name, one in profiles.items()}
    makings = {name: PageMaking(one) for name, one in current.items()}
    port = listener.getsockname()[1]
    run_app(make_several(current, running.sessions, makings, port), listener)
    for making in makings.values():
        making.end()


def serve_group(group: OpenedGroup, listener: socket.socket, drain: float) -> None:
    """Serve the app of a group until a signal.

    After SIGTERM it says for `drain` seconds that no new requests should be sent, while it answers
    all that come; then those under way end.
    """
    from paperlark.web.group_operations import open_served_group  # noqa: PLC0415  # likewise

    with open_served_group(group) as app:
        leave = Leave(drain, _GROUP_ENDS, app.readiness.end)
        run_app(app, listener, leave=leave, accelerated=True)


def serve_first(context: FirstContext, listener: socket.socket, running: Running) -> None:
    """Serve a first session, and the app of the profile that it writes, likewise."""
    from paperlark.web.app import make_reading  # noqa: PLC0415  # of the extra `read`
    from paperlark.web.first_pages import make_first_app  # noqa: PLC0415  # likewise
    from paperlark.web.first_session import FirstSession  # noqa: PLC0415  # likewise

    with ExitStack() as opened:

        def read(profile: OpenedProfile) -> ASGIApp:
            opened.enter_context(noted(running, profile))
            current = CurrentProfile(profile)
            making = PageMaking(current)
            opened.callback(making.end)
            making.start(profile.latest_day(), all_votes=True)
            return make_reading(current, running.sessions, making)

        session = FirstSession(context)
        port = listener.getsockname()[1]
        run_app(make_first_app(session, running.sessions, port, read), listener)


def run_app(
    app: ASGIApp, listener: socket.socket, *, leave: Leave = Leave(), accelerated: bool = False
) -> None:
    """Serve an app until a signal, with the addresses of requests as the network has them.

    Where it is `accelerated`, it uses uvloop and httptools if they are installed.
    """
    import uvicorn  # noqa: PLC0415  # of the extra `read`

    config = uvicorn.Config(
        app,
        loop="auto" if accelerated else "asyncio",
        http="auto" if accelerated else "h11",
        log_level="warning",
        # What is to be told goes the way of our own log: redacted, and as JSON where wanted.
        log_config=None,
        access_log=False,
        server_header=False,
        # Whoever can reach us could name any address in X-Forwarded-For.
        proxy_headers=False,
        timeout_graceful_shutdown=leave.answers,
        lifespan="off",
        ws="none",
    )
    server = uvicorn.Server(config)
    # Its own handlers raise the signal again in the end, and nothing after it would run.
    handler = _leaving(server.handle_exit, leave)
    server.capture_signals = lambda: _ending(handler)  # type: ignore[method-assign]
    server.startup = partial(_started, server.startup)  # type: ignore[method-assign]
    server.run(sockets=[listener])


async def _started(
    start: Callable[..., Awaitable[None]], sockets: list[socket.socket] | None = None
) -> None:
    """Start a server whose answers are made in a few threads: more of them wait for each other."""
    from anyio.to_thread import current_default_thread_limiter  # noqa: PLC0415  # as uvicorn

    current_default_thread_limiter().total_tokens = _THREADS
    await start(sockets)


def _leaving(ends: _Handler, leave: Leave) -> _Handler:
    """Return the handler of signals: SIGTERM warns first, and a second one ends at once."""
    warned = False

    def handler(number: int, frame: FrameType | None) -> None:
        nonlocal warned
        leave.warn()
        if number != signal.SIGTERM or warned or not leave.drain:
            ends(number, frame)
            return
        warned = True
        later = threading.Timer(leave.drain, ends, (number, None))
        later.daemon = True
        later.start()

    return handler


@contextmanager
def _ending(handler: _Handler) -> Iterator[None]:
    """End by a signal, in order; the handlers of before are back afterwards."""
    before = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, one in before.items():
            signal.signal(number, one)


def _note_path(*profiles: OpenedProfile) -> Path:
    database = profiles[0].settings.database
    if len(profiles) == 1:
        return file_beside(database, ".read.json")
    who = "\n".join(sorted(one.settings.profile.id for one in profiles))
    name = hashlib.sha256(who.encode()).hexdigest()[:12]
    return file_beside(database, f".{name}.read.json")


def _read_note(path: Path) -> Running | None:
    try:
        noted = json.loads(path.read_bytes())
        sessions = Sessions(token=str(noted["token"]), secret=str(noted["secret"]))
        return Running(str(noted["address"]), sessions)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_note(path: Path, running: Running) -> None:
    noted = {
        "address": running.address,
        "token": running.sessions.token,
        "secret": running.sessions.secret,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.touch(mode=0o600)
    beside.write_text(json.dumps(noted), "utf-8")
    beside.replace(path)
