from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from standins.assistants import (
    Asking,
    Home,
    HttpServer,
    asking,
    by_http,
    by_stdio,
    http_server,
    in_memory,
    make_home,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return an archive of three days."""
    return make_home(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def served(home: Home) -> Iterator[HttpServer]:
    """Run a server over HTTP."""
    with http_server(home, "--allow-votes") as found:
        yield found


@pytest.fixture(scope="module", params=["memory", "stdio", "http"])
def asked(request: pytest.FixtureRequest, home: Home) -> Iterator[Asking]:
    """Connect a client in each of the three ways to a server that may vote."""
    with ExitStack() as opened:
        if request.param == "memory":
            connection: object = in_memory(home.profile, may_vote=True)
        elif request.param == "stdio":
            connection = by_stdio(home, "--allow-votes")
        else:
            server = request.getfixturevalue("served")
            connection = by_http(server.address, server.token)
        yield opened.enter_context(asking(connection))
