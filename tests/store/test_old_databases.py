"""A database of an earlier paperlark is migrated, and says what it said."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import LabelSource, Vote
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Profile
from paperlark.domain.spending import Period
from paperlark.llm.capabilities import read_capabilities
from paperlark.renderers.json import JsonRenderer
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.model_servers import ModelServerStore
from paperlark.store.outbox import OutboxStore
from paperlark.store.scanned import ScannedStore
from paperlark.store.spending import SpendingStore
from paperlark.store.votes import FeedbackStore

RECORDED = Path(__file__).parent / "databases"
BATS, TUESDAY, WEDNESDAY = "Bats", date(2025, 2, 25), date(2025, 2, 26)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a copy of a database that version 8 wrote."""
    copy = tmp_path / "paperlark.db"
    copy.write_bytes(gzip.decompress((RECORDED / "version-8.db.gz").read_bytes()))
    return copy


@pytest.fixture
def old(path: Path) -> Iterator[DatabaseConnection]:
    """Open it as a run would."""
    with open_database(path) as connection:
        yield connection


def test_the_page_rendered_from_it_is_the_page_that_was_made_then(
    old: DatabaseConnection, path: Path
) -> None:
    digest = DigestStore(old, path).digest(BATS, WEDNESDAY)
    assert digest is not None
    recorded = json.loads((RECORDED / "version-8.2025-02-26.json").read_text("utf-8"))
    # What was not known then is null, and nothing was filtered.
    funnel = {**recorded["funnel"], "excluded": 0}
    made = json.loads(JsonRenderer().render(digest).content)
    assert made == {**recorded, "recall": None, "funnel": funnel}
    assert [(one.paper.id, one.cause) for one in digest.unjudged] == [("2502.00007", "failed")]


def test_votes_imports_and_judgements_still_teach(old: DatabaseConnection, path: Path) -> None:
    profile = Profile(BATS, ("cs.LG",), Criteria("## Bats", ()))
    evidence = ExampleStore(old, path).evidence(profile, date(2025, 2, 28))
    sources = {one.paper.id: one.label_source for one in evidence.examples}
    assert sources[PaperId("2502.00008")] is LabelSource.READER
    assert sources[PaperId("2502.00016")] is LabelSource.JUDGE
    assert [one.vote for one in FeedbackStore(old, path, BATS).all()] == [Vote.UP]


def test_earlier_imports_are_listed_without_a_source(old: DatabaseConnection, path: Path) -> None:
    imports = LibraryStore(old, path, BATS).all()
    assert imports
    assert {(one.source, one.at) for one in imports} == {("", None)}


def test_receipts_spending_capabilities_and_scanned_papers_are_read(
    old: DatabaseConnection, path: Path
) -> None:
    (parcel,) = OutboxStore(old, path).since(BATS, TUESDAY)
    assert parcel.arrived
    (expense,) = SpendingStore(old, path).expenses(Period.MONTH, None)
    assert (expense.requests, expense.judged) == (4, 5)
    (found,) = old.execute("SELECT base_url, model FROM servers").fetchall()
    server = ModelServerStore(path, now=lambda: datetime(2025, 2, 27, tzinfo=UTC)).find(*found)
    assert server is not None
    assert read_capabilities(server.dialect) is not None
    assert ScannedStore(old, path).count(BATS, TUESDAY, WEDNESDAY) == 6
