from __future__ import annotations

from dataclasses import replace

import pytest

from paperlark.day.private import keep_private
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.digest import Digest
from standins.digests import ordinary, read_thrice

CRITERIA = parse_criteria(
    "# My interests\n\n"
    "## Bats (and birds)\n- **Relevant:** sonar of bats, and how they hear.\n"
    "## Sparsity\nNot relevant: pruning of trees in gardens.\n"
    "Keywords: echo, silent flight"
)


def _commented(comment: str) -> Digest:
    page = ordinary()
    return replace(
        page,
        entries=tuple(
            replace(one, judgement=one.judgement and replace(one.judgement, comment=comment))
            for one in page.entries
        ),
    )


@pytest.mark.parametrize(
    ("comment", "published"),
    [
        ("It matches Bats (and birds).", "It matches […]."),
        ("It matches bats  (AND birds)!", "It matches […]!"),
        ("As asked: sonar of bats, and how they hear.", "As asked: […]."),
        (
            "As asked: **Relevant:** sonar of bats, and how they hear.",
            "As asked: **Relevant:** […].",
        ),
        ("Not relevant: pruning of trees in gardens", "[…]"),
        ("It is about sparsity, sonar and the echo of silent flight.", None),
    ],
)
def test_quotations_are_hidden_and_short_phrases_are_not(
    comment: str, published: str | None
) -> None:
    page = keep_private(_commented(comment), CRITERIA)
    comments = {one.judgement.comment for one in page.entries if one.judgement}
    assert comments == {published or comment}


def test_prompt_and_topics_are_left_out_and_all_else_stays() -> None:
    page = read_thrice()
    private = keep_private(page, CRITERIA)
    assert private.prompt is None
    assert {one.match and one.match.topic for one in private.entries} == {None}
    assert replace(private, prompt=page.prompt, entries=page.entries) == page


def test_comments_are_hidden_wherever_they_are_kept() -> None:
    page = read_thrice()
    comments = tuple(replace(one, comment="Bats (and birds)") for one in page.judgements)
    readings = tuple(replace(one, judgements=comments) for one in page.readings)
    private = keep_private(replace(page, judgements=comments, readings=readings), CRITERIA)
    kept = (private.judgements, *(one.judgements for one in private.readings))
    assert {one.comment for judgements in kept for one in judgements} == {"[…]"}
