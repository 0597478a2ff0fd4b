"""Totals over many days, for pages of months and years, and their wording. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperlark.domain.digest import Status
from paperlark.domain.paper import PaperId
from paperlark.renderers import formats
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import ngettext
from paperlark.renderers.formats import amount, unknown
from paperlark.site.facts import DayFacts, PaperFacts

BEST = 10
"""Papers listed as the best of a month or year."""
_MIN_PAPERS, _MAX_AUTHORS = 2, 12
_MOST_KINDS = 12


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A paper and the day of its page."""

    day: date
    paper: PaperFacts


@dataclass(frozen=True, slots=True)
class TopicTotals:
    """Selected papers of one topic or category: the total, and the count of each day in order."""

    name: str
    papers: int
    by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals over days. `tokens` and `cost` are None if unknown for all days.

    `announced`, `scanned` and `judged` are None if unknown for any day. `unpriced` counts the days
    with a model whose cost is unknown, at least in part.
    """

    days: int
    partial: int
    quiet: int
    announced: int | None
    scanned: int | None
    judged: int | None
    selected: int
    followed: int
    tokens: int | None
    cost: Decimal | None
    unpriced: int


def totals_of(days: Sequence[DayFacts]) -> Totals:
    """Return the totals of days."""
    spends = [day.spend for day in days if day.model is not None]
    tokens = [one.tokens.total for one in spends if one and one.tokens]
    costs = [one.cost.total for one in spends if one and one.cost]
    return Totals(
        days=len(days),
        partial=sum(day.status is Status.PARTIAL for day in days),
        quiet=sum(day.status is Status.QUIET for day in days),
        announced=_sum(day.announced for day in days),
        scanned=_sum(day.scanned for day in days),
        judged=_sum(day.judged for day in days),
        selected=sum(day.selected for day in days),
        followed=sum(bool(paper.followed) for day in days for paper in day.papers),
        tokens=sum(tokens) if tokens else None,
        cost=sum(costs, Decimal(0)) if costs else None,
        unpriced=len(spends) - len(costs),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    """Return the sum, None if any count is unknown: a partial sum would look complete."""
    counts = tuple(counts)
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def shown(days: Iterable[DayFacts]) -> Iterator[ShownPaper]:
    """Return every paper with its day, in page order."""
    return (ShownPaper(day.day, paper) for day in days for paper in day.papers)


def best(days: Iterable[DayFacts], most: int = BEST) -> tuple[ShownPaper, ...]:
    """Return the papers with the highest scores, each once; ties by day and place."""
    latest = {one.paper.id: one for one in shown(days) if not one.paper.outside}
    ranked = sorted(latest.values(), key=lambda one: (one.day, one.paper.place))
    return tuple(sorted(ranked, key=lambda one: one.paper.score_key, reverse=True)[:most])


def voted(days: Iterable[DayFacts], papers: frozenset[PaperId]) -> tuple[ShownPaper, ...]:
    """Return the shown papers that are among `papers`."""
    return tuple(one for one in shown(days) if one.paper.id in papers)


def topics(days: Sequence[DayFacts]) -> tuple[TopicTotals, ...]:
    """Count the selected papers of every topic, most frequent first."""
    return _kinds(days, lambda paper: paper.topic)


def categories(days: Sequence[DayFacts]) -> tuple[TopicTotals, ...]:
    """Count the selected papers by primary category, most frequent first."""
    return _kinds(days, lambda paper: next(iter(paper.categories), None))


def leading(kinds: Sequence[TopicTotals], most: int = _MOST_KINDS) -> tuple[TopicTotals, ...]:
    """Keep the most frequent kinds and add up the rest."""
    if len(kinds) <= most:
        return tuple(kinds)
    rest = kinds[most - 1 :]
    by_day = tuple(map(sum, zip(*(one.by_day for one in rest), strict=True)))
    name = _("{count} others").format(count=len(rest))
    return (*kinds[: most - 1], TopicTotals(name, sum(one.papers for one in rest), by_day))


def frequent(days: Iterable[DayFacts]) -> tuple[tuple[str, int], ...]:
    """Return authors of several selected papers, and the count of each."""
    papers = {one.paper.id: one.paper for one in shown(days)}
    count = Counter(name for paper in papers.values() for name in dict.fromkeys(paper.authors))
    by_count = sorted(count.items(), key=lambda one: (-one[1], one[0]))
    return tuple(one for one in by_count if one[1] >= _MIN_PAPERS)[:_MAX_AUTHORS]


def _kinds(
    days: Sequence[DayFacts], kind: Callable[[PaperFacts], str | None]
) -> tuple[TopicTotals, ...]:
    by_day = [Counter(kind(paper) for paper in day.papers) for day in days]
    total = sum(by_day, Counter[str | None]())
    return tuple(
        TopicTotals(name, papers, tuple(day[name] for day in by_day))
        for name, papers in sorted(total.items(), key=lambda one: (-one[1], one[0] or ""))
        if name
    )


NONE = "\N{EN DASH}"
"""Shown where no model was used."""


@dataclass(frozen=True, slots=True)
class DayTotals:
    """The table row of a day, as printed; `token_count` is the number for the chart."""

    day: date
    announced: str
    scanned: str
    judged: str
    selected: str
    tokens: str
    cost: str
    token_count: int | None


def by_day(days: Iterable[DayFacts]) -> tuple[DayTotals, ...]:
    """Return the table row of each day."""
    return tuple(map(_figures, days))


def tokens(totals: Totals) -> str | None:
    """Return tokens and cost as text; None where no model was used."""
    if totals.tokens is None and not totals.unpriced:
        return None
    return _("{count} tokens, {cost}").format(count=formats.known(totals.tokens), cost=cost(totals))


def cost(totals: Totals) -> str:
    """Return the cost as text, with the number of days of unknown cost."""
    if totals.cost is None:
        return _("cost unknown")
    if not totals.unpriced:
        return amount(totals.cost)
    text = ngettext(
        "{amount} plus {count} day of unknown cost",
        "{amount} plus {count} days of unknown cost",
        totals.unpriced,
    )
    return text.format(amount=amount(totals.cost), count=formats.number(totals.unpriced))


def _figures(day: DayFacts) -> DayTotals:
    used = day.spend.tokens.total if day.spend and day.spend.tokens else None
    judged = day.model is not None
    return DayTotals(
        day=day.day,
        announced=formats.known(day.announced),
        scanned=formats.known(day.scanned),
        judged=formats.known(day.judged) if judged else NONE,
        selected=formats.number(day.selected),
        tokens=_or_unknown(judged, None if used is None else formats.number(used)),
        cost=_or_unknown(judged, _dollars(day)),
        token_count=used,
    )


def _dollars(day: DayFacts) -> str | None:
    cost: Decimal | None = day.spend.cost.total if day.spend and day.spend.cost else None
    return None if cost is None else amount(cost)


def _or_unknown(judged: bool, text: str | None) -> str:  # noqa: FBT001  # read as one word
    return (text or unknown()) if judged else NONE
