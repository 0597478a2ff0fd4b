"""Put canaries where secrets are, have every server repeat them, and look for them everywhere.

    python benchmarks/canaries.py [--only WORDS]

Twenty-two canaries in every place that holds a secret: keys, addresses, proxies, files, names.
Servers repeat all they are sent, in every error and every encoding; a bug raises with everything in
its words. What is printed, logged, stored, published, mailed and posted is searched for them, plain
and encoded, whole and cut. A single find ends it with exit code 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins.canaries import CANARIES, DISGUISES, ERRORS, Echo, Scenario, leaks, scenarios


def main() -> int:
    """Run every scenario, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only scenarios with these words in their names")
    only = parser.parse_args().only
    chosen = [one for one in scenarios() if only in one.name]
    found: list[str] = []
    with ProcessPoolExecutor(max_workers=2) as processes:
        for number, leaked in enumerate(processes.map(_leaks, chosen), start=1):
            found += leaked
            for one in leaked:
                print(one)
            if number % 10 == 0:
                print(f"{number} of {len(chosen)} scenarios", file=sys.stderr, flush=True)
    for name, count in (
        ("canaries", len(CANARIES)),
        ("scenarios", len(chosen)),
        ("commands", sum(len(one.commands) for one in chosen)),
        ("errors of servers, disguises", f"{len(ERRORS)}, {len(DISGUISES)}"),
        ("found", len(found)),
    ):
        print(f"{name:<30} {count}")
    return 1 if found or not chosen else 0


def _leaks(scenario: Scenario) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder, Echo() as echo:
        return leaks(scenario, echo, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
