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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from paperlark.day.below import look_below
from paperlark.day.explore import draw, how_many
from paperlark.day.missed import POOLED_DAYS
from paperlark.day.shortlist import shortlist
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.digest import Candidate
from paperlark.domain.exploration import Explored, Missed
from paperlark.domain.feedback import Evidence, Lesson, Teacher, one_of_each
from paperlark.domain.judgement import Judgement, Match
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import RECALL, Cutoffs, Exploration
from paperlark.evaluation.cases import Label, LabelledDay
from paperlark.evaluation.folder import RELEVANT_FROM, read_folder
from paperlark.ports import Ranker
from paperlark.rankers.blend import EmbeddedRanker

SHARED = Path(os.environ.get("PAPERLARK_SHARED", Path(__file__).parents[2] / "shared"))
CUTOFFS = Cutoffs(RELEVANT_FROM, 1)
LEARNED_DAYS, STREAM_DAYS = 120, 30
ENOUGH = 50
"""Explored papers from which on the interval must hold."""


@dataclass(frozen=True)
class Lived:
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


@dataclass
class Life:
    """A reader who knows of each day only what was read of it."""

    name: str
    ranker: Ranker
    odds: float
    lessons: list[list[Lesson]] = field(default_factory=list)
    announced: list[tuple[Paper, ...]] = field(default_factory=list)
    explored: list[tuple[Explored, ...]] = field(default_factory=list)

    def live(self, day: LabelledDay) -> Lived:
        """Make the day's page, and look behind it."""
        judgements = _judgements(day)
        wanted = {paper for paper, one in judgements.items() if one.relevance >= CUTOFFS.relevance}
        evidence = self._evidence({paper.id for paper in day.papers})
        matches = self.ranker.rank(day.papers, day.criteria, evidence)
        candidates = [
            Candidate(Announced(paper, (AnnounceType.NEW,)), (), _with_odds(match, self.odds))
            for paper, match in zip(day.papers, matches, strict=True)
        ]
        line = shortlist(candidates, RECALL, evidence)
        count = how_many(len(line.below), Exploration().share)
        drawn = draw(line.below, count, self.name, day.day)
        earlier = [one for found in self.explored[-POOLED_DAYS:] for one in found]
        below = look_below(line.below, drawn, judgements, CUTOFFS, earlier)
        read = {one.paper.id for one in (*line.above, *(lot.candidate for lot in drawn))}
        self._remember(day, read, below.explored)
        return Lived(
            missed=below.missed,
            really=len(wanted - read),
            wanted=len(wanted),
            found=len(wanted & {one.paper.id for one in line.above}),
            read=len(read),
            papers=len(day.papers),
            explored=sum(map(len, self.explored)),
            discovered=sum(bool(one.wanted) for one in below.explored),
        )

    def _evidence(self, today: set[PaperId]) -> Evidence:
        lessons = (one for day in self.lessons[-LEARNED_DAYS:] for one in day)
        stream = {
            paper.id: paper for day in reversed(self.announced[-STREAM_DAYS:]) for paper in day
        }
        return Evidence(
            tuple(one for one in one_of_each(lessons) if one.paper.id not in today),
            tuple(paper for paper in stream.values() if paper.id not in today),
        )

    def _remember(
        self, day: LabelledDay, read: set[PaperId], explored: tuple[Explored, ...]
    ) -> None:
        labelled = zip(day.papers, day.labels, strict=True)
        self.lessons.append([_lesson(*one, day.day) for one in labelled if one[0].id in read])
        self.announced.append(day.papers)
        if explored:
            self.explored.append(explored)


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
        life = Life(reader.name, ranker, odds)
        days = [one for one in map(life.live, reader.days) if one.missed]
        holds &= _tell(f"odds x {odds:g}", days)
    return 0 if holds else 1


def _tell(name: str, days: Sequence[Lived]) -> bool:
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


def _judgements(day: LabelledDay) -> Mapping[PaperId, Judgement]:
    labelled = zip(day.papers, day.labels, strict=True)
    return {
        paper.id: Judgement(paper.id, paper.version, label.relevance or 1, label.novelty or 1, "")
        for paper, label in labelled
    }


def _lesson(paper: Paper, label: Label, day: date) -> Lesson:
    return Lesson(paper, day, label.wanted, Teacher.JUDGE, label.relevance, label.novelty)


if __name__ == "__main__":
    sys.exit(main())
