"""Estimating pages from the command line: days in, what they would cost out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import click

from paperlark.cli._errors import tell_error
from paperlark.cli._progress import progress
from paperlark.compose import CostEstimate, Environment, Estimator, RunOptions, open_estimator
from paperlark.domain.errors import PaperlarkError, SourceError
from paperlark.domain.spending import Cost, Tokens
from paperlark.renderers import costs, english
from paperlark.renderers import json as json_page
from paperlark.renderers.english import UNKNOWN, amount
from paperlark.settings import Settings

_FAILED = 1
_NOTHING = Decimal(0)


def estimate_days(
    settings: Settings,
    options: RunOptions,
    first: date,
    last: date,
    *,
    environment: Environment,
    as_json: bool,
) -> int:
    """Estimate every page from first to last; gives the exit code.

    One day that cannot be had does not stop the next. Raises PaperlarkError where there is none.
    """
    if not options.use_model or options.judgements is not None:
        raise click.UsageError("--estimate is about a model: leave --no-llm and --judgements out")
    with open_estimator(settings, options, environment) as estimator:
        days = (first,) if first == last else estimator.days(first, last)
        if not days:
            raise SourceError(
                f"there is no feed of any day from {first} to {last}",
                hint="name other days, or a folder that has feeds of them",
            )
        made = {day: _estimate(estimator, day) for day in days}
        estimates = [one for one in made.values() if isinstance(one, CostEstimate)]
        errors = {day: one for day, one in made.items() if isinstance(one, PaperlarkError)}
        if as_json:
            click.echo(json.dumps(_document(estimator, estimates, errors), indent=2, default=str))
        else:
            click.echo("\n".join(_lines(estimator, estimates)))
    for day, error in errors.items():
        tell_error(f"{day}: {error}")
    return _FAILED if errors else 0


def _estimate(estimator: Estimator, day: date) -> CostEstimate | PaperlarkError:
    try:
        return estimator.estimate(day, progress())
    except PaperlarkError as error:
        return error


def _lines(estimator: Estimator, estimates: Sequence[CostEstimate]) -> Iterator[str]:
    for one in estimates:
        yield from _day(one)
        yield ""
    if len(estimates) > 1:
        cost = _cost(_total(estimates))
        yield f"{english.counted(len(estimates), 'day')}: about {cost}"
    yield costs.source_line(estimator.model, estimator.source)
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
    for bound, (left, whole) in one.left.items():
        yield f"  {'left of the ' + bound:<18} {amount(left)} of {amount(whole)}"


def _of(one: CostEstimate) -> str:
    unread = f", {english.number(one.unread)} of low match not" if one.unread else ""
    return f"of {english.counted(one.scanned, 'paper')}{unread}"


def _waiting(one: CostEstimate) -> str:
    return f"{english.number(one.waiting)} more wait in a batch" if one.waiting else ""


def _parts(tokens: Tokens) -> str:
    return f"{english.number(tokens.prompt)} prompt, {english.number(tokens.completion)} completion"


def _room(one: CostEstimate) -> str:
    return "" if one.fits else "more than is left to spend: the best matches are read until then"


def _cost(cost: Cost | None) -> str:
    return UNKNOWN if cost is None else amount(cost.total)


def _total(estimates: Sequence[CostEstimate]) -> Cost | None:
    costs = [one.cost for one in estimates if one.cost is not None]
    if len(costs) < len(estimates):
        return None
    prompt, completion = (one.prompt for one in costs), (one.completion for one in costs)
    return Cost(sum(prompt, _NOTHING), sum(completion, _NOTHING))


def _document(
    estimator: Estimator, estimates: Sequence[CostEstimate], errors: Mapping[date, PaperlarkError]
) -> dict[str, object]:
    return {
        "model": estimator.model,
        "prices": json_page.source_record(estimator.source),
        "days": [_record(one) for one in estimates],
        "cost_usd": json_page.cost_record(_total(estimates)),
        "errors": {str(day): str(error) for day, error in errors.items()},
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
            bound: {"left": f"{left:f}", "of": f"{whole:f}"}
            for bound, (left, whole) in one.left.items()
        },
        "fits": one.fits,
    }
