"""Whether a fleet's mornings survive kills: seeded ones, each with a few at random moments.

    python benchmarks/fleet_kills.py [--mornings 200] [--first 1] [--readers 40]

Forty readers in shards of five, some of them judged by a paid stand-in for a model and all with a
mail a day, on a PostgreSQL server in a folder of its own. In each morning workers, the scheduler
and the sender get SIGKILL and SIGTERM, connections are cut, the server is stopped (in order, and as
if its machine had died), and its disk is full for a while. After it each reader must have a whole
page or a told failure, and one mail; nothing may be paid for again but what a kill interrupted; no
shard may be stuck beyond its lease. Exit code 1 where anything does not hold; what happened how
often is printed.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from pytest_httpserver import HTTPServer

from paperlark.domain.calendar import is_weekend
from paperlark.domain.database_place import DatabaseServer
from standins.fleet_group import FleetGroup
from standins.fleet_kills import FULL, KilledMorning
from standins.killing import slowly
from standins.mail_server import MailServer, serving
from standins.openai import stand_in
from standins.postgresql import running, server_programs

_ON_ONE_DATABASE = 20
"""Mornings before the next database is begun: an archive of 200 days would make each slower."""


def main() -> int:
    """Live through the mornings, and print what happened and what did not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mornings", type=int, default=200)
    parser.add_argument("--first", type=int, default=1, help="the seed of the first one")
    parser.add_argument("--readers", type=int, default=40)
    options = parser.parse_args()
    programs = server_programs()
    if programs is None:
        print("no PostgreSQL server is installed: Debian's package is `postgresql`")
        return 1
    # Processes that are started find the stand-ins.
    paths = (sys.path[0], os.environ.get("PYTHONPATH"))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    seen, broken, overdue, lived, begun = Counter[str](), 0, 0.0, 0, time.monotonic()
    mail = MailServer()
    with ExitStack() as opened:
        server = opened.enter_context(running(programs))
        http = opened.enter_context(HTTPServer(host="127.0.0.1", threaded=True))
        model = opened.enter_context(stand_in(http))
        model.always = slowly
        opened.enter_context(serving(mail, None, login=False))
        home = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        day, group = date(2025, 3, 3), None
        try:
            for seed in range(options.first, options.first + options.mornings):
                if group is None or lived % _ON_ONE_DATABASE == 0:
                    folder = home / str(seed)
                    place = DatabaseServer(server.database(), folder / "paperlark")
                    group = FleetGroup(folder, place, day, options.readers, 12, mail.port)
                    # Every fourth has a judge.
                    group = _begin(replace(group, model=model.base_url, paid=4))
                group.day = day
                group.write_feeds()
                morning = KilledMorning(group, server, mail, model, seed)
                morning.live_through()
                lived += 1
                seen += morning.seen
                overdue = max(overdue, morning.overdue)
                broken += len(morning.broken)
                for one in morning.broken:
                    print(f"seed {seed}: {one}", flush=True)
                print(f"\r{lived} mornings, {broken} broken", end="", file=sys.stderr, flush=True)
                day = _next(day)
        except KeyboardInterrupt:
            pass  # what was lived through is told
    print(file=sys.stderr)
    for what, times in sorted(seen.items()):
        print(f"{times:>7,}  {what}")
    print(f"{overdue:>7.1f}  seconds at most between a lease's end and the next claim")
    print(f"{lived} mornings in {time.monotonic() - begun:.0f} s: {broken} broken promises")
    return int(broken > 0)


def _begin(group: FleetGroup) -> FleetGroup:
    """Begin a database with the readers of a group, and a disk that can be full."""
    group.lay_out()
    connection = group.connect()
    connection.execute(FULL)
    connection.close()
    return group


def _next(day: date) -> date:
    day += timedelta(days=1)
    while is_weekend(day):
        day += timedelta(days=1)
    return day


if __name__ == "__main__":
    sys.exit(main())
