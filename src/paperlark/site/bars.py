"""Bar charts: values to bar geometry in units of the SVG canvas. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from paperlark.site.facts import DayFacts

WIDTH = 400
_LEFT, _RIGHT = 44, 16
"""Room for the numbers of the axis, and for half of the last date."""
_STEPS = 3
"""Steps of an axis at most, each 1, 2 or 5 times a power of ten."""
_GAP = 0.28
"""Share of the width of each day that stays empty, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar on the axis."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart: its bars, its height, the ticks of its axis as (value, y), its labels as (x, text).

    A label stands below the middle of a value, whether that has a bar or not.
    """

    bars: tuple[Bar, ...]
    height: int
    ticks: tuple[tuple[float, float], ...]
    labels: tuple[tuple[float, str], ...]


def bars(values: Sequence[float | None], names: Sequence[str], height: int) -> Bars:
    """Return a bar for each value except None and 0; values are counts, and so are the ticks."""
    most = max((value or 0 for value in values), default=0)
    step = max(1, round(nice(most / _STEPS)))
    top = step * max(1, math.ceil(most / step))
    room = (WIDTH - _LEFT - _RIGHT) / max(1, len(values))
    drawn = tuple(
        Bar(
            x=_round(_LEFT + room * (place + _GAP / 2)),
            y=_round(height * (1 - value / top)),
            width=_round(room * (1 - _GAP)),
            height=_round(height * value / top),
        )
        for place, value in enumerate(values)
        if value
    )
    labels = (
        (_round(_LEFT + room * (place + 0.5)), name) for place, name in enumerate(names) if name
    )
    marks = (step * count for count in range(round(top / step) + 1))
    ticks = tuple((mark, _round(height * (1 - mark / top))) for mark in marks)
    return Bars(drawn, height, ticks, tuple(labels))


def varies(values: Sequence[float | None]) -> bool:
    """Return whether a chart of these would show anything: bars that are not all equal."""
    return len(set(values)) > 1


def small(values: Sequence[int], most: int, height: int) -> tuple[Bar, ...]:
    """Return bars without an axis; charts of one row share the scale `most`."""
    room = WIDTH / max(1, len(values))
    return tuple(
        Bar(
            _round(room * (place + _GAP / 2)),
            _round(height * (1 - value / most)),
            _round(room * (1 - _GAP)),
            _round(height * value / most),
        )
        for place, value in enumerate(values)
        if value
    )


def spread(days: Sequence[DayFacts]) -> tuple[int, ...]:
    """Return the number of selected papers for each of 31 days, 0 without a page."""
    selected = {one.day.day: one.selected for one in days}
    return tuple(selected.get(day, 0) for day in range(1, 32))


def short(value: float) -> str:
    """Return the label of a tick: `200k`, `1.5M`."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def nice(value: float) -> float:
    """Return the smallest 1, 2 or 5 times a power of ten that is at least `value`."""
    if value <= 0:
        return 1
    power = float(10 ** math.floor(math.log10(value)))
    return next(step * power for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9))


def _round(value: float) -> float:
    return round(value, 1)
