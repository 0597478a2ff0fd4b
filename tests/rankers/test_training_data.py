from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from paperlark.domain.feedback import Example, LabelSource
from paperlark.rankers.training_data import sample_weights
from paperlark.testing import a_paper


def test_a_sampled_example_counts_as_often_as_it_stands_for_papers() -> None:
    example = Example(a_paper(), date(2025, 2, 24), False, LabelSource.JUDGE, 3, 5)  # noqa: FBT003
    alone, for_many = sample_weights([example, replace(example, stands_for=20.0)])
    assert for_many == pytest.approx(20 * alone)
