"""What the usual clients need to find this server: a file of settings, or a command. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NAME = "paperlark"
HOST, PORT, PATH = "127.0.0.1", 8643, "/mcp"
"""Where the server is reached over HTTP, unless another port is chosen."""
CLIENTS = {
    "generic": "most clients read this from a file of their own",
    "claude-desktop": "Settings > Developer > Edit Config: claude_desktop_config.json",
    "claude-code": "run this command, once",
    "vscode": ".vscode/mcp.json, or MCP: Open User Configuration",
    "cursor": "~/.cursor/mcp.json, or .cursor/mcp.json in a project",
    "zed": "settings.json (zed: open settings)",
}
"""Clients by name, with where their configuration goes."""
_KEYS = {"vscode": "servers", "zed": "context_servers"}
"""What servers stand under; with all others it is mcpServers."""
STARTS_ONLY = frozenset({"claude-desktop"})
"""Clients whose file names only servers that they start."""
_NO_TYPE = frozenset({"cursor", "zed"})
"""Clients that know a server's kind from its fields."""


@dataclass(frozen=True, slots=True)
class Started:
    """A server that the client starts: the words of its command."""

    command: Sequence[str]


@dataclass(frozen=True, slots=True)
class Reached:
    """A server that runs already: its address, and the token that it asks for."""

    address: str
    token: str


def address_of(port: int) -> str:
    """Return the address of the server at a port of loopback."""
    return f"http://{HOST}:{port}{PATH}"


def configuration(client: str, server: Started | Reached) -> str:
    """Return what one of `CLIENTS` needs: JSON for its file, or a command for a shell."""
    if client == "claude-code":
        return shlex.join(_claude_code(server))
    found = {_KEYS.get(client, "mcpServers"): {NAME: _entry(client, server)}}
    return json.dumps(found, indent=2, ensure_ascii=False)


def _entry(client: str, server: Started | Reached) -> dict[str, Any]:
    kind = "stdio" if isinstance(server, Started) else "http"
    told = {"type": kind} if client not in _NO_TYPE else {}
    if isinstance(server, Started):
        command, *arguments = server.command
        return {**told, "command": command, "args": arguments}
    headers = {"Authorization": f"Bearer {server.token}"}
    return {**told, "url": server.address, "headers": headers}


def _claude_code(server: Started | Reached) -> list[str]:
    adding = ["claude", "mcp", "add", "--scope", "user", "--transport"]
    if isinstance(server, Started):
        return [*adding, "stdio", NAME, "--", *server.command]
    header = f"Authorization: Bearer {server.token}"
    return [*adding, "http", NAME, server.address, "--header", header]
