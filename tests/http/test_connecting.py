"""Conversations end: looked up, opened and read within one time, whatever drips."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from paperlark.domain.errors import PaperlarkError
from paperlark.http.connecting import connect, cut_off
from standins.conversations import CONVERSATIONS, Conversation
from standins.dripping import BODY, SILENT, Dripping

SHORT = 0.3
"""Seconds; without an end to the whole, none of these tests would ever end."""
TALKS = [
    pytest.param(kind, part, id=f"{kind.name} {part}")
    for kind in CONVERSATIONS
    for part in kind.parts
]


@pytest.fixture
def silent_name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    over = threading.Event()

    def wait(*_: object, **__: object) -> None:
        over.wait()
        raise socket.gaierror("nobody answered")

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    yield
    over.set()


@pytest.mark.parametrize(("kind", "part"), TALKS)
def test_a_peer_that_drips_cannot_hold_a_conversation_past_its_deadline(
    kind: Conversation, part: str, tmp_path: Path
) -> None:
    with Dripping(part, every=0.02) as peer, pytest.raises(PaperlarkError) as raised:
        kind.talk(peer.port, SHORT, tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("silent_name_server")
def test_a_name_server_that_never_answers_cannot_hold_anybody() -> None:
    with pytest.raises(TimeoutError, match=r"no connection to arxiv\.org in time"):
        connect("arxiv.org", 443, 0.01)


def test_a_host_that_no_name_server_knows_is_an_error_at_once() -> None:
    with pytest.raises(OSError, match=r"nowhere|not known|resolution|No address"):
        connect("nowhere.invalid", 80, 60)
    with pytest.raises(UnicodeError):
        connect("smtp..example.org", 25, 60)


def test_the_next_address_is_tried_where_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with Dripping(SILENT, every=1) as peer:
        tcp = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        closed = 1  # tcpmux: nobody runs it
        found = [(*tcp, ("127.0.0.1", port)) for port in (closed, peer.port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with connect("both.example", peer.port, 60) as opened:
            assert opened.getpeername() == ("127.0.0.1", peer.port)


def test_what_is_held_is_cut_off_when_its_time_is_over() -> None:
    with (
        Dripping(BODY, every=0.01) as peer,
        cut_off(0.2) as limit,
        limit.connect("127.0.0.1", peer.port) as opened,
    ):
        opened.settimeout(None)
        while opened.recv(4096):  # it would never end
            pass
        assert limit.is_over
        assert limit.left == 0


def test_what_ended_in_time_is_left_open() -> None:
    with Dripping(BODY, every=0.01) as peer:
        with cut_off(60) as limit:
            opened = limit.connect("127.0.0.1", peer.port)
        with opened:
            assert opened.recv(1)
