"""How the app of a group is watched: ids of requests, health, metrics, errors, and its end."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

import paperlark
from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.domain.operation_figures import OperationFigures
from paperlark.domain.request_id import REQUEST_ID
from paperlark.web.group_operations import open_served_group
from paperlark.web.group_sessions import PublicAddress
from paperlark.web.metrics import RequestMetrics
from paperlark.web.operations import Operations, Watchers
from paperlark.web.readiness import Readiness
from standins.groups import group, group_file, profiles_in
from standins.postgresql import Server

PUBLIC = PublicAddress("https://papers.example.org")
PROXY, WATCHER = "10.0.0.1", "10.0.0.7"
OWN = ("/healthz", "/readyz", "/metrics")


async def _paper(request: Request) -> Response:
    return PlainTextResponse(f"paper {request.path_params['paper']} for {REQUEST_ID.get()}")


async def _fails(_request: Request) -> Response:
    raise ZeroDivisionError


async def _no_database(_request: Request) -> Response:
    raise StoreError("the database is away", hint="start it")


async def _elsewhere(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("as any other address", 404)


class Watched:
    """An app of three addresses, and a database that does what a test says."""

    def __init__(self) -> None:
        self.figures: OperationFigures | None = OperationFigures(3, {"waiting": 2}, 0)  # type: ignore[arg-type]
        self.check: Any = lambda: None
        self.readiness = Readiness(self._checked, patience=0.2)
        routes = [
            Route("/paper/{paper}", _paper),
            Route("/fails", _fails),
            Route("/no-database", _no_database),
        ]
        app = Starlette(routes=routes, exception_handlers={404: _elsewhere})
        watchers = Watchers(PUBLIC, (ip_network(PROXY),), (ip_network(WATCHER),))
        self.metrics = RequestMetrics(self._asked, "1.2.3")
        # Starlette raises an unexpected error again after it has answered.
        self.app = Operations(app, watchers, self.readiness, self.metrics)

    def _checked(self) -> None:
        self.check()

    def _asked(self) -> OperationFigures:
        if self.figures is None:
            raise StoreError("away", hint="start it")
        return self.figures

    def get(
        self, path: str, peer: str = "127.0.0.1", host: str = "10.0.0.5:8642", **more: str
    ) -> Any:
        """Ask from an address, under a name of the app."""
        client = TestClient(self.app, client=(peer, 50_000), raise_server_exceptions=False)
        headers = {"Host": host, **{name.replace("_", "-"): one for name, one in more.items()}}
        return client.get(path, headers=headers)


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    yield found
    found.readiness.close()


def until(happens: Callable[[], bool]) -> None:
    """Wait until something happens."""
    ends = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < ends
        time.sleep(0.02)


# Whose request it is


def test_a_request_has_an_id_in_its_answer_and_in_what_is_done_for_it(watched: Watched) -> None:
    answer = watched.get("/paper/1")
    assert answer.text == f"paper 1 for {answer.headers['x-request-id']}"
    assert watched.get("/paper/1").headers["x-request-id"] != answer.headers["x-request-id"]
    assert REQUEST_ID.get() == ""


@pytest.mark.parametrize(
    ("peer", "sent", "taken"),
    [
        (PROXY, "from-the-proxy-17", True),
        ("192.0.2.1", "from-the-proxy-17", False),
        ("127.0.0.1", "from-the-proxy-17", False),
        (PROXY, "short", False),
        (PROXY, "x" * 65, False),
        (PROXY, 'a" injected="b', False),
        (PROXY, "../../../etc/passwd", False),
    ],
)
def test_an_id_is_taken_from_a_listed_proxy_alone_if_it_is_one(
    watched: Watched, peer: str, sent: str, *, taken: bool
) -> None:
    answer = watched.get("/paper/1", peer, X_Request_ID=sent)
    assert (answer.headers["x-request-id"] == sent) is taken


# Who may ask


@pytest.mark.parametrize("path", OWN)
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", WATCHER, "::ffff:10.0.0.7"])
def test_the_machine_and_who_is_listed_may_ask_how_the_app_is(
    watched: Watched, path: str, peer: str
) -> None:
    assert watched.get(path, peer).status_code == 200


@pytest.mark.parametrize("path", OWN)
@pytest.mark.parametrize(
    ("peer", "more"),
    [
        ("192.0.2.1", {}),
        ("10.0.0.8", {}),
        (PROXY, {}),
        ("127.0.0.1", {"X_Forwarded_For": "127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", {"X_Real_IP": "127.0.0.1"}),
        ("127.0.0.1", {"host": "papers.example.org"}),
        ("127.0.0.1", {"host": "PAPERS.example.org"}),
        (WATCHER, {"X_Forwarded_For": WATCHER}),
    ],
)
def test_to_everybody_else_they_are_addresses_like_any_other(
    watched: Watched, path: str, peer: str, more: dict[str, str]
) -> None:
    answer = watched.get(path, peer, **more)
    assert (answer.status_code, answer.text) == (404, "as any other address")


# Ready or not


def test_it_is_alive_and_not_ready_while_its_database_is_away(watched: Watched) -> None:
    def away() -> None:
        raise StoreError("the tables are of version 3, this paperlark's of 4", hint="see upgrade")

    watched.check = away
    answer = watched.get("/readyz")
    assert answer.status_code == 503
    assert answer.text == "the tables are of version 3, this paperlark's of 4: see upgrade\n"
    assert watched.get("/healthz").status_code == 200


def test_a_database_that_does_not_answer_is_not_waited_for(watched: Watched) -> None:
    hangs = threading.Event()
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        hangs.wait(20)

    watched.check = check
    began = time.monotonic()
    for _ in range(3):
        answer = watched.get("/readyz")
        assert answer.status_code == 503
        assert answer.text == "the database did not answer within 0.2 s\n"
    hangs.set()
    assert time.monotonic() - began < 5
    assert asked == [1]  # nobody piles up questions


def test_it_is_not_ready_from_the_moment_it_is_told_to_end(watched: Watched) -> None:
    assert watched.get("/readyz").text == "ready\n"
    watched.readiness.end()
    assert watched.get("/readyz").text == "this process is about to end\n"
    assert watched.get("/paper/1").status_code == 200


# What fails


def test_an_unexpected_error_is_logged_with_its_id_and_told_without_itself(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    answer = watched.get("/fails")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert "ZeroDivisionError" in caplog.text


def test_a_database_that_is_away_is_told_as_something_that_passes(watched: Watched) -> None:
    class Guarding:
        """A guard that asks the database whose session it is."""

        async def __call__(self, *_: Any) -> None:
            raise StoreError("the database postgresql://db/papers is away", hint="start it")

    app = Operations(Guarding(), watched.app.watchers, watched.readiness)
    answer = TestClient(app).get("/paper/1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "postgresql" not in answer.text


# Metrics


def test_requests_are_counted_by_template_and_nothing_personal_is_in_the_metrics(
    watched: Watched,
) -> None:
    watched.get("/paper/2502.00007v1?token=s3cret")
    watched.get("/paper/2502.00008v1")
    watched.get("/nowhere/of/ada@example.org")
    watched.get("/fails")
    text = watched.get("/metrics").text
    lines = text.splitlines()
    ours = 'paperlark_http_requests_total{method="GET",route='
    assert f'{ours}"/paper/{{paper}}",status="200"}} 2.0' in lines
    assert f'{ours}"other",status="404"}} 1.0' in lines
    assert f'{ours}"/fails",status="500"}} 1.0' in lines
    assert 'paperlark_http_request_duration_seconds_count{route="/paper/{paper}"} 2.0' in lines
    for one in ("paperlark_open_sessions 3.0", 'paperlark_deliveries{state="waiting"} 2.0'):
        assert one in lines
    assert [word for word in ("2502", "ada", "s3cret") if word in text] == []


def test_metrics_go_on_while_the_database_is_away(watched: Watched) -> None:
    watched.figures = None
    lines = watched.get("/metrics").text.splitlines()
    assert "paperlark_database_up 0.0" in lines
    assert not any(line.startswith("paperlark_open_sessions") for line in lines)


# Served


@pytest.mark.slow
@pytest.mark.enable_socket
def test_the_command_serves_them_and_ends_in_order_with_its_log_in_json(tmp_path: Path) -> None:
    """Asked to end, it says so at once and answers until its time is over."""
    found = profiles_in(tmp_path, ["ada"])
    found._variables["PAPERLARK_LOG"] = "json"
    sign_in = 'method = "proxy"\nproxies = ["127.0.0.1"]'
    with group(found, sign_in, ada='user = "ada"') as served:
        with httpx.Client(base_url=served.origin, headers={"Remote-User": "ada"}) as browser:
            assert browser.get("/readyz").text == "ready\n"
            page = browser.get("/r/ada/?secret-query=1")
            assert page.status_code == 200
            assert 'route="/r/{reader}/",status="200"} 1.0' in browser.get("/metrics").text
            assert browser.get("/nowhere", headers={"Remote-User": "nobody"}).status_code == 403
        assert served.end() == 0
    lines = [json.loads(one) for one in served.log.read_text().splitlines() if one.startswith("{")]
    request = page.headers["x-request-id"]
    mine = [one for one in lines if one.get("request") == request]
    assert [one["message"].partition(" in ")[0] for one in mine] == ["GET /r/{reader}/ 200"]
    assert {"time", "level", "logger", "message", "request"} == set(mine[0])
    assert "secret-query" not in served.log.read_text()


@pytest.mark.slow
@pytest.mark.enable_socket
def test_asked_to_end_it_says_so_at_once_and_answers_until_its_time_is_over(
    tmp_path: Path,
) -> None:
    found = profiles_in(tmp_path, ["ada"])
    found.drain = 100
    sign_in = 'method = "proxy"\nproxies = ["127.0.0.1"]'
    with group(found, sign_in, ada='user = "ada"') as served:
        with httpx.Client(base_url=served.origin, headers={"Remote-User": "ada"}) as browser:
            assert browser.get("/readyz").status_code == 200
            served.send(signal.SIGTERM)
            until(lambda: browser.get("/readyz").status_code == 503)
            assert browser.get("/r/ada/").status_code == 200
        served.send(signal.SIGTERM)  # who does not want to wait
        assert served.ended() == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{served.origin}/readyz")


@pytest.mark.slow
@pytest.mark.enable_socket
def test_two_processes_on_one_database_serve_the_same_sessions(
    server: Server, tmp_path: Path
) -> None:
    """As when one is started before the other is ended: a member stays signed in."""
    found = profiles_in(tmp_path, ["ada"])
    sign_in = 'method = "proxy"\nproxies = ["127.0.0.1"]'
    path = group_file(found, sign_in, members={"ada": 'user = "ada"'})
    opened = paperlark.open_group(path, environment=found.profile("ada").environment)
    database = DatabaseServer(server.database(), tmp_path / "paperlark")
    here = replace(opened, settings=replace(opened.settings, state=database))
    with open_served_group(here) as old, open_served_group(here) as new:
        one, other = (
            TestClient(app, base_url=here.settings.address, client=("127.0.0.1", 1))
            for app in (old, new)
        )
        page = one.get("/r/ada/sharing", headers={"Remote-User": "ada"})
        other.cookies = one.cookies
        form = {"token": page.text.partition('name="token" value="')[2].partition('"')[0]}
        # A change is answered only in the session that its form is of.
        changed = other.post("/r/ada/sharing", data=form, headers={"Remote-User": "ada"})
        assert changed.status_code == 200, changed.text
        assert one.get("/readyz").status_code == other.get("/readyz").status_code == 200
        assert "paperlark_open_sessions 1.0" in one.get("/metrics").text.splitlines()
    server.drop(database.address)
