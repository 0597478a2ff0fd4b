"""`paperlark eval`: how good the ranking is, on days that were judged."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark.cli._options import Day, profile_option
from paperlark.cli._progress import progress
from paperlark.domain.errors import PublishError
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.evaluation.methods import NAMES
from paperlark.settings import load_settings

if TYPE_CHECKING:
    from paperlark.evaluation.cases import LabelledReader


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers with commas between, each once, in order."""

    name = "numbers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read them, or say how they are written."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(sorted({_count(part) for part in _parts(value)}))
        except ValueError:
            self.fail(f"{value!r} are no whole numbers; write them like 0,5,20", param, ctx)


class Methods(click.ParamType[tuple[str, ...]]):
    """Names of methods with commas between."""

    name = "names"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Read them, or say which there are."""
        if isinstance(value, tuple):
            return value
        names = _parts(value)
        if not names or not set(names) <= set(NAMES):
            self.fail(f"{value!r} names what is no method of {', '.join(NAMES)}", param, ctx)
        return tuple(names)


def _parts(value: object) -> list[str]:
    return [part.strip() for part in str(value).split(",") if part.strip()]


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("eval", short_help="Measure the ranking on days that were judged.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--test-from", type=Day(), help="The first test day; unless given, the last third are."
)
@click.option("--test-to", type=Day(), help="The last test day; unless given, the last there is.")
@click.option(
    "--history",
    type=Numbers(),
    default="0,1,5,20,60",
    show_default=True,
    help="How many judged days before a test day are known; 0 is the criteria alone.",
)
@click.option(
    "--votes",
    type=Numbers(),
    default="3,10,30,100",
    show_default=True,
    help="How many likes are known instead; '' for none.",
)
@click.option(
    "--relevant-from",
    type=click.IntRange(LOWEST, HIGHEST),
    default=8,
    show_default=True,
    help="The lowest relevance of a wanted paper, where every paper was graded.",
)
@click.option(
    "--methods",
    type=Methods(),
    default=",".join(NAMES),
    show_default=True,
    help="Which methods, side by side.",
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="On how many processors; each needs as much memory again.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of everything drawn by lot.",
)
@click.option("--json", "json_file", type=_FILE, help="Write every figure to this file.")
@click.option("--html", "html_file", type=_FILE, help="Write a page with plots to this file.")
@profile_option
def command(
    *,
    folder: Path | None,
    test_from: date | None,
    test_to: date | None,
    history: tuple[int, ...],
    votes: tuple[int, ...],
    relevant_from: int,
    methods: tuple[str, ...],
    processes: int,
    seed: int,
    json_file: Path | None,
    html_file: Path | None,
    profile_file: Path,
) -> None:
    r"""Rank judged days in time order, beside other methods, and say how good each is.

    Every test day is ranked with what was known before it and nothing later. Without FOLDER the
    days are your own: what the judge said of them, and your votes. FOLDER holds a recorded
    reader: graded.jsonl and criteria.md, or days.jsonl, papers.jsonl and a folder criteria.

    \b
    What the table says, every figure with the range that 95 % of redrawn days give:
      AP     average precision: 1 where all wanted papers come first
      R@k    share of the wanted among the first k, as many as were wanted that day; R@2k likewise
      nDCG   of the first 20, by relevance
      j95    share of the papers a judge must read so that 95 % of the wanted are kept
      Brier  squared error of the probabilities

    \b
    Examples:
      paperlark eval
      paperlark eval --test-from 2025-09-01 --html ranking.html
      paperlark eval readers/astro-dwarfs --test-from 2025-12-01 --history 0,5,20,60 --json a.json
    """
    if not history:
        raise click.BadParameter("name at least one length, such as 0", param_hint="--history")
    for file in (json_file, html_file):
        _check_writable(file)
    # Vectors here are too short to be shared among threads, which then wait for each other: on a
    # busy machine that takes ten times as long. It is read when numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # They bring numpy and scipy, which no help and no mistake needs.
    from paperlark.compose.evaluate import evaluate  # noqa: PLC0415
    from paperlark.evaluation.measure import Wish  # noqa: PLC0415
    from paperlark.evaluation.page import render  # noqa: PLC0415
    from paperlark.evaluation.report import as_json  # noqa: PLC0415
    from paperlark.evaluation.table import show  # noqa: PLC0415

    reader = _reader(folder, relevant_from, profile_file)
    wish = Wish(history, votes, test_from=test_from, test_to=test_to, seed=seed)
    report = evaluate(reader, methods, wish, progress(), processes=processes)
    if json_file is not None:
        _write(json_file, json.dumps(as_json(report), indent=1, allow_nan=False) + "\n")
    if html_file is not None:
        _write(html_file, render(report))
    show(report)


def _reader(folder: Path | None, relevant_from: int, profile_file: Path) -> LabelledReader:
    if folder is None:
        from paperlark.compose.evaluate import own_reader  # noqa: PLC0415  # brings the database

        return own_reader(load_settings(profile_file))
    from paperlark.evaluation.folder import read_folder  # noqa: PLC0415  # brings pydantic

    return read_folder(folder, relevant_from=relevant_from)


def _check_writable(path: Path | None) -> None:
    """Say it before the work, not after."""
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        raise PublishError(f"{path} cannot be written", mend="name a file in a folder of yours")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise PublishError(
            f"{path} cannot be written ({error.strerror})", mend="name another file"
        ) from error
