"""A report as one HTML file: drawings, a table behind each, no script, nothing from elsewhere."""

from __future__ import annotations

from paperlark.evaluation import plots, wording
from paperlark.evaluation.cases import OWN
from paperlark.evaluation.report import Report, ReportRow, find
from paperlark.renderers.html import style, template

_PACKAGE = "paperlark.evaluation"


def render(report: Report) -> str:
    """Give the page; the same report always gives the same text."""
    look, hashed = style((_PACKAGE, "report.css"))
    return template(_PACKAGE, "report.html").render(
        report=report,
        words=wording,
        plots=plots,
        own=OWN,
        calibrated=_calibrated(report),
        style=look,
        style_hash=hashed,
    )


def _calibrated(report: Report) -> ReportRow | None:
    """Choose whose probabilities are drawn: paperlark's, with the longest history."""
    rows = [row for row in find(report.rows, OWN) if row.reliability]
    return rows[-1] if rows else None
