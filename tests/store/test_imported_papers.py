"""What a reader brings along is new as long as it tells more than what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from paperlark.domain.feedback import Example, LabelSource
from paperlark.store.database import open_database
from paperlark.store.imported_papers import LibraryStore
from paperlark.testing import a_paper

DAY = date(2025, 2, 24)
LIKED = Example(a_paper(), DAY, wanted=True, label_source=LabelSource.LIBRARY)
JUDGED = Example(
    a_paper(), DAY, wanted=True, label_source=LabelSource.JUDGE, relevance=9, novelty=7
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LibraryStore]:
    path = tmp_path / "store.db"
    with open_database(path) as connection:
        yield LibraryStore(connection, path, "Mine")


def test_what_is_there_already_is_not_new_on_another_day_either(library: LibraryStore) -> None:
    assert library.new([LIKED]) == (LIKED,)
    library.keep([LIKED])
    assert library.new([LIKED, replace(LIKED, day=DAY + timedelta(days=1))]) == ()


def test_what_stands_there_for_something_else_is_new(library: LibraryStore) -> None:
    library.keep([LIKED])
    disliked = replace(LIKED, wanted=False)
    assert library.new([disliked, JUDGED]) == (disliked, JUDGED)


@pytest.mark.parametrize(
    "changed",
    [{"day": DAY + timedelta(days=1)}, {"relevance": 8}, {"novelty": 8}],
)
def test_a_judgement_of_another_day_or_score_is_new(
    library: LibraryStore, changed: dict[str, object]
) -> None:
    library.keep([JUDGED])
    other = replace(JUDGED, **changed)  # type: ignore[arg-type]  # the case names the fields
    assert library.new([JUDGED, other]) == (other,)


def test_a_title_alone_is_replaced_by_a_paper_with_its_abstract(library: LibraryStore) -> None:
    bare = replace(LIKED, paper=a_paper(abstract=""))
    library.keep([bare])
    assert library.new([bare]) == ()
    assert library.new([LIKED]) == (LIKED,)
