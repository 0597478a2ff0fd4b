"""Whether what is kept ever changes a page: seeded histories beside fresh starts.

    python benchmarks/kept_state.py [--histories 500] [--first 1] [--steps 8]

Each history is that of one reader with ten small days of papers: pages made in and out of order
and again, votes and triage and their undoing, criteria changed, databases lost and restored;
encodings, reader models and vectors deleted or of another version, encodings and models also cut
off and with bits flipped. Each page is made with what is kept and, in a copy of the store, without
it: all its files must be the same to the byte. A page made again where nothing before its day has
changed must give what it gave, but for its note on later votes. Exit code 1 where anything differs;
what happened how often is printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins.kept_histories import History, small_days

_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # folders of our own in it


def main() -> int:
    """Live through the histories, and print what happened and what differed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--histories", type=int, default=500)
    parser.add_argument("--first", type=int, default=1, help="the seed of the first one")
    parser.add_argument("--steps", type=int, default=8, help="of each history")
    options = parser.parse_args()
    started, seen, differences, lived = time.process_time(), Counter[str](), 0, 0
    try:
        for seed in range(options.first, options.first + options.histories):
            history = _live(seed, options.steps)
            seen += history.seen
            differences += len(history.differences)
            lived += 1
            for one in history.differences:
                print(f"seed {seed}: {one}", flush=True)
            print(f"\r{lived} histories, {differences} differences", end="", file=sys.stderr)
    except KeyboardInterrupt:
        pass  # what was lived through is told
    print(file=sys.stderr)
    for what, times in sorted(seen.items()):
        print(f"{times:>7,}  {what}")
    seconds = time.process_time() - started
    print(f"{lived} histories in {seconds:.0f} s of a core: {differences} differences")
    return int(differences > 0)


def _live(seed: int, steps: int) -> History:
    """Live through one history; an exception is a difference, too."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder, small_days() as seen:
        history = History(Path(folder), seed, seen)
        try:
            history.live(steps)
        except Exception as error:  # noqa: BLE001  # whatever damage led to
            history.differences.append(repr(error))
        return history


if __name__ == "__main__":
    sys.exit(main())
