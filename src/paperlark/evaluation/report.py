"""All figures of an evaluation, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from paperlark.evaluation.agreement import SelfAgreement
from paperlark.evaluation.method_metrics import KEPT, LEVEL, Comparison, Interval, Metric
from paperlark.evaluation.metrics import Bin
from paperlark.evaluation.plain_summary import PAGE, PlainSummary, sentences

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One method with a number of days of history, or of likes (where `votes` is not None).

    `figures` has the names of `method_metrics.MEASURES`; `reliability` is empty where the method
    has no probabilities.
    """

    method: str
    history_days: int
    votes: int | None
    figures: Mapping[str, Metric]
    reliability: tuple[Bin, ...] = ()

    @property
    def known(self) -> int:
        """How many days of history, or likes, were known."""
        return self.history_days if self.votes is None else self.votes


@dataclass(frozen=True, slots=True)
class Setting:
    """The settings of a measurement, so that it can be repeated."""

    history: tuple[int, ...]
    votes: tuple[int, ...]
    stream_days: int
    vote_days: int
    relevant_from: int | None
    """The lowest relevance of a wanted paper; None where a selection was recorded."""
    replicates: int
    seed: int
    version: str


@dataclass(frozen=True, slots=True)
class Report:
    """Every method on one reader's test days; `notes` are caveats.

    `plain` is None for a report that was written before there was such a summary.
    """

    reader: str
    test_from: date
    test_to: date
    days: int
    candidates_per_day: float
    wanted_per_day: float
    setting: Setting
    rows: tuple[ReportRow, ...]
    votes: tuple[ReportRow, ...]
    agreement: SelfAgreement | None
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]
    plain: PlainSummary | None = None


def as_json(report: Report) -> Json:
    """Return plain values; what is unknown is None, and nothing is NaN."""
    return {
        "reader": report.reader,
        "test_from": report.test_from.isoformat(),
        "test_to": report.test_to.isoformat(),
        "days": report.days,
        "candidates_per_day": report.candidates_per_day,
        "wanted_per_day": report.wanted_per_day,
        "settings": asdict(report.setting) | {"interval": LEVEL},
        "rows": [_row(row) for row in report.rows],
        "votes": [_row(row) for row in report.votes],
        "agreement": asdict(report.agreement) if report.agreement else None,
        "comparisons": [_comparison(one) for one in report.comparisons],
        "notes": list(report.notes),
        "plain": _plain(report.plain) if report.plain else None,
    }


def _plain(plain: PlainSummary) -> Json:
    """Return the sentences and their numbers; without enough days there are no numbers."""
    enough = plain.enough
    return {
        "sentences": list(sentences(plain)),
        "first": PAGE,
        "history_days": plain.history,
        "days_with_wanted": plain.wanted_days,
        "wanted": plain.wanted,
        "shown_per_day": plain.shown,
        "papers_per_day": plain.papers,
        "recall": _figures(plain.recall) if enough else {},
        "share_to_judge_95": _figure(plain.to_read) if enough else None,
    }


def _figures(figures: Mapping[str, Metric]) -> Json:
    return {name: _figure(figure) for name, figure in figures.items()}


def _figure(figure: Metric) -> Json:
    return {"value": figure.value, "interval": as_pair(figure.interval)}


def _row(row: ReportRow) -> Json:
    values = {name: figure.value for name, figure in row.figures.items()}
    intervals = {name: as_pair(figure.interval) for name, figure in row.figures.items()}
    return {
        "method": row.method,
        "history_days": row.history_days,
        **({} if row.votes is None else {"votes": row.votes}),
        **_nested(values),
        "intervals": _nested(intervals),
        "reliability": [
            {"papers": one.papers, "said": one.mean_probability, "seen": one.share_wanted}
            for one in row.reliability
        ],
    }


def _nested(values: Mapping[str, object]) -> Json:
    """Collect the shares to judge, one for each share kept, in one object."""
    shares = {f"{kept:.2f}": values[f"share_to_judge {kept:.2f}"] for kept in KEPT}
    rest = {name: value for name, value in values.items() if not name.startswith("share_to_judge")}
    return rest | {"share_to_judge": shares}


def _comparison(one: Comparison) -> Json:
    return {
        "measure": one.measure,
        "history_days": one.history,
        **({} if one.votes is None else {"votes": one.votes}),
        "against": one.against,
        "difference": one.difference,
        "difference_interval": as_pair(one.difference_interval),
        "ratio": one.ratio,
        "ratio_interval": as_pair(one.ratio_interval),
        "probability_ahead": one.ahead,
    }


def as_pair(interval: Interval | None) -> list[float] | None:
    """Return an interval as JSON."""
    return [interval.low, interval.high] if interval else None


def find(rows: Iterable[ReportRow], method: str) -> tuple[ReportRow, ...]:
    """Return a method's rows, in their order."""
    return tuple(row for row in rows if row.method == method)
