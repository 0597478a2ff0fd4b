"""The client over real HTTP on loopback."""

from __future__ import annotations

import gzip
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.redaction import remember
from paperlark.http.client import BoundedClient
from paperlark.http.response import (
    ConnectionFailed,
    HttpError,
    InvalidRequest,
    ResponseBroken,
    ResponseTooLarge,
    TimedOut,
)

OK = b"HTTP/1.1 200 OK\r\n"
LARGEST = 1_000


@pytest.fixture
def client() -> Iterator[BoundedClient]:
    with BoundedClient(largest=LARGEST, seconds=5, user_agent="paperlark/test") as opened:
        yield opened


@pytest.fixture
def web(loopback: HTTPServer) -> HTTPServer:
    loopback.clear()
    return loopback


@contextmanager
def raw_server(begin: bytes, drip: bytes, pause: float) -> Iterator[str]:
    """Send `begin`, then `drip` after every pause, for as long as somebody listens."""
    stop = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(begin)
                while not stop.wait(pause):
                    connection.sendall(drip)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            stop.set()
            thread.join(10)


def test_a_response_is_read_whatever_its_status(web: HTTPServer, client: BoundedClient) -> None:
    web.expect_request("/gone").respond_with_data("no", status=410, headers={"X-Why": "old"})
    response = client.request("GET", web.url_for("/gone"))
    assert (response.status, response.content) == (410, b"no")
    assert response.headers["x-why"] == "old"
    assert response.url == web.url_for("/gone")


def test_parameters_headers_and_user_agent_are_sent(web: HTTPServer, client: BoundedClient) -> None:
    seen: list[Request] = []

    def respond(request: Request) -> Response:
        seen.append(request)
        return Response("ok")

    web.expect_request("/").respond_with_handler(respond)
    client.request("POST", web.url_for("/"), params={"a": 1}, headers={"X-B": "2"}, json={"c": 3})
    [request] = seen
    assert (request.args["a"], request.headers["X-B"]) == ("1", "2")
    assert request.headers["User-Agent"] == "paperlark/test"
    assert request.headers["Accept-Encoding"] == "gzip, deflate"


def test_a_body_of_the_largest_size_is_read_and_one_more_byte_is_refused(
    web: HTTPServer, client: BoundedClient
) -> None:
    web.expect_request("/fits").respond_with_data(b"x" * LARGEST)
    web.expect_request("/over").respond_with_data(b"x" * (LARGEST + 1))
    assert len(client.request("GET", web.url_for("/fits")).content) == LARGEST
    with pytest.raises(ResponseTooLarge):
        client.request("GET", web.url_for("/over"))


def test_a_body_without_end_is_not_read_to_the_deadline(client: BoundedClient) -> None:
    began = time.monotonic()
    with (
        raw_server(OK + b"\r\n", b"x" * 500, 0.001) as url,
        pytest.raises(ResponseTooLarge),
    ):
        client.request("GET", url)
    assert time.monotonic() - began < 4


def test_a_small_body_that_unpacks_to_a_large_one_is_refused(
    web: HTTPServer, client: BoundedClient
) -> None:
    packed = gzip.compress(b" " * 10**6)
    web.expect_request("/").respond_with_data(packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(ResponseTooLarge):
        client.request("GET", web.url_for("/"))


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "mystery"])
def test_only_one_layer_of_what_was_asked_for_is_unpacked(
    web: HTTPServer, client: BoundedClient, encoding: str
) -> None:
    packed = gzip.compress(gzip.compress(b"x"))
    web.expect_request("/").respond_with_data(packed, headers={"Content-Encoding": encoding})
    with pytest.raises(ResponseBroken):
        client.request("GET", web.url_for("/"))


@pytest.mark.parametrize(
    "begin",
    [
        OK + b"Content-Length: 900\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n384\r\n",
        OK + b"X-Endless: ",
        b"HTTP/1.1 20",
    ],
)
def test_bytes_that_come_in_time_one_by_one_do_not_hold_a_caller_past_the_deadline(
    begin: bytes,
) -> None:
    began = time.monotonic()
    with (
        raw_server(begin, b"0", 0.02) as url,
        BoundedClient(largest=LARGEST, seconds=0.4, step=0.2) as client,
        pytest.raises(TimedOut) as raised,
    ):
        client.request("GET", url)
    assert raised.value.sent
    assert 0.3 < time.monotonic() - began < 2


def test_the_deadline_may_be_shorter_for_one_request(client: BoundedClient) -> None:
    began = time.monotonic()
    with raw_server(b"", b"", 10) as url, pytest.raises(TimedOut):
        client.request("GET", url, seconds=0.1)
    assert time.monotonic() - began < 2


def test_one_step_may_be_bounded_more_tightly_than_the_whole() -> None:
    began = time.monotonic()
    with (
        raw_server(OK, b"", 10) as url,
        BoundedClient(largest=LARGEST, seconds=30, step=0.1) as client,
        pytest.raises(TimedOut),
    ):
        client.request("GET", url)
    assert time.monotonic() - began < 5


def test_redirects_are_followed_only_where_that_is_wanted(
    web: HTTPServer, client: BoundedClient
) -> None:
    web.expect_request("/old").respond_with_data(status=301, headers={"Location": "/new"})
    web.expect_request("/new").respond_with_data("here")
    assert client.request("GET", web.url_for("/old")).status == 301
    response = client.request("GET", web.url_for("/old"), follow_redirects=True)
    assert (response.content, response.url) == (b"here", web.url_for("/new"))


