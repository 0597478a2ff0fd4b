"""Print what pages would cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import click

from paperlark.cli._terminal import tell_error
from paperlark.domain.spending import Cost, Tokens
from paperlark.renderers import costs, english
from paperlark.renderers import json as json_page
from paperlark.renderers.english import UNKNOWN, amount

if TYPE_CHECKING:
    from paperlark import CostEstimate, EstimateReport
    from paperlark.api import OpenedProfile

_FAILED = 1


def estimate_days(profile: OpenedProfile, first: date, last: date, *, as_json: bool) -> int:
    """Print the estimate of every page from first to last; return the exit code.

    Raises PaperlarkError where there is no day to estimate.
    """
    if not profile.options.use_model or profile.options.judgements is not None:
        raise click.UsageError("--estimate is about a model: leave out --no-llm and --judgements")
    report = profile.estimate(first, last)
    if as_json:
        click.echo(json.dumps(_document(report), indent=2, default=str))
    else:
        click.echo("\n".join(_lines(report)))
    for day, error in report.errors.items():
        tell_error(f"{day}: {error}")
    return _FAILED if report.errors else 0


def _lines(report: EstimateReport) -> Iterator[str]:
    for one in report.estimates:
        yield from _day(one)
        yield ""
    if len(report.estimates) > 1:
        days = english.counted(len(report.estimates), "day")
        yield f"{days}: about {_cost(report.total)}"
    yield costs.source_line(report.model, report.source)
    yield "Nothing was sent to the model, and no page was written."


def _day(one: CostEstimate) -> Iterator[str]:
    rows = [
        ("to be read", english.number(one.papers), _of(one)),
        ("already paid", english.number(one.known), _waiting(one)),
        ("questions", english.number(one.questions), ""),
        ("tokens", english.number(one.tokens.total), _parts(one.tokens)),
        ("cost", _cost(one.cost), _room(one)),
    ]
    yield english.long_date(one.day)
    yield from (f"  {name:<12} {cell:>9}  {remark}".rstrip() for name, cell, remark in rows)
    for limit, (left, whole) in one.left.items():
        yield f"  {'left of the ' + limit:<18} {amount(left)} of {amount(whole)}"


def _of(one: CostEstimate) -> str:
    unread = f", {english.number(one.unread)} with a low match are not" if one.unread else ""
    return f"of {english.counted(one.scanned, 'paper')}{unread}"


def _waiting(one: CostEstimate) -> str:
    return f"{english.number(one.waiting)} more wait in a batch" if one.waiting else ""


def _parts(tokens: Tokens) -> str:
    return f"{english.number(tokens.prompt)} prompt, {english.number(tokens.completion)} completion"


def _room(one: CostEstimate) -> str:
    return "" if one.fits else "more than is left to spend: the best matches are read until then"


def _cost(cost: Cost | None) -> str:
    return UNKNOWN if cost is None else amount(cost.total)


def _document(report: EstimateReport) -> dict[str, object]:
    return {
        "model": report.model,
        "prices": json_page.source_record(report.source),
        "days": [_record(one) for one in report.estimates],
        "cost_usd": json_page.cost_record(report.total),
        "errors": {str(day): str(error) for day, error in report.errors.items()},
    }


def _record(one: CostEstimate) -> dict[str, object]:
    return {
        "day": one.day,
        "announced": one.announced,
        "scanned": one.scanned,
        "unread": one.unread,
        "to_be_read": one.papers,
        "already_paid": one.known,
        "waiting": one.waiting,
        "questions": one.questions,
        "tokens": json_page.token_record(one.tokens),
        "cost_usd": json_page.cost_record(one.cost),
        "left_usd": {
            limit: {"left": f"{left:f}", "of": f"{whole:f}"}
            for limit, (left, whole) in one.left.items()
        },
        "fits": one.fits,
    }
