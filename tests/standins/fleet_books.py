"""What a fleet's morning asked and sent more than once, and whether a kill excuses it.

A question whose answer could not be stored, and a mail whose acceptance could not be noted, may be
repeated once for each kill that was in between, and only for as many as were under way at a time.
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from werkzeug import Request, Response

from standins.openai import StandIn, judges, papers_of


@dataclass(frozen=True, slots=True)
class Harm:
    """What was done to whom, and from when until when it may have shown, by a monotonic clock."""

    what: str
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class Taken:
    """Something that a service outside took: its name, and when it began and ended, likewise."""

    name: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many things were taken again, by the harm that excuses it, and what has no excuse."""

    excused: Mapping[str, int]
    broken: tuple[str, ...]


def repeats(
    taken: Iterable[Taken], harms: Sequence[Harm], *, settling: float, at_once: int
) -> Repeats:
    """Look for an excuse for each thing that was taken again.

    It needs a harm that overlaps the time in which the one before was taken, or the `settling`
    seconds after, in which that is noted, and that came before the one after had ended. A harm
    excuses what was under way `at_once`, no more.
    """
    by_name: dict[str, list[Taken]] = defaultdict(list)
    for one in sorted(taken, key=lambda one: one.began):
        by_name[one.name].append(one)
    lost: dict[Harm, set[float]] = defaultdict(set)
    excused: dict[str, int] = defaultdict(int)
    broken = []
    for name, several in sorted(by_name.items()):
        for before, after in pairwise(several):
            excuses = (
                harm
                for harm in harms
                if harm.at <= min(before.ended + settling, after.ended)
                and harm.until >= before.began
                and (len(lost[harm]) < at_once or before.began in lost[harm])
            )
            harm = next(excuses, None)
            if harm is None:
                pause = after.began - before.ended
                broken.append(f"{name} was taken again after {pause:.1f} s")
            else:
                lost[harm].add(before.began)
                excused[harm.what] += 1
    return Repeats(dict(excused), tuple(broken))


@dataclass
class PaidCalls:
    """Answers questions after `seconds`, and keeps what was asked when, paper by paper."""

    seconds: float = 0.1
    calls: int = 0
    papers: list[Taken] = field(default_factory=list)

    def __call__(self, standing: StandIn, request: Request) -> Response:
        """Judge well, after a while."""
        began = time.monotonic()
        question = json.loads(request.data)
        self.calls += 1
        time.sleep(self.seconds)
        ended = time.monotonic()
        # All but its papers tells the criteria of a question from those of another.
        criteria = re.sub(r"Paper \d+: .*", "", str(question["messages"]), flags=re.DOTALL)
        topic = re.findall(r"kind \d+", criteria)[-1]
        self.papers += [Taken(f"{topic}, {one['id']}", began, ended) for one in papers_of(question)]
        return judges()(standing, request)
