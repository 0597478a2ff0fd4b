"""Figures into bars: a place for each day, in units of their canvas. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from paperlark.site.facts import DayFacts

WIDTH = 400
_LEFT = 44
_GAP = 0.28
"""The share of a day's room that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar that stands on the axis; `name` is what it is of, for the label below."""

    x: float
    y: float
    width: float
    height: float
    name: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawing: its bars, its height, and the marks of its axis with their heights."""

    bars: tuple[Bar, ...]
    height: int
    ticks: tuple[tuple[float, float], ...]


def bars(values: Sequence[float | None], names: Sequence[str], height: int) -> Bars:
    """Draw a bar for each value, None and 0 as none."""
    top = nice(max((value or 0 for value in values), default=0))
    room = (WIDTH - _LEFT) / max(1, len(values))
    drawn = tuple(
        Bar(
            x=_round(_LEFT + room * (place + _GAP / 2)),
            y=_round(height * (1 - value / top)),
            width=_round(room * (1 - _GAP)),
            height=_round(height * value / top),
            name=name,
        )
        for place, (value, name) in enumerate(zip(values, names, strict=True))
        if value
    )
    return Bars(
        drawn, height, tuple((mark, _round(height * (1 - mark / top))) for mark in (0, top))
    )


def small(values: Sequence[int], most: int, height: int) -> tuple[Bar, ...]:
    """Draw bars without an axis, all drawings of one row against the same `most`."""
    room = WIDTH / max(1, len(values))
    return tuple(
        Bar(
            _round(room * (place + _GAP / 2)),
            _round(height * (1 - value / most)),
            _round(room * (1 - _GAP)),
            _round(height * value / most),
            "",
        )
        for place, value in enumerate(values)
        if value
    )


def spread(days: Sequence[DayFacts]) -> tuple[int, ...]:
    """Give the selected papers of each day of a month, 0 where it has no page."""
    selected = {one.day.day: one.selected for one in days}
    return tuple(selected.get(day, 0) for day in range(1, 32))


def short(value: float) -> str:
    """`200k`, `1.5M`: a mark of an axis."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def nice(value: float) -> float:
    """Give the next number above that reads easily: 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 1
    power = float(10 ** math.floor(math.log10(value)))
    return next(step * power for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9))


def _round(value: float) -> float:
    return round(value, 1)
