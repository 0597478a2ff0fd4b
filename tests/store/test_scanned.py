from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.digest import Placement, Ranked
from paperlark.domain.judgement import Match
from paperlark.renderers.matches import match_text
from paperlark.store.connection import DatabaseConnection
from paperlark.store.day_values import pack_digest, unpack_digest, unpack_ranking
from paperlark.store.derived import VectorStore
from paperlark.store.digests import DigestStore
from standins.digests import DAY, digest, entry, narrowed
from standins.postgresql import ENGINES, OpenEngine


@pytest.fixture(params=ENGINES)
def connection(
    request: pytest.FixtureRequest, open_engine: OpenEngine
) -> Iterator[DatabaseConnection]:
    with open_engine(request.param) as opened:
        yield opened


def test_a_digest_of_before_precedents_and_matches_were_kept_is_still_read(
    connection: DatabaseConnection, tmp_path: Path
) -> None:
    archive = DigestStore(connection, tmp_path)
    archive.save(narrowed())
    (text,) = connection.execute("SELECT digest FROM digests").fetchone()
    old = json.loads(unpack_digest(text))
    for one in old["entries"]:
        del one["precedents"]
    connection.execute("UPDATE digests SET digest = ?", (pack_digest(json.dumps(old)),))
    entries = tuple(replace(one, precedents=()) for one in narrowed().entries)
    found = archive.digest(narrowed().profile, DAY)
    assert found == replace(narrowed(), entries=entries)
    assert found.ranked == ()


def test_matches_are_a_value_of_their_own_and_no_part_of_the_digest_s_json(
    connection: DatabaseConnection, tmp_path: Path
) -> None:
    ranked = (Ranked(entry(1).paper.id, 1, Placement.ABOVE, Match(0.5, 1, 1)),)
    DigestStore(connection, tmp_path).save(digest([entry(1)], ranked=ranked))
    text, ranking = connection.execute("SELECT digest, ranking FROM digests").fetchone()
    assert "ranked" not in json.loads(unpack_digest(text))
    assert unpack_ranking(ranking) == ranked


@pytest.mark.parametrize("calibrated", [True, False])
def test_whether_matches_were_calibrated_is_known_of_every_paper_of_the_day(
    connection: DatabaseConnection, tmp_path: Path, *, calibrated: bool
) -> None:
    match = Match(0.5, 1, 2, probability=0.9, calibrated=calibrated)
    shown = replace(entry(1), match=match)
    ranked = (
        Ranked(shown.paper.id, 1, Placement.ABOVE, match),
        Ranked(entry(2).paper.id, 1, Placement.BELOW, replace(match, rank=2)),
    )
    archive = DigestStore(connection, tmp_path)
    archive.save(digest([shown], ranked=ranked))
    found = archive.digest(digest().profile, DAY)
    assert found is not None
    assert [one.match.calibrated for one in found.ranked] == [calibrated] * 2


def test_a_digest_of_before_calibration_was_told_promises_nothing(
    connection: DatabaseConnection, tmp_path: Path
) -> None:
    archive = DigestStore(connection, tmp_path)
    archive.save(digest([entry(1)]))
    (text,) = connection.execute("SELECT digest FROM digests").fetchone()
    old = json.loads(unpack_digest(text))
    del old["entries"][0]["match"]["calibrated"], old["entries"][0]["match"]["strength"]
    connection.execute("UPDATE digests SET digest = ?", (pack_digest(json.dumps(old)),))
    found = archive.digest(digest().profile, DAY)
    assert found is not None
    assert found.calibrated is False
    assert found.entries[0].match is not None
    assert match_text(found.entries[0].match) == "1 of 299"


def test_papers_of_a_restored_page_wait_to_be_placed(
    connection: DatabaseConnection, tmp_path: Path
) -> None:
    scanned = (entry(1).paper.id, entry(2).paper.id)
    DigestStore(connection, tmp_path).save(digest([entry(1)], scanned=scanned))
    waiting = VectorStore(connection, tmp_path).without_vector(date(2025, 3, 1), "space", 9)
    assert waiting == [(entry(1).paper, DAY)]
