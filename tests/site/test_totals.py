from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from paperlark.domain.digest import Status
from paperlark.domain.judgement import Strength
from paperlark.domain.paper import PaperId
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.renderers import english
from paperlark.site import bars, totals
from paperlark.site.archive import ArchiveDay, SiteArchive
from paperlark.site.facts import DayFacts, PaperFacts
from paperlark.site.months import month
from paperlark.site.topics import topic_files
from paperlark.site.totals import best, frequent, leading, topics, totals_of, voted

MONDAY = date(2025, 3, 3)


def _paper(number: int, **of: object) -> PaperFacts:
    made = PaperFacts(
        id=PaperId(f"2503.{number:05d}"),
        title=f"Title {number}",
        authors=("Ada Lovelace",),
        categories=("cs.LG", "cs.AI"),
        place=number,
        chip="9·8",
        mark="9·8",
        aside="sonar",
        relevance=9,
        novelty=8,
        probability=0.9,
        strength=None,
        topic="Sonar",
        followed=(),
        reason="",
        outside=False,
    )
    return replace(made, **of)  # type: ignore[arg-type]


def _day(day: date, *papers: PaperFacts, **of: object) -> DayFacts:
    made = DayFacts(
        profile="Bats",
        day=day,
        status=Status.COMPLETE,
        summary=("complete",),
        model="m",
        spend=Spend(Tokens(100, 10), Cost(Decimal("0.10"), Decimal("0.20"))),
        announced=50,
        scanned=40,
        judged=30,
        selected=len(papers),
        papers=papers,
    )
    return replace(made, **of)  # type: ignore[arg-type]


def test_days_add_up() -> None:
    whole = totals_of([_day(MONDAY, _paper(1)), _day(date(2025, 3, 4), _paper(2), _paper(3))])
    assert (whole.days, whole.announced, whole.scanned, whole.selected) == (2, 100, 80, 3)
    assert (whole.tokens, whole.cost, whole.unpriced) == (220, Decimal("0.60"), 0)
    assert totals.tokens(whole) == "220 tokens, $0.6000"


def test_unknown_values_are_not_added_as_zero() -> None:
    known, unknown = _day(MONDAY), _day(MONDAY, spend=Spend(Tokens(7, 0), None))
    assert totals.tokens(totals_of([unknown])) == "7 tokens, cost unknown"
    assert totals.tokens(totals_of([known, unknown])) == (
        "117 tokens, $0.3000 plus 1 day of unknown cost"
    )
    assert totals.tokens(totals_of([_day(MONDAY, model=None, spend=None)])) is None


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    whole = totals_of([_day(MONDAY), _day(MONDAY, announced=None, scanned=None, judged=None)])
    assert (whole.announced, whole.scanned, whole.judged) == (None, None, None)
    (line,) = totals.by_day([_day(MONDAY, scanned=None, judged=None)])
    assert (line.announced, line.scanned, line.judged) == ("50", "unknown", "unknown")


def test_the_best_are_those_with_the_highest_scores_each_once() -> None:
    low, high = _paper(1, relevance=8, novelty=8), _paper(2, relevance=9, novelty=9)
    matched = _paper(3, relevance=None, novelty=None, probability=0.99)
    outside = _paper(4, relevance=10, novelty=10, outside=True)
    days = [_day(MONDAY, low, high), _day(date(2025, 3, 4), high, matched, outside)]
    assert [one.paper.id[-1] for one in best(days)] == ["2", "1", "3"]
    assert len(best(days, most=2)) == 2


def test_topics_are_counted_day_by_day() -> None:
    days = [_day(MONDAY, _paper(1), _paper(2, topic="Echo")), _day(MONDAY, _paper(3))]
    assert [(one.name, one.papers, one.by_day) for one in topics(days)] == [
        ("Sonar", 2, (1, 1)),
        ("Echo", 1, (1, 0)),
    ]
    assert topics([_day(MONDAY, _paper(1, topic=None))]) == ()


def test_the_rest_of_many_kinds_is_put_together() -> None:
    days = [_day(MONDAY, *(_paper(n, topic=f"T{n:02}") for n in range(20)))]
    kinds = leading(topics(days), most=5)
    assert [one.name for one in kinds[-2:]] == ["T03", "16 others"]
    assert sum(one.papers for one in kinds) == 20


