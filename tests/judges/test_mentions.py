from __future__ import annotations

from pathlib import Path

import pytest

from paperlark.judges.prompt import mentions_authors


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
def test_criteria_that_speak_of_people_need_the_authors(criteria: str) -> None:
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
def test_criteria_that_speak_of_subjects_do_not(criteria: str) -> None:
    assert not mentions_authors(criteria)


def test_real_readers_asked_for_subjects(shared: Path) -> None:
    for file in (shared / "readers").rglob("*.md"):
        if file.name != "README.md":
            assert not mentions_authors(file.read_text("utf-8")), file
