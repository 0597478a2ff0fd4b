"""A report as one HTML file: drawings, a table behind each, no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from paperlark.evaluation import plots, wording
from paperlark.evaluation.methods import OWN
from paperlark.evaluation.report import Report, Row, find


def render(report: Report) -> str:
    """Give the page; the same report always gives the same text."""
    style, hashed = _style()
    return _template().render(
        report=report,
        words=wording,
        plots=plots,
        own=OWN,
        calibrated=_calibrated(report),
        style=style,
        style_hash=hashed,
    )


def _calibrated(report: Report) -> Row | None:
    """Choose whose probabilities are drawn: paperlark's, with the longest history."""
    rows = [row for row in find(report.rows, OWN) if row.reliability]
    return rows[-1] if rows else None


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("paperlark.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html")


@cache
def _style() -> tuple[str, str]:
    """Give the style sheet, ready to stand in its element, and the hash that lets it apply."""
    sheet = resources.files("paperlark.evaluation").joinpath("templates/report.css")
    style = "\n" + sheet.read_text("utf-8")
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Markup(style), hashed  # noqa: S704  # our own file
