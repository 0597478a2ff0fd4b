"""What a morning has come to: counts, seconds by stage, stragglers, and its exit code. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import median

from paperlark.domain.fleet import MorningStatus, ShardState, ShardStatus
from paperlark.domain.run_states import MEANINGS, State

_SLOW = 3.0
"""A shard that takes so many times as long as the median one is a straggler."""
_ENOUGH = 3
"""Shards that have to be done before there is a median to compare with."""


@dataclass(frozen=True, slots=True)
class MorningProgress:
    """The sums of a morning; `made` readers have a page, `partial` of these say what is missing.

    `stages` are the seconds of all workers together, by stage; `stragglers` the shards that take
    much longer than others, longest first.
    """

    shards: Mapping[ShardState, int]
    readers: int
    made: int
    failed: int
    partial: int
    stages: Mapping[str, float]
    stragglers: tuple[ShardStatus, ...]

    @property
    def ended(self) -> int:
        """How many shards have ended."""
        return self.shards[ShardState.DONE] + self.shards[ShardState.FAILED]

    @property
    def all(self) -> int:
        """How many shards there are."""
        return sum(self.shards.values())


def progress_of(status: MorningStatus) -> MorningProgress:
    """Add up the shards of a morning."""
    shards = status.shards
    states = Counter(one.state for one in shards)
    stages: Counter[str] = Counter()
    for one in shards:
        stages.update(one.seconds)
    done = [one for one in shards if one.state is ShardState.DONE]
    return MorningProgress(
        shards={state: states[state] for state in ShardState},
        readers=sum(one.readers for one in shards),
        made=sum(one.readers - one.failed for one in done),
        failed=sum(one.failed for one in shards),
        partial=sum(one.partial for one in done),
        stages=dict(stages),
        stragglers=_stragglers(shards),
    )


def _stragglers(shards: tuple[ShardStatus, ...]) -> tuple[ShardStatus, ...]:
    usual = [one.running for one in shards if one.state is ShardState.DONE and one.running]
    if len(usual) < _ENOUGH:
        return ()
    limit = _SLOW * median(usual)
    slow = [one for one in shards if one.state is not ShardState.WAITING]
    found = [(one.running, one.number, one) for one in slow if (one.running or 0.0) > limit]
    return tuple(one for _, _, one in sorted(found, reverse=True))


def exit_code(status: MorningStatus) -> int:
    """Return the exit code: 1 a reader has no page, 3 a page says what is missing, else 0."""
    progress = progress_of(status)
    if progress.failed:
        return MEANINGS[State.FAILED].exit_code
    return MEANINGS[State.PARTIAL if progress.partial else State.COMPLETE].exit_code


def status_document(status: MorningStatus) -> dict[str, object]:
    """Return a morning as JSON has it: its sums, each shard, and failures by reader."""
    progress = progress_of(status)
    return {
        "day": status.day.isoformat(),
        "cut": status.cut,
        "fetch_seconds": status.seconds,
        "shards": {state.value: count for state, count in progress.shards.items()},
        "readers": {
            "all": progress.readers,
            "made": progress.made,
            "partial": progress.partial,
            "failed": progress.failed,
        },
        "stage_seconds": dict(progress.stages),
        "stragglers": [one.number for one in progress.stragglers],
        "failures": dict(status.failures),
        "each_shard": [asdict(one) for one in status.shards],
    }
