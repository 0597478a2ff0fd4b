"""Curves as SVG files for docs/: in light and dark, lines named where they end, no script."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from paperlark.evaluation.plots import (
    BOTTOM,
    HEIGHT,
    LEFT,
    LETTER,
    RIGHT,
    TOP,
    WIDTH,
    CalibrationPlot,
    Curve,
    PlotLine,
    Point,
    Scale,
    Tick,
)

_HEAD = 22
"""Room for a panel's title, in units of the canvas."""

_STYLE = """
svg { --paper: #fcfbf8; --ink: #22201c; --quiet: #645f56; --line: #e2ddd2; --accent: #1a5c6b }
@media (prefers-color-scheme: dark) {
svg { --paper: #171614; --ink: #dedad1; --quiet: #a29c90; --line: #35322d; --accent: #86c5d2 }
}
text { font: 11.5px system-ui, sans-serif; fill: var(--quiet); dominant-baseline: central }
.title { font-weight: 600; fill: var(--ink) }
.up { text-anchor: end }
.across { text-anchor: middle }
.grid { stroke: var(--line) }
.line { fill: none; stroke: var(--quiet); stroke-width: 1.2; stroke-linejoin: round }
.band, circle { fill: var(--quiet) }
.band { opacity: .07 }
.own .line { stroke: var(--accent); stroke-width: 2.2 }
.own .band, .own circle { fill: var(--accent) }
.own .band { opacity: .16 }
.own text { fill: var(--accent); font-weight: 600 }
.first { fill: var(--paper); stroke: var(--accent); stroke-width: 1.6 }
.dash-1 .line { stroke-dasharray: 6 3 }
.dash-2 .line { stroke-dasharray: 2 3 }
.dash-3 .line { stroke-dasharray: 8 3 2 3 }
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot of a drawing: its title, what stands below its axis, and the line that matters."""

    title: str
    axis: str
    curve: Curve
    own: str


