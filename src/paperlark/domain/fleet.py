"""A morning of many readers: its shards, how they are cut, and how one ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

SHARD_SIZE = 250
"""Readers: few enough that a dead worker costs seconds, enough to rank in blocks."""


class ShardState(StrEnum):
    """Where a shard stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"
    """It failed too often: each of its readers has been noted as without a page."""

    @property
    def ended(self) -> bool:
        """Whether nobody has to make it any more."""
        return self in {ShardState.DONE, ShardState.FAILED}


@dataclass(frozen=True, slots=True)
class FleetReader:
    """A reader whose page is due, and their categories in their own order."""

    id: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shard:
    """Readers with the same categories, whose pages of a day are made together."""

    day: date
    number: int
    categories: tuple[str, ...]
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimedShard:
    """A shard that a worker has claimed; `claim` is the number that its end is checked by."""

    shard: Shard
    claim: int
    attempt: int


@dataclass(frozen=True, slots=True)
class ShardReport:
    """How a shard was made: why which readers have no page, seconds by stage, partial pages."""

    failures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    partial: int = 0


def cut_into_shards(
    day: date, readers: Iterable[FleetReader], size: int = SHARD_SIZE, *, first: int = 1
) -> Iterator[Shard]:
    """Yield shards of at most `size` readers with the same categories, numbered from `first`.

    The same readers are cut in the same way, whatever order they come in.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for reader in readers:
        groups.setdefault(reader.categories, []).append(reader.id)
    blocks = (
        (categories, tuple(block))
        for categories in sorted(groups)
        for block in _blocks(sorted(groups[categories]), size)
    )
    for number, (categories, block) in enumerate(blocks, start=first):
        yield Shard(day, number, categories, block)


def _blocks(readers: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (readers[start : start + size] for start in range(0, len(readers), size))


def union_of(readers: Iterable[FleetReader]) -> tuple[str, ...]:
    """Return all categories that any of the readers has, sorted, each once."""
    return tuple(sorted({category for one in readers for category in one.categories}))


@dataclass(frozen=True, slots=True)
class ShardStatus:
    """Where a shard stands: `running` are the seconds since it was claimed, or that it took.

    `failed` of its readers are without a page, `partial` have one that says what is missing;
    `seconds` are those of its stages, none before it is done. `problem` is why its last attempt
    failed, None where none did.
    """

    number: int
    categories: tuple[str, ...]
    state: ShardState
    readers: int
    failed: int = 0
    partial: int = 0
    attempts: int = 0
    worker: str | None = None
    running: float | None = None
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class MorningStatus:
    """Where a morning stands: `cut` once its shards are known, `seconds` the feeds took.

    `failures` has for readers without a page why, by their id; at most some hundreds are named,
    and the shards count all.
    """

    day: date
    cut: bool
    seconds: float | None
    shards: tuple[ShardStatus, ...]
    failures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
