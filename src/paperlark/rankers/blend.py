"""The embedded ranker: criteria, lessons and neighbours put together, with reasons.

read -> see the field -> compare with the criteria -> learn -> look around -> calibrate -> explain
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NOTHING_KNOWN, Evidence, Lesson, Teacher
from paperlark.domain.judgement import Match, Nearest
from paperlark.domain.paper import Paper
from paperlark.rankers.calibration import USUAL_CALIBRATION, Calibration, calibrate
from paperlark.rankers.field import Field, Reader
from paperlark.rankers.interests import TRUST, Interests, Likeness, compare
from paperlark.rankers.latent import Space
from paperlark.rankers.learned import Block, Lessons, Numbers, learn, probability, usual_odds
from paperlark.rankers.neighbours import Neighbourhood, look_around
from paperlark.rankers.reasons import explain
from paperlark.rankers.taught import USUAL, grade, weigh, with_unread

WORDS_FREEDOM, PLACES_FREEDOM, CRITERIA_FREEDOM = 5.0, 2.0, 1.0
"""How far the lessons may move the weights of a paper's words, of its place, and of what the
criteria say; chosen on two readers' earlier days."""

_HELD_OUT = 10
"""At most so many judged days tell what an opinion is worth, and at most a third of them."""


class EmbeddedRanker:
    """Implements Ranker; needs no key and no network, and reads each paper once in its life."""

    def __init__(self, space: Space | None = None) -> None:
        self._reader = Reader(space or Space.shipped())

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence = NOTHING_KNOWN
    ) -> tuple[Match, ...]:
        """Rank by the probability of being wanted; equal papers go by id."""
        if not papers:
            return ()
        # In one order, whatever the feed's: sums of floating point numbers depend on it.
        in_order = sorted(papers, key=lambda paper: (paper.id, paper.version))
        # Threads of the linear algebra wait for each other when the machine has other work: one
        # is faster then, never much slower, and adds in the same order each time.
        with threadpool_limits(1):
            table = _Table.of(in_order, evidence)
            bags, places = self._reader.read(table.papers)
            field = Field.of(bags, places)
            likeness = compare(field, Interests.of(criteria), self._reader.space)
            mind = _Mind(field, likeness, table)
            matches = _matches(mind, criteria, mind.opinion())
        place = {(one.id, one.version): match for one, match in zip(in_order, matches, strict=True)}
        return tuple(place[paper.id, paper.version] for paper in papers)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """All papers that matter today, a row each: today's first, then lessons, then the stream.

    `taught` are the rows of the lessons, `unread` those of the stream alone.
    """

    papers: tuple[Paper, ...]
    today: int
    lessons: tuple[Lesson, ...]
    taught: NDArray[np.int64]
    unread: NDArray[np.int64]

    @classmethod
    def of(cls, papers: Sequence[Paper], evidence: Evidence) -> _Table:
        row = {(paper.id, paper.version): at for at, paper in enumerate(papers)}
        every = list(papers)
        # A paper that is announced twice on a page keeps its place there.
        row_of: list[int] = []
        # From a paper without text, as libraries may hold one, nothing can be learnt.
        lessons = tuple(one for one in evidence.lessons if one.paper.title or one.paper.abstract)
        for paper in (*(lesson.paper for lesson in lessons), *evidence.stream):
            at = row.setdefault((paper.id, paper.version), len(every))
            if at == len(every):
                every.append(paper)
            row_of.append(at)
        taught = np.array(row_of[: len(lessons)], dtype=np.int64)
        unread = np.setdiff1d(np.arange(len(papers), len(every)), taught)
        return cls(tuple(every), len(papers), lessons, taught, unread)