def drawing(title: str, panels: Sequence[Panel], columns: int = 2) -> str:
    """Return the SVG of all panels, row by row."""
    width, height = columns * WIDTH, math.ceil(len(panels) / columns) * (HEIGHT + _HEAD)
    places = [(at % columns * WIDTH, at // columns * (HEIGHT + _HEAD)) for at in range(len(panels))]
    drawn = "\n".join(
        f'<g transform="translate({x} {y + _HEAD})">\n{_panel(panel)}\n</g>'
        for panel, (x, y) in zip(panels, places, strict=True)
    )
    return _canvas(title, width, height, drawn)


def _canvas(title: str, width: float, height: float, drawn: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(title)}">\n<style>{_STYLE}</style>\n'
        f'<rect width="{width}" height="{height}" style="fill: var(--paper)"/>\n{drawn}\n</svg>\n'
    )


def reliability(title: str, plots: Mapping[str, CalibrationPlot], axis: str) -> str:
    """Return the SVG of reliability diagrams beside each other, each with the diagonal."""
    drawn = "\n".join(
        f'<g transform="translate({at * WIDTH} {_HEAD})">\n{_reliable(name, plot, axis)}\n</g>'
        for at, (name, plot) in enumerate(plots.items())
    )
    return _canvas(title, len(plots) * WIDTH, HEIGHT + _HEAD, drawn)


def _reliable(name: str, plot: CalibrationPlot, axis: str) -> str:
    grid = (
        f'<path class="grid" d="M{LEFT} {tick.at} H{RIGHT}"/>{_text("up", LEFT - 6, tick)}'
        for tick in plot.up
    )
    bars = "".join(
        f'<rect class="band" x="{one.x}" y="{one.y}" width="{one.width}" height="{one.height}"/>'
        for one in plot.bars
    )
    dots = "".join(f'<circle cx="{at.x}" cy="{at.y}" r="3"/>' for at in plot.points)
    return "\n".join(
        (
            _text("title", LEFT, Tick(-6, name)),
            *grid,
            *(_text("across", tick.at, Tick(BOTTOM + 16, tick.text)) for tick in plot.across),
            _text("across", (LEFT + RIGHT) / 2, Tick(BOTTOM + 31, axis)),
            f'<path class="grid" d="M{LEFT} {BOTTOM} L{RIGHT} {TOP}"/>',
            f'<g class="own">{bars}<path class="line" d="{plot.path}"/>{dots}</g>',
        )
    )


def growth(lines: Mapping[str, Mapping[int, float]]) -> Curve:
    """Draw values over amounts on two logarithmic axes; all are above 0."""
    amounts = sorted({amount for values in lines.values() for amount in values})
    values = [value for line in lines.values() for value in line.values()]
    marks = _marks(min(values), max(values))
    x = _logarithmic(amounts[0], amounts[-1], LEFT + 6, RIGHT)
    y = _logarithmic(marks[0], marks[-1], BOTTOM, TOP)
    ends = _apart({name: y(line[max(line)]) for name, line in lines.items()})
    return Curve(
        across=tuple(Tick(x(amount), f"{amount:,}") for amount in amounts),
        up=tuple(Tick(y(mark), f"{mark:g}") for mark in marks),
        lines=tuple(
            _line(name, [Point(x(at), y(value)) for at, value in sorted(line.items())], ends[name])
            for name, line in lines.items()
        ),
        first=None,
    )


def _line(name: str, points: Sequence[Point], end: float) -> PlotLine:
    path = "M" + " L".join(f"{point.x} {point.y}" for point in points)
    return PlotLine(name, path, "", tuple(points), Point(RIGHT + 8, end))


def _panel(panel: Panel) -> str:
    curve = panel.curve
    grid = (
        f'<path class="grid" d="M{LEFT} {tick.at} H{RIGHT}"/>{_text("up", LEFT - 6, tick)}'
        for tick in curve.up
    )
    across = (_text("across", tick.at, Tick(BOTTOM + 16, tick.text)) for tick in curve.across)
    others = [line.method for line in curve.lines if line.method != panel.own]
    return "\n".join(
        (
            _text("title", LEFT, Tick(-6, panel.title)),
            *grid,
            *across,
            _text("across", (LEFT + RIGHT) / 2, Tick(BOTTOM + 31, panel.axis)),
            *(_drawn(line, others) for line in curve.lines),
            *_first(curve),
        )
    )


def _drawn(line: PlotLine, others: Sequence[str]) -> str:
    kind = f"dash-{others.index(line.method)}" if line.method in others else "own"
    band = f'<path class="band" d="{line.band}"/>' if line.band else ""
    dots = "".join(f'<circle cx="{at.x}" cy="{at.y}" r="2.4"/>' for at in line.points)
    name = _text("name", line.name.x, Tick(line.name.y, line.method))
    return f'<g class="{kind}">{band}<path class="line" d="{line.path}"/>{dots}{name}</g>'


def _first(curve: Curve) -> Iterable[str]:
    if curve.first:
        yield f'<circle class="first" cx="{curve.first.x}" cy="{curve.first.y}" r="3.4"/>'


def _text(kind: str, x: float, tick: Tick) -> str:
    return f'<text class="{kind}" x="{x}" y="{tick.at}">{escape(tick.text)}</text>'


def _marks(low: float, high: float) -> list[float]:
    """Return marks at 1, 2, 5 of each decade, or at decades where they would be many."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1,) if len(decades) > 3 else (1, 2, 5)  # noqa: PLR2004  # some eight marks at most
    marks = [float(f"{step}e{decade}") for decade in decades for step in steps]
    first = max(mark for mark in marks if mark <= low)
    last = min((mark for mark in marks if mark >= high), default=marks[-1])
    return [mark for mark in marks if first <= mark <= last]


def _logarithmic(low: float, high: float, begin: float, end: float) -> Scale:
    part = (end - begin) / math.log(high / low) if high > low else 0.0
    return lambda value: round(begin + part * math.log(value / low), 1)


def _apart(ends: Mapping[str, float]) -> Mapping[str, float]:
    """Move names down that would stand on each other."""
    free, heights = float(TOP), {}
    for name in sorted(ends, key=lambda name: ends[name]):
        heights[name] = max(free, ends[name])
        free = heights[name] + LETTER
    return heights
