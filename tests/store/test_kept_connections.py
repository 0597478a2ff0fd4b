"""Connections that an app keeps open: lent again, replaced when lost, never waited for long."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import StoreUnavailable
from paperlark.store import postgresql
from paperlark.store.database import connections_kept, exists
from paperlark.store.postgresql import open_server
from standins.postgresql import Server

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


def _session(address: str) -> int:
    with open_server(address) as connection:
        return int(connection.execute("SELECT pg_backend_pid()").fetchone()[0])


def test_a_connection_is_lent_again(server: Server) -> None:
    address = server.database()
    assert _session(address) != _session(address)
    with postgresql.connections_kept(address):
        # A second one may be opened while the first is still on its way.
        assert len({_session(address) for _ in range(8)}) <= 3
    assert _session(address) != _session(address)


def test_two_apps_of_one_process_share_them(server: Server) -> None:
    address = server.database()
    with postgresql.connections_kept(address):
        with postgresql.connections_kept(address):
            first = {_session(address) for _ in range(8)}
        assert first & {_session(address) for _ in range(8)}
    assert _session(address) not in first


def test_a_transaction_that_was_left_open_is_undone(server: Server) -> None:
    address = server.database()
    with postgresql.connections_kept(address):
        with open_server(address) as connection:
            connection.execute("BEGIN")
            connection.execute("CREATE TABLE left_over (a int)")
        with open_server(address) as connection:
            assert not connection.in_transaction
            found = connection.execute("SELECT to_regclass('left_over')").fetchone()
    assert found[0] is None


def test_a_connection_that_was_lost_is_replaced(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_SURELY_THERE", 0.0)
    address = server.database()
    with postgresql.connections_kept(address):
        lost = _session(address)
        server.execute(f"SELECT pg_terminate_backend({lost})")
        assert _session(address) != lost


def test_one_that_was_used_just_before_is_lost_to_whoever_comes_next_and_to_nobody_else(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_SURELY_THERE", 60.0)
    monkeypatch.setattr(postgresql, "_MOST_KEPT", 1)
    address = server.database()
    with postgresql.connections_kept(address):
        lost = _session(address)
        server.execute(f"SELECT pg_terminate_backend({lost})")
        with pytest.raises(StoreUnavailable):
            _session(address)
        assert _session(address) != lost


def test_who_finds_none_free_connects_beside_them(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_MOST_KEPT", 2)
    monkeypatch.setattr(postgresql, "_PATIENCE", 0.2)
    address = server.database()
    with postgresql.connections_kept(address), ExitStack() as opened:
        for _ in range(4):
            one = opened.enter_context(open_server(address))
            assert one.execute("SELECT 1").fetchone() == (1,)


def test_a_file_has_nothing_to_keep(server: Server) -> None:
    place = DatabaseServer(server.database(), server.folder)
    with connections_kept(server.folder / "papers.db"), connections_kept(place):
        assert not exists(place)
        with open_server(place.address):
            assert exists(place)
