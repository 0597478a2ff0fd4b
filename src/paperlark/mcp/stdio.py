"""Serve over standard input and output: what a client starts, and ends, itself."""

from __future__ import annotations

import os
import signal
from types import FrameType

import anyio
from mcp.server.stdio import stdio_server

from paperlark.mcp.server import ServedArchive, make_server

_PATIENCE = 3.0
"""Seconds in which a vote under way is stored."""


def serve(archive: ServedArchive) -> None:
    """Serve until standard input ends, or a signal comes; standard output is the protocol's."""
    _end_on_signals(archive)
    anyio.run(_serve, archive)


async def _serve(archive: ServedArchive) -> None:
    server = make_server(archive)
    async with stdio_server() as (reads, writes):
        await server.run(reads, writes, server.create_initialization_options())


def _end_on_signals(archive: ServedArchive) -> None:
    """End at once by a signal, but not within a vote: a thread that reads cannot be interrupted."""

    def end(number: int, _: FrameType | None) -> None:
        archive.writing.acquire(timeout=_PATIENCE)
        os._exit(128 + number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
