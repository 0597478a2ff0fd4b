"""Votes through lost connections and killed servers: none lost, none twice, undo exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.reading import app
from standins.reading_walks import Walker


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_walk_ends_with_the_same_state_everywhere(tmp_path: Path, seed: int) -> None:
    with app(tmp_path) as running, Walker(running, seed) as walker:
        walker.walk(60)
        assert walker.check() == []
        assert walker.seen["undo"] > 5
