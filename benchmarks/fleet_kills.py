"""Whether a fleet's mornings survive kills: seeded ones, each with a few at random moments.

    python benchmarks/fleet_kills.py [--mornings 200] [--first 1] [--readers 8]

Eight readers in shards of three at most, half of them judged by a paid stand-in for a model and
all with a mail a day, on a PostgreSQL server in a folder of its own; each morning begins with the
same database, which knows one day. In each, workers, the scheduler, the sender and the app, in
which somebody votes, get SIGKILL and SIGTERM, connections are cut, the server is stopped (in order,
and as if its machine had died), and its disk is full for a while. After it each reader must have a
whole page or a told failure, and one mail; nothing may be asked of the model, and no mail sent,
again but what a kill interrupted; every vote that was confirmed must be stored; no shard may be
stuck beyond its lease. What happened how often is printed; exit code 1 where anything does not
hold.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

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
from standins.postgresql import Server, running, server_programs

_BEFORE, _DAY = date(2025, 3, 3), date(2025, 3, 4)
"""The day that the database knows, and that of each morning."""
_PAPERS = 6
"""Of each of the two categories."""
_TEMPLATE, _NAME = "template_of_fleets", "fleet"


class _Fleet:
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


def main() -> int:
    """Live through the mornings, and print what happened and what did not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mornings", type=int, default=200)
    parser.add_argument("--first", type=int, default=1, help="the seed of the first one")
    parser.add_argument("--readers", type=int, default=8)
    options = parser.parse_args()
    programs = server_programs()
    if programs is None:
        print("no PostgreSQL server is installed: Debian's package is `postgresql`")
        return 1
    # Processes that are started find the stand-ins.
    paths = (sys.path[0], os.environ.get("PYTHONPATH"))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    seen, overdue, lived = Counter[str](), 0.0, 0
    broken: list[int] = []
    with ExitStack() as opened:
        fleet = _Fleet(options.readers, opened, opened.enter_context(running(programs)))
        begun = time.monotonic()
        try:
            for seed in range(options.first, options.first + options.mornings):
                morning = fleet.morning(seed)
                morning.live_through()
                lived += 1
                seen += morning.seen
                overdue = max(overdue, morning.overdue)
                for one in morning.broken:
                    print(f"seed {seed}: {one}", flush=True)
                if morning.broken:
                    broken.append(seed)
                    print((morning.group.folder / "log.txt").read_text()[-20000:], file=sys.stderr)
                print(f"{lived} mornings, {len(broken)} broken", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            pass  # what was lived through is told
        seconds = time.monotonic() - begun
    for what, times in sorted(seen.items()):
        print(f"{times:>7,}  {what}")
    print(f"{overdue:>7.1f}  seconds at most between a lease's end and the next claim")
    print(f"{lived} mornings in {seconds:.0f} s; broken: {', '.join(map(str, broken)) or 'none'}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
