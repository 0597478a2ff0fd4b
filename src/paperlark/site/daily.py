"""Papers into the files that reference managers take: one of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from paperlark.domain.digest import Digest
from paperlark.domain.paper import Paper
from paperlark.domain.site_addresses import Addresses, link
from paperlark.renderers import english
from paperlark.renderers.citations.bibtex import bibtex
from paperlark.renderers.citations.records import csl, ris
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.navigation import Navigation, NavigationLink
from paperlark.site.archive import ArchiveDay, SiteArchive, Sources
from paperlark.site.publish import File
from paperlark.site.rendering import named, render_page
from paperlark.site.unselected import described, unselected_papers

NAMES = ("papers.bib", "papers.ris", "papers.json")
"""BibTeX, RIS and CSL-JSON."""

_WRITERS = dict(zip(NAMES, (bibtex, ris, csl), strict=True))


def citation_files(
    papers: Callable[[], Sequence[Paper]],
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Give each file's name and what makes it."""
    for name in NAMES:
        yield name, _maker(name, papers)


def _maker(name: str, papers: Callable[[], Sequence[Paper]]) -> Callable[[], bytes]:
    return lambda: _WRITERS[name](papers()).encode()


def day_files(volume: SiteArchive, place: int, sources: Sources) -> Iterator[File]:
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
        for name, make in citation_files(papers):
            yield File(addresses.day(one.day, name), named(name, one.fingerprint), make)


def _others_page(digest: Digest, sources: Sources, walk: Navigation) -> bytes:
    return render_page(
        "others.html",
        title=f"Not selected on {english.long_date(digest.day)}",
        profile=digest.profile,
        walk=walk,
        digest=digest,
        others=tuple(described(digest, sources.texts(unselected_papers(digest)))),
    )


def _citations_page(digest: Digest, walk: Navigation) -> bytes:
    return render_page(
        "citations.html",
        title=f"Citations of {english.long_date(digest.day)}",
        profile=digest.profile,
        walk=walk,
        papers=[(entry.paper, bibtex([entry.paper])) for entry in digest.entries],
    )


def _has_others(one: ArchiveDay) -> bool:
    return one.facts.others > 0


def _other_words(one: ArchiveDay) -> str:
    """Say how many there are, and whether these are all."""
    facts = one.facts
    if facts.scanned == facts.selected + facts.others:
        return f"The other {english.counted(facts.others, 'paper')}, with their match"
    return f"{english.counted(facts.others, 'other paper')}, with their match"


def _day_walk(volume: SiteArchive, place: int) -> Navigation:
    one, addresses = volume.days[place], Addresses(volume.profile)
    here = addresses.day(one.day)
    beside = []
    if _has_others(one):
        beside.append(NavigationLink(_other_words(one), link(here, addresses.others(one.day))))
    if one.facts.papers:
        beside += [NavigationLink(name, link(here, addresses.day(one.day, name))) for name in NAMES]
    return Navigation(
        previous=_step(here, volume, place - 1),
        up=(
            NavigationLink(english.month_name(one.day), link(here, addresses.month(one.day))),
            NavigationLink(volume.profile, link(here, addresses.home)),
        ),
        next=_step(here, volume, place + 1),
        beside=tuple(beside),
        citations=link(here, addresses.citations(one.day)) if one.facts.papers else None,
    )


def _others_walk(volume: SiteArchive, place: int) -> Navigation:
    addresses, day = Addresses(volume.profile), volume.days[place].day
    here = addresses.others(day)
    return Navigation(
        previous=_step(here, volume, place - 1),
        up=(NavigationLink(english.brief_date(day), link(here, addresses.day(day))),),
        next=_step(here, volume, place + 1),
    )


def _citations_walk(volume: SiteArchive, place: int) -> Navigation:
    addresses, day = Addresses(volume.profile), volume.days[place].day
    here = addresses.citations(day)
    return Navigation(
        previous=None,
        up=(NavigationLink(english.brief_date(day), link(here, addresses.day(day))),),
        next=None,
        beside=tuple(NavigationLink(name, link(here, addresses.day(day, name))) for name in NAMES),
    )


def _step(here: PurePosixPath, volume: SiteArchive, place: int) -> NavigationLink | None:
    """Give the way to the page of another day, None beyond the first and the last."""
    if not 0 <= place < len(volume.days):
        return None
    day = volume.days[place].day
    return NavigationLink(english.brief_date(day), link(here, Addresses(volume.profile).day(day)))
