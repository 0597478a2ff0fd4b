"""Days of saving to Zotero with all that can go wrong: each paper there once, none lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.zotero import Zotero
from standins.zotero_days import live


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_paper_is_there_once_and_none_is_lost(
    zotero: Zotero, tmp_path: Path, seed: int
) -> None:
    tally, faults = live(seed, 40, zotero, tmp_path)
    assert faults == []
    assert tally.kills
    assert tally.failures
    assert tally.deleted