def test_redirects_come_to_an_end(web: HTTPServer, client: BoundedClient) -> None:
    web.expect_request("/").respond_with_data(status=302, headers={"Location": "/"})
    with pytest.raises(InvalidRequest, match="too many redirects"):
        client.request("GET", web.url_for("/"), follow_redirects=True)


def test_the_body_of_a_redirect_is_not_read(web: HTTPServer, client: BoundedClient) -> None:
    location = f"Location: {web.url_for('/new')}\r\n\r\n".encode()
    web.expect_request("/new").respond_with_data("here")
    with raw_server(b"HTTP/1.1 302 Found\r\n" + location, b"x" * 500, 0.001) as url:
        assert client.request("GET", url, follow_redirects=True).content == b"here"


@pytest.mark.parametrize("url", ["ftp://x.org/", "no", "http://", "http://x.org/" + "x" * 70_000])
def test_an_address_that_cannot_be_asked_is_an_invalid_request(
    client: BoundedClient, url: str
) -> None:
    with pytest.raises(InvalidRequest) as raised:
        client.request("GET", url)
    assert not raised.value.sent


def test_a_header_that_cannot_be_sent_is_an_invalid_request(
    web: HTTPServer, client: BoundedClient
) -> None:
    with pytest.raises(InvalidRequest):
        client.request("GET", web.url_for("/"), headers={"X": "two\nlines"})


def test_a_server_that_is_not_there_received_nothing(client: BoundedClient) -> None:
    with pytest.raises(ConnectionFailed) as raised:
        client.request("GET", "http://127.0.0.1:1/")
    assert not raised.value.sent


@pytest.mark.parametrize("begin", [b"", b"SSH-2.0-OpenSSH\r\n", OK + b"Content-Length: 9\r\n\r\nx"])
def test_a_request_over_a_broken_connection_may_have_been_received(
    client: BoundedClient, begin: bytes
) -> None:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(begin)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(ResponseBroken) as raised:
            client.request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join(10)
    assert raised.value.sent


def test_the_library_logs_nothing_of_ours_and_everything_of_others(
    web: HTTPServer, client: BoundedClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.expect_request("/").respond_with_data("ok")
    client.request("GET", web.url_for("/"), params={"key": "hush"}, headers={"X-Key": "hush"})
    ours = [record for record in caplog.records if record.name != "werkzeug"]
    assert {record.name for record in ours} == {"paperlark.http.client"}
    assert not [record for record in ours if "hush" in record.getMessage()]
    httpx.get(web.url_for("/"))
    assert "httpx" in {record.name for record in caplog.records}


def test_adapters_are_imported_without_an_http_library() -> None:
    adapters = "paperlark.sources.rss, paperlark.people.semantic_scholar, paperlark.importing.fetch"
    command = (
        f"import sys, {adapters}, paperlark.http.response\n"
        "assert not {'httpx', 'httpcore', 'requests'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", command], check=True)  # noqa: S603  # our own interpreter


def test_every_error_is_an_http_error() -> None:
    kinds = (ConnectionFailed, InvalidRequest, ResponseBroken, ResponseTooLarge, TimedOut)
    assert all(issubclass(kind, HttpError) for kind in kinds)


def test_what_a_server_repeats_of_a_secret_reaches_nobody(
    client: BoundedClient, web: HTTPServer
) -> None:
    """It is cut out before anybody could shorten, wrap or store what the server said."""
    remember("sk-proj-Xy12aB34cD56")
    web.expect_request("/echo").respond_with_data(
        "bad key: sk-proj-Xy12aB34cD56, base64 c2stcHJvai1YeTEyYUIzNGNENTY=",
        status=307,
        headers={"Location": "https://h.invalid/?key=sk-proj-Xy12aB34cD56", "X-Key": "public"},
    )
    address = web.url_for("/echo").replace("://", "://ada:sk-proj-Xy12aB34cD56@")
    response = client.request("GET", f"{address}?key=sk-proj-Xy12aB34cD56&page=2")
    assert response.content.startswith(b"bad key: [secret], base64 [secret]")
    assert response.headers["Location"] == "https://h.invalid/?key=[secret]"
    assert response.headers["x-key"] == "public"
    assert response.url == web.url_for("/echo?key=[secret]&page=2")


def test_an_error_of_the_client_names_no_secret() -> None:
    remember("sk-proj-Xy12aB34cD56")
    assert str(InvalidRequest("no port in http://sk-proj-Xy12aB34cD56:x")) == (
        "no port in http://[secret]:x"
    )


def test_a_header_in_any_alphabet_costs_no_answer(client: BoundedClient) -> None:
    remember("sk-canary-4711")
    body = b"Content-Length: 5\r\n\r\nhello"
    headers = "X-Café: 7\r\nVia: Büro sk-canary-4711\r\n".encode().replace("é".encode(), b"e")
    for sent in (headers, headers.decode().encode("latin-1")):
        with raw_server(OK + sent + body, b"", 60) as url:
            response = client.request("GET", url)
        assert response.content == b"hello"
        assert response.headers["Via"].startswith("Büro ")
        assert "4711" not in response.headers["Via"]
