from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import stamina
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.errors import Unimportable
from paperlark.importing.fetch import Web
from paperlark.importing.zotero import read_zotero


@pytest.fixture(scope="session")
def loopback() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as server:
        yield server


@dataclass(slots=True)
class StandInZotero:
    """A library of `size` numbered papers, which one key opens; answers `wrong` first."""

    server: HTTPServer
    size: int = 230
    key: str | None = None
    wrong: list[Response] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        if self.wrong:
            return self.wrong.pop(0)
        if self.key and request.headers.get("Zotero-API-Key") != self.key:
            return Response("Forbidden", 403)
        start, limit = int(request.args["start"]), int(request.args["limit"])
        items = ",".join(
            f'{{"id": "{n}", "type": "article", "title": "Paper {n}"}}'
            for n in range(start, min(start + limit, self.size))
        )
        headers = {"Total-Results": str(self.size)}
        return Response(f'{{"items": [{items}]}}', headers=headers)


@pytest.fixture
def zotero(loopback: HTTPServer) -> Iterator[StandInZotero]:
    loopback.clear()
    standing = StandInZotero(loopback)
    for library in ("users/12345", "groups/678"):
        loopback.expect_request(f"/{library}/items/top").respond_with_handler(standing.answer)
    with stamina.set_testing(True, attempts=3, cap=True):
        yield standing


@pytest.fixture
def web() -> Iterator[Web]:
    with Web("paperlark/test", largest=2**20, timeout=5) as client:
        yield client


def test_a_library_is_read_page_by_page(zotero: StandInZotero, web: Web) -> None:
    items = read_zotero(web, "12345", key=None, api=zotero.server.url_for("/"))
    assert [item.title for item in items] == [f"Paper {n}" for n in range(230)]
    assert [request.args["start"] for request in zotero.asked] == ["0", "100", "200"]
    assert zotero.asked[0].headers["Zotero-API-Version"] == "3"
    assert zotero.asked[0].headers["User-Agent"] == "paperlark/test"


def test_a_group_is_opened_by_its_key(zotero: StandInZotero, web: Web) -> None:
    zotero.key = "secret"
    api = zotero.server.url_for("")
    assert len(read_zotero(web, "groups/678", key="secret", api=api)) == 230
    with pytest.raises(Unimportable, match="HTTP 403"):
        read_zotero(web, "groups/678", key=None, api=api)


def test_a_server_that_is_busy_is_asked_again(zotero: StandInZotero, web: Web) -> None:
    zotero.size, zotero.wrong = 1, [Response("later", 503), Response("slow down", 429)]
    (item,) = read_zotero(web, "users/12345", key=None, api=zotero.server.url_for(""))
    assert item.title == "Paper 0"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Response("<html>", 200), "is not valid JSON"),
        (Response("[]", 200), "answers without items"),
        (Response("no", 404), "HTTP 404"),
        (Response(b"x" * 2**21, 200), "more than 1 MB"),
    ],
)
def test_an_unusable_answer_is_an_error(
    zotero: StandInZotero, web: Web, wrong: Response, said: str
) -> None:
    zotero.wrong = [wrong]
    with pytest.raises(Unimportable, match=said):
        read_zotero(web, "12345", key=None, api=zotero.server.url_for(""))


@pytest.mark.parametrize("library", ["", "me", "users/", "users/1/../2", "12345?x=1"])
def test_an_invalid_library_name_is_not_requested(web: Web, library: str) -> None:
    with pytest.raises(Unimportable, match="is not a Zotero library"):
        read_zotero(web, library, key=None)


def test_the_key_is_not_sent_to_another_server(zotero: StandInZotero, web: Web) -> None:
    elsewhere = zotero.server.url_for("/groups/678/items/top")
    zotero.wrong = [Response("", 302, {"Location": elsewhere})]
    with pytest.raises(Unimportable, match="HTTP 302"):
        read_zotero(web, "12345", key="secret", api=zotero.server.url_for(""))
    assert len(zotero.asked) == 1


@pytest.mark.parametrize("key", ["Schlüssel", "two words", "two\nlines"])
def test_an_invalid_key_is_an_error_without_the_key(web: Web, key: str) -> None:
    with pytest.raises(Unimportable, match="the Zotero key is not valid") as told:
        read_zotero(web, "12345", key=key)
    assert key not in str(told.value)


def test_a_server_that_is_not_there_is_named(web: Web) -> None:
    with (
        stamina.set_testing(True, attempts=2, cap=True),
        pytest.raises(Unimportable, match=r"127\.0\.0\.1:9/users/1/items/top could not be fetched"),
    ):
        read_zotero(web, "1", key=None, api="http://127.0.0.1:9")


def test_a_busy_server_is_asked_four_times_and_no_more(zotero: StandInZotero, web: Web) -> None:
    zotero.server.clear()
    asked: list[Request] = []

    def refuse(request: Request) -> Response:
        asked.append(request)
        return Response("busy", status=503)

    zotero.server.expect_request("/users/12345/items/top").respond_with_handler(refuse)
    with (
        stamina.set_testing(True, attempts=9, cap=True),
        pytest.raises(Unimportable, match="503"),
    ):
        read_zotero(web, "12345", key=None, api=zotero.server.url_for("/"))
    assert len(asked) == 4
