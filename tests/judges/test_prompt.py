from __future__ import annotations

import json
import re

import pytest

from paperlark.domain.criteria import Criteria
from paperlark.domain.profile import Cutoffs
from paperlark.judges import prompt

CRITERIA = Criteria(text="\n1. Sparsity\n   - Relevant: pruning, $10 and $relevance\n", topics=())
CUTOFFS = Cutoffs(7, 6)


def told(criteria: Criteria = CRITERIA, cutoffs: Cutoffs = CUTOFFS) -> str:
    return " ".join(prompt.system(criteria, cutoffs).split())


def test_the_prompt_ends_with_the_criteria_as_written() -> None:
    assert prompt.system(CRITERIA, CUTOFFS).endswith(
        "# The reader's criteria\n\n1. Sparsity\n   - Relevant: pruning, $10 and $relevance\n"
    )


def test_prompts_of_two_readers_begin_alike() -> None:
    ours = prompt.system(CRITERIA, CUTOFFS)
    theirs = prompt.system(Criteria(text="Galaxies.", topics=()), CUTOFFS)
    shared = ours[: ours.index("1. Sparsity")]
    assert theirs.startswith(shared)
    assert len(shared) > 2000


@pytest.mark.parametrize("band", ["9-10", "7-8", "5-6", "3-4", "1-2"])
def test_both_axes_have_the_band(band: str) -> None:
    assert len(re.findall(rf"^- {band}: ", prompt.instructions(), re.MULTILINE)) == 2


def test_the_answer_shown_has_the_form_that_is_asked_for() -> None:
    (shown,) = re.findall(r"^\{.*\}$", prompt.instructions(), re.MULTILINE)
    filled = re.sub(r"NUMBER|SCORE", "7", shown).replace("TEXT", '""')
    (row,) = json.loads(filled)["rows"]
    assert list(row) == ["paper", "relevance", "novelty", "comment"]
    assert json.dumps(list(row)) in json.dumps(prompt.SCHEMA)


def test_an_answer_that_is_copied_from_the_instructions_is_none() -> None:
    assert '"paper":NUMBER' in prompt.instructions()


@pytest.mark.parametrize(
    ("cutoffs", "said"),
    [
        (Cutoffs(7, 6), "relevance is at least 6 and novelty at least 5."),
        (Cutoffs(10, 1), "relevance is at least 9 and novelty at least 1."),
        (Cutoffs(1, 1), "relevance is at least 1 and novelty at least 1."),
    ],
)
def test_a_comment_is_asked_for_from_one_below_the_cut_offs_on(cutoffs: Cutoffs, said: str) -> None:
    assert said in told(cutoffs=cutoffs)


@pytest.mark.parametrize(
    ("relevance", "novelty", "asked"),
    [(6, 5, True), (10, 10, True), (5, 10, False), (10, 4, False)],
)
def test_which_papers_are_near_the_cut_offs(relevance: int, novelty: int, *, asked: bool) -> None:
    assert prompt.asks_for_comment(relevance, novelty, CUTOFFS) is asked


def test_the_schema_is_one_that_strict_servers_take() -> None:
    def objects(schema: object) -> list[dict[str, object]]:
        if not isinstance(schema, dict):
            return []
        found = [one for value in schema.values() for one in objects(value)]
        return [*found, schema] if schema.get("type") == "object" else found

    found = objects(dict(prompt.SCHEMA))
    assert len(found) == 2
    for one in found:
        assert one["additionalProperties"] is False
        properties = one["properties"]
        assert isinstance(properties, dict)
        assert one["required"] == list(properties)


def test_the_form_of_one_question_s_answer_names_its_papers_and_all_scores() -> None:
    narrow = json.loads(json.dumps(prompt.narrow_schema([412, 355])))
    rows = narrow["properties"]["rows"]
    fields = rows["items"]["properties"]
    assert (rows["minItems"], rows["maxItems"]) == (2, 2)
    assert fields["paper"]["enum"] == [412, 355]
    assert fields["relevance"]["enum"] == fields["novelty"]["enum"] == list(range(1, 11))
    plain = json.loads(json.dumps(prompt.SCHEMA))
    assert list(fields) == rows["items"]["required"]
    assert rows["items"].keys() == plain["properties"]["rows"]["items"].keys()
    assert narrow.keys() == plain.keys()


def test_the_fingerprint_is_of_the_instructions_only() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", prompt.fingerprint())
    assert "$relevance" in prompt.instructions()
