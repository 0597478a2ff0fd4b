"""Break the core in a hundred small ways, one at a time, and count what the tests notice.

    make mutants                                       100 of them, over the rooms below
    python tools/mutants.py --count 40 --seed 7 --rooms store,llm
    python tools/mutants.py --list                     only say what would be broken
    python tools/mutants.py --only 12                  try one of them again
    python tools/mutants.py --own-tests                only the tests of each room: much faster
    python tools/mutants.py --part 1/2                 one half, for a second process beside it

Places are drawn by lines, all lines of the rooms alike, and at each one breakage. It is tried in a
copy of the checkout, so that nothing is left behind wherever this is stopped. First come the tests
of the module's own room, those that import the module before the others; where they pass, all
other tests that can reach the module by their imports, but for those that look at pages in a
browser and those in SLOW. A test that hangs notices too. One that fails must pass on the whole
program, or it is left out, so that neither a broken test nor a busy machine counts as noticing.

Own code, because it takes little: mutmut draws no sample and breaks functions alone, no pattern of
a module; cosmic-ray draws none either, breaks the checkout itself and knows one command for all;
mutatest, which draws, wants a coverage of before 2021.

Exit code 1: fewer than nine in ten were noticed.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import NoReturn

from mutating.breakages import breakages, works
from mutating.names import Names
from mutating.nearby import Imports, nearest_first
from mutating.source import Breakage
from mutating.trying import Copy, bound_memory

ROOT = Path(__file__).resolve().parent.parent
SOURCES = Path("src") / "paperlark"

ROOMS = ("domain", "day", "rankers", "judges", "llm", "store", "sources", "importing")

ALSO = {"store": ("contracts",)}
"""Folders of tests that are a room's own besides the one of its name."""

NEAREST = 4
"""Files of a room's tests that are tried before the others are so much as read: they mostly do."""

SLOW = ("acceptance", "schedule", "test_mutants.py")
"""Not in the rest: whole months, kills, timers and this program's own tests take minutes each."""

YET = ("acceptance/test_seeds.py", "acceptance/test_imported_seeds.py", "acceptance/test_edges.py")
"""In the rest all the same: whole days through the command, from feeds to pages."""

ENOUGH = 0.9


@dataclass(frozen=True, slots=True)
class Mutant:
    """One breakage of one file, and the room that it belongs to."""

    room: str
    file: Path
    breakage: Breakage


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who noticed a mutant, `room` or `suite`, and by which test; nobody is `None`."""

    mutant: Mutant
    by: str | None
    test: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, try, and say what was noticed."""
    asked = _asked(arguments)
    sources = {
        file.relative_to(ROOT): file.read_text("utf-8")
        for file in sorted((ROOT / SOURCES).rglob("*.py"))
    }
    drawn = dict(enumerate(sample(sources, asked.rooms, asked.count, asked.seed), start=1))
    part, parts = asked.part
    drawn = {number: one for number, one in drawn.items() if number % parts == part % parts}
    if asked.only:
        drawn = {asked.only: drawn[asked.only]}
    print(f"{len(drawn)} mutants of {', '.join(asked.rooms)}; seed {asked.seed}")
    if asked.list:
        for number, mutant in drawn.items():
            print(row(number, mutant, sources))
        return 0
    signal.signal(signal.SIGTERM, _stop)
    bound_memory()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        verdicts = _tried(drawn, sources, Path(folder), own_tests=asked.own_tests)
    print(summary(verdicts))
    return 0 if enough(verdicts) else 1


def sample(
    sources: Mapping[Path, str], rooms: Iterable[str], count: int, seed: int
) -> tuple[Mutant, ...]:
    """Draw as many mutants, each on a line of its own; the same for the same seed and sources."""
    names = Names.of(sources.values())
    places: dict[tuple[str, Path, int], list[Breakage]] = {}
    for room in rooms:
        inside = sorted(file for file in sources if file.is_relative_to(SOURCES / room))
        for file in inside:
            for breakage in breakages(sources[file], names):
                places.setdefault((room, file, breakage.line), []).append(breakage)
    chance = random.Random(seed)  # noqa: S311  # to draw the same again, not to keep a secret
    drawn = list(places)
    chance.shuffle(drawn)
    return tuple(islice(_working(drawn, places, sources, chance), count))


def _working(
    drawn: Iterable[tuple[str, Path, int]],
    places: Mapping[tuple[str, Path, int], list[Breakage]],
    sources: Mapping[Path, str],
    chance: random.Random,
) -> Iterator[Mutant]:
    for place in drawn:
        room, file, _ = place
        of_place = chance.sample(places[place], len(places[place]))
        found = next((each for each in of_place if works(each, sources[file])), None)
        if found:
            yield Mutant(room, file, found)


