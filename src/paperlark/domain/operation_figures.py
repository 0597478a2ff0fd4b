"""How a server is doing, in counts and sums: nothing in them is a person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OperationFigures:
    """Sessions that are open, deliveries of the last week by state, and the month's model calls.

    `spent` are the US dollars that these may have cost.
    """

    sessions: int
    deliveries: Mapping[str, int]
    spent: Decimal
