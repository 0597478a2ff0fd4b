"""How a server is doing, in counts and sums: nothing in them is a person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OperationFigures:
    """Sessions that are open; deliveries of the last week and the latest morning's shards by state.

    `spent` are the US dollars that models may have cost this month.
    """

    sessions: int
    deliveries: Mapping[str, int]
    spent: Decimal
    shards: Mapping[str, int] = field(default_factory=dict)
