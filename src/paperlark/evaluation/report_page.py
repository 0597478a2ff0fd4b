"""Render a report as one HTML file: a table below each plot, no script, no external resource."""

from __future__ import annotations

from paperlark.evaluation import plots, wording
from paperlark.evaluation.cases import FIRST_MORNING, OWN
from paperlark.evaluation.plain_summary import sentences
from paperlark.evaluation.report import Report, find
from paperlark.renderers.html import style, template

_PACKAGE = "paperlark.evaluation"


def render(report: Report) -> str:
    """Return the page; it is deterministic."""
    look, hashed = style((_PACKAGE, "report.css"))
    return template(_PACKAGE, "report.html").render(
        report=report,
        words=wording,
        sentences=sentences(report.plain) if report.plain else (),
        plots=plots,
        own=OWN,
        first_morning=find(report.rows, FIRST_MORNING),
        # Paperlark's calibration with the longest history.
        calibrated=next((row for row in reversed(find(report.rows, OWN)) if row.reliability), None),
        style=look,
        style_hash=hashed,
    )
