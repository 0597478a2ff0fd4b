from __future__ import annotations

from datetime import date

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


def test_an_estimate_is_counted_on_the_questions_that_are_then_put() -> None:
    asked = papers(40)
    model = Scripted()
    judge = LlmJudge(model, CRITERIA, cutoffs=CUTOFFS, context=128_000)
    list(judge.judge(asked, date(2025, 3, 25)))
    expected = estimate(asked, judge.plan)
    assert expected.questions == len(model.prompts) == 3
    put = sum(sum(count_tokens([one.system, one.user])) + 11 for one in model.prompts)
    assert abs(expected.prompt - put) <= 3 * 8  # marks differ by a few tokens
    assert expected.completion == 40 * (20 + 10) + 3 * 4


def test_a_measured_average_goes_before_a_guess() -> None:
    assert estimate(papers(10), PLAN, completion_each=300.0).completion == 3000 + 4


def test_earlier_papers_are_counted_too() -> None:
    earlier = Precedent(PaperId("2401.00001"), "On bats", date(2024, 1, 1), 0.5)
    one = paper(1)
    bare, more = (estimate([one], PLAN, known) for known in ({}, {one.id: (earlier,)}))
    assert more.prompt > bare.prompt + 8


def test_nothing_takes_nothing() -> None:
    nothing = estimate((), PLAN)
    assert (nothing.questions, nothing.prompt, nothing.completion) == (0, 0, 0)


def test_comments_are_counted_where_they_are_asked_for() -> None:
    said = [
        Judgement(PaperId("2503.00001"), 1, 8, 6, "It prunes."),
        Judgement(PaperId("2503.00002"), 1, 8, 4, "It does not."),
    ]
    rows = (
        '{"paper":412,"relevance":8,"novelty":6,"comment":"It prunes."},'
        '{"paper":412,"relevance":8,"novelty":4,"comment":""}'
    )
    assert (answer_tokens(said, CUTOFFS),) == count_tokens([f'{{"rows":[{rows}]}}'])
