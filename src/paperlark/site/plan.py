"""Volumes in, every file of the site out, each with what it is made of: nothing is made here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paperlark.domain.site_addresses import Addresses
from paperlark.ports import ScannedPapers
from paperlark.site.archive import SiteArchive, Sources
from paperlark.site.daily import day_files
from paperlark.site.feeds import DAYS, atom, json_feed
from paperlark.site.home import front_file, home_file
from paperlark.site.months import month_files, year_file
from paperlark.site.publish import File
from paperlark.site.rendering import named
from paperlark.site.search_pages import search_files
from paperlark.site.topics import topic_files


@dataclass(frozen=True, slots=True)
class SiteReader:
    """One profile of the site: its days, where whole digests are, and all that was looked at."""

    volume: SiteArchive
    sources: Sources
    looked: ScannedPapers


def plan(readers: Sequence[SiteReader], root: str | None) -> Iterator[File]:
    """Plan the site; `root` is its address in the web, None where it has none."""
    yield front_file([reader.volume for reader in readers])
    for reader in readers:
        volume, sources = reader.volume, reader.sources
        yield home_file(volume, alone=len(readers) == 1)
        yield from _feeds(volume, root)
        yield from topic_files(volume)
        for place in range(len(volume.years)):
            yield year_file(volume, place)
        for place in range(len(volume.months)):
            yield from month_files(volume, place, sources)
        for place in range(len(volume.days)):
            yield from day_files(volume, place, sources)
        yield from search_files(volume, reader.looked)


def _feeds(volume: SiteArchive, root: str | None) -> Iterator[File]:
    days = volume.days[-DAYS:]
    facts = [one.facts for one in days]
    made_of = named("feeds", volume.profile, root, [one.fingerprint for one in days])
    atom_path, json_path = Addresses(volume.profile).feeds
    yield File(atom_path, made_of, lambda: atom(volume.profile, facts, root))
    yield File(json_path, made_of, lambda: json_feed(volume.profile, facts, root))
