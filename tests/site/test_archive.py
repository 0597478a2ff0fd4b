from __future__ import annotations

from dataclasses import replace
from datetime import date

from paperlark.domain.digest import Digest
from paperlark.site.archive import ArchiveDay, SiteArchive, fill_archive
from paperlark.site.facts import facts
from paperlark.testing import FakeCache, FakeJudgementMemory
from standins.digests import DAY, digest, entry, imported, narrowed


class _Counting(FakeJudgementMemory):
    """An archive that counts how often a whole digest is read."""

    reads = 0

    def digest(self, profile: str, day: date) -> Digest | None:
        self.reads += 1
        return super().digest(profile, day)


def _ignored(_units: int = 1, _spend: object = None, /) -> None:
    return


def _fill(
    archive: FakeJudgementMemory, facts_cache: FakeCache, code: str = "c"
) -> tuple[ArchiveDay, ...]:
    return fill_archive(digest().profile, archive, facts_cache, code, _ignored)


def test_only_individually_known_papers_are_listed_as_unselected() -> None:
    assert facts(imported()).unselected == 0
    assert facts(imported()).scanned_count == 384
    assert facts(narrowed()).unselected == 190


def test_a_followed_author_without_a_name_has_no_page() -> None:
    archive = SiteArchive("Mine", (ArchiveDay(facts(imported()), "a"),))
    assert archive.authors == ()


def test_a_digest_is_read_once_and_again_when_it_or_the_code_changed() -> None:
    archive, facts_cache = _Counting(), FakeCache()
    archive.save(digest([entry(1), entry(2)]))
    archive.save(replace(digest([entry(3)]), day=date(2025, 2, 27)))
    first = _fill(archive, facts_cache)
    assert [(one.day, len(one.facts.papers)) for one in first] == [(DAY, 2), (date(2025, 2, 27), 1)]
    assert _fill(archive, facts_cache) == first
    assert archive.reads == 2
    archive.save(digest([entry(1)]))
    assert len(_fill(archive, facts_cache)[0].facts.papers) == 1
    assert archive.reads == 3
    _fill(archive, facts_cache, code="other")
    assert archive.reads == 5


def test_an_archive_knows_the_topics_and_followed_authors_of_its_papers() -> None:
    pages = FakeJudgementMemory()
    pages.save(digest([entry(1, followed=True), entry(2)]))
    archive = SiteArchive(digest().profile, _fill(pages, FakeCache()))
    assert archive.topics == ("AI for science",)
    assert archive.authors == ("Ada Example",)
