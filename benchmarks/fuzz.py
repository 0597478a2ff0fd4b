"""Spoiled input for everything that reads: a right result or one of our own errors, in time.

Real recorded bytes, and pages printed from them, are changed by bits, cuts, repetitions, splices,
shuffled tags, odd numbers and known tricks; every third case is bait: texts that are deep,
repeated, unclosed or huge. `--cases N` are that many over all readers together, 200,000 by
default; others are tried from another `--seed`.
Needs the recorded input at `../shared` or where PAPERLARK_SHARED says. A failure is named by its
target and number: `fuzz.py --only "RSS" --case 17` does that one again and shows its bytes.

Times are of computing, and for 100 kB. Exit code 1 when any case ended in another exception, lost
an entry without a word, or took more than a second.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT / "tests"))

from standins.fuzz import Outcome, Target, spoiled, targets, try_case  # noqa: E402

_SHOWN = 5
HANGS = 5.0
"""Seconds of computing after which a case is ended."""


def main() -> int:
    """Print a row per target and say whether any case failed."""
    options = _options()
    chosen = [one for one in targets(SHARED) if options.only in {None, one.name}]
    signal.signal(signal.SIGPROF, _too_long)
    with tempfile.TemporaryDirectory() as folder:
        if options.case is not None:
            return _again(chosen[0], options.case, Path(folder))
        each = -(-options.cases // len(chosen))
        return _all(chosen, range(options.seed, options.seed + each), Path(folder))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=200_000, help="cases over all targets")
    parser.add_argument("--seed", type=int, default=0, help="number of the first case of each")
    parser.add_argument("--only", help="the name of one target")
    parser.add_argument("--case", type=int, help="do this one case of --only again")
    return parser.parse_args()


def _too_long(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"more than {HANGS:g} s")


def _all(chosen: Sequence[Target], numbers: Sequence[int], folder: Path) -> int:
    head = ("cases", "read", "refused", "median ms", "slowest ms", "case", "failures")
    print(f"{'':<18}" + "".join(f"{name:>11}" for name in head))
    total = failures = 0
    for target in chosen:
        outcomes = {number: _timed(target, number, folder) for number in numbers}
        failed = [(n, one.failure) for n, one in outcomes.items() if one.failure]
        _print_row(target.name, outcomes, len(failed))
        for number, failure in failed[:_SHOWN]:
            print(f"    case {number}: {failure:.200}")
        total, failures = total + len(outcomes), failures + len(failed)
    print(f"{total} cases, {failures} failures")
    return int(failures > 0)


def _timed(target: Target, number: int, folder: Path) -> Outcome:
    """Try a case; what cannot even be interrupted ends the whole run with a traceback."""
    faulthandler.dump_traceback_later(60 * HANGS, exit=True)
    signal.setitimer(signal.ITIMER_PROF, HANGS)
    try:
        return try_case(target, number, folder)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()


def _print_row(name: str, outcomes: Mapping[int, Outcome], failed: int) -> None:
    times = {number: 1000 * one.seconds for number, one in outcomes.items()}
    slowest = max(times, key=times.__getitem__)
    refused = sum(one.refused for one in outcomes.values())
    read = len(outcomes) - refused - failed
    print(
        f"{name:<18}{len(outcomes):>11}{read:>11}{refused:>11}"
        f"{statistics.median(times.values()):>11.2f}{times[slowest]:>11.1f}{slowest:>11}{failed:>11}",
        flush=True,
    )


def _again(target: Target, number: int, folder: Path) -> int:
    sys.stdout.buffer.write(spoiled(target, number) + b"\n")
    outcome = _timed(target, number, folder)
    print(outcome)
    return int(outcome.failure is not None)


if __name__ == "__main__":
    sys.exit(main())
