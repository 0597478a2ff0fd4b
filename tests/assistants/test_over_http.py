"""Who is let in over HTTP: by real requests, as a program, a page and a rebound name send them."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
import pytest

from standins.assistants import TOKEN_FILE, Home, HttpServer, asking, by_http, http_server

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
_CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    },
}


def _post(served: HttpServer, headers: Mapping[str, str]) -> httpx.Response:
    accepted = {"Accept": "application/json, text/event-stream"}
    return httpx.post(served.address, json=_CALL, headers={**accepted, **headers}, timeout=60)


def _bearer(served: HttpServer) -> dict[str, str]:
    return {"Authorization": f"Bearer {served.token}"}


def test_who_has_the_token_is_answered(served: HttpServer) -> None:
    answer = _post(served, _bearer(served))
    assert answer.status_code == 200
    assert '"serverInfo"' in answer.text
    assert _post(served, {**_bearer(served), "Origin": _own(served)}).status_code == 200


def _own(served: HttpServer) -> str:
    return f"http://127.0.0.1:{urlsplit(served.address).port}"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "Basic {token}",
        "{token}",
        "Bearer {token}x",
        "Bearer x{token}",
        "Bearer {token} {token}",
    ],
)
def test_nobody_else_is_answered(served: HttpServer, authorization: str | None) -> None:
    sent = authorization and authorization.format(token=served.token)
    answer = _post(served, {} if sent is None else {"Authorization": sent})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert served.token not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "attacker.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.nip.io:{port}",
        "",
    ],
)
def test_a_rebound_name_is_refused_even_with_the_token(served: HttpServer, host: str) -> None:
    name = host.format(port=urlsplit(served.address).port)
    answer = _post(served, {**_bearer(served), "Host": name})
    assert answer.status_code in {400, 421}  # without any host the web server itself refuses


@pytest.mark.parametrize(
    "origin",
    ["https://attacker.example", "null", "http://127.0.0.1:1", "http://localhost", "file://", ""],
)
def test_a_page_of_another_origin_is_refused_even_with_the_token(
    served: HttpServer, origin: str
) -> None:
    answer = _post(served, {**_bearer(served), "Origin": origin})
    assert answer.status_code == 403


def test_a_page_is_told_no_permission_by_a_preflight(served: HttpServer) -> None:
    asks = {"Origin": "https://attacker.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(served.address, headers=asks, timeout=60)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_every_other_path_needs_the_token_too(served: HttpServer) -> None:
    for path in ("/", "/mcp/", "/.well-known/oauth-protected-resource", "/messages"):
        assert httpx.get(_own(served) + path, timeout=60).status_code == 401
        found = httpx.get(_own(served) + path, headers=_bearer(served), timeout=60)
        assert found.status_code in {307, 404, 406}


def test_a_huge_request_is_refused(served: HttpServer) -> None:
    content = b'{"jsonrpc": "2.0", "id": 1, "method": "' + b"x" * 300_000 + b'"}'
    headers = {**_bearer(served), "Content-Type": "application/json"}
    answer = httpx.post(served.address, content=content, headers=headers, timeout=60)
    assert answer.status_code == 413


def test_it_listens_on_loopback_alone(served: HttpServer) -> None:
    port = urlsplit(served.address).port
    assert urlsplit(served.address).hostname == "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.2", port or 0))  # free, so the server has not bound every address


def test_the_token_is_kept_for_its_owner_alone(home: Home, served: HttpServer) -> None:
    path = home.folder / TOKEN_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(served.token) >= 40


def test_a_token_that_others_can_read_is_refused(home: Home) -> None:
    path = home.folder / "shared-token"
    path.write_text("a" * 40)
    path.chmod(0o644)
    found = _run(home, "--http", "--token-file", str(path), "--port", "0")
    assert found.returncode == 1
    assert "others can read the token" in found.stderr
    path.chmod(0o600)
    path.write_text("short")
    assert "is no token" in _run(home, "--http", "--token-file", str(path), "--port", "0").stderr


def _run(home: Home, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        home.command(*options),
        env={**os.environ, **home.variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_a_port_that_is_used_is_told(home: Home, served: HttpServer) -> None:
    found = _run(home, "--http", "--port", str(urlsplit(served.address).port))
    assert found.returncode == 1
    assert "is in use: choose another: --port" in found.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_with_a_client_connected(home: Home, number: int) -> None:
    with http_server(home) as server, asking(by_http(server.address, server.token)) as asked:
        assert asked.value("digest")["papers"]
        server.process.send_signal(number)
        assert server.process.wait(timeout=20) == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""
