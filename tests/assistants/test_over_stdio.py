"""`paperlark mcp` as a client starts and ends it, and what it tells clients to write."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from standins.assistants import TOKEN_FILE, Home, asking, by_stdio, in_memory

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
_FIRST = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    },
}


def _start(home: Home, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        home.command(*options),
        env={**os.environ, **home.variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _greeted(process: subprocess.Popen[bytes]) -> dict[str, object]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{json.dumps(_FIRST)}\n".encode())
    process.stdin.flush()
    found: dict[str, object] = json.loads(process.stdout.readline())
    return found


def test_it_ends_with_its_input_and_says_nothing(home: Home) -> None:
    with _start(home) as process:
        assert _greeted(process)["id"] == 0
        rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest, errors) == (0, b"", b"")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_while_it_waits_for_input(home: Home, number: int) -> None:
    with _start(home) as process:
        _greeted(process)
        process.send_signal(number)
        assert process.wait(timeout=20) == 128 + number
        assert process.stdout is not None
        assert process.stdout.read() == b""


@pytest.mark.parametrize("line", [b"hello\n", b"{}\n", b"\xff\xfe\n", b"[" * 5_000 + b"\n", b"\n"])
def test_what_is_no_message_ends_nothing(home: Home, line: bytes) -> None:
    with _start(home) as process:
        assert process.stdin is not None
        process.stdin.write(line)
        found = _greeted(process)
        while found.get("id") != 0:  # an error about the line may come first
            assert process.stdout is not None
            found = json.loads(process.stdout.readline())
        assert "result" in found
        process.communicate(timeout=60)


def test_the_profile_allows_votes_too(home: Home) -> None:
    profile = home.folder / "paperlark.toml"
    before = profile.read_text()
    try:
        profile.write_text(f"{before}\n[mcp]\nvotes = true\n")
        assert home.profile.settings.assistant_votes
        with asking(by_stdio(home)) as asked:
            assert asked.value("vote", id="2502.12216", vote="up")["changed"]
            assert asked.value("vote", id="2502.12216", vote="none")["changed"]
    finally:
        profile.write_text(before)


def test_a_mistake_in_the_profile_is_told_before_anything_is_served(home: Home) -> None:
    wrong = home.folder / "wrong.toml"
    wrong.write_text((home.folder / "paperlark.toml").read_text() + "\n[mcp]\nvotes = 1\n")
    command = [sys.executable, "-m", "paperlark", "mcp", "--profile", str(wrong)]
    found = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, timeout=100
    )
    assert found.returncode == 1
    assert found.stdout == ""
    assert "votes" in found.stderr


@pytest.mark.parametrize(
    ("client", "key", "kind"),
    [
        ("generic", "mcpServers", "stdio"),
        ("claude-desktop", "mcpServers", "stdio"),
        ("vscode", "servers", "stdio"),
        ("cursor", "mcpServers", None),
        ("zed", "context_servers", None),
    ],
)
def test_a_client_can_start_what_its_configuration_names(
    home: Home, client: str, key: str, kind: str | None
) -> None:
    found = _configuration(home, client)
    ((name, server),) = json.loads(found)[key].items()
    assert name == "paperlark"
    assert server.get("type") == kind
    assert Path(server["command"]).is_absolute()
    assert server["args"][-2:] == ["--profile", str(home.folder / "paperlark.toml")]


def test_claude_code_gets_a_command(home: Home) -> None:
    words = shlex.split(_configuration(home, "claude-code", "--allow-votes"))
    assert words[:4] == ["claude", "mcp", "add", "--scope"]
    started = words[words.index("--") + 1 :]
    assert started == [*home.command(), "--allow-votes"]


@pytest.mark.parametrize("client", ["generic", "vscode", "cursor", "zed", "claude-code"])
def test_over_http_the_configuration_has_address_and_token(home: Home, client: str) -> None:
    found = _configuration(home, client, "--http", "--port", "9123")
    assert "http://127.0.0.1:9123/mcp" in found
    token = (home.folder / TOKEN_FILE).read_text().strip()
    assert f"Bearer {token}" in found


def test_a_client_that_only_starts_servers_is_told_so(home: Home) -> None:
    command = home.command("--config", "claude-desktop", "--http")
    found = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, timeout=100
    )
    assert found.returncode == 2
    assert "starts its servers itself" in found.stderr


def _configuration(home: Home, client: str, *options: str) -> str:
    found = subprocess.run(  # noqa: S603
        home.command("--config", client, *options),
        env={**os.environ, **home.variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return found.stdout.strip()


def test_votes_of_an_assistant_are_listed_as_such(home: Home) -> None:
    paper = "2502.12224"
    with asking(in_memory(home.profile, may_vote=True)) as asked:
        asked.value("vote", id=paper, vote="down")
    listing = [sys.executable, "-m", "paperlark", "vote", "--list"]
    profile = ["--profile", str(home.folder / "paperlark.toml")]
    for command, told in (
        ([*listing, *profile], "(by an assistant)"),
        ([*listing, "--json", *profile], '"by_assistant": true'),
        ([sys.executable, "-m", "paperlark", "why", paper, *profile], "by an assistant"),
    ):
        found = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=True, timeout=100
        )
        assert told in found.stdout
    home.profile.reading.vote(paper, "none")
