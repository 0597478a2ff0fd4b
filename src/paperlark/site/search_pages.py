"""The search of a profile: page, script, and an index in segments of several days."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import resources
from itertools import groupby
from pathlib import PurePosixPath

from paperlark.domain.archive import ScannedPaper
from paperlark.domain.site_addresses import Addresses, link
from paperlark.ports import ScannedPapers
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.html import Navigation, NavigationLink
from paperlark.site.archive import ArchiveDay, SiteArchive
from paperlark.site.publish import File
from paperlark.site.rendering import fingerprint_of, render_page
from paperlark.site.search_index import BLOCK, SHARDS, blocks, common_words, shards

SCRIPT = "search.js"
INDEX = "index.js"


@dataclass(frozen=True, slots=True)
class _Segment:
    """Days indexed together: a third of a month, so that a new day rebuilds little."""

    third: str
    days: tuple[ArchiveDay, ...]

    @property
    def inputs(self) -> str:
        return fingerprint_of("segment", self.third, [one.fingerprint for one in self.days])

    @property
    def name(self) -> str:
        """The folder of its files: another one when its content changes.

        So whatever index is there names files that are there, of one and the same build.
        """
        return f"{self.third}-{self.inputs[:8]}"


def search_files(archive: SiteArchive, scanned: ScannedPapers) -> Iterator[File]:
    """Plan the files of the search, latest segment first."""
    addresses = Addresses(archive.profile)
    yield File(
        addresses.search,
        fingerprint_of("search", archive.profile, archive.name),
        partial(_page, addresses, archive.name),
    )
    yield File(addresses.searched(SCRIPT), fingerprint_of("script"), _script)
    segments = []
    for segment in reversed(tuple(_segments(archive))):
        ends = (segment.days[0].day, segment.days[-1].day)
        count = scanned.count(archive.profile, *ends)
        read = partial(_papers, scanned, archive.profile, *ends)
        files = _SegmentFiles(read)
        segments.append({"name": segment.name, "papers": count})
        for number in range(SHARDS):
            path = addresses.searched(f"{segment.name}/terms-{number}.js")
            yield File(path, segment.inputs, _as_script(path, partial(files.shard, number)))
        path = addresses.searched(f"{segment.name}/words.js")
        yield File(path, segment.inputs, _as_script(path, files.words))
        for number in range(-(-count // BLOCK)):
            path = addresses.searched(f"{segment.name}/papers-{number}.js")
            yield File(path, segment.inputs, _as_script(path, partial(files.block, number)))
    content = {"shards": SHARDS, "block": BLOCK, "segments": segments}
    path = addresses.searched(INDEX)
    yield File(
        path,
        fingerprint_of("index", content),
        _as_script(path, lambda: json.dumps(content).encode()),
    )


def _as_script(path: PurePosixPath, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what writes the JSON of a file as a script of one line, which hands it over.

    A page that is opened from a folder may read no files, but may load scripts.
    """
    name = path.relative_to(path.parent.parent if path.name != INDEX else path.parent)
    return lambda: b'indexed("%s",%s);\n' % (str(name).encode(), make())


def _segments(archive: SiteArchive) -> Iterator[_Segment]:
    for third, days in groupby(archive.days, key=lambda one: _third(one.day)):
        yield _Segment(third, tuple(days))


def _third(day: date) -> str:
    """Return the third of the month of a day: `2025-02-3`."""
    return f"{day:%Y-%m}-{min(3, 1 + (day.day - 1) // 10)}"


class _SegmentFiles:
    """Builds all files of a segment at the first request, and drops each once returned."""

    def __init__(self, papers: Callable[[], Sequence[ScannedPaper]]) -> None:
        self._papers = papers
        self._shards: dict[int, bytes] = {}
        self._blocks: dict[int, bytes] = {}
        self._words: bytes | None = None

    def shard(self, number: int) -> bytes:
        if number not in self._shards:
            self._make()
        return self._shards.pop(number)

    def block(self, number: int) -> bytes:
        if number not in self._blocks:
            self._make()
        return self._blocks.pop(number, b"[]")

    def words(self) -> bytes:
        if self._words is None:
            self._make()
        words, self._words = self._words, None
        return words or b"[]"

    def _make(self) -> None:
        papers = self._papers()
        self._words = common_words(papers)
        self._shards = dict(enumerate(shards(papers)))
        self._blocks = dict(enumerate(blocks(papers)))


def _papers(
    scanned: ScannedPapers, profile: str, first: date, last: date
) -> Sequence[ScannedPaper]:
    return tuple(scanned.between(profile, first, last))


def _page(addresses: Addresses, title: str) -> bytes:
    here = addresses.search
    return render_page(
        "search.html",
        title=_("Search"),
        profile=title,
        navigation=Navigation(None, (NavigationLink(title, link(here, addresses.home)),), None),
    )


def _script() -> bytes:
    return resources.files("paperlark.site").joinpath("templates", SCRIPT).read_bytes()
