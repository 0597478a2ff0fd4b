"""The pages of one day: its digest, its unselected papers, and its citations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from paperlark.domain.digest import Digest
from paperlark.domain.paper import Paper
from paperlark.domain.site_addresses import Addresses, link, vote_issue
from paperlark.renderers import formats
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import ngettext
from paperlark.renderers.citations.formats import bibtex, csl, ris
from paperlark.renderers.html import HtmlRenderer, Navigation, NavigationLink
from paperlark.site.archive import ArchiveDay, DigestReader, SiteArchive
from paperlark.site.publish import File
from paperlark.site.rendering import fingerprint_of, render_page
from paperlark.site.unselected import described, unselected_papers

NAMES = ("papers.bib", "papers.ris", "papers.json")
"""BibTeX, RIS and CSL-JSON."""

_WRITERS = dict(zip(NAMES, (bibtex, ris, csl), strict=True))


def citation_files(
    papers: Callable[[], Sequence[Paper]],
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Return the name of each file for reference managers and the function that writes it."""
    for name in NAMES:
        yield name, _maker(name, papers)


def _maker(name: str, papers: Callable[[], Sequence[Paper]]) -> Callable[[], bytes]:
    return lambda: _WRITERS[name](papers()).encode()


def day_files(archive: SiteArchive, place: int, reader: DigestReader) -> Iterator[File]:
    """Plan the files of the day at that position in the archive; nothing is rendered yet."""
    day = archive.days[place]

    def digest() -> Digest:
        return reader.digest(archive.profile, day.day)

    navigation = _day_navigation(archive, place)
    yield File(
        Addresses(archive.profile).day(day.day),
        fingerprint_of("day", navigation, day.fingerprint),
        lambda: HtmlRenderer(navigation).render(digest()).content,
    )
    if _has_unselected(day):
        yield _unselected_file(archive, place, digest, reader)
    if day.facts.papers:
        yield from _citation_pages(archive, place, digest)


def _unselected_file(
    archive: SiteArchive, place: int, digest: Callable[[], Digest], reader: DigestReader
) -> File:
    day, navigation = archive.days[place], _unselected_navigation(archive, place)
    return File(
        Addresses(archive.profile).others(day.day),
        fingerprint_of("unselected", archive.name, navigation, day.fingerprint),
        lambda: _unselected_page(digest(), reader, navigation),
    )


def _citation_pages(
    archive: SiteArchive, place: int, digest: Callable[[], Digest]
) -> Iterator[File]:
    """Plan the page of citations and the files for reference managers."""
    addresses, day = Addresses(archive.profile), archive.days[place]
    navigation = _citations_navigation(archive, place)
    yield File(
        addresses.citations(day.day),
        fingerprint_of("citations", archive.name, navigation, day.fingerprint),
        lambda: _citations_page(digest(), navigation),
    )
    for name, make in citation_files(lambda: [entry.paper for entry in digest().entries]):
        yield File(addresses.day(day.day, name), fingerprint_of(name, day.fingerprint), make)


def _unselected_page(digest: Digest, reader: DigestReader, navigation: Navigation) -> bytes:
    return render_page(
        "unselected.html",
        title=_("Not selected on {day}").format(day=formats.long_date(digest.day)),
        profile=digest.profile,
        navigation=navigation,
        digest=digest,
        papers=tuple(described(digest, reader.texts(unselected_papers(digest)))),
    )


def _citations_page(digest: Digest, navigation: Navigation) -> bytes:
    return render_page(
        "citations.html",
        title=_("Citations of {day}").format(day=formats.long_date(digest.day)),
        profile=digest.profile,
        navigation=navigation,
        papers=[(entry.paper, bibtex([entry.paper])) for entry in digest.entries],
    )


def _has_unselected(one: ArchiveDay) -> bool:
    return one.facts.unselected > 0


def _unselected_text(one: ArchiveDay) -> str:
    """Return the text of the link; "the other" only where these are all other papers."""
    facts = one.facts
    if facts.scanned == facts.selected + facts.unselected:
        text = ngettext(
            "The other {count} paper, with their match",
            "The other {count} papers, with their match",
            facts.unselected,
        )
    else:
        text = ngettext(
            "{count} other paper, with their match",
            "{count} other papers, with their match",
            facts.unselected,
        )
    return text.format(count=formats.number(facts.unselected))


def _day_navigation(archive: SiteArchive, place: int) -> Navigation:
    one, addresses = archive.days[place], Addresses(archive.profile)
    here = addresses.day(one.day)
    related = []
    if _has_unselected(one):
        related.append(NavigationLink(_unselected_text(one), link(here, addresses.others(one.day))))
    if one.facts.papers:
        related += [
            NavigationLink(name, link(here, addresses.day(one.day, name))) for name in NAMES
        ]
    return Navigation(
        previous=_day_link(here, archive, place, -1),
        parents=(
            NavigationLink(formats.month_name(one.day), link(here, addresses.month(one.day))),
            NavigationLink(archive.name, link(here, addresses.home)),
            search_link(archive, here),
        ),
        next=_day_link(here, archive, place, 1),
        related=tuple(related),
        citations=link(here, addresses.citations(one.day)) if one.facts.papers else None,
        vote_issue=vote_issue(archive.repository, archive.profile) if archive.repository else None,
    )


def _unselected_navigation(archive: SiteArchive, place: int) -> Navigation:
    addresses, day = Addresses(archive.profile), archive.days[place].day
    here = addresses.others(day)
    return Navigation(
        previous=_day_link(here, archive, place, -1),
        parents=(
            NavigationLink(formats.brief_date(day), link(here, addresses.day(day))),
            search_link(archive, here),
        ),
        next=_day_link(here, archive, place, 1),
    )


def _citations_navigation(archive: SiteArchive, place: int) -> Navigation:
    addresses, day = Addresses(archive.profile), archive.days[place].day
    here = addresses.citations(day)
    return Navigation(
        previous=None,
        parents=(
            NavigationLink(formats.brief_date(day), link(here, addresses.day(day))),
            search_link(archive, here),
        ),
        next=None,
        related=tuple(NavigationLink(name, link(here, addresses.day(day, name))) for name in NAMES),
    )


def search_link(archive: SiteArchive, here: PurePosixPath) -> NavigationLink:
    """Return the link to the search, which every page has."""
    return NavigationLink(_("Search"), link(here, Addresses(archive.profile).search))


def _day_link(
    here: PurePosixPath, archive: SiteArchive, place: int, step: int
) -> NavigationLink | None:
    """Return the link to the next day that is no gap, in that direction; None at the end."""
    place += step
    while 0 <= place < len(archive.days) and archive.days[place].gap:
        place += step
    if not 0 <= place < len(archive.days):
        return None
    day = archive.days[place].day
    return NavigationLink(formats.brief_date(day), link(here, Addresses(archive.profile).day(day)))
