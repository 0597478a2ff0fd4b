from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import Criteria
from paperlark.judges import prompt
from standins.papers import paper, papers

CRITERIA = Criteria(text="\n1. Sparsity\n   - Relevant: pruning\n", topics=())


def array(question: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(question)
    return rows


def test_the_prompt_ends_with_the_criteria_as_written() -> None:
    assert prompt.system(CRITERIA).endswith(
        "# The reader's criteria\n\n1. Sparsity\n   - Relevant: pruning\n"
    )


def test_prompts_of_two_readers_begin_alike() -> None:
    other = Criteria(text="Galaxies.", topics=())
    for criteria in (CRITERIA, other):
        assert prompt.system(criteria).startswith(prompt.instructions().rstrip())


@pytest.mark.parametrize("band", ["9-10", "7-8", "5-6", "3-4", "1-2"])
def test_both_axes_have_the_band(band: str) -> None:
    assert len(re.findall(rf"^- {band}: ", prompt.instructions(), re.MULTILINE)) == 2


def test_the_answer_shown_has_the_form_that_is_asked_for() -> None:
    (shown,) = re.findall(r"^\{.*\}$", prompt.instructions(), re.MULTILINE)
    (row,) = json.loads(shown)["papers"]
    assert list(row) == ["id", "relevance", "novelty", "comment"]
    assert json.dumps(list(row)) in json.dumps(prompt.SCHEMA)


def test_the_fingerprint_is_of_the_instructions_only() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", prompt.fingerprint())


def test_papers_are_shown_without_their_authors() -> None:
    asked = paper(7, title="A title", abstract="An abstract.")
    assert array(prompt.question([asked])) == [
        {"id": "2503.00007", "title": "A title", "abstract": "An abstract."}
    ]


def test_the_same_papers_are_always_asked_about_in_the_same_bytes() -> None:
    assert prompt.question(papers(3)) == prompt.question(papers(3))


@pytest.mark.parametrize(
    "token", ["<|im_start|>", "</think>", "<think>", "[INST]", "[/INST]", "<<SYS>>", "<s>"]
)
def test_a_token_of_control_is_only_text(token: str) -> None:
    question = prompt.question([paper(abstract=f"The token {token} is common.")])
    assert token not in question
    assert array(question)[0]["abstract"] == f"The token {token} is common."


@given(title=st.text(st.characters()), abstract=st.text(st.characters()))
def test_no_text_breaks_out_of_its_place(title: str, abstract: str) -> None:
    question = prompt.question([paper(1, title=title, abstract=abstract), paper(2)])
    assert question.encode().decode() == question
    assert [row["id"] for row in array(question)] == ["2503.00001", "2503.00002"]
