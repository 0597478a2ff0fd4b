"""Zotero for the readers of a fleet: each by their own key, and what fails is theirs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.paper import PaperId
from paperlark.domain.triage import Action, TriageEvent
from paperlark.fleet.opening import OpenedFleet, open_fleet
from paperlark.settings.environment import Environment
from paperlark.store.accounts import AccountStore
from paperlark.store.announcements import keep_papers
from paperlark.store.connection import transaction
from paperlark.store.triage import TriageStore
from paperlark.testing import a_paper
from standins.fleet_group import FleetGroup, recent_day
from standins.postgresql import Server
from standins.serving import loopback
from standins.zotero import KEY, Zotero, zotero_on

__all__ = ["loopback"]
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)


@pytest.fixture
def zotero(loopback: HTTPServer) -> Iterator[Zotero]:
    with zotero_on(loopback) as standing:
        standing.own.add_collection("Papers")
        yield standing


@pytest.fixture
def group(server: Server, tmp_path: Path) -> Iterator[FleetGroup]:
    address = server.database()
    place = DatabaseServer(address, tmp_path / "paperlark")
    yield FleetGroup(tmp_path, place, recent_day(), readers=4).lay_out()
    server.drop(address)


def _fleet(group: FleetGroup, zotero: Zotero) -> OpenedFleet:
    """Add two readers with a table, one of them without a key, who all saved a paper."""
    paper = a_paper("2502.00001")
    with closing(group.connect()) as connection:
        accounts = AccountStore(connection, group.database)
        for reader, variable in (("r01", "R01_KEY"), ("r02", "R02_KEY")):
            table = (
                f'\n[zotero]\nkey_variable = "{variable}"\nsave_to = "Papers"\n'
                f'read = ["Papers"]\nurl = "{zotero.url}"\n'
            )
            connection.execute(
                "UPDATE accounts SET profile_text = profile_text || ? WHERE reader = ?",
                (table, reader),
            )
        assert accounts.with_table("zotero") == ("r01", "r02")
        with transaction(connection):
            keep_papers(connection, [paper], printed=True)
        for reader in ("r00", "r01", "r02"):
            event = TriageEvent("e1", PaperId(paper.id), Action.SAVE, NOW)
            TriageStore(connection, group.database, reader).keep(event)
    environment = Environment(
        variables={"R01_KEY": KEY, "XDG_CONFIG_HOME": "/nowhere"}, sleep=lambda _: None
    )
    return replace(open_fleet(group.file), environment=environment)


def test_each_reader_s_papers_go_to_their_own_library(group: FleetGroup, zotero: Zotero) -> None:
    fleet = _fleet(group, zotero)
    found = fleet.bring_saved(stop=threading.Event())
    assert found["r01"] == ((True, "zotero: 1 paper saved"),)
    ((ok, line),) = found["r02"]
    assert not ok
    assert line.startswith("zotero: there is no secret R02_KEY")
    assert set(found) == {"r01", "r02"}
    assert len(zotero.own.top()) == 1
    again = fleet.bring_saved(stop=threading.Event())
    assert again["r01"] == ((True, "zotero: 1 paper more that you like"),)
    assert len(zotero.own.made) == 2
