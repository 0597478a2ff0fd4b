from __future__ import annotations

from dataclasses import replace

import pytest

from paperlark.day.assemble import is_worse
from paperlark.domain.announcement import Via
from paperlark.domain.digest import Batch, Digest, Status
from standins.digests import ordinary, partial

PROVED = Batch("cs.LG", Via.RSS, Via.LISTING, 8, 8)
CLAIMED = Batch("cs.LG", Via.RSS, None, 8, None)


def _digest(page: Digest, *batches: Batch) -> Digest:
    return replace(page, criteria="c", judge="j", batches=batches)


def test_a_partial_page_is_worse_than_a_complete_one() -> None:
    assert is_worse(_digest(partial(), PROVED), _digest(ordinary(), PROVED))
    assert not is_worse(_digest(ordinary(), PROVED), _digest(partial(), PROVED))


def test_a_confirmed_batch_is_better_than_an_unconfirmed_one_of_any_length() -> None:
    claimed = _digest(ordinary(), CLAIMED)
    assert not is_worse(_digest(ordinary(), PROVED), claimed)
    assert is_worse(claimed, _digest(ordinary(), PROVED))


def test_equal_pages_are_made_again() -> None:
    assert not is_worse(_digest(ordinary(), PROVED), _digest(ordinary(), PROVED))


@pytest.mark.parametrize("change", [{"criteria": "d"}, {"judge": None}, {"categories": ("x",)}])
def test_digests_of_other_criteria_judges_or_categories_do_not_compare(
    change: dict[str, object],
) -> None:
    new = replace(_digest(partial(), PROVED), **change)  # type: ignore[arg-type]
    assert not is_worse(new, _digest(ordinary(), PROVED))


def test_fewer_failures_are_better() -> None:
    worse = _digest(partial(), PROVED)
    better = replace(worse, funnel=ordinary().funnel, status=Status.PARTIAL)
    assert is_worse(worse, better)
    assert not is_worse(better, worse)
