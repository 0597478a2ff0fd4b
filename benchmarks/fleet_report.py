"""The page about capacity: what was measured, a model of it, and what breaks first where."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from drawing import Panel, drawing, growth
from fleet_workers import SHARD
from light_and_fast import ROOT

if TYPE_CHECKING:
    from fleet import Morning

DOCS = ROOT / "docs"
USUAL = "2 workers"
"""Whose mornings are compared over readers."""
TOLD = (1_000, 100_000, 1_000_000)
"""Readers that the model is asked about."""
DAYS_A_YEAR = 250
BREAKFAST = 3_600
"""Seconds in which a morning should be over."""
JUDGED_TOKENS = (30_000, 6_000)
"""Tokens of a judged page, prompt and completion: 60 papers of 400, and an answer of 100 each."""
PRICE = (0.10, 0.40)
"""US dollars for a million tokens of a small model, prompt and completion: an assumption."""


_AT_ONCE = 2 * SHARD
"""Readers of whom two workers have something in memory: a shard each."""


@dataclass(frozen=True)
class CostModel:
    """Costs as a start, and a part for each reader; seconds are of one core, with the server."""

    start: float
    each: float
    wall: float
    wall_each: float
    megabytes: float
    megabytes_each: float
    kilobytes: float
    kilobytes_each: float
    model_kilobytes: float

    @classmethod
    def of(cls, mornings: Sequence[Morning]) -> CostModel:
        """Fit straight lines to measured mornings by least squares of relative errors."""
        return cls(
            *_line([(one.readers, one.cpu) for one in mornings]),
            *_line([(one.readers, one.seconds) for one in mornings]),
            *_line([(min(one.readers, _AT_ONCE), one.megabytes) for one in mornings]),
            *_line([(one.readers, one.kilobytes * one.readers) for one in mornings]),
            max(mornings, key=lambda one: one.readers).model_kilobytes,
        )

    def seconds(self, readers: int, cores: int) -> float:
        """Return the seconds of a morning on so many cores that do nothing else."""
        return self.start / min(cores, 2) + self.each * readers / cores

    def said(self, readers: int) -> Mapping[str, float]:
        """Return what it says of a morning by two workers, by the name of what is measured."""
        return {
            "seconds": self.wall + self.wall_each * readers,
            "cpu": self.start + self.each * readers,
            "megabytes": self.megabytes + self.megabytes_each * min(readers, _AT_ONCE),
            "kilobytes": self.kilobytes / readers + self.kilobytes_each,
        }


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
    """Write the page and its drawing, once there are two sizes to compare."""
    usual = _usual(mornings)
    if len(usual) < 2:  # noqa: PLR2004
        return  # there is nothing to draw yet
    (DOCS / "figures").mkdir(exist_ok=True)
    (DOCS / "figures" / "fleet.svg").write_text(_drawn(usual), "utf-8")
    lines = "\n".join(_page(mornings, usual, checked))
    (DOCS / "fleet.md").write_text(f"{lines}\n", "utf-8")


def _usual(mornings: Sequence[Morning]) -> list[Morning]:
    """Return one morning by two workers of each size, the median one by its wall time.

    Its storage is that of the first of that size: later ones write into pages that are free again.
    """
    first: dict[int, float] = {}
    by_size: dict[int, list[Morning]] = {}
    for one in mornings:
        first.setdefault(one.readers, one.kilobytes)
        if one.workers == USUAL:
            by_size.setdefault(one.readers, []).append(one)
    return [replace(_median(some), kilobytes=first[at]) for at, some in sorted(by_size.items())]


def _median(some: Sequence[Morning]) -> Morning:
    return sorted(some, key=lambda one: one.seconds)[len(some) // 2]


def _page(mornings: Sequence[Morning], usual: Sequence[Morning], checked: int) -> Iterator[str]:
    loads = sorted(one.load for one in mornings)
    yield "# What a morning of many readers costs"
    yield ""
    yield (
        f"Measured on {datetime.now(UTC).date()} by `benchmarks/fleet.py`, which writes this page"
        f" (`make bench-fleet`): {os.cpu_count()} shared cores of a virtual machine, on which"
        f" others work too (load {loads[0]:.1f} to {loads[-1]:.1f}, these workers included), and"
        " PostgreSQL on the same cores with its own settings. A morning is all from the feed of"
        " the day to stored digests and queued deliveries: 500 candidates, 20 judged days of each"
        " reader, models kept, no language model. Wall time is by two workers and hangs on what"
        " else the machine does; the time of a core, of workers and PostgreSQL together, does so"
        " much less. Memory is of everything together (workers, PostgreSQL, the benchmark; shared"
        " pages once), storage is what the database grew by, indexes included."
    )
    yield "\n## Measured\n\n![Growth over readers](figures/fleet.svg)\n"
    yield (
        "| readers | wall s | ms a reader | ms of a core | MB in all | kB a reader and day"
        " | kB of a kept model | load at its end |"
    )
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for one in usual:
        yield (
            f"| {one.readers:,} | {one.seconds:.1f} | {one.each:.1f} | {one.cpu_each:.1f}"
            f" | {one.megabytes:.0f} | {one.kilobytes:.1f} | {one.model_kilobytes:.0f}"
            f" | {one.load:.1f} |"
        )
    yield (
        "\nWhat a day stores once for all, such as the texts of its papers, weighs more where few"
        " share it."
    )
    if usual:
        largest = usual[-1]
        yield (
            f"\n## Where the time goes\n\nOf {largest.readers:,} readers, all workers together.\n"
        )
        yield "| stage | s | ms a reader |"
        yield "| --- | ---: | ---: |"
        for name, seconds in largest.stages.items():
            yield f"| {name} | {seconds:.1f} | {seconds / largest.readers * 1e3:.2f} |"
    yield from _by_workers(mornings)
    fitted = [one for one in usual if one.readers != checked]
    if len(fitted) > 1:
        model = CostModel.of(fitted)
        yield from _model(usual, model, checked)
        yield from _breaks(model)


def _by_workers(mornings: Sequence[Morning]) -> Iterator[str]:
    """Compare workers at the size that most of them made."""
    kinds: dict[int, dict[str, list[Morning]]] = {}
    for one in mornings:
        kinds.setdefault(one.readers, {}).setdefault(one.workers, []).append(one)
    readers, by_workers = max(kinds.items(), key=lambda one: (len(one[1]), one[0]))
    if len(by_workers) == 1:
        return
    first = _median(next(iter(by_workers.values())))
    yield (
        f"\n## More workers\n\nThe same morning of {readers:,} readers, medians. Dask's wall time"
        f" has the start of its processes in it. {os.cpu_count()} cores allow no more than a"
        " factor of that, and less where others work on them.\n"
    )
    yield f"| | mornings | wall s | than by {first.workers} | ms of a core a reader | digests |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    for name, some in by_workers.items():
        one = _median(some)
        same = all(each.content == first.content for each in some)
        yield (
            f"| {name} | {len(some)} | {one.seconds:.1f} | x {first.seconds / one.seconds:.2f}"
            f" | {one.cpu_each:.1f} | {one.digests:,}, {'the same' if same else '**others**'} |"
        )


_MEASURES = {
    "seconds": ("wall seconds", 1),
    "cpu": ("seconds of a core", 1),
    "megabytes": ("MB in all", 0),
    "kilobytes": ("kB a reader and day", 1),
}


def _model(mornings: Sequence[Morning], model: CostModel, checked: int) -> Iterator[str]:
    yield "\n## A model of it\n"
    sizes = ", ".join(f"{one.readers:,}" for one in mornings if one.readers != checked)
    yield (
        f"Straight lines, by least squares of relative errors, through the mornings of {sizes}"
        f" readers: {model.start:.1f} s of a core to begin and {model.each * 1e3:.1f} ms for each"
        f" reader; {model.megabytes:.0f} MB and {model.megabytes_each:.2f} MB for each reader of"
        " the shards that are being made;"
        f" {model.kilobytes / 1e3:.1f} MB of storage for a day and {model.kilobytes_each:.1f} kB"
        f" for each reader's."
    )
    for one in mornings:
        if one.readers == checked:
            yield (
                f"\nThe morning of {checked:,} readers was not used for it, and checks it:\n\n"
                "| | the model | measured | |\n| --- | ---: | ---: | ---: |"
            )
            for name, said in model.said(checked).items():
                seen, (title, digits) = getattr(one, name), _MEASURES[name]
                yield (
                    f"| {title} | {said:,.{digits}f} | {seen:,.{digits}f}"
                    f" | {(said / seen - 1) * 100:+.0f} % |"
                )
    cores = (2, 16, 128)
    yield (
        "\nTimes on more cores are of cores that do nothing else, and with a database that keeps"
        " up. Money is for readers who have criteria of their own and a model: readers with equal"
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
        # Of what was measured half was of each of two workers.
        memory = model.said(_AT_ONCE)["megabytes"] / 2 * used / 1e3
        yield (
            f"| {readers:,} | {used} | {_time(model.seconds(readers, used))} | {memory:.0f} GB"
            f" | {model.kilobytes_each * readers * DAYS_A_YEAR / 1e6:,.0f} GB"
            f" | {model.model_kilobytes * readers / 1e6:,.1f} GB | {page * readers:,.0f} |"
        )


def _breaks(model: CostModel) -> Iterator[str]:
    models, on_two = model.model_kilobytes, model.seconds(100_000, 2)
    in_an_hour = int((BREAKFAST - model.start / 2) / (model.each / 2))
    yield "\n## What breaks first\n"
    yield (
        f"- **1,000 readers**: nothing. {_time(model.seconds(1_000, 2))} on two cores; a language"
        " model takes longer than all the rest."
    )
    hour = (
        f"the hour. Two cores take {_time(on_two)}, so workers on more machines are needed. Then"
        if on_two > BREAKFAST
        else f"not the hour: two cores take {_time(on_two)}, and make {in_an_hour:,} readers in it."
        " First"
    )
    yield (
        f"- **100,000 readers**: {hour} the kept models: every morning reads all"
        f" {models * 1e5 / 1e6:,.0f} GB of them once, more than a server's memory holds, and at"
        f" 500 MB/s that alone is {_time(models * 1e5 / 5e5)}. Digests of a year"
        f" ({model.kilobytes_each * 1e5 * DAYS_A_YEAR / 1e9:.1f} TB) want partitions by month."
    )
    yield (
        f"- **1,000,000 readers**: one PostgreSQL. It would read {models * 1e6 / 1e9:.1f} TB of"
        f" models, {_time(models * 1e6 / 5e5)} at 500 MB/s, and write"
        f" {model.kilobytes_each * 1e6 / 1e6:,.0f} GB of digests every morning: readers have to be"
        " spread over several databases, which share nothing but the announcements. Mails are then"
        f" the longest part: at ten a second they take {_time(1e6 / 10)}."
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
            Panel(
                "Milliseconds a reader",
                "readers",
                growth({"wall": of("each"), "of a core": of("cpu_each")}),
                "wall",
            ),
            Panel("Megabytes in all", "readers", growth({"peak": of("megabytes")}), "peak"),
            Panel(
                "Kilobytes a reader and day", "readers", growth({"each": of("kilobytes")}), "each"
            ),
        ],
    )
