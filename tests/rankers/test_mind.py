"""What opinions were worth is seen on what a judge read, whatever it thought of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date, timedelta

import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import Evidence, Lesson, Teacher
from paperlark.rankers.calibration import USUAL_CALIBRATION, Calibration
from paperlark.rankers.field import Field, Reader
from paperlark.rankers.interests import Interests, compare
from paperlark.rankers.latent import Space
from paperlark.rankers.mind import Mind
from paperlark.rankers.table import Table
from paperlark.testing import a_paper

LAST = date(2025, 2, 19)


def _calibration(lessons: Sequence[Lesson]) -> Calibration:
    table = Table.of((a_paper("2502.00001"),), Evidence(tuple(lessons)))
    reader = Reader(Space.shipped())
    field = Field.of(*reader.read(table.papers))
    likeness = compare(field, Interests.of(parse_criteria("")), reader.space)
    return Mind(field, likeness, table)._calibration()


def _lesson(number: int, day: date, teacher: Teacher, *, wanted: bool) -> Lesson:
    about = "dwarf galaxies" if wanted else "solar wind"
    paper = a_paper(f"2501.{number:05}", title=f"On {about} {number}", abstract=f"{about}.")
    scores = (9 if wanted else 2, 7) if teacher is Teacher.JUDGE else (None, None)
    return Lesson(paper, day, wanted, teacher, *scores)


def test_votes_do_not_say_what_an_opinion_was_worth() -> None:
    """Who votes chose what to vote on: only a judge reads what comes, the unwanted too."""
    judged = [
        _lesson(number, LAST - timedelta(days=number % 10), Teacher.JUDGE, wanted=number % 3 == 0)
        for number in range(120)
    ]
    votes = [_lesson(number, LAST, Teacher.READER, wanted=True) for number in range(200, 230)]
    seen = _calibration(judged)
    assert seen != USUAL_CALIBRATION
    assert astuple(_calibration([*judged, *votes])) == pytest.approx(astuple(seen), abs=1e-3)
