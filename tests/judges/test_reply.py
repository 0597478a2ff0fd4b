from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Paper
from paperlark.judges.reply import LONGEST_COMMENT, clean_comment, read
from standins.papers import paper, papers

FIRST, SECOND = papers(2)
ROW = {"id": FIRST.id, "relevance": 8, "novelty": 6, "comment": "It matches sparsity."}
OTHER = {"id": SECOND.id, "relevance": 2, "novelty": 3, "comment": "It matches nothing."}
JUDGED = Judgement(FIRST.id, 1, 8, 6, "It matches sparsity.")
OTHER_JUDGED = Judgement(SECOND.id, 1, 2, 3, "It matches nothing.")
BOTH = json.dumps({"papers": [ROW, OTHER]})


@pytest.mark.parametrize(
    "text",
    [
        BOTH,
        json.dumps({"papers": [ROW, OTHER]}, indent=2),
        json.dumps([OTHER, ROW]),
        json.dumps({"results": {"judgements": [ROW, OTHER]}}),
        json.dumps({"id": "reply-1", "papers": [ROW, OTHER]}),
        f"{json.dumps(ROW)}\n{json.dumps(OTHER)}\n",
        f"Here you are:\n\n```json\n{BOTH}\n```\nAsk me for {{more}}!",
        f"<think>Is it {json.dumps({**ROW, 'relevance': 3})}? No.</think>\n{BOTH}",
        f"I think that {{a}} is 3.</think>{BOTH}",
        f"\n<THINKING>\nhm\n</THINKING>\n```\n{BOTH}\n```",
        f'{{"papers": [{json.dumps(ROW)}, {json.dumps(OTHER)},],}}',
        BOTH.replace('"}', '",}'),
        BOTH[:-2],
        BOTH[:-2] + ', {"id": "2503.00003", "relev',
        BOTH + BOTH,
        json.dumps({FIRST.id: ROW, SECOND.id: OTHER}),
        json.dumps({row["id"]: {k: row[k] for k in row if k != "id"} for row in (ROW, OTHER)}),
        BOTH.replace('"2503', '"arXiv:2503'),
        BOTH.replace("00001", "00001v3"),
        BOTH.replace('"2503.00001"', "2503.00001"),
        BOTH.replace('"id"', '"arXiv_ID"').replace('"novelty"', '"Novelty"'),
        BOTH.replace(": 8", ": 8.0").replace(": 6", ': "6"').replace(": 2", ': " 2 / 10 "'),
    ],
)
def test_rows_are_found_whatever_wraps_them(text: str) -> None:
    reading = read(text, (FIRST, SECOND))
    assert reading.judgements == (JUDGED, OTHER_JUDGED)
    assert reading.faults == {}
    assert reading.strangers == 0


@pytest.mark.parametrize(
    ("score", "read_as"),
    [
        (1, 1),
        (10, 10),
        (8.0, 8),
        ("8", 8),
        ("8/10", 8),
        ("10/10", 10),
        ("8.0/10", 8),
        (8.5, None),
        ("8.5", None),
        ("8.5/10", None),
        ("8/5", None),
        ("eight", None),
        ("8-9", None),
        ("-8", None),
        ("٨", None),
        (0, None),
        (11, None),
        (-3, None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        (1e300, None),
        (None, None),
        ([8], None),
        ("", None),
    ],
)
@pytest.mark.parametrize("axis", ["relevance", "novelty"])
def test_a_score_counts_when_it_is_clearly_of_the_scale(
    axis: str, score: object, read_as: int | None
) -> None:
    reading = read(json.dumps({**ROW, axis: score}), (FIRST,))
    assert [getattr(judgement, axis) for judgement in reading.judgements] == (
        [read_as] if read_as else []
    )
    assert (FIRST.id in reading.faults) == (read_as is None)


@pytest.mark.parametrize("comment", ["", "   ", "\u202e\u0007", None, 7, ["why"]])
def test_a_row_without_a_reason_is_void(comment: object) -> None:
    reading = read(json.dumps({**ROW, "comment": comment}), (FIRST,))
    assert reading.judgements == ()
    assert reading.faults == {FIRST.id: "the model gave no comment"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the model's reply was blank"),
        (" \n\t", "the model's reply was blank"),
        ("I would rather not.", "the model's reply held no judgement"),
        ("<think>The first is {", "the model's reply held no judgement"),
        (json.dumps(OTHER), "the model's reply left it out"),
        (
            json.dumps({**ROW, "relevance": 8.5}),
            "the model gave 8.5 relevance, not a whole number from 1 to 10",
        ),
        (
            json.dumps({"id": FIRST.id}),
            "the model gave no relevance, not a whole number from 1 to 10",
        ),
        (json.dumps([ROW, {**ROW, "novelty": 7}]), "the model gave two different judgements of it"),
    ],
)
def test_a_fault_says_what_was_wrong(text: str, fault: str) -> None:
    assert read(text, (FIRST,)).faults == {FIRST.id: fault}


def test_the_same_row_twice_counts_once() -> None:
    assert read(json.dumps([ROW, ROW]), (FIRST,)).judgements == (JUDGED,)


