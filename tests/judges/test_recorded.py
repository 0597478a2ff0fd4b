from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from paperlark.domain.criteria import Criteria
from paperlark.domain.errors import RecordingUnreadable
from paperlark.domain.judgement import Judgement, ModelCall, Unjudged, UnjudgedReason
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.judges.recorded import RecordedJudge
from paperlark.recordings import LARGEST
from standins.papers import paper, papers

DAY = date(2025, 3, 25)
CRITERIA = Criteria(text="Sparsity.\n", topics=())
FIRST, SECOND, THIRD = papers(3)
RECORD: dict[str, Any] = {
    "day": "2025-03-25",
    "model": "gpt-4o",
    "printed": {"prompt_tokens": 60688, "completion_tokens": 8612, "cost_usd": 0.24},
    "selected": [
        {"id": FIRST.id, "relevance": 9, "novelty": 8, "comment": "It matches  sparsity."},
        {"id": SECOND.id, "relevance": None, "novelty": None, "comment": "Author match"},
    ],
    "candidates": [[FIRST.id, 1, "new"]],
}


def recording(folder: Path, *days: object) -> Path:
    path = folder / "days.jsonl"
    path.write_text("\n".join(json.dumps(day) for day in days) + "\n\n", encoding="utf-8")
    return path


def judge(folder: Path, *days: object) -> RecordedJudge:
    return RecordedJudge(recording(folder, *days), CRITERIA)


def test_recorded_judgements_are_repeated(tmp_path: Path) -> None:
    results = list(judge(tmp_path, RECORD).judge((THIRD, FIRST, SECOND), DAY))
    assert results == [
        ModelCall(
            (Judgement(FIRST.id, 1, 9, 8, "It matches sparsity."),),
            Spend(Tokens(60688, 8612), Cost(Decimal("0.15172"), Decimal("0.08612"))),
        ),
        Unjudged(THIRD, UnjudgedReason.NOT_RECORDED, "not recorded"),
        Unjudged(SECOND, UnjudgedReason.NOT_RECORDED, "not recorded"),
    ]


def test_a_recorded_judgement_counts_for_any_version(tmp_path: Path) -> None:
    (model_call,) = judge(tmp_path, RECORD).judge((paper(1, version=3),), DAY)
    assert isinstance(model_call, ModelCall)
    assert model_call.judgements[0].version == 3


def test_a_days_cost_counts_whatever_is_asked_about(tmp_path: Path) -> None:
    model_call, missing = judge(tmp_path, RECORD).judge((THIRD,), DAY)
    assert isinstance(model_call, ModelCall)
    assert model_call.judgements == ()
    assert model_call.spend.tokens == Tokens(60688, 8612)
    assert missing == Unjudged(THIRD, UnjudgedReason.NOT_RECORDED, "not recorded")


def test_the_usage_of_an_unrecorded_day_is_unknown(tmp_path: Path) -> None:
    results = list(judge(tmp_path, RECORD).judge((FIRST,), date(2025, 3, 26)))
    assert results == [
        ModelCall((), Spend(None, None)),
        Unjudged(FIRST, UnjudgedReason.NOT_RECORDED, "not recorded"),
    ]


@pytest.mark.parametrize(
    ("changed", "spend"),
    [
        ({"printed": {"prompt_tokens": None, "completion_tokens": None}}, Spend(None, None)),
        ({"printed": {}}, Spend(None, None)),
        ({"model": None}, Spend(Tokens(60688, 8612), None)),
        ({"model": "nobody-sells-it"}, Spend(Tokens(60688, 8612), None)),
    ],
)
def test_usage_that_the_page_did_not_print_is_unknown(
    tmp_path: Path, changed: dict[str, object], spend: Spend
) -> None:
    (model_call,) = judge(tmp_path, {**RECORD, **changed}).judge((FIRST,), DAY)
    assert isinstance(model_call, ModelCall)
    assert model_call.spend == spend


def test_the_model_is_named_as_recorded(tmp_path: Path) -> None:
    later = {**RECORD, "day": "2025-08-08", "model": "gpt-5"}
    nameless = {**RECORD, "day": "2025-08-09", "model": None}
    recorded = judge(tmp_path, RECORD, later, nameless)
    assert recorded.model(DAY) == "gpt-4o (recorded)"
    assert recorded.model(date(2025, 8, 8)) == "gpt-5 (recorded)"
    assert recorded.model(date(2025, 8, 9)) == "recorded"
    assert recorded.model(date(2025, 8, 10)) == "recorded"


def test_the_signature_depends_on_the_content_only(tmp_path: Path) -> None:
    plain = judge(tmp_path, RECORD)
    packed = tmp_path / "days.jsonl.gz"
    packed.write_bytes(gzip.compress((tmp_path / "days.jsonl").read_bytes()))
    assert RecordedJudge(packed, CRITERIA).signature == plain.signature
    assert judge(tmp_path, {**RECORD, "model": "gpt-5"}).signature != plain.signature


def test_the_prompt_says_that_it_is_incomplete(tmp_path: Path) -> None:
    assert judge(tmp_path, RECORD).prompt == (
        "These judgements are a recording. It does not carry the prompt they were made with; "
        "these are the reader's criteria as written:\n\nSparsity.\n"
    )


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("not a day", "Input should be an object"),
        ({}, "day: Field required"),
        ({**RECORD, "day": "yesterday"}, "day: Input should be a valid date"),
        (RECORD, "2025-03-25 occurs twice"),
        ({**RECORD, "day": "2025-03-26", "selected": [{"id": "x"}]}, "'x' is not an arXiv id"),
        (
            {
                **RECORD,
                "day": "2025-03-26",
                "selected": [{**RECORD["selected"][0], "relevance": 11}],
            },
            "selected.0.relevance: Input should be less than or equal to 10",
        ),
        (
            {
                **RECORD,
                "day": "2025-03-26",
                "selected": [{**RECORD["selected"][0], "novelty": None}],
            },
            "2503.00001 has one score without the other",
        ),
        (
            {**RECORD, "day": "2025-03-26", "selected": [RECORD["selected"][0]] * 2},
            "a paper occurs twice in one day",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, second: object, expected: str) -> None:
    path = recording(tmp_path, RECORD, second)
    with pytest.raises(RecordingUnreadable) as raised:
        RecordedJudge(path, CRITERIA)
    assert str(raised.value).startswith(f"{path}:2: ")
    assert expected in str(raised.value)
    assert raised.value.hint


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"\x1f\x8bnot gzip",
        gzip.compress(b"{}" * 99, mtime=0)[:-9],
        gzip.compress(b"\n" * (LARGEST + 1)),
    ],
    ids=["missing", "not gzip", "cut off", "bomb"],
)
def test_an_unreadable_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "days.jsonl.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordingUnreadable, match=r"days\.jsonl\.gz cannot be read"):
        RecordedJudge(path, CRITERIA)


@pytest.mark.slow
def test_a_year_of_a_real_reader_is_read_completely(shared: Path) -> None:
    path = shared / "readers" / "ml-foundations" / "days.jsonl.gz"
    whole = RecordedJudge(path, CRITERIA)
    judged = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            asked = [
                Paper(PaperId(id_), version, "", (), "", ())
                for id_, version, _type in line["candidates"]
            ]
            results = list(whole.judge(asked, date.fromisoformat(line["day"])))
            judgements = [
                j for end in results if isinstance(end, ModelCall) for j in end.judgements
            ]
            unjudged = [end for end in results if isinstance(end, Unjudged)]
            assert len(judgements) + len(unjudged) == len(asked)
            judged += len(judgements)
    assert judged == 5302
