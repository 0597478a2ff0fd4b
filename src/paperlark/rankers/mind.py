"""One reader's mind on one day: learn, look around, and see what opinions were worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.feedback import Lesson, Teacher
from paperlark.rankers.calibration import USUAL_CALIBRATION, Calibration, calibrate
from paperlark.rankers.field import Field
from paperlark.rankers.interests import TRUST, Likeness
from paperlark.rankers.learned import Block, Lessons, Numbers, learn, probability, usual_odds
from paperlark.rankers.neighbours import Neighbourhood, look_around
from paperlark.rankers.table import Table
from paperlark.rankers.taught import USUAL, grade, weigh, with_unread

_WORDS_FREEDOM, _PLACES_FREEDOM, _CRITERIA_FREEDOM = 5.0, 2.0, 1.0
"""How far the lessons may move the weights of a paper's words, of its place, and of what the
criteria say; chosen on two readers' earlier days, where half and double are within .005."""

_HELD_OUT = 10
"""At most so many judged days tell what an opinion is worth, and at most a third of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What is thought of today's papers, a row each; `words` weighs the field's terms."""

    odds: Numbers
    around: Neighbourhood
    words: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Mind:
    """Everything known of one reader on one day, ready to learn from."""

    field: Field
    likeness: Likeness
    table: Table

    def opinion(self) -> Opinion:
        """Learn from all lessons and judge today's papers by them."""
        lessons = self._lessons(np.arange(len(self.table.lessons)))
        learner, around, words = self._learn(lessons, np.arange(self.table.today))
        return Opinion(self._calibration().odds(learner, around.odds), around, words)

    def _blocks(self) -> tuple[Block, Block, Block]:
        return (
            Block(self.field.words, _WORDS_FREEDOM),
            Block(self.field.places, _PLACES_FREEDOM),
            Block(self.likeness.readings, _CRITERIA_FREEDOM, TRUST),
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
        days = sorted({one.day for one in self.table.lessons if _turned_down(one)})
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
