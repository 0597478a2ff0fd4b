"""`paperlark eval`: how good the ranking is, on days that were judged."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from paperlark.cli._options import Day
from paperlark.cli._progress import progress


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers with commas between, each once, in order."""

    name = "numbers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read them, or say how they are written."""
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",") if part.strip()]
        if not all(part.isdecimal() for part in parts):
            self.fail(f"{value!r} are no whole numbers; write them like 0,5,20", param, ctx)
        return tuple(sorted({int(part) for part in parts}))


@click.command("eval", short_help="Measure the ranking on days that were judged.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--test-from", type=Day(), help="The first test day; else the last third are.")
@click.option("--test-to", type=Day(), help="The last test day; else the last there is.")
@click.option(
    "--history",
    type=Numbers(),
    default="0,1,5,20,60",
    show_default=True,
    help="How many days of judgements are known before a test day.",
)
@click.option(
    "--votes",
    type=Numbers(),
    default="3,10,30,100",
    show_default=True,
    help="How many likes are known instead; '' for none.",
)
@click.option("--methods", help="Only these, with commas between.")
@click.option("--seed", default=0, show_default=True, help="Of every draw.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all figures to this file.",
)
def command(
    *,
    folder: Path,
    test_from: date | None,
    test_to: date | None,
    history: tuple[int, ...],
    votes: tuple[int, ...],
    methods: str | None,
    seed: int,
    json_file: Path | None,
) -> None:
    """Rank labelled days in time order, with paperlark and with others, and say how well."""
    from paperlark.compose.evaluate import METHODS, evaluate_folder  # noqa: PLC0415  # brings scipy  # brings scipy
    from paperlark.evaluation.report import as_json  # noqa: PLC0415  # likewise  # likewise
    from paperlark.evaluation.table import show  # noqa: PLC0415  # likewise  # likewise

    report = evaluate_folder(
        folder,
        methods.split(",") if methods else METHODS,
        progress(),
        history=history,
        votes=votes,
        test_from=test_from,
        test_to=test_to,
        seed=seed,
    )
    if json_file:
        text = json.dumps(as_json(report), indent=1, allow_nan=False)
        json_file.write_text(f"{text}\n", "utf-8")
    show(report)
