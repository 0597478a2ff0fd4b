"""The services of a small fleet, and the database that each of its mornings begins with."""

from __future__ import annotations

import tempfile
import threading
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from pytest_httpserver import HTTPServer

from paperlark.domain.database_place import DatabaseServer
from standins import fleet_roles
from standins.fleet_books import PaidCalls
from standins.fleet_disk import TRIGGER, SmallDisk, mounted
from standins.fleet_group import FleetGroup
from standins.fleet_kills import KilledMorning
from standins.groups import free_port
from standins.mail_server import MailServer, serving
from standins.openai import StandIn, stand_in
from standins.postgresql import Server

_BEFORE, _DAY = date(2025, 3, 3), date(2025, 3, 4)
"""The day that the database knows, and that of each morning."""
_PAPERS = 6
"""Of each of the two categories."""
_TEMPLATE, _NAME = "template_of_fleets", "fleet"


class SmallFleet:
    """The services of all mornings, and the database that each begins with."""

    def __init__(self, readers: int, opened: ExitStack, server: Server) -> None:
        self.server = server
        http = opened.enter_context(HTTPServer(host="127.0.0.1", threaded=True))
        self.model: StandIn = opened.enter_context(stand_in(http))
        self.mail = MailServer()
        opened.enter_context(serving(self.mail, None, login=False))
        self.small = opened.enter_context(mounted(server))
        self.home = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        self.readers = readers
        self._make_template()

    def _group(self, folder: Path, name: str, day: date) -> FleetGroup:
        """Return the group; its app is at a port of its own."""
        place = DatabaseServer(self.server.address(name), folder / "paperlark")
        return FleetGroup(
            folder,
            place,
            day,
            self.readers,
            _PAPERS,
            self.mail.port,
            self.model.base_url,
            paid=2,
            app=f"http://127.0.0.1:{free_port()}",
        )

    def _make_template(self) -> None:
        self.server.execute(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0 LOCALE 'C'")
        group = self._group(self.home / "template", _TEMPLATE, _BEFORE).lay_out()
        if self.small is None:
            connection = group.connect()
            connection.execute(TRIGGER)
            connection.close()
        fleet, stop = fleet_roles.opened(group.file, _BEFORE), threading.Event()
        fleet.morning(_BEFORE, shard_size=fleet_roles.SHARD_SIZE).begin(stop)
        fleet.worker(stop).run(_BEFORE)
        fleet.deliver(_BEFORE, stop=stop)

    def morning(self, seed: int) -> KilledMorning:
        """Return a morning with the database as it was before, and services that know nothing."""
        self.server.execute(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)")
        space = "TABLESPACE small" if self.small else ""
        self.server.execute(
            f"CREATE DATABASE {_NAME} TEMPLATE {_TEMPLATE} {space} STRATEGY file_copy"
        )
        group = self._group(self.home / str(seed), _NAME, _DAY)
        group.write_files()
        paid = PaidCalls()
        self.model.always = paid
        self.model.questions.clear()
        self.mail.taken.clear()
        self.mail.at.clear()
        disk = SmallDisk(self.small, group.database)
        return KilledMorning(group, self.server, disk, self.mail, paid, seed)