@dataclass(frozen=True, slots=True, eq=False)
class _Opinion:
    """What is thought of today's papers, a row each; `words` weighs the field's terms."""

    odds: Numbers
    around: Neighbourhood
    words: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class _Mind:
    """Everything known of one reader on one day, ready to learn from."""

    field: Field
    likeness: Likeness
    table: _Table

    def opinion(self) -> _Opinion:
        """Learn from all lessons and judge today's papers by them."""
        lessons = self._lessons(np.arange(len(self.table.lessons)))
        learner, around, words = self._learn(lessons, np.arange(self.table.today))
        return _Opinion(self._calibration().odds(learner, around.odds), around, words)

    def _blocks(self) -> tuple[Block, Block, Block]:
        return (
            Block(self.field.words, WORDS_FREEDOM),
            Block(self.field.places, PLACES_FREEDOM),
            Block(self.likeness.readings, CRITERIA_FREEDOM, TRUST),
        )

    def _lessons(self, chosen: NDArray[np.int64]) -> Lessons:
        lessons = [self.table.lessons[at] for at in chosen]
        # A judge reads whatever comes; who only likes, or only tells what was selected, does not.
        fair = any(_turned_down(one) for one in lessons)
        return Lessons(self.table.taught[chosen], grade(lessons), weigh(lessons), fair=fair)

    def _learn(
        self, lessons: Lessons, asked: NDArray[np.int64]
    ) -> tuple[Numbers, Neighbourhood, Numbers]:
        """Give the learner's and the neighbours' opinions of the rows asked for."""
        blocks = self._blocks()
        unread = self.table.unread
        by_criteria = learn(blocks, self._lessons(np.arange(0)), USUAL).score(blocks, unread)
        unsaid = np.full(len(unread), usual_odds(USUAL))
        chances = probability(USUAL_CALIBRATION.odds(by_criteria, unsaid))
        all_lessons = with_unread(lessons, unread, chances)
        weights = learn(blocks, all_lessons, USUAL)
        around = look_around(
            self.field.places[asked],
            self.field.places[all_lessons.rows],
            all_lessons.targets,
            all_lessons.counts,
            USUAL,
        )
        return weights.score(blocks, asked), around, weights.blocks[0]

    def _calibration(self) -> Calibration:
        """See what opinions were worth on the latest judged days."""
        judged = [at for at, one in enumerate(self.table.lessons) if one.teacher is Teacher.JUDGE]
        days = sorted({self.table.lessons[at].day for at in judged})
        held = set(days[len(days) - min(_HELD_OUT, len(days) // 3) :])
        if not held:
            return USUAL_CALIBRATION
        first = min(held)
        before = np.array(
            [at for at, one in enumerate(self.table.lessons) if one.day < first], dtype=np.int64
        )
        asked = [at for at in judged if self.table.lessons[at].day in held]
        wanted = np.array([self.table.lessons[at].wanted for at in asked], dtype=bool)
        learner, around, _ = self._learn(self._lessons(before), self.table.taught[asked])
        return calibrate(learner, around.odds, wanted)


def _turned_down(lesson: Lesson) -> bool:
    """Tell whether a judge read the paper and did not want it."""
    return lesson.teacher is Teacher.JUDGE and not lesson.wanted


def _matches(mind: _Mind, criteria: Criteria, opinion: _Opinion) -> tuple[Match, ...]:
    table, likeness = mind.table, mind.likeness
    today = table.papers[: table.today]
    chance = probability(opinion.odds)
    # Who taught nothing and wrote nothing that the paper has anything to do with has no match.
    related = likeness.shared[: table.today] | bool(table.lessons)
    # Eight digits are beyond any meaning and below any rounding of another machine.
    score = np.where(related, chance, 0).round(8)
    order = sorted(range(len(today)), key=lambda at: (-score[at], today[at].id))
    rank = {at: place for place, at in enumerate(order, start=1)}
    spoken = opinion.words + likeness.spoken
    words = explain(today, mind.field.words, mind.field.ids, spoken)
    return tuple(
        Match(
            score=float(score[at]),
            rank=rank[at],
            of=len(today),
            topic=_topic(criteria, int(likeness.nearest[at])),
            words_for=words[at].speak_for,
            words_against=words[at].speak_against,
            probability=float(chance[at].round(4)),
            nearest=_nearest(table, int(opinion.around.nearest[at])),
        )
        for at in range(len(today))
    )


def _topic(criteria: Criteria, nearest: int) -> str | None:
    return criteria.topics[nearest].name if nearest >= 0 else None


def _nearest(table: _Table, nearest: int) -> Nearest | None:
    # Papers of the stream stand behind the lessons and were wanted by nobody.
    if not 0 <= nearest < len(table.lessons):
        return None
    lesson = table.lessons[nearest]
    return Nearest(lesson.paper.id, lesson.paper.title, lesson.day)
