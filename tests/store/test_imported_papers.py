"""What a reader brings along is new as long as it tells more than what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import Example, Feedback, LabelSource, Vote
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Profile
from paperlark.store.database import open_database
from paperlark.store.examples import ExampleStore
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.votes import FeedbackStore
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


MOMENT = datetime(2025, 3, 1, 12, tzinfo=UTC)


def test_imports_are_listed_with_their_source_in_the_order_of_import(library: LibraryStore) -> None:
    other = replace(LIKED, paper=a_paper("2502.00077"), wanted=False)
    library.keep([LIKED])
    library.keep([other], source="/home/bat/list.bib", at=MOMENT)
    first, second = library.all()
    assert (first.example, first.source, first.at) == (LIKED, "", None)
    assert (second.example, second.source, second.at) == (other, "/home/bat/list.bib", MOMENT)
    library.keep([JUDGED], source="day.json", at=MOMENT)
    assert library.all()[1].example == JUDGED


def test_what_is_taken_out_is_new_again(library: LibraryStore) -> None:
    library.keep([LIKED])
    library.remove([LIKED.paper.id, PaperId("2502.99999")])
    assert library.all() == ()
    assert library.new([LIKED]) == (LIKED,)
    library.remove([LIKED.paper.id])


def test_a_voted_paper_that_is_taken_out_keeps_its_text_and_teaches_only_by_the_vote(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    profile = Profile("Mine", ("cs.LG",), Criteria("", ()))
    with open_database(path) as connection:
        library = LibraryStore(connection, path, "Mine")
        votes = FeedbackStore(connection, path, "Mine")
        library.keep([LIKED])
        votes.keep([Feedback(LIKED.paper.id, Vote.DOWN, MOMENT)])
        library.remove([LIKED.paper.id])
        assert library.all() == ()
        assert library.new([LIKED]) == (LIKED,)
        (example,) = ExampleStore(connection, path).evidence(profile, date(2025, 3, 3)).examples
        assert (example.label_source, example.wanted) == (LabelSource.READER, False)
        votes.keep([Feedback(LIKED.paper.id, Vote.NONE, MOMENT + timedelta(hours=1))])
        assert ExampleStore(connection, path).evidence(profile, date(2025, 3, 3)).examples == ()
        library.keep([LIKED])
        assert len(library.all()) == 1
