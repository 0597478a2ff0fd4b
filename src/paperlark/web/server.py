"""Serve the web app on loopback: find a port, note where it runs, end in order."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from paperlark import OpenedProfile
from paperlark.domain.errors import PaperlarkError
from paperlark.web.sessions import Sessions

PORT = 8642
_HOST = "127.0.0.1"
_TRIES = 20
"""Ports that are tried, one after the other."""
_ENDS = 3
"""Seconds in which answers under way may end."""


@dataclass(frozen=True, slots=True)
class Running:
    """The app of a profile as it runs on this machine; `address` has the token."""

    address: str
    sessions: Sessions


def find_running(profile: OpenedProfile) -> Running | None:
    """Return the app of this profile that is running, None where none answers."""
    noted = _read_note(_note_path(profile))
    if noted is None:
        return None
    port = noted.address.rpartition(":")[2].partition("/")[0]
    with suppress(OSError, ValueError), socket.create_connection((_HOST, int(port)), timeout=1):
        return noted
    return None


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """Listen on this port of loopback, or on the next one that is free.

    Raises PaperlarkError where none of the next 20 is.
    """
    for number in range(port, port + _TRIES):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, number if port else 0))
        except OSError as error:
            listener.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            continue
        with listener:
            yield listener
        return
    raise PaperlarkError(
        f"the ports {port} to {port + _TRIES - 1} are all in use", hint="choose another: --port"
    )


@contextmanager
def announced(profile: OpenedProfile, listener: socket.socket) -> Iterator[Running]:
    """Note where the app of a profile runs, for its owner alone, for as long as it does.

    The secret that signs sessions is kept, so that a browser goes on after a restart.
    """
    path = _note_path(profile)
    before = _read_note(path)
    sessions = Sessions(secret=before.sessions.secret) if before else Sessions()
    port = listener.getsockname()[1]
    running = Running(f"http://{_HOST}:{port}/?token={sessions.token}", sessions)
    _write_note(path, running)
    try:
        yield running
    finally:
        # The address is gone with this process; whoever comes next goes on with the secret.
        with suppress(OSError):
            _write_note(path, Running("", sessions))


def serve(profile: OpenedProfile, listener: socket.socket, running: Running) -> None:
    """Serve until SIGINT or SIGTERM, then end within a few seconds."""
    import uvicorn  # noqa: PLC0415  # of the extra `read`

    from paperlark.web.app import make_app  # noqa: PLC0415  # likewise

    config = uvicorn.Config(
        make_app(profile, running.sessions, listener.getsockname()[1]),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_ENDS,
        lifespan="off",
        ws="none",
    )
    uvicorn.Server(config).run(sockets=[listener])


def _note_path(profile: OpenedProfile) -> Path:
    database = profile.settings.database
    return database.with_name(f"{database.name}.read.json")


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
