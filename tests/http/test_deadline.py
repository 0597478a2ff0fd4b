from __future__ import annotations

import gzip
from collections.abc import Iterator
from threading import Thread

import httpx
import pytest
from werkzeug import Response

from paperlark.domain.errors import ModelBusy
from paperlark.http.client import BoundedClient
from paperlark.http.response import TimedOut
from paperlark.http.transport import Deadline
from paperlark.llm.connection import Connection
from standins.openai import Behaviour, StandIn, answers, drips, hangs_up, never_answers, says

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def connection(server: StandIn) -> Iterator[Connection]:
    with Connection(server.base_url, timeout=0.3) as opened:
        yield opened


def post(connection: Connection) -> httpx.Response:
    body = {"messages": [{"role": "user", "content": "?"}]}
    return connection.send("POST", "chat/completions", json=body)


@pytest.mark.parametrize(
    "slow",
    [
        drips(HEAD + b"Content-Length: 100000\r\n\r\n{", 0.01),
        drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 0.01),
        drips(HEAD + b"X-Slow: ", 0.01),
        drips(b"HTTP/1.1 200 ", 0.01),
        drips(HEAD + b"Content-Length: 100000\r\n\r\n{", 0.25),
        never_answers,
    ],
)
def test_a_dripping_server_cannot_hold_a_caller_past_the_deadline(
    server: StandIn, connection: Connection, slow: Behaviour
) -> None:
    server.always = slow
    with pytest.raises(ModelBusy, match=r"did not answer within 0\.3 seconds"):
        post(connection)


@pytest.mark.parametrize(
    "slow",
    [
        drips(HEAD + b"Content-Length: 100000\r\n\r\n{", 0.01),
        drips(HEAD + b"X-Slow: ", 0.01),
    ],
)
def test_behind_a_proxy_too_an_answer_that_drips_ends(
    server: StandIn, monkeypatch: pytest.MonkeyPatch, slow: Behaviour
) -> None:
    monkeypatch.setenv("http_proxy", server.base_url.removesuffix("/v1"))
    server.always = slow
    with (
        Connection("http://model.example/v1", timeout=0.3) as connection,
        pytest.raises(ModelBusy, match=r"did not answer within 0\.3 seconds"),
    ):
        post(connection)
    assert len(server.questions) == 1


def test_answers_come_through_one_connection_after_the_other(
    server: StandIn, connection: Connection
) -> None:
    server.then(says("one"), hangs_up, says("two"))
    assert post(connection).json()["choices"][0]["message"]["content"] == "one"
    with pytest.raises(ModelBusy, match="broke off"):
        post(connection)
    assert post(connection).json()["choices"][0]["message"]["content"] == "two"


def test_compressed_bodies_are_decompressed(server: StandIn, connection: Connection) -> None:
    packed = Response(gzip.compress(b'{"fine": true}'), headers={"Content-Encoding": "gzip"})
    server.then(
        lambda _standing, _request: packed,
        answers("not gzip", headers={"Content-Encoding": "gzip"}),
    )
    assert post(connection).json() == {"fine": True}
    with pytest.raises(ModelBusy, match="broke off its answer, or sent none that can be read"):
        post(connection)


def test_each_thread_has_a_deadline_of_its_own() -> None:
    moments = [0.0]
    deadline = Deadline(lambda: moments[0])
    seen: list[float | None] = []
    with deadline.within(10):
        moments[0] = 4
        other = Thread(target=lambda: seen.append(deadline.limit(30)))
        other.start()
        other.join(10)
        assert (deadline.limit(30), deadline.limit(2), deadline.limit(None)) == (6, 2, 6)
        moments[0] = 10
        assert deadline.is_over
    assert (seen, deadline.limit(30), deadline.limit(None), deadline.is_over) == (
        [30],
        30,
        None,
        False,
    )


def test_no_step_begins_when_no_time_is_left(server: StandIn) -> None:
    with (
        BoundedClient(largest=1000, seconds=0) as client,
        pytest.raises(TimedOut) as raised,
    ):
        client.request("POST", server.base_url, json={})
    assert not raised.value.sent
    assert server.questions == []
