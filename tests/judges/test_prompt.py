from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from paperlark.domain.criteria import Criteria
from paperlark.domain.profile import Cutoffs
from paperlark.judges import prompt
from paperlark.judges.prompt import mentions_authors

CRITERIA = Criteria(text="\n1. Sparsity\n   - Relevant: pruning, $10 and $relevance\n", topics=())
CUTOFFS = Cutoffs(7, 6)


def prompt_text(criteria: Criteria = CRITERIA, cutoffs: Cutoffs = CUTOFFS) -> str:
    return " ".join(prompt.system(criteria, cutoffs).split())


def test_the_prompt_ends_with_the_criteria_as_written() -> None:
    assert prompt.system(CRITERIA, CUTOFFS).endswith(
        "# The reader's criteria\n\n1. Sparsity\n   - Relevant: pruning, $10 and $relevance\n"
    )


def test_prompts_of_two_readers_share_a_prefix() -> None:
    ours = prompt.system(CRITERIA, CUTOFFS)
    theirs = prompt.system(Criteria(text="Galaxies.", topics=()), CUTOFFS)
    shared = ours[: ours.index("1. Sparsity")]
    assert theirs.startswith(shared)
    assert len(shared) > 2000


@pytest.mark.parametrize("band", ["9-10", "7-8", "5-6", "3-4", "1-2"])
def test_both_scales_have_the_band(band: str) -> None:
    assert len(re.findall(rf"^- {band}: ", prompt.instructions(), re.MULTILINE)) == 2


def test_the_example_answer_follows_the_schema() -> None:
    (shown,) = re.findall(r"^\{.*\}$", prompt.instructions(), re.MULTILINE)
    filled = re.sub(r"NUMBER|SCORE", "7", shown).replace("TEXT", '""')
    (row,) = json.loads(filled)["rows"]
    assert list(row) == ["paper", "relevance", "novelty", "comment"]
    assert json.dumps(list(row)) in json.dumps(prompt.SCHEMA)


def test_the_example_answer_is_not_valid_json() -> None:
    assert '"paper":NUMBER' in prompt.instructions()


@pytest.mark.parametrize(
    ("cutoffs", "expected"),
    [
        (Cutoffs(7, 6), "relevance is at least 6 and novelty at least 5."),
        (Cutoffs(10, 1), "relevance is at least 9 and novelty at least 1."),
        (Cutoffs(1, 1), "relevance is at least 1 and novelty at least 1."),
    ],
)
def test_a_comment_is_requested_from_one_below_the_cutoffs(cutoffs: Cutoffs, expected: str) -> None:
    assert expected in prompt_text(cutoffs=cutoffs)


@pytest.mark.parametrize(
    ("relevance", "novelty", "asked"),
    [(6, 5, True), (10, 10, True), (5, 10, False), (10, 4, False)],
)
def test_which_scores_get_a_comment(relevance: int, novelty: int, *, asked: bool) -> None:
    assert prompt.asks_for_comment(relevance, novelty, CUTOFFS) is asked


def test_strict_servers_accept_the_schema() -> None:
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


def test_the_narrow_schema_lists_the_papers_and_all_scores() -> None:
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


@pytest.mark.parametrize(
    "criteria",
    [
        "Anything by authors of the first paper on this.",
        "Keep papers by Ada Lovelace.",
        "Work by the Planck team is always relevant.",
        "Irrelevant: papers without an academic affiliation.",
        "Only from universities and research institutes.",
        "From Turing's institution",
        "What the research groups in Leiden do",
        "The group of Prof. Noether; any group at Göttingen; groups led by Curie",
        "Co-authored with mathematicians",
    ],
)
def test_criteria_about_people_need_the_authors(criteria: str) -> None:
    assert mentions_authors(criteria)


@pytest.mark.parametrize(
    "criteria",
    [
        "Group theory and renormalization group flows",
        "Galaxy groups, the Local Group and clusters",
        "Authoritative surveys; instituting controls",
        "Mixture of Experts, pruning, quantization",
        "",
    ],
)
def test_criteria_about_subjects_do_not(criteria: str) -> None:
    assert not mentions_authors(criteria)


def test_criteria_of_real_readers_are_about_subjects(shared: Path) -> None:
    for file in (shared / "readers").rglob("*.md"):
        if file.name != "README.md":
            assert not mentions_authors(file.read_text("utf-8")), file
