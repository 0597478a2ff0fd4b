from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from paperlark.domain.fleet import MorningStatus, ShardState, ShardStatus
from paperlark.fleet.progress import exit_code, progress_of, status_document

DONE = ShardStatus(1, ("cs.LG",), ShardState.DONE, 10, running=2.0, seconds={"rank": 1.5})


def _status(*shards: ShardStatus) -> MorningStatus:
    numbered = (replace(one, number=number) for number, one in enumerate(shards, start=1))
    return MorningStatus(date(2025, 2, 26), cut=True, seconds=0.5, shards=tuple(numbered))


def test_a_morning_is_added_up() -> None:
    claimed = replace(DONE, state=ShardState.CLAIMED, seconds={}, running=0.5)
    failed = replace(DONE, state=ShardState.FAILED, failed=10, seconds={})
    found = progress_of(_status(DONE, replace(DONE, failed=1, partial=2), claimed, failed))
    assert (found.readers, found.made, found.failed, found.partial) == (40, 19, 11, 2)
    assert (found.ended, found.all) == (3, 4)
    assert found.stages == {"rank": 3.0}


@pytest.mark.parametrize(
    ("shard", "code"),
    [(DONE, 0), (replace(DONE, partial=1), 3), (replace(DONE, partial=1, failed=1), 1)],
)
def test_the_exit_code_is_that_of_the_worst_page(shard: ShardStatus, code: int) -> None:
    assert exit_code(_status(DONE, shard)) == code


def test_a_shard_that_takes_three_times_as_long_as_others_is_a_straggler() -> None:
    slow = replace(DONE, state=ShardState.CLAIMED, running=6.5)
    slower = replace(DONE, running=9.0)
    waiting = replace(DONE, state=ShardState.WAITING, running=None)
    found = progress_of(_status(DONE, DONE, DONE, slow, slower, waiting))
    assert [one.number for one in found.stragglers] == [5, 4]
    assert progress_of(_status(DONE, slow)).stragglers == ()


def test_a_status_can_be_written_as_json() -> None:
    written = json.loads(json.dumps(status_document(_status(DONE))))
    assert written["readers"] == {"all": 10, "made": 10, "partial": 0, "failed": 0}
    assert written["each_shard"][0]["categories"] == ["cs.LG"]
