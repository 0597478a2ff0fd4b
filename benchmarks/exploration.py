"""Whether the line keeps what it promises, and what was missed is what the page says.

A reader whose every paper was judged is replayed day by day as a page would live it: the ranker
learns from nothing but what was read, the line leaves papers unread, lots are drawn, and the
estimate is held against the truth. Once as the ranker is, and once each with all its odds halved
and doubled, as a badly calibrated one would have them: five minutes in all. Needs the recorded
readers at `../shared` or where PAPERLARK_SHARED says; another folder with graded days can be named.

Exit code 1 when the interval holds on fewer than nine of ten days after 50 explored papers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from paperlark.domain.criteria import Criteria
from paperlark.domain.exploration import Missed
from paperlark.domain.feedback import Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.domain.profile import RECALL, Exploration
from paperlark.evaluation.cases import LabelledDay
from paperlark.evaluation.folder import read_folder
from paperlark.evaluation.replay import Replay
from paperlark.ports import Ranker
from paperlark.rankers.embedded import EmbeddedRanker

SHARED = Path(os.environ.get("PAPERLARK_SHARED", Path(__file__).parents[2] / "shared"))
LEARNED_DAYS = 120
ENOUGH = 50
"""Explored papers from which on the interval must hold."""


@dataclass(frozen=True)
class Told:
    """What became of one day; `found` of the wanted papers were above the line."""

    missed: Missed | None
    really: int
    wanted: int
    found: int
    read: int
    papers: int
    explored: int
    """Papers explored so far, this day's too."""
    discovered: int
    """Wanted ones among this day's."""


@dataclass(frozen=True)
class Doubtful:
    """A ranker whose odds are wrong by a factor."""

    ranker: Ranker
    odds: float

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence
    ) -> tuple[Match, ...]:
        """Rank as the other one does, and promise more or less."""
        matches = self.ranker.rank(papers, criteria, evidence)
        return tuple(_with_odds(match, self.odds) for match in matches)


def live(life: Replay, day: LabelledDay, explored: int) -> Told:
    """Make the day's page, and look behind it; so many papers were `explored` before."""
    lived = life.replay_day(day)
    wanted = {p.id for p, label in zip(day.papers, day.labels, strict=True) if label.wanted}
    read = {paper.id for paper in lived.judged}
    return Told(
        missed=lived.below.missed,
        really=len(wanted - read),
        wanted=len(wanted),
        found=len(wanted & {one.paper.id for one in lived.shortlist.above}),
        read=len(read),
        papers=len(day.papers),
        explored=explored + len(lived.below.explored),
        discovered=sum(bool(one.wanted) for one in lived.below.explored),
    )


def main() -> int:
    """Print a row per way the ranker may be wrong, and say whether the interval holds."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "readers" / "astro-dwarfs"
    reader = read_folder(folder)
    ranker = EmbeddedRanker()
    print(
        f"{reader.name}: {len(reader.days)} days, recall {RECALL}, explored {Exploration().share}"
    )
    holds = True
    for odds in (1.0, 0.5, 2.0):
        life = Replay(reader.name, Doubtful(ranker, odds), LEARNED_DAYS)
        days: list[Told] = []
        for day in reader.days:
            days.append(live(life, day, days[-1].explored if days else 0))
        holds &= _tell(f"odds x {odds:g}", [one for one in days if one.missed])
    return 0 if holds else 1


def _tell(name: str, days: Sequence[Told]) -> bool:
    """Print what became of the days that had a line."""
    read = sum(one.read for one in days) / sum(one.papers for one in days)
    found = sum(one.found for one in days) / sum(one.wanted for one in days)
    discovered = sum(one.discovered for one in days)
    print(
        f"{name}, {len(days)} days with a line: read {read:.2f} of the papers, {found:.3f} of the"
        f" wanted above the line, {days[-1].explored} explored, {discovered} of them wanted"
    )
    later = [(one.missed, one.really) for one in days if one.missed and one.explored >= ENOUGH]
    expected = sum(missed.expected for missed, _ in later) / len(later)
    really = sum(missed for _, missed in later) / len(later)
    width = sum(missed.high - missed.low for missed, _ in later) / len(later)
    held = sum(missed.low <= truth <= missed.high for missed, truth in later) / len(later)
    print(
        f"  {len(later)} days after {ENOUGH} explored: {expected:.2f} missed by the estimate,"
        f" {really:.2f} in truth; the interval is {width:.1f} wide and held on {held:.3f}"
    )
    return held >= 0.9  # noqa: PLR2004  # as the module says


def _with_odds(match: Match, odds: float) -> Match:
    likely = match.probability
    if likely is None:
        return match
    return replace(match, probability=odds * likely / (odds * likely + 1 - likely))


if __name__ == "__main__":
    sys.exit(main())
