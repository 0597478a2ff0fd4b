"""Totals of many days: what a month or a year adds up to, and the same as text. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperlark.domain.digest import Status
from paperlark.domain.paper import PaperId
from paperlark.renderers import english
from paperlark.renderers.english import UNKNOWN, amount
from paperlark.site.facts import DayFacts, PaperFacts

BEST = 10
"""Papers of a month, or of a year, that are called its best."""
_OFTEN, _MOST_OFTEN = 2, 12
_MOST_KINDS = 12


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A paper and the day of the page that it is on."""

    day: date
    paper: PaperFacts


@dataclass(frozen=True, slots=True)
class TopicTotals:
    """Selected papers of one topic or category: all, and how many on each day, in order."""

    name: str
    papers: int
    by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What days add up to. `tokens` and `cost` are None where nobody told those of any day.

    `announced`, `scanned` and `judged` are None where nobody knows that of one of the days.
    `unpriced` days had a model whose cost, or some of it, nobody knows.
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
    """Add up days."""
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
    """Add up; a sum of which a part is unknown would read as whole."""
    counts = tuple(counts)
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def shown(days: Iterable[DayFacts]) -> Iterator[ShownPaper]:
    """Give every paper with its day, in the order of the pages."""
    return (ShownPaper(day.day, paper) for day in days for paper in day.papers)


def best(days: Iterable[DayFacts], most: int = BEST) -> tuple[ShownPaper, ...]:
    """Give the papers with the highest scores, each once; of equals the earlier day's first."""
    every = {one.paper.id: one for one in shown(days) if not one.paper.outside}
    ranked = sorted(every.values(), key=lambda one: (one.day, one.paper.place))
    return tuple(sorted(ranked, key=lambda one: one.paper.merit, reverse=True)[:most])


def voted(days: Iterable[DayFacts], papers: frozenset[PaperId]) -> tuple[ShownPaper, ...]:
    """Give those of the shown papers that a vote is known of."""
    return tuple(one for one in shown(days) if one.paper.id in papers)


def topics(days: Sequence[DayFacts]) -> tuple[TopicTotals, ...]:
    """Count the selected papers of every topic, the most first."""
    return _kinds(days, lambda paper: paper.topic)


def categories(days: Sequence[DayFacts]) -> tuple[TopicTotals, ...]:
    """Count the selected papers by their first category, the most first."""
    return _kinds(days, lambda paper: next(iter(paper.categories), None))


def leading(kinds: Sequence[TopicTotals], most: int = _MOST_KINDS) -> tuple[TopicTotals, ...]:
    """Keep the first, and put the rest together."""
    if len(kinds) <= most:
        return tuple(kinds)
    rest = kinds[most - 1 :]
    by_day = tuple(map(sum, zip(*(one.by_day for one in rest), strict=True)))
    name = f"{len(rest)} others"
    return (*kinds[: most - 1], TopicTotals(name, sum(one.papers for one in rest), by_day))


def frequent(days: Iterable[DayFacts]) -> tuple[tuple[str, int], ...]:
    """Give who wrote several of the selected papers, and how many."""
    papers = {one.paper.id: one.paper for one in shown(days)}
    count = Counter(name for paper in papers.values() for name in dict.fromkeys(paper.authors))
    often = sorted(count.items(), key=lambda one: (-one[1], one[0]))
    return tuple(one for one in often if one[1] >= _OFTEN)[:_MOST_OFTEN]


def _kinds(
    days: Sequence[DayFacts], kind: Callable[[PaperFacts], str | None]
) -> tuple[TopicTotals, ...]:
    by_day = [Counter(kind(paper) for paper in day.papers) for day in days]
    whole = sum(by_day, Counter[str | None]())
    return tuple(
        TopicTotals(name, papers, tuple(day[name] for day in by_day))
        for name, papers in sorted(whole.items(), key=lambda one: (-one[1], one[0] or ""))
        if name
    )


NONE = "\N{EN DASH}"
"""Where no model was asked there is nothing to know."""


@dataclass(frozen=True, slots=True)
class DayTotals:
    """One day's line: counts, tokens and cost as they are printed; `tokens` as a number too."""

    day: date
    announced: str
    scanned: str
    judged: str
    selected: str
    tokens: str
    cost: str
    drawn: int | None


def by_day(days: Iterable[DayFacts]) -> tuple[DayTotals, ...]:
    """Give a line for each day."""
    return tuple(map(_figures, days))


def tokens(whole: Totals) -> str | None:
    """Say what some days took; None where no model was asked."""
    if whole.tokens is None and not whole.unpriced:
        return None
    used = UNKNOWN if whole.tokens is None else english.number(whole.tokens)
    return f"{used} tokens, {cost(whole)}"


def cost(whole: Totals) -> str:
    """Say what some days cost, and of how many that is not known."""
    if whole.cost is None:
        return f"cost {UNKNOWN}"
    more = (
        f" plus {english.counted(whole.unpriced, 'day')} of unknown cost" if whole.unpriced else ""
    )
    return f"{amount(whole.cost)}{more}"


def _figures(day: DayFacts) -> DayTotals:
    used = day.spend.tokens.total if day.spend and day.spend.tokens else None
    asked = day.model is not None
    return DayTotals(
        day=day.day,
        announced=english.known(day.announced),
        scanned=english.known(day.scanned),
        judged=english.known(day.judged) if asked else NONE,
        selected=english.number(day.selected),
        tokens=_or_unknown(asked, None if used is None else english.number(used)),
        cost=_or_unknown(asked, _dollars(day)),
        drawn=used,
    )


def _dollars(day: DayFacts) -> str | None:
    cost: Decimal | None = day.spend.cost.total if day.spend and day.spend.cost else None
    return None if cost is None else amount(cost)


def _or_unknown(asked: bool, figure: str | None) -> str:  # noqa: FBT001  # read as one word
    return (figure or UNKNOWN) if asked else NONE
