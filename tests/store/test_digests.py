from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.errors import Unimportable
from paperlark.domain.exploration import Missed
from paperlark.domain.profile import Profile
from paperlark.store.announcements import AnnouncementStore, PaperTextStore
from paperlark.store.database import open_database
from paperlark.store.day_values import pack_digest, unpack_digest
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore, labelled_papers
from paperlark.store.scanned import ScannedStore
from paperlark.testing import a_feed
from standins.digests import DAY, imported, ordinary, paper, partial


def test_a_digest_of_before_there_were_several_readings_is_read(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    page = replace(ordinary(), profile="Mine")
    with open_database(path) as connection:
        store = DigestStore(connection, path)
        store.save(page)
        (value,) = connection.execute("SELECT digest FROM digests").fetchone()
        old = json.loads(unpack_digest(value))
        del old["readings"], old["agreement"], old["funnel"]["followed_asked"]
        connection.execute("UPDATE digests SET digest = ?", (pack_digest(json.dumps(old)),))
        assert store.digest("Mine", DAY) == page


def test_why_a_paper_is_unjudged_is_stored_under_the_name_that_old_databases_have(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    page = replace(partial(), profile="Mine")
    with open_database(path) as connection:
        store = DigestStore(connection, path)
        store.save(page)
        (value,) = connection.execute("SELECT digest FROM digests").fetchone()
        stored = json.loads(unpack_digest(value))
        assert [one["lack"] for one in stored["unjudged"]] == [one.cause for one in page.unjudged]
        assert page.unjudged
        assert store.digest("Mine", page.day) == page


def test_a_digest_that_was_kept_without_a_name_gets_the_one_it_would_have_had(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    page = replace(ordinary(), profile="Mine")
    with open_database(path) as connection:
        store = DigestStore(connection, path)
        store.save(page)
        named = store.fingerprints("Mine")
        connection.execute("UPDATE digests SET fingerprint = NULL")
        assert store.fingerprints("Mine") == named
        (kept,) = connection.execute("SELECT fingerprint FROM digests").fetchone()
        assert kept == named[DAY]


def test_a_day_is_added_only_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_database(path) as connection:
        store = DigestStore(connection, path)
        assert store.add(imported())
        assert not store.add(replace(imported(), notes=()))
        assert store.digest(imported().profile, DAY) == imported()


def test_a_day_that_could_not_be_read_again_is_not_added(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_database(path) as connection:
        store = DigestStore(connection, path)
        for number in (float("nan"), float("inf")):
            with pytest.raises(Unimportable):
                store.add(replace(imported(), missed=Missed(number, 0, 1, 1)))
        assert store.days(imported().profile) == ()


def test_an_imported_day_passes_for_no_announcement(tmp_path: Path) -> None:
    path, page = tmp_path / "store.db", imported()
    judged = tuple(one.judgement for one in page.entries if one.judgement)
    page = replace(page, judgements=judged, scanned=tuple(one.paper.id for one in page.entries))
    reader = Profile(page.profile, ("cs.LG",), parse_criteria("## Bats"))
    with open_database(path) as connection:
        AnnouncementStore(connection, path).keep(a_feed(paper(2)), DAY)
        DigestStore(connection, path).add(page)
        evidence = ExampleStore(connection, path).evidence(reader, DAY + timedelta(days=1))
        assert (evidence.examples, evidence.stream) == ((), ())
        assert list(labelled_papers(connection, path, page.profile)) == []
        looked = list(ScannedStore(connection, path).between(page.profile, DAY, DAY))
        assert [(one.selected, one.relevance, one.paper is None) for one in looked] == [
            (True, None, False),
            (True, 9, False),
            (True, 9, False),
            (True, None, False),
        ]
        seen = DigestStore(connection, path).seen(
            page.profile, DAY + timedelta(days=1), page.scanned
        )
        assert {one.shown for one in seen.values()} == {DAY}


def test_scanned_papers_are_counted_for_their_reader_and_days(tmp_path: Path) -> None:
    path, page, next_day = tmp_path / "store.db", imported(), DAY + timedelta(days=1)
    with open_database(path) as connection:
        scanned = tuple(one.paper.id for one in page.entries)
        DigestStore(connection, path).add(replace(page, scanned=scanned))
        scanned_papers = ScannedStore(connection, path)
        assert scanned_papers.count(page.profile, DAY, DAY) == 4
        assert scanned_papers.count(page.profile, DAY - timedelta(days=1), next_day) == 4
        assert scanned_papers.count(page.profile, next_day, next_day) == 0
        assert scanned_papers.count("Nobody", DAY, DAY) == 0


def test_arxiv_s_own_text_takes_the_place_of_a_printed_one_and_never_the_other_way(
    tmp_path: Path,
) -> None:
    path, page = tmp_path / "store.db", imported()
    (first, *_) = page.entries
    own = replace(first.paper, title="As arXiv has it")
    with open_database(path) as connection:
        known = PaperTextStore(connection, path, "Mine")
        archive, batches = DigestStore(connection, path), AnnouncementStore(connection, path)
        archive.add(page)
        assert known.find([own.id])[own.id] == first.paper
        batches.keep(a_feed(own), DAY)
        assert known.find([own.id])[own.id] == own
        archive.add(replace(page, day=DAY + timedelta(days=1)))
        batches.keep(a_feed(replace(own, title="Later")), DAY)
        assert known.find([own.id])[own.id] == own
