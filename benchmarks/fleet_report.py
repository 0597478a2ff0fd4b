"""The page about capacity: what was measured, a model of it, and what breaks first where."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from drawing import Panel, drawing, growth
from light_and_fast import ROOT

if TYPE_CHECKING:
    from fleet import Morning

DOCS = ROOT / "docs"
TOLD = (1_000, 100_000, 1_000_000)
"""Readers that the model is asked about."""
DAYS_A_YEAR = 250
BREAKFAST = 3_600
"""Seconds in which a morning should be over."""
JUDGED_TOKENS = (30_000, 6_000)
"""Tokens of a judged page, prompt and completion: 60 papers of 400, and an answer of 100 each."""
PRICE = (0.10, 0.40)
"""US dollars for a million tokens of a small model, prompt and completion: an assumption."""


@dataclass(frozen=True)
class CostModel:
    """Costs as a start, and a part for each reader; seconds are of one core."""

    start: float
    each: float
    megabytes: float
    megabytes_each: float
    kilobytes: float
    model_kilobytes: float

    @classmethod
    def of(cls, mornings: Sequence[Morning]) -> CostModel:
        """Fit straight lines to measured mornings by least squares of relative errors."""
        start, each = _line([(one.readers, one.seconds * one.workers) for one in mornings])
        memory, memory_each = _line([(one.readers, one.megabytes) for one in mornings])
        largest = max(mornings, key=lambda one: one.readers)
        return cls(
            *(start, each, memory, max(0.0, memory_each)),
            *(largest.kilobytes, largest.model_kilobytes),
        )

    def seconds(self, readers: int, cores: int) -> float:
        """Return the wall seconds of a morning on so many cores."""
        return self.start / min(cores, 2) + self.each * readers / cores


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the offset and the slope of a line, with the square of 1 / y as weights."""
    weights = [1 / y**2 for _, y in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points, strict=True)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points, strict=True)) / total
    spread = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points, strict=True))
    shared = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points, strict=True))
    slope = shared / spread if spread else 0.0
    return mean_y - slope * mean_x, slope


def write(mornings: Sequence[Morning], checked: int) -> None:
    """Write the page and its drawing."""
    fitted = CostModel.of([one for one in mornings if one.readers != checked])
    (DOCS / "figures").mkdir(exist_ok=True)
    (DOCS / "figures" / "fleet.svg").write_text(_drawn(mornings), "utf-8")
    lines = "\n".join(_page(mornings, fitted, checked))
    (DOCS / "fleet.md").write_text(f"{lines}\n", "utf-8")


def _page(mornings: Sequence[Morning], model: CostModel, checked: int) -> Iterator[str]:
    yield "# What a morning of many readers costs"
    yield ""
    yield (
        f"Measured on {datetime.now(UTC).date()} by `benchmarks/fleet.py`, which writes this page:"
        f" {os.cpu_count()} shared cores of a virtual machine, on which others work too (load"
        f" {os.getloadavg()[0]:.1f} at the end), and PostgreSQL on the same cores with its own"
        " settings. A morning is all from the feed of the day to stored digests and queued"
        " deliveries: 500 candidates, 20 judged days of each reader, models kept, no language"
        " model. Seconds are wall time by two workers, memory is of everything together (workers,"
        " PostgreSQL, the benchmark; shared pages once), storage is what the database grew by."
    )
    yield "\n## Measured\n\n![Growth over readers](figures/fleet.svg)\n"
    yield "| readers | s | ms a reader | MB in all | kB a reader and day | kB of a kept model |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    for one in mornings:
        yield (
            f"| {one.readers:,} | {one.seconds:.1f} | {one.each:.1f} | {one.megabytes:.0f}"
            f" | {one.kilobytes:.1f} | {one.model_kilobytes:.0f} |"
        )
    yield "\n## Where the time goes\n\nSeconds of all workers together, for the largest morning.\n"
    yield "| stage | s | ms a reader |"
    yield "| --- | ---: | ---: |"
    largest = max(mornings, key=lambda one: one.readers)
    for name, seconds in largest.stages.items():
        yield f"| {name} | {seconds:.1f} | {seconds / largest.readers * 1e3:.2f} |"
    yield from _model(mornings, model, checked)
    yield from _breaks(model)


