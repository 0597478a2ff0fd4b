from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from paperlark.domain.feedback import Lesson, Teacher
from paperlark.rankers.taught import weigh
from paperlark.testing import a_paper


def test_a_lesson_counts_as_often_as_it_stands_for_papers() -> None:
    lesson = Lesson(a_paper(), date(2025, 2, 24), False, Teacher.JUDGE, 3, 5)  # noqa: FBT003
    alone, for_many = weigh([lesson, replace(lesson, stands_for=20.0)])
    assert for_many == pytest.approx(20 * alone)
