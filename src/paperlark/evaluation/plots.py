"""Compute the shapes of the page's plots, in units of the SVG view box.

The view box is as wide as a phone, so that its text is readable there, and scales up on larger
screens. Colours are in the style sheet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from paperlark.evaluation.cases import FIRST_MORNING, OWN
from paperlark.evaluation.method_metrics import Metric
from paperlark.evaluation.metrics import Bin
from paperlark.evaluation.report import ReportRow

WIDTH, HEIGHT = 400, 250
LEFT, RIGHT, TOP, BOTTOM = 34, 268, 12, 214
"""The edges of the plotting area; the methods' names are to the right of it."""
LETTER = 14
"""The least distance between the baselines of two names."""

Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Point:
    """A point in the view box."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its position and label."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class PlotLine:
    """One method: the path through its figures, the band of their intervals, and where its name is.

    Both paths are SVG path data; the band is empty without intervals.
    """

    method: str
    path: str
    band: str
    points: tuple[Point, ...]
    name: Point


@dataclass(frozen=True, slots=True)
class Curve:
    """A measure against what is known; `first` is the first morning, None without it."""

    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    lines: tuple[PlotLine, ...]
    first: Point | None


@dataclass(frozen=True, slots=True)
class PlotBar:
    """A bar on the axis for the number of papers in a bin."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class CalibrationPlot:
    """A reliability diagram: well calibrated where `path` is close to the diagonal."""

    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    path: str
    points: tuple[Point, ...]
    bars: tuple[PlotBar, ...]


def curve(rows: Sequence[ReportRow], measure: str) -> Curve:
    """Plot a measure against days of history, or likes."""
    known = [row for row in rows if row.figures[measure].value is not None]
    amounts = sorted({row.known for row in known})
    x = _logarithmic(amounts)
    top = _nice(max((_highest(row.figures[measure]) for row in known), default=1.0))
    y = _linear(0, top, BOTTOM, TOP)
    lines = [
        _line(name, tuple(group), measure, x, y)
        for name, group in groupby(known, key=lambda row: row.method)
        if name != FIRST_MORNING
    ]
    return Curve(
        across=tuple(Tick(_round(x(amount)), str(amount)) for amount in amounts),
        up=_ticks(y, _steps(top)),
        lines=_apart(lines),
        first=next(
            (_point(row, measure, x, y) for row in known if row.method == FIRST_MORNING), None
        ),
    )


def calibration(bins: Sequence[Bin]) -> CalibrationPlot:
    """Plot predicted probabilities against observed shares, with a histogram of papers."""
    x, y = _linear(0, 1, LEFT, RIGHT), _linear(0, 1, BOTTOM, TOP)
    points = tuple(
        Point(_round(x(one.mean_probability)), _round(y(one.share_wanted))) for one in bins
    )
    most = max((one.papers for one in bins), default=1)
    width = (RIGHT - LEFT) / 60
    quarters = (0, 0.25, 0.5, 0.75, 1)

    def bar(papers: int, left: float) -> PlotBar:
        # Most papers are improbable: on a linear scale the other bars would be invisible.
        height = 0.25 * (BOTTOM - TOP) * math.log1p(papers) / math.log1p(most)
        return PlotBar(_round(left), _round(BOTTOM - height), _round(width), _round(height))

    return CalibrationPlot(
        across=_ticks(x, quarters),
        up=_ticks(y, quarters),
        path=_path(points),
        points=points,
        bars=tuple(
            bar(one.papers, point.x - width / 2) for one, point in zip(bins, points, strict=True)
        ),
    )


def _ticks(scale: Scale, values: Iterable[float]) -> tuple[Tick, ...]:
    return tuple(Tick(_round(scale(value)), f"{value:g}") for value in values)


def _highest(figure: Metric) -> float:
    return max(figure.value or 0.0, figure.interval.high if figure.interval else 0.0)


def _line(name: str, rows: Sequence[ReportRow], measure: str, x: Scale, y: Scale) -> PlotLine:
    points = tuple(_point(row, measure, x, y) for row in rows)
    spread = [(x(row.known), row.figures[measure].interval) for row in rows]
    above = [Point(_round(at), _round(y(one.high))) for at, one in spread if one]
    below = [Point(_round(at), _round(y(one.low))) for at, one in spread if one]
    band = f"{_path((*above, *reversed(below)))}Z" if above else ""
    return PlotLine(name, _path(points), band, points, Point(RIGHT + 8, points[-1].y))


def _point(row: ReportRow, measure: str, x: Scale, y: Scale) -> Point:
    return Point(_round(x(row.known)), _round(y(row.figures[measure].value or 0.0)))


def _path(points: Iterable[Point]) -> str:
    return " ".join(f"{'L' if i else 'M'}{point.x} {point.y}" for i, point in enumerate(points))


def _apart(lines: Sequence[PlotLine]) -> tuple[PlotLine, ...]:
    """Move overlapping names apart; paperlark's line comes last, on top."""
    heights: dict[str, float] = {}
    free = float(TOP)
    for line in sorted(lines, key=lambda line: line.name.y):
        heights[line.method] = max(free, line.name.y)
        free = heights[line.method] + LETTER
    # Names below the lower edge push the others up again.
    free = BOTTOM + LETTER
    for name in sorted(heights, key=lambda name: -heights[name]):
        heights[name] = min(heights[name], free)
        free = heights[name] - LETTER
    moved = (replace(one, name=Point(one.name.x, heights[one.method])) for one in lines)
    return tuple(sorted(moved, key=lambda line: line.method == OWN))


def _logarithmic(amounts: Sequence[int]) -> Scale:
    """Map log(1 + amount) linearly to the width."""
    low, high = math.log1p(amounts[0]), math.log1p(amounts[-1])
    return lambda amount: _linear(low, high, LEFT + 6, RIGHT)(math.log1p(amount))


def _linear(low: float, high: float, begin: float, end: float) -> Scale:
    """Map `low` to `begin` and `high` to `end`; a single value is in the middle."""
    if high == low:
        return lambda _: (begin + end) / 2
    return lambda value: begin + (value - low) / (high - low) * (end - begin)


def _nice(value: float) -> float:
    """Round up to a tenth, in [0.1, 1], so that the axis ends on a mark."""
    return min(1.0, max(0.1, math.ceil(value * 10) / 10))


def _steps(top: float) -> tuple[float, ...]:
    step = 0.1 if top <= 0.5 else 0.2  # noqa: PLR2004  # at most six marks
    return tuple(round(step * number, 1) for number in range(int(round(top / step, 6)) + 1))


def _round(value: float) -> float:
    return round(value, 1)
