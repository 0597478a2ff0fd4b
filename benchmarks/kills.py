"""Kill runs of a day with 60 paid requests until 200 were killed, and hold what must hold.

    python benchmarks/kills.py [--kills 200] [--seed 0]

Final pages equal those of an undisturbed run to the byte, but for what they say of questions that
were cut off; no reply that was stored is asked for
again; at most what was under way at a kill is asked twice; the database stays whole. Any breach
ends it with exit code 1.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import sys
import tempfile
from pathlib import Path

from pytest_httpserver import HTTPServer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins.killing import PAPERS, Trial, fresh, killed, undisturbed


def main() -> int:
    """Run trials until there were enough kills, and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    dice = random.Random(wanted.seed)  # noqa: S311  # nothing secret hangs on it
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory() as folder, HTTPServer(host="127.0.0.1", threaded=True) as at:
        reference = undisturbed(Path(folder) / "undisturbed", fresh(at))
        while sum(trial.kills for trial in trials) < wanted.kills:
            at.clear()
            home = Path(folder) / str(len(trials))
            trial = killed(home, fresh(at), dice, most=12, longest=reference.seconds)
            if trial.pages != reference.pages:
                print(f"trial {len(trials)}: the pages differ")
                return 1
            trials.append(trial)
            print(f"{sum(one.kills for one in trials)} kills", file=sys.stderr, flush=True)
    repeated = [trial.requests - PAPERS for trial in trials]
    print(f"kills                          {sum(trial.kills for trial in trials)}")
    print(f"days made in spite of them     {len(trials)}, all byte-identical")
    print(f"kills a day, median            {statistics.median(t.kills for t in trials)}")
    print(
        f"requests asked twice, a day    median {statistics.median(repeated)}, most {max(repeated)}"
    )
    print("stored replies asked again     0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
