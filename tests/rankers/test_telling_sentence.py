from __future__ import annotations

import itertools
import json
import lzma
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import NO_EVIDENCE
from paperlark.domain.plain_text import paragraphs
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.rankers.telling_sentence import split_sentences, telling_sentence
from paperlark.rankers.tokens import tokenize
from paperlark.renderers.typeset import html_paragraphs
from standins.papers import paper

ABSTRACT = (
    "Large models are costly to run. Prior work prunes weights by magnitude, e.g. after training."
    " We show that sparsity in attention halves the cost of inference at $p = 0.5. A$ bound holds."
    " Code is available."
)
TELLING = (
    "We show that sparsity in attention halves the cost of inference at $p = 0.5. A$ bound holds."
)


def _tell(abstract: str, *words: str) -> str:
    ids = np.sort(np.concatenate([tokenize(word).ids for word in words] or [tokenize("").ids]))
    return telling_sentence(abstract, ids, np.ones(len(ids)))


def test_sentences_end_neither_in_formulas_nor_after_abbreviations() -> None:
    assert split_sentences(ABSTRACT) == [
        "Large models are costly to run.",
        "Prior work prunes weights by magnitude, e.g. after training.",
        TELLING,
        "Code is available.",
    ]


@pytest.mark.parametrize(
    "text",
    ["It follows Lee et al. Also here.", "See Fig. 3 for it.", "By J. Doe, cf. Smith."],
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert split_sentences(text) == [text]


def test_the_sentence_with_most_of_the_match_is_the_telling_one() -> None:
    assert _tell(ABSTRACT, "sparsity", "attention") == TELLING
    assert _tell(ABSTRACT, "magnitude", "weights", "training").startswith("Prior work")


def test_terms_that_count_against_a_paper_tell_nothing() -> None:
    ids = tokenize("magnitude").ids
    assert telling_sentence("Ten bats. Of magnitude.", ids, np.array([-1.0])) == ""


def test_where_the_match_says_nothing_what_the_authors_did_is_told() -> None:
    assert _tell(ABSTRACT) == TELLING
    assert _tell("Bats fly. Owls see.") == ""


def test_an_only_sentence_is_not_told_apart() -> None:
    assert _tell("We show that sparsity helps.", "sparsity") == ""


@given(st.text(max_size=400))
def test_nothing_is_invented(text: str) -> None:
    """A told sentence stands in one paragraph of the abstract, whatever that is."""
    told = _tell(text, "sparsity", *text.split()[:3])
    assert not told or any(told in one for one in paragraphs(text))


def test_the_ranker_tells_it_of_the_papers_that_are_shown_and_always_the_same() -> None:
    criteria = parse_criteria("# Topics\n\n1. Sparsity in attention\n")
    papers = [paper(1, abstract=ABSTRACT), paper(2, abstract="Bats sleep. Owls do not.")]
    told = [
        EmbeddedRanker().explain(papers, criteria, NO_EVIDENCE, {papers[0].id}) for _ in range(2)
    ]
    assert told[0] == told[1]
    assert told[0].keys() == {papers[0].id}
    assert told[0][papers[0].id].sentence == TELLING


def test_a_mark_changes_nothing_of_a_real_abstract_but_itself(shared: Path) -> None:
    with lzma.open(shared / "corpus" / "abstracts.jsonl.xz", "rt") as lines:
        abstracts = [json.loads(line)["abstract"] for line in itertools.islice(lines, 0, 3000, 10)]
    marked = 0
    for abstract in abstracts:
        plain = "".join(html_paragraphs(abstract))
        for sentence in split_sentences(abstract):
            page = "".join(html_paragraphs(abstract, sentence))
            assert re.sub("</?mark>", "", page) == plain
            marked += "<mark>" in page
    assert marked > 3 * len(abstracts)
