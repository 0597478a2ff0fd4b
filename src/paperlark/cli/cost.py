"""`paperlark cost`: what judging has cost."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import click

from paperlark.cli._options import environment_of, profile_option
from paperlark.compose import SpendingReport, read_spending
from paperlark.domain.spending import Period
from paperlark.renderers import costs
from paperlark.renderers import json as json_page
from paperlark.settings import load_settings


class _Month(click.ParamType[date]):
    """A month written YYYY-MM, as its first day."""

    name = "month"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read the month, or say how one is written."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m").date()  # noqa: DTZ007  # it has no zone
        except ValueError:
            self.fail(f"{value!r} is no month; write it like 2025-02", param, ctx)


@click.command("cost", short_help="Show what judging has cost.")
@click.option(
    "--by",
    type=click.Choice([period.value for period in Period]),
    default=Period.MONTH.value,
    show_default=True,
    help="Put together what was paid in a month of UTC, or for the page of a day.",
)
@click.option("--month", type=_Month(), help="Only what was paid in that month, such as 2025-02.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, for other programs.")
@profile_option
@click.pass_context
def command(
    context: click.Context, *, by: str, month: date | None, as_json: bool, profile_file: Path
) -> None:
    r"""Show what judging has cost, by month, model and profile.

    All profiles that share the database are there. Each request was priced when it was answered:
    by your own prices ([judge.prices]), else by a public list. What nobody knows the price of is
    counted as that, never as nothing. Judgements are paid for once: a page that is made again
    costs nothing.

    \b
    Examples:
      paperlark cost
      paperlark cost --by day --month 2025-02
    """
    settings = load_settings(profile_file)
    accounts = read_spending(settings, environment_of(context), Period(by), month)
    if as_json:
        click.echo(json.dumps(_document(accounts), indent=2, default=str))
    elif accounts.expenses:
        click.echo("\n".join(costs.spending_lines(accounts.expenses, Period(by))))
        click.echo(costs.total_line(accounts.expenses))
        _tell_prices(accounts)
    else:
        click.echo(_nothing(accounts, month))
        _tell_prices(accounts)


def _nothing(accounts: SpendingReport, month: date | None) -> str:
    """Say why there is nothing to report, and what would cost something."""
    if month is not None:
        return f"Nothing was paid for in {month:%Y-%m}."
    if accounts.model is None:
        return (
            "Nothing was paid for yet: this profile names no model, and its pages cost nothing.\n"
            "A table [judge] in it has a model read the papers that could matter."
        )
    return (
        f"Nothing was paid for yet: {accounts.model} was asked nothing.\n"
        "What a page would cost: paperlark today --estimate"
    )


def _tell_prices(accounts: SpendingReport) -> None:
    month = costs.month_line(accounts.month, accounts.in_month, accounts.budget)
    if month:
        click.echo(month)
    if accounts.model is not None:
        click.echo(costs.source_line(accounts.model, accounts.source))


def _document(accounts: SpendingReport) -> dict[str, object]:
    bound = accounts.budget.month
    return {
        "expenses": costs.spending_document(accounts.expenses),
        "this_month": {
            "month": f"{accounts.month:%Y-%m}",
            "spent_usd": f"{accounts.in_month:f}",
            "budget_usd": None if bound is None else f"{bound:f}",
        },
        "model": accounts.model,
        "prices": json_page.source_record(accounts.source),
    }
