from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from paperlark.evaluation import plots
from paperlark.evaluation.cases import OWN, RANDOM, Method
from paperlark.evaluation.measure import EvaluationPlan, measure
from paperlark.evaluation.method_metrics import MEASURES, Interval, Metric
from paperlark.evaluation.metrics import Bin
from paperlark.evaluation.report import Report, ReportRow
from paperlark.evaluation.report_markdown import render_markdown
from paperlark.evaluation.report_page import render
from paperlark.testing import FakeRanker, Silent
from standins.readers import a_reader

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
BINS = (Bin(90, 0.04, 0.05), Bin(9, 0.55, 0.5), Bin(3, 0.97, 1.0))


def _row(method: str, history: int, value: float | None) -> ReportRow:
    spread = None if value is None else Interval(value - 0.05, value + 0.05)
    return ReportRow(method, history, None, dict.fromkeys(MEASURES, Metric(value, spread)))


@pytest.fixture(scope="module")
def report() -> Report:
    methods = [Method(OWN, FakeRanker()), Method(RANDOM, FakeRanker(), learns=False)]
    found = measure(a_reader(), methods, EvaluationPlan((0, 2), (3,), replicates=50), Silent())
    rows = tuple(replace(row, reliability=BINS) if row.method == OWN else row for row in found.rows)
    return replace(found, reader="<b>bats</b>", rows=rows)


def test_the_page_has_no_external_resource_and_no_script(report: Report) -> None:
    page = render(report)
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "<script" not in page
    assert " style=" not in page
    assert "&lt;b&gt;bats&lt;/b&gt;" in page
    assert re.findall(r"(?:src|href)=", page) == []


def test_the_plain_sentences_come_before_every_figure(report: Report) -> None:
    assert report.plain is not None
    enough = replace(report.plain, wanted_days=6, wanted=12)
    page = render(replace(report, plain=enough))
    answer = page.index("Of 10 papers you want, the page&#39;s first 20 hold ")
    assert answer < page.index("You read ") < page.index("<svg ")
    assert "cannot be said yet" in render(report)
    assert '<p class="answer">' not in render(replace(report, plain=None))


def test_each_plot_has_its_figures_below_it(report: Report) -> None:
    page = render(report)
    assert page.count("<svg ") == page.count("<details>") == 5
    assert "after 2 judged days" in page
    assert "<td>90</td><td>.040</td><td>.050</td>" in page


def test_the_markdown_has_the_same_sentences_and_every_row(report: Report) -> None:
    assert report.plain is not None
    enough = replace(report, plain=replace(report.plain, wanted_days=6, wanted=12))
    page = render_markdown(enough)
    assert page.startswith("# How good is the ranking? &lt;b>bats")
    assert page.index("Of 10 papers you want, the page's first 20 hold ") < page.index("| method |")
    tables = [line for line in page.splitlines() if line.startswith("| ")]
    assert sum(line.startswith(f"| {OWN}") for line in tables) == 4
    assert render_markdown(enough) == page
    assert "cannot be said yet" in render_markdown(report)


def test_without_votes_and_probabilities_there_are_fewer_plots(report: Report) -> None:
    rows = tuple(replace(row, reliability=()) for row in report.rows)
    page = render(replace(report, rows=rows, votes=(), comparisons=()))
    assert page.count("<svg ") == 2


def test_a_curve_goes_up_with_its_figures_and_skips_undefined_ones() -> None:
    rows = [_row(OWN, 0, 0.2), _row(OWN, 5, None), _row(OWN, 20, 0.6), _row(RANDOM, 0, 0.1)]
    curve = plots.curve(rows, "average_precision")
    own = next(line for line in curve.lines if line.method == OWN)
    assert [tick.text for tick in curve.across] == ["0", "20"]
    assert [tick.text for tick in curve.up] == ["0", "0.2", "0.4", "0.6"]
    assert own.points[0].y > own.points[1].y == pytest.approx(plots.TOP + (214 - 12) / 7, abs=0.1)
    assert own.path.startswith("M")
    assert own.band.endswith("Z")


def test_names_of_lines_do_not_overlap_and_are_inside() -> None:
    rows = [_row(f"method {number}", 0, 0.05 + number / 1000) for number in range(6)]
    heights = sorted(line.name.y for line in plots.curve(rows, "average_precision").lines)
    gaps = [high - low for low, high in pairwise(heights)]
    assert min(gaps) >= plots.LETTER
    assert heights[0] >= plots.TOP
    assert heights[-1] <= plots.HEIGHT


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.enable_socket  # the browser is controlled over local sockets
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_a_phone_shows_it_without_horizontal_scrolling(
    browser: Browser, report: Report, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(report), "utf-8")
    page = browser.new_page(viewport={"width": 360, "height": 800}, color_scheme="dark")
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(222, 218, 209)"
    assert messages == []
    page.close()
