"""Summaries: asked for in the answer that judges, and what they cost on the recorded days."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Spend, Tokens
from paperlark.evaluation.cases import LabelledDay
from paperlark.evaluation.folder import read_folder
from paperlark.evaluation.tokens import judgements, short_comment
from paperlark.judges import prompt
from paperlark.judges.batch_size import batches, make_plan
from paperlark.judges.estimate import answer_tokens, count_tokens, estimate
from paperlark.judges.llm import LlmJudge
from paperlark.judges.prompt import AS_USUAL, AnswerTexts
from paperlark.judges.reply import LONGEST_SUMMARY, parse_reply
from standins.openai import papers_of, row
from standins.papers import paper, papers

DAY = date(2025, 2, 26)
CUTOFFS = Cutoffs(7, 6)
CRITERIA = Criteria(text="Sparsity.", topics=())
SUMMARIES = AnswerTexts(summaries=True)
GERMAN = AnswerTexts("German (de)", summaries=True)
NEW = (
    "Pruning by second-order saliency keeps 99 percent of the accuracy of a large language model at"
    " half of its weights, without any retraining and in one pass over the data."
)
ROW = {"paper": 412, "relevance": 8, "novelty": 6, "comment": "It matches sparsity."}


def _read(**fields: object) -> Judgement:
    text = json.dumps({"rows": [{**ROW, **fields}]})
    (found,) = parse_reply(text, {412: paper()}, CUTOFFS).judgements
    return found


def test_a_summary_is_read_beside_the_comment() -> None:
    assert _read(summary=f"  {NEW}\n").summary == NEW


@pytest.mark.parametrize(
    "summary",
    [
        "",
        " \u200b\n",
        None,
        7,
        ["It prunes."],
        {"text": "It prunes."},
        "x" * (LONGEST_SUMMARY + 1),
        "long " * 100_000,
    ],
)
def test_a_summary_that_cannot_be_used_is_left_out_and_the_judgement_stays(
    summary: object,
) -> None:
    assert _read(summary=summary) == _read()
    assert _read().summary == ""


def test_a_summary_holds_no_control_characters() -> None:
    assert _read(summary="It\u202e prunes\x1b[2J.\r\nAgain.").summary == "It prunes[2J. Again."


def test_a_paper_without_a_comment_has_no_summary() -> None:
    assert _read(relevance=2, comment="", summary=NEW).summary == ""


def test_instructions_without_summaries_are_those_of_before() -> None:
    """Stored judgements stay valid where nothing more is asked for."""
    assert prompt.instructions(AS_USUAL) == prompt.instructions()
    assert "summary" not in prompt.system(CRITERIA, CUTOFFS)
    assert prompt.answer_schema(summaries=False) is prompt.SCHEMA


def test_what_is_asked_for_stands_before_the_criteria_and_names_the_judge() -> None:
    text = prompt.system(CRITERIA, CUTOFFS, GERMAN)
    asked = [text.index('"summary":TEXT'), text.index("in German (de)"), text.index("Sparsity.")]
    assert asked == sorted(asked)
    texts = [AS_USUAL, SUMMARIES, GERMAN, AnswerTexts("German (de)"), AnswerTexts("French (fr)")]
    assert len({prompt.fingerprint(one) for one in texts}) == len(texts)


@pytest.mark.parametrize("schema", [prompt.answer_schema(summaries=True)])
def test_a_server_that_enforces_a_schema_allows_the_summary(schema: dict[str, object]) -> None:
    for one in (schema, prompt.narrow_schema([412], summaries=True)):
        items = json.loads(json.dumps(one))["properties"]["rows"]["items"]
        assert items["required"][-1] == "summary"
        assert items["properties"]["summary"] == {"type": "string"}


class _Billing:
    """Judges correctly, writes a summary where it writes a comment, and bills by the token."""

    name = "scripted"

    def __init__(self) -> None:
        self.billed = Tokens(0, 0)

    def ask(self, asked: Prompt) -> ChatReply:
        rows = []
        for one in papers_of({"messages": [{"content": asked.user}]}):
            judged = row(one)
            wants = prompt.asks_for_comment(judged["relevance"], judged["novelty"], CUTOFFS)
            summary = {"summary": NEW if wants else ""} if "summary" in str(asked.schema) else {}
            comment = NEW.replace("Pruning", "It matches: pruning") if wants else ""
            rows.append({**judged, "comment": comment} | summary)
        text = json.dumps({"rows": rows}, separators=(",", ":"))
        tokens = Tokens(
            sum(count_tokens([asked.system, asked.user])) + 11, sum(count_tokens([text]))
        )
        self.billed = Tokens(
            self.billed.prompt + tokens.prompt, self.billed.completion + tokens.completion
        )
        return ChatReply(text, Spend(tokens, None))


def test_an_estimate_with_summaries_is_within_a_tenth_of_the_bill() -> None:
    asked = [replace(one, abstract=f"{one.abstract} {NEW}" * 6) for one in papers(60)]
    model = _Billing()
    judge = LlmJudge(model, CRITERIA, cutoffs=CUTOFFS, context=128_000, writing=SUMMARIES)
    judged = [one for call in judge.judge(asked, DAY) for one in call.judgements]  # type: ignore[union-attr]
    assert {one.summary for one in judged} == {"", NEW}
    expected = estimate(asked, judge.plan)
    billed = model.billed.total
    assert abs(expected.prompt + expected.completion - billed) <= billed / 10


@dataclass(frozen=True)
class _Took:
    """Tokens of one day: as before, with summaries in the same answers, and by more questions."""

    before: int
    same: int
    apart: int


def _tokens(day: LabelledDay, answers: Sequence[Judgement], writing: AnswerTexts) -> int:
    plan = make_plan(day.criteria, day.cutoffs, context=128_000, writing=writing)
    of = {one.paper_id: replace(one, summary=one.comment) for one in answers}
    completion = sum(
        answer_tokens([of[one.id] for one in batch], day.cutoffs, summaries=plan.writing.summaries)
        for batch in batches(day.papers, plan, size=lambda: plan.most)
    )
    return estimate(day.papers, plan).prompt + completion


def _apart(selected: Sequence[Paper], answers: Sequence[Judgement]) -> int:
    """Return the tokens of a second question about the selected papers alone."""
    plan = replace(
        make_plan(CRITERIA, CUTOFFS, context=128_000),
        system=prompt.instructions(SUMMARIES)[-500:],
    )
    chosen = {one.id for one in selected}
    texts = [one.comment for one in answers if one.paper_id in chosen]
    return estimate(selected, plan).prompt + sum(count_tokens(texts)) + 10 * len(texts)


@pytest.fixture(scope="module")
def took(shared: Path) -> dict[str, list[_Took]]:
    """Measure recorded days of two readers; a recorded comment stands for a summary.

    Of the first only the selected papers were recorded: all others are assumed to get a comment
    and a summary, which takes most.
    """
    found: dict[str, list[_Took]] = {}
    for name in ("ml-foundations", "astro-dwarfs"):
        reader = read_folder(shared / "readers" / name)
        found[name] = []
        for day in reader.days[::4]:
            answers = judgements(day, short_comment(reader))
            selected = [
                one
                for one, label in zip(day.papers, answers, strict=True)
                if day.cutoffs.meets(label.relevance, label.novelty)
            ]
            before, same = (_tokens(day, answers, one) for one in (AS_USUAL, SUMMARIES))
            found[name].append(_Took(before, same, before + _apart(selected, answers)))
    return found


@pytest.mark.parametrize("reader", ["ml-foundations", "astro-dwarfs"])
def test_summaries_take_at_most_15_percent_more_tokens_on_the_recorded_days(
    took: dict[str, list[_Took]], reader: str
) -> None:
    days = took[reader]
    share = sum(one.same for one in days) / sum(one.before for one in days)
    assert 1 < share <= 1.15


def test_a_second_question_about_the_selected_papers_would_take_more(
    took: dict[str, list[_Took]],
) -> None:
    """Of the reader whose papers were all graded, so that no comment is assumed."""
    days = took["astro-dwarfs"]
    assert sum(one.same for one in days) < sum(one.apart for one in days)
