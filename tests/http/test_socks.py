"""A SOCKS proxy is used as the environment names it, and each refusal is one line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from paperlark.http.client import BoundedClient
from paperlark.http.response import ConnectionFailed, HttpError
from standins.socks import socks_proxy
from standins.trust import Trust


@pytest.fixture
def web(loopback: HTTPServer) -> HTTPServer:
    loopback.clear()
    loopback.expect_request("/papers").respond_with_data("by proxy")
    return loopback


@pytest.fixture
def client() -> Iterator[BoundedClient]:
    with BoundedClient(largest=1000, seconds=5) as opened:
        yield opened


@pytest.mark.parametrize("kind", ["socks5", "socks5h"])
@pytest.mark.parametrize("variable", ["http_proxy", "ALL_PROXY"])
def test_the_proxy_is_given_the_name_and_looks_it_up(
    web: HTTPServer,
    client: BoundedClient,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    variable: str,
) -> None:
    with socks_proxy(web.port) as proxy:
        monkeypatch.setenv(variable, f"{kind}://127.0.0.1:{proxy.port}")
        assert client.request("GET", "http://papers.example/papers").content == b"by proxy"
    assert proxy.asked == [("papers.example", 80)]


def test_encrypted_connections_pass_through_it(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trust.file))
    with HTTPServer(host="127.0.0.1", ssl_context=trust.server) as secure:
        secure.expect_request("/").respond_with_data("safe")
        with socks_proxy(secure.port) as proxy, BoundedClient(largest=1000, seconds=5) as client:
            monkeypatch.setenv("https_proxy", f"socks5h://127.0.0.1:{proxy.port}")
            assert client.request("GET", "https://ntfy.sh/").content == b"safe"
    assert proxy.asked == [("ntfy.sh", 443)]


def test_it_is_given_the_user_and_password(
    web: HTTPServer, client: BoundedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socks_proxy(web.port, login=(b"ada", b"p@ss")) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://ada:p%40ss@127.0.0.1:{proxy.port}")
        assert client.request("GET", "http://papers.example/papers").content == b"by proxy"


@pytest.mark.parametrize(
    ("user", "login", "refusal", "told"),
    [
        ("", None, 5, "the proxy answered connection refused"),
        ("", None, 99, "the proxy answered error 99"),
        ("", (b"ada", b"right"), 0, "wants a user name and password"),
        ("ada:wrong@", (b"ada", b"right"), 0, "user name and password are wrong"),
    ],
)
def test_a_refusal_names_the_variable_and_nothing_was_sent(  # noqa: PLR0917  # a case each
    web: HTTPServer,
    client: BoundedClient,
    monkeypatch: pytest.MonkeyPatch,
    user: str,
    login: tuple[bytes, bytes] | None,
    refusal: int,
    told: str,
) -> None:
    with socks_proxy(web.port, login=login, refusal=refusal) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://{user}127.0.0.1:{proxy.port}")
        with pytest.raises(ConnectionFailed, match=told) as raised:
            client.request("GET", "http://papers.example/papers")
    assert "by the proxy socks5://127.0.0.1:" in raised.value.reason
    assert "that ALL_PROXY names" in raised.value.reason
    assert "wrong@" not in raised.value.reason
    assert not raised.value.sent


def test_a_server_that_speaks_no_socks_is_named(
    web: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{web.port}")
    with (
        BoundedClient(largest=1000, seconds=0.5) as client,
        pytest.raises(HttpError, match="ALL_PROXY") as raised,
    ):
        client.request("GET", "http://papers.example/papers")
    assert not raised.value.sent