def row(
    number: int, mutant: Mutant, sources: Mapping[Path, str], verdict: Verdict | None = None
) -> str:
    """Show a mutant in a line of the table, and the test that noticed it in a second."""
    before, after = mutant.breakage.shown(sources[mutant.file])
    place = f"{mutant.file.relative_to(SOURCES / mutant.room)}:{mutant.breakage.line}"
    noticed = "" if verdict is None else f"{verdict.by or 'NOBODY':<8}"
    line = f"{number:>4}  {mutant.room:<10} {place:<24} {noticed}{before}  ->  {after}"
    return f"{line}\n      {verdict.test}" if verdict and verdict.test else line


def summary(verdicts: Sequence[Verdict]) -> str:
    """Count who noticed, room by room and in all."""
    lines = [f"\n{'':<12}{'mutants':>8}{'room':>8}{'suite':>8}{'nobody':>8}"]
    rooms = dict.fromkeys(verdict.mutant.room for verdict in verdicts)
    for room in (*sorted(rooms), "in all"):
        ours = [each for each in verdicts if room in {each.mutant.room, "in all"}]
        by = Counter(verdict.by for verdict in ours)
        counts = "".join(f"{by[who]:>8}" for who in ("room", "suite", None))
        lines.append(f"{room:<12}{len(ours):>8}{counts}")
    noticed = sum(verdict.by is not None for verdict in verdicts)
    lines.append(f"\n{noticed} of {len(verdicts)} noticed, {noticed / len(verdicts):.0%}")
    return "\n".join(lines)


def enough(verdicts: Sequence[Verdict]) -> bool:
    """Return whether at least 90 % were noticed."""
    return sum(verdict.by is not None for verdict in verdicts) >= ENOUGH * len(verdicts)


def _tried(
    drawn: Mapping[int, Mutant], sources: Mapping[Path, str], folder: Path, *, own_tests: bool
) -> tuple[Verdict, ...]:
    copy = Copy(ROOT, folder)
    imports = Imports(copy.root)
    verdicts = []
    for number, mutant in drawn.items():
        broken = mutant.breakage.applied(sources[mutant.file])
        distances = imports.distances(copy.root / mutant.file)
        own, others = stages(imports.tests(), copy.root / "tests", mutant.room, distances)
        verdict = Verdict(mutant, None)
        first, rest = own[:NEAREST], own[NEAREST:]
        tried = (("room", first), ("room", rest), ("suite", () if own_tests else others))
        for who, tests in tried:
            test = copy.noticed(mutant.file, broken, tests)
            if test is not None:
                verdict = Verdict(mutant, who, test)
                break
        verdicts.append(verdict)
        print(row(number, mutant, sources, verdict), flush=True)
    for test in copy.unreliable:
        print(f"left out, because it fails with nothing broken: {test}")
    return tuple(verdicts)


def stages(
    tests: Iterable[Path], folder: Path, room: str, distances: Mapping[Path, int]
) -> tuple[Sequence[Path], Sequence[Path]]:
    """Return the files of a room's own tests, and others that need the module; nearest first."""
    homes = {room, *ALSO.get(room, ())}
    own, others = [], []
    for test in tests:
        name = test.relative_to(folder)
        if name.parts[0] in homes:
            own.append(test)
        elif test in distances and (name.parts[0] not in SLOW or name.as_posix() in YET):
            others.append(test)
    return nearest_first(own, distances), nearest_first(others, distances)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    opening, _, _ = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(description=opening)
    parser.add_argument("--count", type=int, default=100, help="how many to draw (100)")
    parser.add_argument("--seed", type=int, default=1, help="draws the same ones again (1)")
    parser.add_argument(
        "--rooms",
        type=lambda text: tuple(text.split(",")),
        default=ROOMS,
        help=f"where, with commas between ({','.join(ROOMS)})",
    )
    parser.add_argument("--list", action="store_true", help="only say what would be broken")
    parser.add_argument("--only", type=int, metavar="N", help="try the one of this number again")
    parser.add_argument("--own-tests", action="store_true", help="try no other room's tests")
    parser.add_argument(
        "--part",
        type=lambda text: tuple(map(int, text.split("/"))),
        default=(1, 1),
        metavar="K/N",
        help="every N-th of them, from the K-th",
    )
    asked = parser.parse_args(arguments)
    unknown = [room for room in asked.rooms if not (ROOT / SOURCES / room).is_dir()]
    if unknown:
        parser.error(f"no such room: {', '.join(unknown)}")
    if asked.only is not None and not 1 <= asked.only <= asked.count:
        parser.error(f"--only takes a number from 1 to {asked.count}")
    return asked


def _stop(signal_number: int, _frame: FrameType | None) -> NoReturn:
    """End as by Ctrl-C, so that the copy is removed and no run of tests goes on."""
    sys.exit(128 + signal_number)


if __name__ == "__main__":
    sys.exit(main())