def _model(mornings: Sequence[Morning], model: CostModel, checked: int) -> Iterator[str]:
    yield "\n## A model of it\n"
    yield (
        f"A morning takes {model.start:.1f} s of a core to begin and {model.each * 1e3:.1f} ms for"
        f" each reader; fitted by least squares to all sizes but {checked:,} readers."
    )
    for one in mornings:
        if one.readers == checked:
            said = model.seconds(checked, one.workers)
            yield (
                f"For {checked:,} it says {said:.1f} s, and {one.seconds:.1f} s were measured"
                f" ({(said / one.seconds - 1) * 100:+.0f} %)."
            )
    cores = (2, 16, 128)
    yield (
        "\nMoney is for readers who have criteria of their own and a model: readers with equal"
        f" criteria pay once together. {JUDGED_TOKENS[0]:,} and {JUDGED_TOKENS[1]:,} tokens a page,"
        f" ${PRICE[0]:.2f} and ${PRICE[1]:.2f} for a million of them, are assumptions: put your own"
        " in. A year has 250 days.\n"
    )
    yield (
        "| readers | cores | morning | memory of workers | digests a year | kept models"
        " | model, US dollars a day |"
    )
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    page = sum(count * price / 1e6 for count, price in zip(JUDGED_TOKENS, PRICE, strict=True))
    for readers, used in zip(TOLD, cores, strict=True):
        memory = (model.megabytes / 2 + model.megabytes_each * SHARD_READERS) * used / 1e3
        yield (
            f"| {readers:,} | {used} | {_time(model.seconds(readers, used))} | {memory:.0f} GB"
            f" | {model.kilobytes * readers * DAYS_A_YEAR / 1e6:,.0f} GB"
            f" | {model.model_kilobytes * readers / 1e6:,.1f} GB | {page * readers:,.0f} |"
        )


SHARD_READERS = 250


def _breaks(model: CostModel) -> Iterator[str]:
    one_machine = int((BREAKFAST - model.start / 2) / (model.each / 2))
    models = model.model_kilobytes
    yield "\n## What breaks first\n"
    yield (
        f"- **1,000 readers**: nothing. {_time(model.seconds(1_000, 2))} on two cores; a language"
        " model takes longer than all the rest."
    )
    yield (
        f"- **100,000 readers**: the hour. Two cores make some {one_machine:,} readers in it, so"
        " workers on more machines are needed. Then the kept models: every morning reads all"
        f" {models * 1e5 / 1e6:,.0f} GB of them once, more than a server's memory holds, and at"
        f" 500 MB/s that alone is {_time(models * 1e5 / 5e5)}. Digests of a year"
        f" ({model.kilobytes * 1e5 * DAYS_A_YEAR / 1e9:.1f} TB) want partitions by month."
    )
    yield (
        f"- **1,000,000 readers**: one PostgreSQL. {models * 1e6 / 1e9:.1f} TB of models and"
        f" {model.kilobytes * 1e6 / 1e6:,.0f} GB of digests every morning are more than one server"
        " reads and writes in an hour: readers have to be spread over several databases, which"
        " share nothing but the announcements. Mails of a million readers are then the longest"
        " part of a morning."
    )


def _time(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004  # two minutes
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:.1f} h"


def _drawn(mornings: Sequence[Morning]) -> str:
    def of(name: str) -> Mapping[int, float]:
        return {one.readers: getattr(one, name) for one in mornings}

    return drawing(
        "What a morning costs, over readers",
        [
            Panel("Seconds", "readers", growth({"for all": of("seconds")}), "for all"),
            Panel("Milliseconds a reader", "readers", growth({"each": of("each")}), "each"),
            Panel("Megabytes in all", "readers", growth({"peak": of("megabytes")}), "peak"),
            Panel(
                "Kilobytes a reader and day", "readers", growth({"each": of("kilobytes")}), "each"
            ),
        ],
    )
