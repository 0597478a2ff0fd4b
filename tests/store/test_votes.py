from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.paper import PaperId
from paperlark.store.vote_log import read_votes


def _line(at: datetime) -> bytes:
    record = {"profile": "Bats", "id": "2502.00007", "vote": "up", "at": at.isoformat()}
    return json.dumps(record).encode()


def test_votes_are_read_by_profile() -> None:
    at = datetime(2025, 2, 26, 12, tzinfo=UTC)
    assert read_votes(_line(at), "log") == {"Bats": [Feedback(PaperId("2502.00007"), Vote.UP, at)]}


@pytest.mark.parametrize("year", [1990, 9999])
def test_a_vote_of_an_impossible_year_is_named(year: int) -> None:
    content = _line(datetime(2025, 1, 1, tzinfo=UTC)) + b"\n"
    with pytest.raises(StoreError, match=f"log:2: not a vote .*impossible year {year}"):
        read_votes(content + _line(datetime(year, 1, 1, tzinfo=UTC)), "log")
