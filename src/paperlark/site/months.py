"""Pages of months and years: calendar, best papers, totals."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from paperlark.domain.paper import Paper
from paperlark.domain.site_addresses import Addresses, link
from paperlark.renderers import formats
from paperlark.renderers.html import Navigation, NavigationLink
from paperlark.site import bars, totals
from paperlark.site.archive import (
    WORKING_DAYS,
    ArchiveDay,
    DigestReader,
    SiteArchive,
    SiteArchivePart,
)
from paperlark.site.days import NAMES, citation_files, search_link
from paperlark.site.facts import DayFacts
from paperlark.site.publish import File
from paperlark.site.rendering import fingerprint_of, render_page


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the calendar; `archive_day` is None without a page."""

    day: date
    archive_day: ArchiveDay | None


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month; a cell is None outside the month."""

    weekdays: tuple[str, ...]
    weeks: tuple[tuple[Cell | None, ...], ...]


def month(part: SiteArchivePart) -> Month:
    """Return the calendar of a month; weekends only where one of them has an announcement."""
    days = {one.day: one for one in part.days if not one.gap}
    width = 7 if any(day.weekday() >= WORKING_DAYS for day in days) else WORKING_DAYS
    weeks = calendar.Calendar().monthdatescalendar(part.first.year, part.first.month)
    rows = (_week(week[:width], part.first, days) for week in weeks)
    return Month(formats.weekdays()[:width], tuple(row for row in rows if any(row)))


def _week(
    week: Sequence[date], first: date, days: Mapping[date, ArchiveDay]
) -> tuple[Cell | None, ...]:
    return tuple(Cell(day, days.get(day)) if day.month == first.month else None for day in week)


def month_files(archive: SiteArchive, place: int, reader: DigestReader) -> Iterator[File]:
    """Plan the files of the month at that position in the archive."""
    part = archive.months[place]
    addresses = Addresses(archive.profile)
    navigation = _month_navigation(archive, place)
    votes = _votes(archive, part)

    def papers() -> Sequence[Paper]:
        ids = [one.paper.id for one in totals.shown(part.facts)]
        return list(reader.texts(list(dict.fromkeys(ids))).values())

    yield File(
        addresses.month(part.first),
        fingerprint_of("month", navigation, votes, archive.authors, part.fingerprint),
        partial(_month_page, archive, part, navigation),
    )
    if any(one.facts.papers for one in part.days):
        for name, make in citation_files(papers):
            yield File(
                addresses.month(part.first, name), fingerprint_of(name, part.fingerprint), make
            )


def _month_page(archive: SiteArchive, part: SiteArchivePart, navigation: Navigation) -> bytes:
    days = part.facts
    addresses = Addresses(archive.profile)
    here = addresses.month(part.first)
    return render_page(
        "month.html",
        title=formats.month_name(part.first),
        profile=archive.name,
        navigation=navigation,
        days=days,
        totals=totals.totals_of(days),
        cost=totals.tokens(totals.totals_of(days)),
        names=_week_labels(days),
        calendar=month(part),
        most=max((day.scanned_count for day in days), default=0),
        best=totals.best(days),
        liked=totals.voted(days, archive.liked),
        disliked=totals.voted(days, archive.disliked),
        topics=totals.topics(days),
        categories=[
            (one.name, one.papers, None) for one in totals.leading(totals.categories(days))
        ],
        frequent=totals.frequent(days),
        authors={name: link(here, addresses.author(name)) for name in archive.authors},
        figures=totals.by_day(days),
        bars=bars,
        to_day=lambda day, anchor="": link(here, addresses.day(day), anchor),
        to_topic=lambda name: link(here, addresses.topic(name)),
    )


def _week_labels(days: Sequence[DayFacts]) -> list[str]:
    """Return the label below each day: its date where a week begins, else nothing."""
    weeks = [day.day.isocalendar()[:2] for day in days]
    return [
        "" if place and weeks[place - 1] == week else formats.day_and_month(day.day)
        for place, (day, week) in enumerate(zip(days, weeks, strict=True))
    ]


def _votes(archive: SiteArchive, part: SiteArchivePart) -> tuple[list[str], list[str]]:
    days = part.facts
    return (
        [one.paper.id for one in totals.voted(days, archive.liked)],
        [one.paper.id for one in totals.voted(days, archive.disliked)],
    )


def _month_navigation(archive: SiteArchive, place: int) -> Navigation:
    months, addresses = archive.months, Addresses(archive.profile)
    part = months[place]
    here = addresses.month(part.first)

    def step(to: int) -> NavigationLink | None:
        if not 0 <= to < len(months):
            return None
        first = months[to].first
        return NavigationLink(formats.brief_month(first), link(here, addresses.month(first)))

    papers = any(one.facts.papers for one in part.days)
    files = NAMES if papers else ()
    return Navigation(
        previous=step(place - 1),
        parents=(
            NavigationLink(str(part.first.year), link(here, addresses.year(part.first.year))),
            NavigationLink(archive.name, link(here, addresses.home)),
            search_link(archive, here),
        ),
        next=step(place + 1),
        related=tuple(
            NavigationLink(name, link(here, addresses.month(part.first, name))) for name in files
        ),
    )


def year_file(archive: SiteArchive, place: int) -> File:
    """Plan the page of the year at that position in the archive."""
    part, navigation = archive.years[place], _year_navigation(archive, place)
    return File(
        Addresses(archive.profile).year(part.first.year),
        fingerprint_of("year", navigation, archive.authors, part.fingerprint),
        partial(_year_page, archive, part, navigation),
    )


def _year_page(archive: SiteArchive, part: SiteArchivePart, navigation: Navigation) -> bytes:
    addresses = Addresses(archive.profile)
    here = addresses.year(part.first.year)
    days = part.facts
    months = [month for month in archive.months if month.first.year == part.first.year]
    return render_page(
        "year.html",
        title=str(part.first.year),
        profile=archive.name,
        navigation=navigation,
        days=days,
        totals=totals.totals_of(days),
        cost=totals.tokens(totals.totals_of(days)),
        months=[(month.first, month.facts) for month in months],
        best=totals.best(days),
        topics=[
            (one.name, one.papers, link(here, addresses.topic(one.name)))
            for one in totals.topics(days)
        ],
        frequent=totals.frequent(days),
        authors={name: link(here, addresses.author(name)) for name in archive.authors},
        totals_of=totals.totals_of,
        usage_text=totals.tokens,
        bars=bars,
        to_month=lambda first: link(here, addresses.month(first)),
        to_day=lambda day, anchor="": link(here, addresses.day(day), anchor),
    )


def _year_navigation(archive: SiteArchive, place: int) -> Navigation:
    years, addresses = archive.years, Addresses(archive.profile)
    here = addresses.year(years[place].first.year)

    def step(to: int) -> NavigationLink | None:
        if not 0 <= to < len(years):
            return None
        year = years[to].first.year
        return NavigationLink(str(year), link(here, addresses.year(year)))

    return Navigation(
        step(place - 1),
        (NavigationLink(archive.name, link(here, addresses.home)), search_link(archive, here)),
        step(place + 1),
    )
