"""A month's files: its page and the citations of its papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from paperlark.domain.paper import Paper
from paperlark.renderers import english
from paperlark.renderers.walk import Step, Walk
from paperlark.site import bars, figures, tally
from paperlark.site.addresses import Addresses, link
from paperlark.site.build import File
from paperlark.site.calendar import month
from paperlark.site.cited import NAMES, cited
from paperlark.site.facts import DayFacts
from paperlark.site.sheet import named, sheet
from paperlark.site.sources import Sources
from paperlark.site.volume import Part, Volume


def month_files(volume: Volume, place: int, sources: Sources) -> Iterator[File]:
    """Give the files of the month at that place among the volume's months."""
    part = volume.months[place]
    addresses = Addresses(volume.profile)
    walk = _walk(volume, place)
    votes = _votes(volume, part)

    def papers() -> Sequence[Paper]:
        ids = [one.paper.id for one in tally.shown(_days(part))]
        return list(sources.texts(list(dict.fromkeys(ids))).values())

    yield File(
        addresses.month(part.first),
        named("month", walk, votes, volume.authors, part.fingerprint),
        partial(_page, volume, part, walk),
    )
    if any(one.facts.papers for one in part.days):
        for name, make in cited(papers):
            yield File(addresses.month(part.first, name), named(name, part.fingerprint), make)


def _page(volume: Volume, part: Part, walk: Walk) -> bytes:
    days = _days(part)
    addresses = Addresses(volume.profile)
    here = addresses.month(part.first)
    return sheet(
        "month.html",
        title=english.month_name(part.first),
        profile=volume.profile,
        walk=walk,
        days=days,
        whole=tally.tally(days),
        cost=figures.tokens(tally.tally(days)),
        names=[str(day.day.day) if day.day.weekday() == 0 else "" for day in days],
        calendar=month(part),
        most=max((day.looked_at for day in days), default=0),
        best=tally.best(days),
        liked=tally.voted(days, volume.liked),
        disliked=tally.voted(days, volume.disliked),
        topics=tally.topics(days),
        categories=[(one.name, one.papers, None) for one in tally.leading(tally.categories(days))],
        frequent=tally.frequent(days),
        authors={name: link(here, addresses.author(name)) for name in volume.authors},
        figures=figures.by_day(days),
        bars=bars,
        to_day=lambda day, anchor="": link(here, addresses.day(day), anchor),
        to_topic=lambda name: link(here, addresses.topic(name)),
    )


def _days(part: Part) -> tuple[DayFacts, ...]:
    return tuple(one.facts for one in part.days)


def _votes(volume: Volume, part: Part) -> tuple[list[str], list[str]]:
    days = _days(part)
    return (
        [one.paper.id for one in tally.voted(days, volume.liked)],
        [one.paper.id for one in tally.voted(days, volume.disliked)],
    )


def _walk(volume: Volume, place: int) -> Walk:
    months, addresses = volume.months, Addresses(volume.profile)
    part = months[place]
    here = addresses.month(part.first)

    def step(to: int) -> Step | None:
        if not 0 <= to < len(months):
            return None
        first = months[to].first
        return Step(english.brief_month(first), link(here, addresses.month(first)))

    papers = any(one.facts.papers for one in part.days)
    files = NAMES if papers else ()
    return Walk(
        previous=step(place - 1),
        up=(
            Step(str(part.first.year), link(here, addresses.year(part.first.year))),
            Step(volume.profile, link(here, addresses.home)),
        ),
        next=step(place + 1),
        beside=tuple(Step(name, link(here, addresses.month(part.first, name))) for name in files),
    )
