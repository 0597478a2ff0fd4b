"""`paperlark eval`: measure ranking and judging on labelled days."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from paperlark.api import evaluate, evaluate_tokens, read_labelled_days
from paperlark.cli._options import Day, open_for, profile_option
from paperlark.cli._terminal import progress
from paperlark.domain.errors import PublishError
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.evaluation.cases import NAMES

if TYPE_CHECKING:
    from paperlark import EvaluationPlan
    from paperlark.evaluation.cases import LabelledReader
    from paperlark.evaluation.report import Report


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers with commas between, each once, in order."""

    name = "numbers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Parse them, or say how they are written."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(sorted({_count(part) for part in _parts(value)}))
        except ValueError:
            self.fail(f"{value!r} is not a list of whole numbers; write it like 0,5,20", param, ctx)


class Methods(click.ParamType[tuple[str, ...]]):
    """Names of methods with commas between."""

    name = "names"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Parse them, or say which there are."""
        if isinstance(value, tuple):
            return value
        names = _parts(value)
        if not names or not set(names) <= set(NAMES):
            self.fail(
                f"{value!r} names an unknown method; choose from {', '.join(NAMES)}", param, ctx
            )
        return tuple(names)


def _parts(value: object) -> list[str]:
    return [part.strip() for part in str(value).split(",") if part.strip()]


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


_FILE = click.Path(path_type=Path, dir_okay=False)
_TOKENS_HISTORY = (20,)
"""Days of history by default, where judging is measured."""


@click.command("eval")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--test-from", type=Day(), help="The first test day.  [default: the last third of the days]"
)
@click.option("--test-to", type=Day(), help="The last test day.  [default: the last labelled day]")
@click.option(
    "--history",
    type=Numbers(),
    default="0,1,5,20,60",
    show_default=True,
    help="How many labelled days before a test day are known; 0 uses the criteria alone.",
)
@click.option(
    "--votes",
    type=Numbers(),
    default="3,10,30,100",
    show_default=True,
    help="How many liked papers are known instead; '' for none.",
)
@click.option(
    "--relevant-from",
    type=click.IntRange(LOWEST, HIGHEST),
    default=8,
    show_default=True,
    help="The lowest relevance of a wanted paper, if every paper was graded.",
)
@click.option(
    "--methods",
    type=Methods(),
    default=",".join(NAMES),
    show_default=True,
    help="Which methods to compare.",
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="How many processes to use; each needs as much memory again.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Seed of every random sample.",
)
@click.option(
    "--tokens",
    is_flag=True,
    help="Measure the tokens that judging takes, with one length of history (20 by default).",
)
@click.option(
    "--examples",
    "--lessons",
    "examples",
    type=click.Choice(("read", "all")),
    default="read",
    show_default=True,
    help="With --tokens, which labels of earlier days are known: those of papers that paperlark"
    " would have had judged, or all. --lessons is the old name.",
)
@click.option("--json", "json_file", type=_FILE, help="Write every figure to this file.")
@click.option("--html", "html_file", type=_FILE, help="Write a page with plots to this file.")
@click.option(
    "--markdown", "markdown_file", type=_FILE, help="Write sentences and tables to this file."
)
@profile_option
@click.pass_context
def command(
    context: click.Context,
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
    markdown_file: Path | None,
    profile_file: Path,
) -> None:
    r"""Rank labelled days in time order, beside other methods, and measure how good each is.

    The first lines say in words how many of 10 papers you want the page's first 20 hold, how much
    is read for that, and what other methods would give; with too few days they say so. Every test
    day is ranked with what was known before it and nothing later. Without FOLDER the
    days are your own: the judge's scores, and your votes. FOLDER holds a recorded reader:
    graded.jsonl and criteria.md, or days.jsonl, papers.jsonl and a folder criteria.

    \b
    Columns of the table, each with its 95 % bootstrap confidence interval over days:
      AP     average precision: 1 if all wanted papers come first
      R@k    recall at k, where k is how many papers were wanted that day; R@2k likewise
      nDCG   of the first 20, by relevance
      j95    share of the papers that must be judged to find 95 % of the wanted ones
      WSS    work saved over sampling at 95 % recall (WSS@95): .95 less j95; in files only
      Brier  squared error of the probabilities

    --tokens compares two ways of judging the days: a plain prompt (every paper with the full
    instructions and a comment on each) and paperlark's. It counts tokens of the o200k vocabulary
    of OpenAI's models, and shows the share of the wanted papers that are judged.

    \b
    Examples:
      paperlark eval
      paperlark eval --test-from 2025-09-01 --html ranking.html
      paperlark eval readers/astro-dwarfs --test-from 2025-12-01 --history 0,5,20,60 --json a.json
      paperlark eval readers/astro-dwarfs --test-from 2025-12-01 --history 20 --tokens
    """
    if tokens:
        history = _one_history(history)
    for option, page in (("--html", html_file), ("--markdown", markdown_file)):
        if tokens and page is not None:
            raise click.BadParameter(
                f"{option} needs a ranking, so it cannot be used with --tokens", param_hint=option
            )
    if not history:
        raise click.BadParameter("name at least one length, such as 0", param_hint="--history")
    for file in (json_file, html_file, markdown_file):
        _check_writable(file)
    # Vectors here are too short to be shared among threads, which then wait for each other: on a
    # busy machine that takes ten times as long. It is read when numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from paperlark import EvaluationPlan  # noqa: PLC0415  # brings numpy, which no help and no mistake needs

    if folder is None:
        reader = open_for(context, profile_file).labelled_days()
    else:
        reader = read_labelled_days(folder, relevant_from=relevant_from)
    plan = EvaluationPlan(history, votes, test_from=test_from, test_to=test_to, seed=seed)
    if tokens:
        _measure_tokens(reader, plan, json_file, all_known=examples == "all")
    else:
        report = evaluate(reader, methods, plan, progress=progress(), processes=processes)
        _show_ranking(report, json_file, html_file, markdown_file)


def _show_ranking(
    report: Report, json_file: Path | None, html_file: Path | None, markdown_file: Path | None
) -> None:
    from paperlark.evaluation.report import as_json  # noqa: PLC0415
    from paperlark.evaluation.report_markdown import render_markdown  # noqa: PLC0415
    from paperlark.evaluation.report_page import render  # noqa: PLC0415
    from paperlark.evaluation.tables import show_report  # noqa: PLC0415

    _write_json(json_file, as_json(report))
    if html_file is not None:
        _write(html_file, render(report))
    if markdown_file is not None:
        _write(markdown_file, render_markdown(report))
    show_report(report)


def _measure_tokens(
    reader: LabelledReader, plan: EvaluationPlan, json_file: Path | None, *, all_known: bool
) -> None:
    from paperlark.evaluation.tables import show_tokens  # noqa: PLC0415
    from paperlark.evaluation.token_report import as_json  # noqa: PLC0415

    report = evaluate_tokens(reader, plan, progress=progress(), all_known=all_known)
    _write_json(json_file, as_json(report))
    show_tokens(report)


def _one_history(history: tuple[int, ...]) -> tuple[int, ...]:
    """Return the length that was given, or the default."""
    source = click.get_current_context().get_parameter_source("history")
    if source is ParameterSource.DEFAULT:
        return _TOKENS_HISTORY
    if len(history) != 1:
        raise click.BadParameter(
            "name one length with --tokens, such as 20", param_hint="--history"
        )
    return history


def _check_writable(path: Path | None) -> None:
    """Raise PublishError before the work, not after it."""
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
