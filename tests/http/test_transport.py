"""Proxies and certificates, as the environment names them."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.errors import ModelUnusable, SourceUnreachable, Unimportable
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.http.client import BoundedClient
from paperlark.http.network_settings import proxy_for
from paperlark.http.response import ConnectionFailed, SettingsInvalid, TimedOut
from paperlark.importing.fetch import Web
from paperlark.llm.connection import Connection
from paperlark.people.semantic_scholar import SemanticScholar
from paperlark.sources._client import ArxivClient
from standins.trust import Trust

PAPER = Paper(PaperId("2502.00001"), 1, "", (Author("Ada"),), "", ("cs.LG",))
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def web(loopback: HTTPServer) -> HTTPServer:
    loopback.clear()
    return loopback


@pytest.fixture
def client() -> Iterator[BoundedClient]:
    with BoundedClient(largest=1000, seconds=5) as opened:
        yield opened


@pytest.fixture
def secure(trust: Trust) -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", ssl_context=trust.server) as server:
        server.expect_request("/").respond_with_data("safe")
        yield server


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_never_asked_through_a_proxy(
    web: HTTPServer, client: BoundedClient, monkeypatch: pytest.MonkeyPatch, name: str, host: str
) -> None:
    monkeypatch.setenv(name, NOBODY)
    web.expect_request("/").respond_with_data("direct")
    assert client.request("GET", f"http://{host}:{web.port}/").content == b"direct"


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, "https://arxiv.org/", None),
        ({"https_proxy": "http://p:1"}, "https://arxiv.org/", "http://p:1"),
        ({"https_proxy": "http://p:1"}, "http://arxiv.org/", None),
        ({"all_proxy": "http://p:1"}, "http://arxiv.org/", "http://p:1"),
        ({"https_proxy": "http://p:1", "all_proxy": "http://q:2"}, "https://x/", "http://p:1"),
        ({"http_proxy": "p:1"}, "http://arxiv.org/", "http://p:1"),
        ({"http_proxy": "http://p:1", "no_proxy": "arxiv.org"}, "http://export.arxiv.org/", None),
        ({"http_proxy": "http://p:1", "no_proxy": "*"}, "http://arxiv.org/", None),
        ({"http_proxy": "http://p:1", "no_proxy": "x.org:81"}, "http://x.org:81/", None),
        ({"http_proxy": "http://p:1", "no_proxy": "x.org:81"}, "http://x.org/", "http://p:1"),
        ({"http_proxy": "http://p:1"}, "http://[::1]:11434/v1", None),
        ({"http_proxy": "http://p:1"}, "http://127.0.0.2/", None),
    ],
)
def test_the_environment_says_which_proxy_is_used(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str, proxy: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    address = httpx.URL(url)
    found = proxy_for(address.scheme, address.host, address.port)
    assert (found.address if found else None) == proxy


def test_a_proxy_is_asked_for_the_whole_address_with_its_password(
    web: HTTPServer, client: BoundedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Request] = []

    def respond(request: Request) -> Response:
        seen.append(request)
        return Response("by proxy")

    web.expect_request("/papers").respond_with_handler(respond)
    monkeypatch.setenv("http_proxy", f"http://ada:secret@127.0.0.1:{web.port}")
    assert client.request("GET", "http://papers.example/papers").content == b"by proxy"
    [request] = seen
    assert request.headers["Host"] == "papers.example"
    password = base64.b64encode(b"ada:secret").decode()
    assert request.headers["Proxy-Authorization"] == f"Basic {password}"


def test_a_proxy_that_refuses_is_named_and_the_server_received_nothing(
    web: HTTPServer, client: BoundedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", web.url_for("").rstrip("/"))
    with pytest.raises(ConnectionFailed, match="the proxy answered 5") as raised:
        client.request("GET", "https://papers.example/")
    assert not raised.value.sent


def test_a_proxy_that_takes_connections_and_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with (
            BoundedClient(largest=1000, seconds=60) as client,
            pytest.raises(TimedOut, match="does not answer, by the proxy http://127") as raised,
        ):
            client.request("GET", "https://papers.example/", connect=0.2)
    assert not raised.value.sent


@pytest.mark.parametrize(
    ("variable", "proxy"),
    [
        ("http_proxy", "socks4://ada:secret@p:1"),
        ("ALL_PROXY", "socks://ada:secret@p:1"),
        ("HTTP_PROXY", "socks5://ada:secret@"),
        ("all_proxy", "socks5://ada:secret@p:99999"),
        ("HTTP_PROXY", "ftp://ada:secret@p"),
        ("all_proxy", "http://ada:secret@p:port"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_one_error_that_names_the_variable(
    client: BoundedClient, monkeypatch: pytest.MonkeyPatch, variable: str, proxy: str
) -> None:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(SettingsInvalid, match=rf"^{variable} names .*proxy") as raised:
        client.request("GET", "http://papers.example/")
    assert "secret" not in str(raised.value)
    assert not raised.value.sent


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_one_error_that_names_the_variable(
    client: BoundedClient,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variable: str,
    content: str | None,
) -> None:
    file = tmp_path / "certificates.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv(variable, str(file))
    with pytest.raises(SettingsInvalid, match=f"^{variable} names no readable certificates"):
        client.request("GET", "https://127.0.0.1:1/")


def test_each_adapter_tells_which_variable_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks4://p:1")
    url = "https://papers.example"
    with ArxivClient("x", tmp_path) as arxiv, pytest.raises(SourceUnreachable, match="ALL_PROXY"):
        arxiv.get(url)
    with Connection(url) as model, pytest.raises(ModelUnusable, match="ALL_PROXY"):
        model.send("GET", "models")
    with Web("x", largest=1) as web, pytest.raises(Unimportable, match="ALL_PROXY"):
        web.get(url)
    with SemanticScholar(base_url=url) as people:
        assert "ALL_PROXY" in str(people.look_up([PAPER]))


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_certificates_of_the_environment_are_trusted(
    secure: HTTPServer, trust: Trust, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    url = f"https://127.0.0.1:{secure.port}/"
    with BoundedClient(largest=1000, seconds=5) as client:
        with pytest.raises(ConnectionFailed, match="by any that SSL_CERT_FILE names") as raised:
            client.request("GET", url)
        assert not raised.value.sent
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv(variable, str(trust.file))
    with BoundedClient(largest=1000, seconds=5) as client:
        assert client.request("GET", url).content == b"safe"


def test_a_folder_without_the_right_certificate_is_named(
    secure: HTTPServer, client: BoundedClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with pytest.raises(ConnectionFailed, match="not signed by any that SSL_CERT_DIR names"):
        client.request("GET", f"https://127.0.0.1:{secure.port}/")


def test_plain_http_loads_no_certificates(
    web: HTTPServer, client: BoundedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object, **__: object) -> ssl.SSLContext:
        raise AssertionError

    monkeypatch.setattr(ssl, "create_default_context", load)
    web.expect_request("/").respond_with_data("plain")
    assert client.request("GET", web.url_for("/")).content == b"plain"
