"""What is planned is what is there, and the same store gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from paperlark.domain.archive import ScannedPaper
from paperlark.domain.digest import Digest, Status
from paperlark.domain.errors import StoreError
from paperlark.domain.paper import PaperId
from paperlark.site.archive import DigestReader, SiteArchive, fill_archive
from paperlark.site.build import SiteReader, plan_files
from paperlark.site.publish import publish_files
from paperlark.testing import FakeCache, FakeJudgementMemory, FakePaperTexts
from standins.digests import digest, entry

FIRST = date(2024, 12, 30)
NAME = digest().profile


class _Looked:
    """Knows the papers of the pages."""

    def __init__(self, archive: FakeJudgementMemory) -> None:
        self._archive = archive

    def count(self, profile: str, first: date, last: date) -> int:
        return len(list(self.between(profile, first, last)))

    def between(self, profile: str, first: date, last: date) -> Iterator[ScannedPaper]:
        for day in reversed(self._archive.days(profile)):
            page = self._archive.digest(profile, day)
            if page and first <= day <= last:
                for one in page.entries:
                    yield ScannedPaper(one.paper.id, day, True, 9, 8, 0.9, one.paper)  # noqa: FBT003


def _ignored(_units: int = 1, _spend: object = None, /) -> None:
    return


def _days(count: int) -> Sequence[Digest]:
    """Return days around a new year: one quiet, one partial, some with followed authors."""
    made = []
    for number in range(count):
        entries = [
            entry(
                place,
                followed=place == 1 and number % 3 == 0,
                id=PaperId(f"2412.{number}{place:04}"),
            )
            for place in range(1, 4)
        ]
        page = replace(digest(entries), day=FIRST + timedelta(number), notes=(f"note {number}",))
        made.append(page)
    made[1] = replace(digest(), day=made[1].day, status=Status.QUIET)
    made[2] = replace(made[2], status=Status.PARTIAL)
    return made


def _readers(archive: FakeJudgementMemory, facts_cache: FakeCache, *names: str) -> list[SiteReader]:
    texts = FakePaperTexts(
        {one.paper.id: one.paper for page in archive._digests.values() for one in page.entries}
    )
    return [
        SiteReader(
            SiteArchive(name, fill_archive(name, archive, facts_cache, "code", _ignored)),
            DigestReader(archive, texts),
            _Looked(archive),
        )
        for name in names
    ]


def _bytes(folder: Path) -> dict[str, bytes]:
    inside = folder.resolve()
    return {
        str(one.relative_to(inside)): one.read_bytes() for one in inside.rglob("*") if one.is_file()
    }


def test_a_site_that_grew_day_by_day_is_the_one_built_at_once(tmp_path: Path) -> None:
    days = _days(6)
    grown, facts_cache = FakeJudgementMemory(), FakeCache()
    for page in days:
        grown.save(page)
        publish_files(
            tuple(plan_files(_readers(grown, facts_cache, NAME), None)),
            tmp_path / "grown",
            _ignored,
        )
    at_once = FakeJudgementMemory()
    for page in reversed(days):
        at_once.save(page)
    files = tuple(plan_files(_readers(at_once, FakeCache(), NAME), None))
    publish_files(files, tmp_path / "at-once", _ignored)
    assert _bytes(tmp_path / "grown") == _bytes(tmp_path / "at-once")


def test_a_new_day_has_only_what_it_touches_made_again(tmp_path: Path) -> None:
    archive, facts_cache = FakeJudgementMemory(), FakeCache()
    *before, latest = _days(40)
    for page in before:
        archive.save(page)
    publish_files(
        tuple(plan_files(_readers(archive, facts_cache, NAME), None)), tmp_path / "site", _ignored
    )
    archive.save(latest)
    made = []
    for file in plan_files(_readers(archive, facts_cache, NAME), None):
        kept = (tmp_path / "site" / file.path).exists() and file.inputs in (
            (tmp_path / "site" / ".paperlark-site.json").read_text()
        )
        if not kept:
            made.append(str(file.path))
    pages = [one for one in made if one.endswith("index.html")]
    days = sorted(one.split("/", 1)[1] for one in pages if one.count("/") == 4)
    assert days == ["2025/02/06/index.html", "2025/02/07/index.html"]


def test_every_file_is_planned_once(tmp_path: Path) -> None:
    archive = FakeJudgementMemory()
    for page in _days(6):
        archive.save(page)
        archive.save(replace(page, profile="Another reader"))
    files = tuple(plan_files(_readers(archive, FakeCache(), NAME, "Another reader"), None))
    paths = [file.path for file in files]
    assert len(paths) == len(set(paths))
    publish_files(files, tmp_path / "site", _ignored)
    front = (tmp_path / "site" / "index.html").read_text()
    assert "2 readers" in front
    assert front.count("Sat 4 Jan") == 2


def test_a_site_without_a_page_says_so(tmp_path: Path) -> None:
    publish_files(
        tuple(plan_files(_readers(FakeJudgementMemory(), FakeCache(), NAME), None)),
        tmp_path / "s",
        _ignored,
    )
    assert "No page yet" in (tmp_path / "s" / "index.html").read_text()


def test_days_look_like_what_they_are(tmp_path: Path) -> None:
    archive = FakeJudgementMemory()
    for page in _days(6):
        archive.save(page)
    publish_files(
        tuple(plan_files(_readers(archive, FakeCache(), NAME), None)), tmp_path / "s", _ignored
    )
    (folder,) = (one for one in (tmp_path / "s").iterdir() if one.is_dir())
    january = (folder / "2025" / "01" / "index.html").read_text()
    december = (folder / "2024" / "12" / "index.html").read_text()
    assert "1 partial" in january
    assert '<td class="partial">' in january
    assert "1 without announcement" in december
    assert not (folder / "2024" / "12" / "31" / "papers.bib").exists()


def test_a_day_removed_during_the_build_is_an_error() -> None:
    archive = FakeJudgementMemory()
    (page,) = _days(3)[:1]
    archive.save(page)
    files = tuple(plan_files(_readers(archive, FakeCache(), NAME), None))
    archive._digests.clear()
    day = next(file for file in files if str(file.path).endswith("30/index.html"))
    with pytest.raises(
        StoreError, match="was removed while the site was being built: build the site"
    ):
        day.make()
