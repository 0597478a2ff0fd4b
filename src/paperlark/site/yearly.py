"""A year's page: twelve small months, and the best of all."""

from __future__ import annotations

from functools import partial

from paperlark.renderers.walk import Step, Walk
from paperlark.site import bars, figures, tally
from paperlark.site.addresses import Addresses, link
from paperlark.site.build import File
from paperlark.site.sheet import named, sheet
from paperlark.site.volume import Part, Volume


def year_file(volume: Volume, place: int) -> File:
    """Give the page of the year at that place among the volume's years."""
    part, walk = volume.years[place], _walk(volume, place)
    return File(
        Addresses(volume.profile).year(part.first.year),
        named("year", walk, volume.authors, part.fingerprint),
        partial(_page, volume, part, walk),
    )


def _page(volume: Volume, part: Part, walk: Walk) -> bytes:
    addresses = Addresses(volume.profile)
    here = addresses.year(part.first.year)
    days = [one.facts for one in part.days]
    months = [month for month in volume.months if month.first.year == part.first.year]
    return sheet(
        "year.html",
        title=str(part.first.year),
        profile=volume.profile,
        walk=walk,
        days=days,
        whole=tally.tally(days),
        cost=figures.tokens(tally.tally(days)),
        months=[(month.first, [one.facts for one in month.days]) for month in months],
        best=tally.best(days),
        topics=[
            (one.name, one.papers, link(here, addresses.topic(one.name)))
            for one in tally.topics(days)
        ],
        frequent=tally.frequent(days),
        authors={name: link(here, addresses.author(name)) for name in volume.authors},
        tally=tally.tally,
        printed=figures.tokens,
        bars=bars,
        to_month=lambda first: link(here, addresses.month(first)),
        to_day=lambda day, anchor="": link(here, addresses.day(day), anchor),
    )


def _walk(volume: Volume, place: int) -> Walk:
    years, addresses = volume.years, Addresses(volume.profile)
    here = addresses.year(years[place].first.year)

    def step(to: int) -> Step | None:
        if not 0 <= to < len(years):
            return None
        year = years[to].first.year
        return Step(str(year), link(here, addresses.year(year)))

    return Walk(
        step(place - 1), (Step(volume.profile, link(here, addresses.home)),), step(place + 1)
    )
