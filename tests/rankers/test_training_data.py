from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from paperlark.domain.feedback import Example, LabelSource
from paperlark.rankers import training_data
from paperlark.rankers.training_data import sample_weights, working_set
from paperlark.testing import a_paper


def test_a_sampled_example_counts_as_often_as_it_stands_for_papers() -> None:
    example = Example(a_paper(), date(2025, 2, 24), False, LabelSource.JUDGE, 3, 5)  # noqa: FBT003
    alone, for_many = sample_weights([example, replace(example, stands_for=20.0)])
    assert for_many == pytest.approx(20 * alone)


def _history(days: int, papers: int) -> list[Example]:
    return [
        Example(
            a_paper(f"25{day // 28 + 1:02}.{100 * (day % 28) + number:05}"),
            date(2025, 1, 1) + timedelta(days=day),
            wanted=number == 0,
            label_source=LabelSource.JUDGE,
            relevance=9 if number == 0 else 1,
            novelty=5,
        )
        for day in range(days)
        for number in range(papers)
    ]


def test_a_short_history_is_learned_from_whole() -> None:
    examples = _history(20, 20)
    assert working_set(examples) == tuple(examples)


@pytest.fixture
def small_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_data, "_WORKING_SET", 8_000)
    monkeypatch.setattr(training_data, "_LEAST_REJECTED", 4_000)


@pytest.mark.usefixtures("small_set")
def test_of_a_long_history_the_wanted_and_the_latest_are_kept() -> None:
    examples = _history(150, 90)
    kept = working_set(examples)
    assert len(kept) == pytest.approx(8_000, rel=0.1)
    assert [one for one in kept if one.wanted] == [one for one in examples if one.wanted]
    assert list(kept) == sorted(kept, key=lambda one: (one.day, one.paper.id))
    latest = [one for one in examples if one.day > date(2025, 1, 1) + timedelta(days=115)]
    assert set(latest) <= set(kept)
    assert working_set(examples) == kept


@pytest.mark.usefixtures("small_set")
def test_what_is_left_out_is_stood_for() -> None:
    examples = _history(150, 90)
    kept = [one.stands_for for one in working_set(examples) if not one.wanted]
    assert sum(kept) == pytest.approx(150 * 89, rel=0.05)
