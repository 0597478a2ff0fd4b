"""A report read back from the JSON that `paperlark eval` wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from paperlark.evaluation.agreement import SelfAgreement
from paperlark.evaluation.method_metrics import MEASURES, Comparison, Interval, Metric
from paperlark.evaluation.metrics import Bin
from paperlark.evaluation.report import Report, ReportRow, Setting

Json = Mapping[str, Any]


def read_report(path: Path) -> Report:
    """Read a report; the file is one of our own."""
    found = json.loads(path.read_text("utf-8"))
    setting = found["settings"]
    return Report(
        reader=found["reader"],
        test_from=date.fromisoformat(found["test_from"]),
        test_to=date.fromisoformat(found["test_to"]),
        days=found["days"],
        candidates_per_day=found["candidates_per_day"],
        wanted_per_day=found["wanted_per_day"],
        setting=Setting(
            history=tuple(setting["history"]),
            votes=tuple(setting["votes"]),
            stream_days=setting["stream_days"],
            vote_days=setting["vote_days"],
            relevant_from=setting["relevant_from"],
            replicates=setting["replicates"],
            seed=setting["seed"],
            version=setting["version"],
        ),
        rows=tuple(map(_row, found["rows"])),
        votes=tuple(map(_row, found["votes"])),
        agreement=SelfAgreement(**found["agreement"]) if found["agreement"] else None,
        comparisons=tuple(map(_comparison, found["comparisons"])),
        notes=tuple(found["notes"]),
    )


def _row(row: Json) -> ReportRow:
    return ReportRow(
        method=row["method"],
        history_days=row["history_days"],
        votes=row.get("votes"),
        figures={
            measure: Metric(_at(row, measure), _interval(_at(row["intervals"], measure)))
            for measure in MEASURES
        },
        reliability=tuple(
            Bin(one["papers"], one["said"], one["seen"]) for one in row["reliability"]
        ),
    )


def _at(values: Json, measure: str) -> Any:  # noqa: ANN401  # a number or a pair of them
    """Find `share_to_judge 0.95` in the table of shares, and others under their names."""
    name, _, kept = measure.partition(" ")
    return values[name][kept] if kept else values[name]


def _comparison(one: Json) -> Comparison:
    return Comparison(
        measure=one["measure"],
        history=one["history_days"],
        votes=one.get("votes"),
        against=one["against"],
        difference=one["difference"],
        difference_interval=Interval(*one["difference_interval"]),
        ratio=one["ratio"],
        ratio_interval=_interval(one["ratio_interval"]),
        ahead=one["probability_ahead"],
    )


def _interval(pair: Sequence[float] | None) -> Interval | None:
    return Interval(*pair) if pair else None
