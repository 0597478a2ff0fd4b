"""An archive for assistants, and the official client that asks it: in memory, by stdio, by HTTP."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.mcp.server import ServedArchive, make_server
from paperlark.settings.environment import Environment
from paperlark.verbs.catalogue import Asker

DAYS = ("2025-02-19", "2025-02-26", "2025-03-25")
TOKEN_FILE = "paperlark.db.assistant-token"  # noqa: S105  # the name of a file


@dataclass(frozen=True)
class Home:
    """A folder with a profile and its database."""

    folder: Path

    @property
    def profile(self) -> OpenedProfile:
        """The profile, as it is now."""
        return paperlark.open_profile(
            self.folder,
            options=RunOptions(feeds=self.folder / "feeds"),
            environment=Environment(variables=self.variables),
        )

    @property
    def variables(self) -> dict[str, str]:
        """The variables of a process that has its home here."""
        return {f"XDG_{name}_HOME": str(self.folder) for name in ("CACHE", "CONFIG", "DATA")}

    def command(self, *options: str) -> list[str]:
        """Return the words that start `paperlark mcp` here."""
        profile = ("--profile", str(self.folder / "paperlark.toml"))
        return [sys.executable, "-m", "paperlark", "mcp", *profile, *options]

    def write(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Write texts as they are over every field of papers; return which papers.

        Past everything that cleans what arXiv sends: as if that had a hole.
        """
        with sqlite3.connect(self.folder / "paperlark.db") as connection:
            papers = [row[0] for row in connection.execute("SELECT DISTINCT id FROM papers")]
            assert len(papers) >= len(texts)
            for paper, text in zip(papers, texts, strict=False):
                whole = text.encode("utf-8", "replace").decode()
                names = json.dumps([[whole[:2_000], None]])
                connection.execute(
                    "UPDATE papers SET title = ?, abstract = ?, authors = ?, categories = ?"
                    " WHERE id = ?",
                    (whole[:2_000], whole, names, f"cs.LG {whole[:200]}", paper),
                )
        connection.close()
        return tuple(papers[: len(texts)])


def make_home(folder: Path, *, made: bool = True) -> Home:
    """Copy the bundled sample into a folder, with its pages `made` or without any."""
    shutil.copytree(str(files("paperlark") / "sample"), folder, dirs_exist_ok=True)
    found = Home(folder)
    if made:
        for day in found.profile.announcement_days():
            found.profile.make_page(day)
    return found


@dataclass(frozen=True)
class Asking:
    """A connected client, for tests that are not asynchronous."""

    client: Client
    portal: BlockingPortal

    def run(self, work: Callable[[], Any]) -> Any:
        """Run something of the client's and return what it returns."""
        return self.portal.call(work)

    def call(self, tool: str, **arguments: object) -> types.CallToolResult:
        """Call a tool."""
        found: types.CallToolResult = self.portal.call(self.client.call_tool, tool, arguments)
        return found

    def value(self, tool: str, **arguments: object) -> Mapping[str, Any]:
        """Return the structured answer of a tool that answers."""
        found = self.call(tool, **arguments)
        assert not found.is_error, found.content
        answer: Mapping[str, Any] = found.structured_content
        return answer

    def problem(self, tool: str, **arguments: object) -> str:
        """Return what is told where a tool does not answer."""
        found = self.call(tool, **arguments)
        assert found.is_error
        assert found.structured_content is None
        return text_of(found)

    def pages(self, tool: str, **arguments: object) -> Iterator[types.CallToolResult]:
        """Yield the pages of an answer, one after the other."""
        cursor: dict[str, object] = {}
        while True:
            found = self.call(tool, **arguments, **cursor)
            assert not found.is_error, found.content
            yield found
            if not found.structured_content.get("next"):
                return
            cursor = {"cursor": found.structured_content["next"]}


def text_of(found: types.CallToolResult) -> str:
    """Return the text of a result."""
    (content,) = found.content
    assert isinstance(content, types.TextContent)
    return content.text


@contextmanager
def asking(connection: Any) -> Iterator[Asking]:
    """Connect the official client, by any of the three ways below."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(connection) as client:
        yield Asking(client, portal)


def in_memory(profile: OpenedProfile, *, may_vote: bool = False) -> Client:
    """Return a client of a server in this process."""
    return Client(make_server(ServedArchive(profile, Asker(may_vote))))


@asynccontextmanager
async def by_stdio(home: Home, *options: str) -> Any:
    """Start a server as a client does, and yield the client."""
    command, *arguments = home.command(*options)
    environment = {**os.environ, **home.variables}
    parameters = StdioServerParameters(command=command, args=arguments, env=environment)
    async with Client(stdio_client(parameters)) as client:
        yield client


@asynccontextmanager
async def by_http(address: str, token: str) -> Any:
    """Yield a client of a server that runs."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(address, http_client=http)) as client,
    ):
        yield client


@dataclass
class HttpServer:
    """`paperlark mcp --http` in a process of its own."""

    address: str
    token: str
    process: subprocess.Popen[str] = field(repr=False)


@contextmanager
def http_server(home: Home, *options: str) -> Iterator[HttpServer]:
    """Run a server on a free port until the end of the block."""
    process = subprocess.Popen(  # noqa: S603
        home.command("--http", "--port", "0", *options),
        env={**os.environ, **home.variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process, ExitStack() as ends:
        ends.callback(process.kill)
        address = process.stdout.readline().strip()
        token = (home.folder / TOKEN_FILE).read_text().strip()
        yield HttpServer(address, token, process)
