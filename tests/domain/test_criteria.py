from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import Topic, parse_criteria

HEADINGS = """\
# What I read

Methods, please.

## Compression
Relevant: pruning,
and quantization.

Not relevant: zip files.

## Keywords
- Relevant: KV cache, low-rank
- Not relevant: finance
"""
NUMBERED = """\
Focus on methods.

1. Compression
   - Keep: pruning
   - Filter: zip files

**Hints on Application Tasks:**
Medical Imaging, 3D Vision, etc.
"""


def test_headings_begin_topics() -> None:
    criteria = parse_criteria(HEADINGS)
    assert criteria.topics == (Topic("Compression", "pruning,\nand quantization.", "zip files."),)
    assert criteria.keywords == ("KV cache", "low-rank")
    assert criteria.unwanted == ("finance",)
    assert criteria.remarks == "Methods, please."


def test_topics_may_be_numbered_and_labels_be_keep_and_filter() -> None:
    criteria = parse_criteria(NUMBERED)
    assert criteria.topics == (Topic("Compression", "pruning", "zip files"),)
    assert criteria.unwanted == ("Medical Imaging", "3D Vision")


def test_prose_without_any_structure_is_one_topic_named_by_its_start() -> None:
    criteria = parse_criteria("I like bats.\nAnd sonar: it is fine.")
    text = "I like bats.\nAnd sonar: it is fine."
    assert criteria.topics == (Topic("bats", text, titled=False),)


def test_applications_among_keywords_are_unwanted_and_a_bold_note_is_a_remark() -> None:
    criteria = parse_criteria(
        "1. Ice\n   - Relevant: cores\n\n**Note: Theory first**\n\nMore theory.\n\n"
        "**Keywords:**\n\n- Relevant: firn\n- Application: road salt, skiing\n"
    )
    assert [topic.name for topic in criteria.topics] == ["Ice"]
    assert criteria.remarks == "Note: Theory first\nMore theory."
    assert (criteria.keywords, criteria.unwanted) == (("firn",), ("road salt", "skiing"))


def test_comments_are_left_out() -> None:
    plain = parse_criteria("## Bats\n\nRelevant: sonar.\n")
    commented = parse_criteria(
        "<!-- ## Zip files\nRelevant: none. -->\n## Bats\n\nRelevant: sonar<!-- or ears -->.\n"
    )
    assert commented == plain
    assert commented.fingerprint == plain.fingerprint


def test_an_unclosed_comment_is_text() -> None:
    (topic,) = parse_criteria("I like <!-- bats").topics
    assert topic.relevant == "I like <!-- bats"


@pytest.mark.parametrize(
    "text", ["", "<!-- a\ncomment -->", "  \n\n", "# What I want to read\n", "## Topics\n"]
)
def test_blank_criteria_have_no_topic(text: str) -> None:
    assert parse_criteria(text).topics == ()


def test_all_recorded_criteria_are_parsed(shared: Path) -> None:
    texts = [
        *(shared / "readers").glob("*/criteria.md"),
        *(shared / "readers").glob("*/criteria/*"),
    ]
    assert len(texts) >= 12
    for text in texts:
        criteria = parse_criteria(text.read_text("utf-8"))
        assert 4 <= len(criteria.topics) <= 7, text
        assert all(topic.relevant for topic in criteria.topics), text
        assert not any("irrelevant" in topic.name.lower() for topic in criteria.topics), text


@given(st.text(alphabet=st.sampled_from("#*-:\n .1aRelevantKywods")))
def test_any_text_is_accepted_and_kept(text: str) -> None:
    criteria = parse_criteria(text)
    assert criteria.text == text
    assert all(topic.name or topic.irrelevant for topic in criteria.topics)


def test_the_fingerprint_changes_with_the_words_and_not_with_blank_lines() -> None:
    assert parse_criteria("bats").fingerprint == parse_criteria("bats\n\n").fingerprint
    assert parse_criteria("bats").fingerprint != parse_criteria("cats").fingerprint
