"""`paperlark eval`: how good the ranking is, and what judging takes, on days that were judged."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from paperlark.cli._options import Day, profile_option
from paperlark.cli._progress import progress
from paperlark.domain.errors import PublishError
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.evaluation.cases import NAMES
from paperlark.settings import load_settings

if TYPE_CHECKING:
    from paperlark.evaluation.cases import LabelledReader
    from paperlark.evaluation.measure import Wish


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
_USUAL_HISTORY = (20,)
"""Days of history where judging is measured."""


@click.command("eval", short_help="Measure ranking and judging on days that were judged.")
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
@click.option(
    "--tokens",
    is_flag=True,
    help="Measure what judging takes instead, with one length of history (20 unless given).",
)
@click.option(
    "--lessons",
    type=click.Choice(("read", "all")),
    default="read",
    show_default=True,
    help="With --tokens, what is known of the days before: what paperlark would have read of"
    " them, or all.",
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
    tokens: bool,
    examples: str,
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

    With --tokens nothing is compared but two ways to have the days judged: the plain one, every
    paper with full instructions and a comment on each, and paperlark's, counted in the o200k
    vocabulary of OpenAI's models, beside the share of the wanted papers that are judged.

    \b
    Examples:
      paperlark eval
      paperlark eval --test-from 2025-09-01 --html ranking.html
      paperlark eval readers/astro-dwarfs --test-from 2025-12-01 --history 0,5,20,60 --json a.json
      paperlark eval readers/astro-dwarfs --test-from 2025-12-01 --history 20 --tokens
    """
    if tokens:
        history = _one_history(history)
    if tokens and html_file is not None:
        raise click.BadParameter("there is a page of rankings only", param_hint="--html")
    if not history:
        raise click.BadParameter("name at least one length, such as 0", param_hint="--history")
    for file in (json_file, html_file):
        _check_writable(file)
    # Vectors here are too short to be shared among threads, which then wait for each other: on a
    # busy machine that takes ten times as long. It is read when numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # They bring numpy and scipy, which no help and no mistake needs.
    from paperlark.evaluation.measure import Wish  # noqa: PLC0415

    reader = _reader(folder, relevant_from, profile_file)
    wish = Wish(history, votes, test_from=test_from, test_to=test_to, seed=seed)
    if tokens:
        _measure_tokens(reader, wish, json_file, told_all=examples == "all")
    else:
        _measure_ranking(
            reader, methods, wish, processes=processes, json_file=json_file, html_file=html_file
        )


def _measure_ranking(
    reader: LabelledReader,
    methods: tuple[str, ...],
    wish: Wish,
    *,
    processes: int,
    json_file: Path | None,
    html_file: Path | None,
) -> None:
    from paperlark.evaluation.evaluate import evaluate  # noqa: PLC0415
    from paperlark.evaluation.report import as_json  # noqa: PLC0415
    from paperlark.evaluation.report_page import render  # noqa: PLC0415
    from paperlark.evaluation.tables import show_report  # noqa: PLC0415

    report = evaluate(reader, methods, wish, progress(), processes=processes)
    _write_json(json_file, as_json(report))
    if html_file is not None:
        _write(html_file, render(report))
    show_report(report)


def _measure_tokens(
    reader: LabelledReader, wish: Wish, json_file: Path | None, *, told_all: bool
) -> None:
    from paperlark.evaluation.evaluate import evaluate_tokens  # noqa: PLC0415
    from paperlark.evaluation.tables import show_tokens  # noqa: PLC0415
    from paperlark.evaluation.token_report import as_json  # noqa: PLC0415

    report = evaluate_tokens(reader, wish, progress(), told_all=told_all)
    _write_json(json_file, as_json(report))
    show_tokens(report)


def _one_history(history: tuple[int, ...]) -> tuple[int, ...]:
    """Give the one that was named, or the usual one."""
    source = click.get_current_context().get_parameter_source("history")
    if source is ParameterSource.DEFAULT:
        return _USUAL_HISTORY
    if len(history) != 1:
        raise click.BadParameter(
            "name one length with --tokens, such as 20", param_hint="--history"
        )
    return history


def _reader(folder: Path | None, relevant_from: int, profile_file: Path) -> LabelledReader:
    if folder is None:
        from paperlark.evaluation.evaluate import own_reader  # noqa: PLC0415  # brings the database

        return own_reader(load_settings(profile_file))
    from paperlark.evaluation.folder import read_folder  # noqa: PLC0415  # brings pydantic

    return read_folder(folder, relevant_from=relevant_from)


def _check_writable(path: Path | None) -> None:
    """Say it before the work, not after."""
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        raise PublishError(f"{path} cannot be written", hint="name a file in a folder of yours")


def _write_json(path: Path | None, value: object) -> None:
    if path is not None:
        _write(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise PublishError(
            f"{path} cannot be written ({error.strerror})", hint="name another file"
        ) from error
