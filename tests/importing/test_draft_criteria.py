"""Criteria drafted from papers that somebody likes."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.importing.clusters import cluster_count, cluster_papers
from paperlark.importing.draft_criteria import DraftedCriteria, draft_criteria

BATS = (
    "bat echolocation in caves",
    "echolocation calls of bats that hunt moths",
    "how bats hear echoes: echolocation in flight",
)
PROTEINS = (
    "protein folding kinetics",
    "a lattice model of protein folding",
    "protein folding under pressure",
)
GALAXIES = (
    "dwarf galaxies around the Milky Way",
    "star formation in dwarf galaxies",
    "dark matter haloes of dwarf galaxies",
)


def _papers(titles: tuple[str, ...], subject: str, first: int) -> list[Paper]:
    return [
        Paper(
            id=PaperId(f"2501.{first + n:05}"),
            version=1,
            title=title.capitalize(),
            authors=(Author("Ana Luna"),),
            abstract=f"We study {title} for new results on {subject}.",
            categories=("cs.LG",),
        )
        for n, title in enumerate(titles * 3)
    ]


LIBRARY = [
    *_papers(BATS, "bats", 100),
    *_papers(PROTEINS, "proteins", 200),
    *_papers(GALAXIES, "galaxies", 300),
]


def test_each_subject_of_a_library_becomes_a_topic_named_by_its_own_words() -> None:
    names = " | ".join(cluster.name for cluster in draft_criteria(LIBRARY).clusters)
    for word in ("cholocation", "rotein folding", "warf galaxies"):
        assert word in names
    assert "esults" not in names


def test_every_paper_is_in_one_cluster() -> None:
    clusters = draft_criteria(LIBRARY).clusters
    assert sorted(paper.id for one in clusters for paper in one.papers) == sorted(
        paper.id for paper in LIBRARY
    )


def test_the_draft_does_not_depend_on_the_order_of_papers() -> None:
    shuffled = LIBRARY.copy()
    random.Random(3).shuffle(shuffled)  # noqa: S311  # no secret
    assert draft_criteria(shuffled) == draft_criteria(LIBRARY)


def _check(draft: DraftedCriteria) -> None:
    criteria = parse_criteria(draft.text)
    assert [topic.name for topic in criteria.topics] == [one.name for one in draft.clusters]
    for topic, cluster in zip(criteria.topics, draft.clusters, strict=True):
        assert topic.relevant == f"{', '.join(cluster.words)}."
        assert topic.irrelevant == ""
    assert (criteria.keywords, criteria.unwanted, criteria.remarks) == ((), (), "")


def test_the_draft_is_read_back_as_its_topics_and_examples_are_comments() -> None:
    draft = draft_criteria(LIBRARY)
    _check(draft)
    assert draft.text.count("<!-- For example:\n- ") == len(draft.clusters)
    assert draft.text.count("\n- ") == 3 * len(draft.clusters)


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_papers_make_one_topic(count: int) -> None:
    draft = draft_criteria(LIBRARY[:count])
    assert len(draft.clusters) == 1
    assert "cholocation" in draft.text
    _check(draft)


def test_titles_suffice() -> None:
    bare = [Paper(p.id, 1, p.title, (), "", ()) for p in LIBRARY]
    assert "rotein folding" in draft_criteria(bare).text


def test_no_papers_make_no_text() -> None:
    assert draft_criteria([]) == DraftedCriteria("", ())


def test_words_are_written_as_abstracts_write_them() -> None:
    papers = [
        Paper(PaperId(f"2501.{n:05}"), 1, "Sparse Attention in LLaMA Models", (), text, ())
        for n, text in enumerate(["Sparse attention helps LLaMA.", "We use sparse attention."])
    ]
    words = draft_criteria(papers).clusters[0].words
    assert "sparse attention" in words
    assert any("LLaMA" in word for word in words)


def test_the_number_of_clusters_follows_from_the_number_of_papers() -> None:
    counts = [cluster_count(papers) for papers in range(1, 1000)]
    assert counts == sorted(counts)
    assert (counts[0], counts[1], counts[29], counts[-1]) == (1, 1, 4, 8)


HOSTILE = st.text(max_size=60) | st.sampled_from(
    [
        *(
            "--> ## Not relevant",
            "<!-- a",
            "Keywords: all",
            "# Interests",
            "1. one",
            "$x$",
            "\\frac",
        ),
        *("Not relevant: bats", "skip connections", "only if", "Filter design", "of the", "--", ""),
    ]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=9))
@example([("", "")])
@example([("A0_", "")])
def test_whatever_titles_say_the_draft_is_read_back_as_its_topics(
    texts: list[tuple[str, str]],
) -> None:
    papers = [
        Paper(PaperId(f"2501.{n:05}"), 1, title, (), abstract, ())
        for n, (title, abstract) in enumerate(texts)
    ]
    _check(draft_criteria(papers))


def test_a_large_library_is_clustered_in_bounded_time() -> None:
    papers = [
        Paper(PaperId(f"2501.{n:05}"), 1, f"{LIBRARY[n % 27].title} {n}", (), "", ())
        for n in range(3000)
    ]
    begun = time.monotonic()
    assert sum(map(len, cluster_papers(papers))) == 3000
    assert time.monotonic() - begun < 60
