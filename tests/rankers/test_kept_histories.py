"""A dozen seeded histories: what is kept changes no page. `make bench-kept` has hundreds."""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.kept_histories import History, small_days


@pytest.mark.parametrize("seed", range(101, 113))
def test_pages_are_those_of_a_fresh_start(tmp_path: Path, seed: int) -> None:
    with small_days() as seen:
        history = History(tmp_path, seed, seen)
        history.live(2, most_days=2)
    assert seen["pages compared with a fresh start"] >= 2
    assert not history.differences
