from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import repeat

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.feedback import Example, LabelSource
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.importing.examples import learn, library_id, without_text
from paperlark.importing.item import MOST_AUTHORS, ImportedEntry, Scores, make_entry
from paperlark.testing import a_paper

TODAY, MONDAY, TUESDAY = date(2025, 3, 1), date(2025, 2, 24), date(2025, 2, 25)
BATS = a_paper("2502.00001", version=3)


def test_arxiv_s_text_is_preferred_to_the_file_s() -> None:
    item = make_entry("line 1", paper_id=BATS.id, title="Bats!!", abstract="short")
    learned = learn([item], {BATS.id: BATS}, today=TODAY, wanted=True)
    assert learned.examples == (Example(BATS, TODAY, True, LabelSource.LIBRARY),)  # noqa: FBT003


def test_a_paper_that_arxiv_does_not_have_counts_by_the_files_text() -> None:
    item = make_entry("line 1", title="A Book", authors=["Ada"], categories=["q-bio"])
    (example,) = learn([item], {}, today=TODAY, wanted=False).examples
    paper = Paper(library_id("A Book"), 1, "A Book", (Author("Ada"),), "", ("q-bio",))
    assert example == Example(paper, TODAY, False, LabelSource.LIBRARY)  # noqa: FBT003
    assert paper.id.startswith("library:")


def test_titles_match_regardless_of_case_and_punctuation() -> None:
    assert library_id("On BATS: a study") == library_id("On bats - A Study.")
    assert library_id("On bats") != library_id("On cats")
    assert library_id("!") != library_id("?")


def test_scored_entries_are_past_judgements_and_the_latest_day_counts() -> None:
    items = [
        make_entry("line 1", paper_id=BATS.id, scored=Scores(TUESDAY, 8, 7)),
        make_entry("line 2", paper_id=BATS.id, scored=Scores(MONDAY, 2, 3)),
    ]
    learned = learn(items, {BATS.id: BATS}, today=TODAY, wanted=True)
    assert [(one.day, one.label_source, one.relevance) for one in learned.examples] == [
        (TUESDAY, LabelSource.JUDGE, 8)
    ]
    assert learned.repeated == 1


def test_only_papers_without_an_abstract_are_looked_up() -> None:
    items = [
        make_entry("a", paper_id=PaperId("2502.00002")),
        make_entry("b", paper_id=PaperId("2502.00003"), title="T"),
        make_entry("c", paper_id=PaperId("2502.00004"), title="T", abstract="A"),
        make_entry("d", paper_id=BATS.id),
        make_entry("e", title="T"),
        make_entry("f", paper_id=PaperId("2502.00002")),
    ]
    assert without_text(items, {BATS.id: BATS}) == ("2502.00002", "2502.00003")


def test_entries_that_are_not_found_or_faulty_are_named() -> None:
    items = [make_entry("line 1", paper_id=BATS.id), ImportedEntry("line 2", fault="it is broken")]
    learned = learn(items, {}, today=TODAY, wanted=True)
    assert learned.not_found == ("2502.00001, line 1",)
    assert learned.unusable == ("an entry, line 2: it is broken",)


ITEMS = st.lists(
    st.builds(
        make_entry,
        st.just("line 1"),
        paper_id=st.none() | st.sampled_from([BATS.id, PaperId("2502.00002")]),
        title=st.text(max_size=5),
        scored=st.none() | st.builds(Scores, st.dates(), st.just(7), st.just(7)),
    )
)


@given(ITEMS, st.booleans())
def test_every_entry_is_accounted_for(items: list[ImportedEntry], wanted: bool) -> None:  # noqa: FBT001
    learned = learn(items, {BATS.id: BATS}, today=TODAY, wanted=wanted)
    told = len(learned.not_found) + len(learned.unusable) + learned.repeated
    assert learned.entries == len(items) == len(learned.examples) + told
    assert len({one.paper.id for one in learned.examples}) == len(learned.examples)


def test_the_number_of_authors_is_bounded() -> None:
    assert len(make_entry("line 1", title="A Book", authors=repeat("Ada")).authors) == MOST_AUTHORS


def test_a_followed_author_s_paper_without_scores_is_neither_unusable_nor_lost() -> None:
    good = make_entry("line 1", paper_id=BATS.id, comment="Author match: Ada")
    unscored = replace(good, place="line 2", fault="no scores")
    learned = learn([good, unscored], {BATS.id: BATS}, today=TODAY, wanted=True)
    assert (len(learned.examples), learned.followed, learned.unusable) == (1, 1, ())
