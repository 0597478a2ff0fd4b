"""The files that a profile's search is made of: page, script, and an index of some days each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import resources
from itertools import groupby

from paperlark.domain.archive import ScannedPaper
from paperlark.domain.site_addresses import Addresses, link
from paperlark.ports import ScannedPapers
from paperlark.renderers.navigation import Navigation, NavigationLink
from paperlark.site.archive import ArchiveDay, SiteArchive
from paperlark.site.publish import File
from paperlark.site.rendering import named, render_page
from paperlark.site.search_index import BLOCK, SHARDS, blocks, shards

SCRIPT = "search.js"
INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class _Segment:
    """Days that are searched together: a third of a month, so that a day more costs little."""

    name: str
    days: tuple[ArchiveDay, ...]

    @property
    def made_of(self) -> str:
        return named("segment", self.name, [one.fingerprint for one in self.days])


def search_files(volume: SiteArchive, looked: ScannedPapers) -> Iterator[File]:
    """Give them, the latest days first."""
    addresses = Addresses(volume.profile)
    yield File(addresses.search, named("search", volume.profile), partial(_page, volume.profile))
    yield File(addresses.searched(SCRIPT), named("script"), _script)
    segments = []
    for segment in reversed(tuple(_segments(volume))):
        ends = (segment.days[0].day, segment.days[-1].day)
        count = looked.count(volume.profile, *ends)
        once = _Once(partial(_papers, looked, volume.profile, *ends))
        segments.append({"name": segment.name, "papers": count, "made_of": segment.made_of[:8]})
        for number in range(SHARDS):
            path = addresses.searched(f"{segment.name}/terms-{number}.json")
            yield File(path, segment.made_of, partial(once.shard, number))
        for number in range(-(-count // BLOCK)):
            path = addresses.searched(f"{segment.name}/papers-{number}.json")
            yield File(path, segment.made_of, partial(once.block, number))
    content = {"shards": SHARDS, "block": BLOCK, "segments": segments}
    yield File(
        addresses.searched(INDEX), named("index", content), lambda: json.dumps(content).encode()
    )


def _segments(volume: SiteArchive) -> Iterator[_Segment]:
    for name, days in groupby(volume.days, key=lambda one: _third(one.day)):
        yield _Segment(name, tuple(days))


def _third(day: date) -> str:
    """Name the third of its month that a day is in: `2025-02-3`."""
    return f"{day:%Y-%m}-{min(3, 1 + (day.day - 1) // 10)}"


class _Once:
    """Makes all files of one segment when the first is asked for, and forgets what it gave."""

    def __init__(self, papers: Callable[[], Sequence[ScannedPaper]]) -> None:
        self._papers = papers
        self._shards: dict[int, bytes] = {}
        self._blocks: dict[int, bytes] = {}

    def shard(self, number: int) -> bytes:
        if number not in self._shards:
            self._make()
        return self._shards.pop(number)

    def block(self, number: int) -> bytes:
        if number not in self._blocks:
            self._make()
        return self._blocks.pop(number, b"[]")

    def _make(self) -> None:
        papers = self._papers()
        self._shards = dict(enumerate(shards(papers)))
        self._blocks = dict(enumerate(blocks(papers)))


def _papers(looked: ScannedPapers, profile: str, first: date, last: date) -> Sequence[ScannedPaper]:
    return tuple(looked.between(profile, first, last))


def _page(profile: str) -> bytes:
    addresses = Addresses(profile)
    here = addresses.search
    return render_page(
        "search.html",
        title="Search",
        profile=profile,
        walk=Navigation(None, (NavigationLink(profile, link(here, addresses.home)),), None),
    )


def _script() -> bytes:
    return resources.files("paperlark.site").joinpath("templates", SCRIPT).read_bytes()