def test_authors_of_several_papers_are_frequent() -> None:
    one, two = _paper(1, authors=("Ada", "Emmy")), _paper(2, authors=("Emmy",))
    assert frequent([_day(MONDAY, one, two), _day(MONDAY, one)]) == (("Emmy", 2),)


def test_votes_are_found_among_the_shown() -> None:
    days = [_day(MONDAY, _paper(1), _paper(2))]
    assert [one.paper.id[-1] for one in voted(days, frozenset({_paper(2).id}))] == ["2"]


def test_without_scores_strength_comes_before_a_probability_of_another_day() -> None:
    unjudged = {"relevance": None, "novelty": None}
    good = _paper(1, probability=0.99, strength=Strength.GOOD, **unjudged)
    strong = _paper(2, probability=0.8, strength=Strength.STRONG, **unjudged)
    assert [one.paper.id for one in best([_day(MONDAY, good, strong)])] == [strong.id, good.id]


def test_a_topic_s_page_has_the_latest_day_first_and_the_best_of_a_day_first() -> None:
    tuesday = date(2025, 3, 4)
    days = (_day(MONDAY, _paper(1), _paper(2)), _day(tuesday, _paper(3), _paper(4), _paper(5)))
    archive = SiteArchive("Bats", tuple(ArchiveDay(day, str(day.day)) for day in days))
    (page,) = topic_files(archive)
    assert re.findall(r">(Title \d)<", page.make().decode()) == [
        *("Title 3", "Title 4", "Title 5"),
        *("Title 1", "Title 2"),
    ]


def test_a_calendar_has_weekends_only_where_they_have_a_page() -> None:
    archive = SiteArchive("Bats", (ArchiveDay(_day(MONDAY), "a"),))
    working = month(archive.months[0])
    assert working.weekdays == ("Mon", "Tue", "Wed", "Thu", "Fri")
    cells = [cell for week in working.weeks for cell in week if cell]
    assert [cell.day.day for cell in cells if cell.archive_day] == [3]
    assert len(cells) == 21
    saturday = SiteArchive("Bats", (ArchiveDay(_day(date(2025, 3, 1)), "a"),))
    assert month(saturday.months[0]).weeks[0][5] is not None


def test_an_archive_is_divided_by_month_and_year() -> None:
    days = [date(2024, 12, 31), date(2025, 1, 2), date(2025, 1, 3)]
    archive = SiteArchive("Bats", tuple(ArchiveDay(_day(day), str(day)) for day in days))
    assert [(part.first, len(part.days)) for part in archive.months] == [
        (date(2024, 12, 1), 1),
        (date(2025, 1, 1), 2),
    ]
    assert [part.first for part in archive.years] == [date(2024, 1, 1), date(2025, 1, 1)]


@pytest.mark.parametrize(
    ("value", "expected"), [(0, 1), (1, 1), (3, 5), (14, 20), (37, 50), (67_320, 100_000)]
)
def test_an_axis_ends_on_a_number_that_reads_easily(value: float, expected: float) -> None:
    assert bars.nice(value) == expected


def test_bars_are_as_high_as_their_values() -> None:
    drawing = bars.bars([10, None, 0, 5], ["3 Mar", "", "", "6 Mar"], 100)
    assert [bar.height for bar in drawing.bars] == [100, 50]
    assert drawing.ticks == ((0, 100), (5, 50), (10, 0))
    assert [name for _, name in drawing.labels] == ["3 Mar", "6 Mar"]
    assert all(bar.y + bar.height == 100 for bar in drawing.bars)
    assert bars.bars([], [], 100).bars == ()


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (22, [0, 10, 20, 30]),
        (67_320, [0, 50_000, 100_000]),
    ],
)
def test_an_axis_has_a_few_round_ticks(most: int, marks: list[int]) -> None:
    found = [mark for mark, _ in bars.bars([most], [""], 90).ticks]
    assert list(map(english.number, map(int, found))) == list(map(english.number, marks))
    assert all(isinstance(one, int) for one in found)


def test_a_chart_of_equal_bars_shows_nothing() -> None:
    assert not bars.varies([22, 22, 22])
    assert not bars.varies([])
    assert bars.varies([22, 21])
