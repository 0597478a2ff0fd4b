"""`paperlark cost`: what judging has cost."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark.cli._options import open_for, profile_option
from paperlark.domain.spending import Period
from paperlark.renderers import costs, wording
from paperlark.renderers import json as json_page

if TYPE_CHECKING:
    from paperlark import SpendingReport


class _Month(click.ParamType[date]):
    """A month written YYYY-MM, as its first day."""

    name = "month"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Parse the month, or say how one is written."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m").date()  # noqa: DTZ007  # it has no zone
        except ValueError:
            self.fail(f"{value!r} is not a valid month; write it like 2025-02", param, ctx)


@click.command("cost")
@click.option(
    "--by",
    type=click.Choice([period.value for period in Period]),
    default=Period.MONTH.value,
    show_default=True,
    help="Add up what was paid in a calendar month (UTC), or for the page of a day.",
)
@click.option("--month", type=_Month(), help="Only what was paid in this month, such as 2025-02.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@profile_option
@click.pass_context
def command(
    context: click.Context, *, by: str, month: date | None, as_json: bool, profile_file: Path
) -> None:
    r"""Show what judging has cost, by month, model and profile.

    All profiles that share the database are listed. Each request was priced when it was answered:
    by your own prices ([judge.prices]), or else by a public price list. Requests without a known
    price are listed as such, never as free. Judgements are paid for once: making a page again
    costs nothing.

    Each question is noted before it is sent. What was under way when a run was killed may have
    been billed: it is listed for good, with the most it can have cost, and counts against the
    budgets.

    Last comes what it achieved: the share of this profile's relevant papers of the last days that
    were read, as far as the random samples of the others tell.

    \b
    Examples:
      paperlark cost
      paperlark cost --by day --month 2025-02
    """
    report = open_for(context, profile_file).spending(Period(by), month)
    if as_json:
        click.echo(json.dumps(_document(report), indent=2, default=str))
    elif report.expenses or report.outstanding:
        for line in costs.spending_lines(report.expenses, Period(by)):
            click.echo(line)
        for line in costs.outstanding_lines(report.outstanding, is_at_work=report.is_at_work):
            click.echo(line)
        click.echo(costs.total_line(report.expenses, report.outstanding))
        _tell_prices(report)
    else:
        click.echo(_nothing(report, month))
        _tell_prices(report)


def _nothing(report: SpendingReport, month: date | None) -> str:
    """Return why there is nothing to report, and what would cost something."""
    if month is not None:
        return f"Nothing was paid for in {month:%Y-%m}."
    if report.model is None:
        return (
            "Nothing was paid for yet: this profile names no model, and its pages cost nothing.\n"
            "To have a model read the most relevant papers, add a table [judge] to it."
        )
    return (
        f"Nothing was paid for yet: {report.model} was never asked.\n"
        "To see what a page would cost: paperlark today --estimate"
    )


def _tell_prices(report: SpendingReport) -> None:
    month = costs.month_line(report.month, report.in_month, report.budget)
    if month:
        click.echo(month)
    if report.model is not None:
        click.echo(costs.source_line(report.model, report.source))
    recall = wording.recall_text(report.recall) if report.recall else None
    if recall:
        click.echo(recall)


def _document(report: SpendingReport) -> dict[str, object]:
    bound = report.budget.month
    return {
        "expenses": costs.spending_document(report.expenses),
        "under_way": costs.outstanding_document(report.outstanding),
        "this_month": {
            "month": f"{report.month:%Y-%m}",
            "spent_usd": f"{report.in_month:f}",
            "budget_usd": None if bound is None else f"{bound:f}",
        },
        "model": report.model,
        "prices": json_page.source_record(report.source),
        "recall": report.recall and json_page.recall_record(report.recall),
    }
