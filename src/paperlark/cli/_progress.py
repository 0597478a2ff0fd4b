"""Show progress: bars on a terminal, plain lines elsewhere, both on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from paperlark.domain.spending import Spend
    from paperlark.ports import Advance, Progress


def progress() -> Progress:
    """Return bars where standard error is a terminal, else lines."""
    return _Bars() if sys.stderr.isatty() else _Lines()


class _Bars:
    """Implements Progress with one bar at a time, removed when its step is done."""

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:
        """Show a bar of `total` units, and beside it what they have cost so far."""
        from rich.console import Console  # noqa: PLC0415  # 0.1 s, and only on a terminal
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        from paperlark.domain.spending import total as total_of  # noqa: PLC0415  # likewise
        from paperlark.renderers import costs  # noqa: PLC0415

        columns = (
            TextColumn("{task.description:>14}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[spent]}"),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(name, total=total, spent="")
            spends: list[Spend] = []

            def advance(units: int = 1, spend: Spend | None = None, /) -> None:
                bars.advance(task, units)
                if spend is not None:
                    spends.append(spend)
                    bars.update(task, spent=costs.so_far(total_of(spends)))

            yield advance


class _Lines:
    """Implements Progress with one line when a step begins."""

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:
        """Print the step's name and number of units."""
        click.echo(f"{name} ({total})", err=True)

        def advance(_units: int = 1, _spend: Spend | None = None, /) -> None:
            return

        yield advance
