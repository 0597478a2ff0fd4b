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
import signal
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins.postgresql import running, server_programs
from standins.small_fleet import SmallFleet


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
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also where a shell has it ignored in the background.
        signal.signal(number, signal.default_int_handler)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    seen, overdue, lived = Counter[str](), 0.0, 0
    broken: list[int] = []
    with ExitStack() as opened:
        fleet = SmallFleet(options.readers, opened, opened.enter_context(running(programs)))
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
