"""Similar papers of an archive, by stored vectors, and of a paper that has none."""

from __future__ import annotations

import sqlite3

import pytest

from paperlark import StoreError
from standins.assistants import Home

pytestmark = pytest.mark.slow
PAPER = "2502.18137"


def test_a_paper_without_a_vector_is_embedded_for_once_and_nothing_is_written(home: Home) -> None:
    before = home.profile.similar(PAPER, limit=5)
    with sqlite3.connect(home.folder / "paperlark.db") as connection:
        (row,) = connection.execute("SELECT * FROM places WHERE paper_id = ?", (PAPER,))
        connection.execute("DELETE FROM places WHERE paper_id = ?", (PAPER,))
    found = home.profile.similar(PAPER, limit=5)
    count = "SELECT count(*) FROM places WHERE paper_id = ?"
    with sqlite3.connect(home.folder / "paperlark.db") as connection:
        assert connection.execute(count, (PAPER,)).fetchone() == (0,)
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO places VALUES ({marks})", row)  # noqa: S608  # of marks only
    connection.close()
    assert [one.paper.id for one in found] == [one.paper.id for one in before]
    assert all(one.status.day for one in found)


def test_so_many_are_returned_as_were_asked_for(home: Home) -> None:
    assert len(home.profile.similar(PAPER, limit=1)) == 1
    assert home.profile.similar(PAPER, limit=0) == ()


def test_a_paper_that_is_not_known_is_told(home: Home) -> None:
    with pytest.raises(StoreError, match="is not in the archive"):
        home.profile.similar("2502.99999")
