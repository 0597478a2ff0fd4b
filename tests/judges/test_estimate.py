from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import Judgement, Precedent
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.judges.batch_size import make_plan
from paperlark.judges.estimate import answer_tokens, count_tokens, estimate
from paperlark.judges.llm import LlmJudge
from standins.papers import paper, papers
from standins.scripted import Scripted

CUTOFFS = Cutoffs(7, 6)
CRITERIA = Criteria(text="Sparsity.", topics=())
PLAN = make_plan(CRITERIA, CUTOFFS, context=128_000)


def test_an_estimate_counts_the_questions_that_would_be_sent() -> None:
    asked = papers(40)
    model = Scripted()
    judge = LlmJudge(model, CRITERIA, cutoffs=CUTOFFS, context=128_000)
    list(judge.judge(asked, date(2025, 3, 25)))
    expected = estimate(asked, judge.plan)
    assert expected.questions == len(model.prompts) == 3
    sent = sum(sum(count_tokens([one.system, one.user])) + 11 for one in model.prompts)
    assert abs(expected.prompt - sent) <= 3 * 8  # marks differ by a few tokens
    assert expected.completion == 40 * (20 + 10) + 3 * 4


def test_a_measured_average_takes_precedence() -> None:
    assert estimate(papers(10), PLAN, completion_each=300.0).completion == 3000 + 4


def test_earlier_papers_are_counted() -> None:
    earlier = Precedent(PaperId("2401.00001"), "On bats", date(2024, 1, 1), 0.5)
    one = paper(1)
    bare, more = (estimate([one], PLAN, known) for known in ({}, {one.id: (earlier,)}))
    assert more.prompt > bare.prompt + 8


def test_no_papers_take_no_tokens() -> None:
    nothing = estimate((), PLAN)
    assert (nothing.questions, nothing.prompt, nothing.completion) == (0, 0, 0)


def test_comments_are_counted_where_they_are_requested() -> None:
    judgements = [
        Judgement(PaperId("2503.00001"), 1, 8, 6, "It prunes."),
        Judgement(PaperId("2503.00002"), 1, 8, 4, "It does not."),
    ]
    rows = (
        '{"paper":412,"relevance":8,"novelty":6,"comment":"It prunes."},'
        '{"paper":412,"relevance":8,"novelty":4,"comment":""}'
    )
    assert (answer_tokens(judgements, CUTOFFS),) == count_tokens([f'{{"rows":[{rows}]}}'])


def test_tokens_are_those_of_o200k() -> None:
    # Counted with OpenAI's own tokenizer.
    assert count_tokens(["hello world", "", "tiktoken is great!"]) == (2, 0, 6)


def test_a_number_of_three_digits_is_one_token() -> None:
    assert set(count_tokens(str(number) for number in range(100, 1000))) == {1}


def test_control_tokens_count_as_text() -> None:
    assert count_tokens(["<|endoftext|>"])[0] > 3


@given(text=st.text())
def test_a_text_has_no_more_tokens_than_bytes(text: str) -> None:
    assert count_tokens([text])[0] <= len(text.encode())


def test_authors_are_counted_where_the_criteria_need_them() -> None:
    asked = papers(5)
    with_authors = replace(PLAN, authors=True)
    assert estimate(asked, with_authors).prompt > estimate(asked, PLAN).prompt + 5