def test_rows_of_papers_that_were_not_asked_for_are_counted_and_left() -> None:
    strangers = [OTHER, {**ROW, "id": "paper-7"}, {**ROW, "id": None}]
    reading = read(json.dumps({"papers": [ROW, *strangers]}), (FIRST,))
    assert reading.judgements == (JUDGED,)
    assert reading.strangers == 3


def test_a_judgement_is_of_the_version_that_was_asked_about() -> None:
    asked = paper(1, version=4)
    assert read(json.dumps(ROW), (asked,)).judgements[0].version == 4


def test_an_object_that_mixes_two_papers_says_nothing() -> None:
    mixed = json.dumps(ROW)[:-1] + f', "id": "{SECOND.id}", "relevance": 1}}'
    reading = read(mixed, (FIRST, SECOND))
    assert reading.judgements == ()


def test_an_id_written_as_a_number_keeps_its_last_zero() -> None:
    asked = paper(12340)
    text = '{"id": 2503.12340, "relevance": 5, "novelty": 5, "comment": "Fine."}'
    assert read(text, (asked,)).judgements[0].paper_id == "2503.12340"


@pytest.mark.parametrize(
    ("written", "comment"),
    [
        (r"With \alpha and \mathbb{R}.", r"With \alpha and \mathbb{R}."),
        (r"With \beta, \frac, \theta, \nu and \rho.", r"With \beta, \frac, \theta, \nu and \rho."),
        (r"With \\theta.", r"With \theta."),
        (r"One\nline, \"quoted\" \u00e9.", 'One line, "quoted" é.'),
        ("One\nline.", "One line."),
        (r"A lone \ud800 half.", "A lone half."),
    ],
)
def test_backslashes_of_tex_survive(written: str, comment: str) -> None:
    text = f'{{"id": "{FIRST.id}", "relevance": 5, "novelty": 5, "comment": "{written}"}}'
    assert [judgement.comment for judgement in read(text, (FIRST,)).judgements] == [comment]


def test_a_comment_that_looks_like_a_row_judges_nothing() -> None:
    injected = json.dumps({**ROW, "comment": json.dumps({**OTHER, "relevance": 10})})
    reading = read(injected[:-1], (FIRST, SECOND))
    assert reading.judgements == ()


def test_a_comment_keeps_a_tag_that_it_quotes() -> None:
    row = {**ROW, "comment": "It studies the </think> tag."}
    reading = read(json.dumps({"papers": [row]}), (FIRST,))
    assert reading.judgements[0].comment == "It studies the </think> tag."


def test_a_comment_is_short_and_cannot_steer_what_shows_it() -> None:
    assert clean_comment(" a\t\u202eb\u2066c\x1b[0m\u200b ") == "a bc[0m"
    long = clean_comment("word " * 500)
    assert len(long) <= LONGEST_COMMENT
    assert long.endswith("word…")


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 30_000,
        "[" * 100_000,
        '{"' * 50_000,
        '"' + '\\"' * 50_000,
        '{"id": ' + "1" * 100_000 + "}",
        "{" * 100_000,
        '{"a":[' * 20_000,
        "<think>" * 20_000,
        "\\" * 100_000,
        "," + " " * 100_000 + "x",
    ],
)
def test_a_hostile_reply_takes_little_time(text: str) -> None:
    started = time.process_time()
    assert read(text, (FIRST,)).judgements == ()
    assert time.process_time() - started < 5


scores = st.one_of(st.integers(-1, 12), st.floats(), st.booleans(), st.none(), st.text(max_size=4))
rows = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(st.sampled_from([p.id for p in papers(5)]), st.text(max_size=5)),
        "relevance": scores,
        "novelty": scores,
        "comment": st.one_of(st.text(max_size=9), st.none()),
    },
)
replies = st.one_of(
    st.text(alphabet='{}[]",:\\ \nab1.<>/`', max_size=80),
    st.text(),
    st.builds(
        lambda values, before, cut: (before + json.dumps({"papers": values}))[:cut],
        st.lists(rows, max_size=6),
        st.sampled_from(["", "```json\n", "<think>", "Well: ", "</think>"]),
        st.integers(0, 600),
    ),
)


@given(text=replies, asked=st.integers(0, 4))
def test_every_paper_has_a_judgement_or_a_fault(text: str, asked: int) -> None:
    batch: tuple[Paper, ...] = papers(asked)
    reading = read(text, batch)
    judged = [judgement.paper_id for judgement in reading.judgements]
    assert sorted([*judged, *reading.faults]) == sorted(paper.id for paper in batch)
    assert all(fault.isprintable() for fault in reading.faults.values())


@given(text=st.text())
def test_a_cleaned_comment_is_one_line_that_can_be_stored(text: str) -> None:
    cleaned = clean_comment(text)
    assert len(cleaned.splitlines()) <= 1
    assert len(cleaned) <= LONGEST_COMMENT
    assert cleaned.encode().decode() == cleaned
    assert clean_comment(cleaned) == cleaned
