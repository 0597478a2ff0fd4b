"""A day's files: its page, what was not selected, and the citations of what was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from paperlark.domain.digest import Digest
from paperlark.domain.paper import Paper
from paperlark.renderers import english
from paperlark.renderers.citations.bibtex import bibtex
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.walk import Step, Walk
from paperlark.site.addresses import Addresses, link
from paperlark.site.build import File
from paperlark.site.cited import NAMES, cited
from paperlark.site.others import described, others
from paperlark.site.sheet import named, sheet
from paperlark.site.sources import Sources
from paperlark.site.volume import Leaf, Volume


def day_files(volume: Volume, place: int, sources: Sources) -> Iterator[File]:
    """Give the files of the day at that place in the volume."""
    one = volume.days[place]
    addresses = Addresses(volume.profile)
    walk = _day_walk(volume, place)

    def digest() -> Digest:
        return sources.digest(volume.profile, one.day)

    def papers() -> Sequence[Paper]:
        return [entry.paper for entry in digest().entries]

    yield File(
        addresses.day(one.day),
        named("day", walk, one.fingerprint),
        lambda: HtmlRenderer(walk).render(digest()).content,
    )
    if _has_others(one):
        around = _others_walk(volume, place)
        yield File(
            addresses.others(one.day),
            named("others", around, one.fingerprint),
            lambda: _others_page(digest(), sources, around),
        )
    if one.facts.papers:
        back = _citations_walk(volume, place)
        yield File(
            addresses.citations(one.day),
            named("citations", back, one.fingerprint),
            lambda: _citations_page(digest(), back),
        )
        for name, make in cited(papers):
            yield File(addresses.day(one.day, name), named(name, one.fingerprint), make)


def _others_page(digest: Digest, sources: Sources, walk: Walk) -> bytes:
    return sheet(
        "others.html",
        title=f"Not selected on {english.long_date(digest.day)}",
        profile=digest.profile,
        walk=walk,
        digest=digest,
        others=tuple(described(digest, sources.texts(others(digest)))),
    )


def _citations_page(digest: Digest, walk: Walk) -> bytes:
    return sheet(
        "citations.html",
        title=f"Citations of {english.long_date(digest.day)}",
        profile=digest.profile,
        walk=walk,
        papers=[(entry.paper, bibtex([entry.paper])) for entry in digest.entries],
    )


def _has_others(one: Leaf) -> bool:
    return one.facts.others > 0


def _other_words(one: Leaf) -> str:
    """Say how many there are, and whether these are all."""
    facts = one.facts
    if facts.scanned == facts.selected + facts.others:
        return f"The other {english.counted(facts.others, 'paper')}, with their match"
    return f"{english.counted(facts.others, 'other paper')}, with their match"


def _day_walk(volume: Volume, place: int) -> Walk:
    one, addresses = volume.days[place], Addresses(volume.profile)
    here = addresses.day(one.day)
    beside = []
    if _has_others(one):
        beside.append(Step(_other_words(one), link(here, addresses.others(one.day))))
    if one.facts.papers:
        beside += [Step(name, link(here, addresses.day(one.day, name))) for name in NAMES]
    return Walk(
        previous=_step(here, volume, place - 1),
        up=(
            Step(english.month_name(one.day), link(here, addresses.month(one.day))),
            Step(volume.profile, link(here, addresses.home)),
        ),
        next=_step(here, volume, place + 1),
        beside=tuple(beside),
        citations=link(here, addresses.citations(one.day)) if one.facts.papers else None,
    )


def _others_walk(volume: Volume, place: int) -> Walk:
    addresses, day = Addresses(volume.profile), volume.days[place].day
    here = addresses.others(day)
    return Walk(
        previous=_step(here, volume, place - 1),
        up=(Step(english.brief_date(day), link(here, addresses.day(day))),),
        next=_step(here, volume, place + 1),
    )


def _citations_walk(volume: Volume, place: int) -> Walk:
    addresses, day = Addresses(volume.profile), volume.days[place].day
    here = addresses.citations(day)
    return Walk(
        previous=None,
        up=(Step(english.brief_date(day), link(here, addresses.day(day))),),
        next=None,
        beside=tuple(Step(name, link(here, addresses.day(day, name))) for name in NAMES),
    )


def _step(here: PurePosixPath, volume: Volume, place: int) -> Step | None:
    """Give the way to the page of another day, None beyond the first and the last."""
    if not 0 <= place < len(volume.days):
        return None
    day = volume.days[place].day
    return Step(english.brief_date(day), link(here, Addresses(volume.profile).day(day)))
