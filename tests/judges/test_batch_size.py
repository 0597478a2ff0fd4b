from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import Criteria
from paperlark.domain.profile import Cutoffs
from paperlark.judges.batch_size import (
    ASSUMED_CONTEXT,
    MOST,
    AdaptiveBatchSize,
    BatchPlan,
    batches,
    longest_answer,
    make_plan,
    rough_tokens,
    to_prompt,
)
from paperlark.judges.estimate import count_tokens
from paperlark.judges.prompt import SCHEMA, narrow_schema
from paperlark.judges.question import ask_about
from standins.papers import paper, papers

CRITERIA = Criteria(text="Sparsity.", topics=())
CUTOFFS = Cutoffs()


def plan(batch_size: int | None = None, context: int | None = None) -> BatchPlan:
    return make_plan(CRITERIA, CUTOFFS, batch_size=batch_size, context=context)


def sizes(count: int, planned: BatchPlan, size: int = 99, words: int = 200) -> list[int]:
    many = [paper(n, abstract="galaxies " * words) for n in range(1, count + 1)]
    parted = list(batches(many, planned, size=lambda: size))
    assert [one for batch in parted for one in batch] == many
    return [len(batch) for batch in parted]


def test_a_large_context_window_gets_sixteen_papers() -> None:
    assert sizes(40, plan(context=128_000)) == [MOST, MOST, 8]


def test_a_small_context_window_gets_fewer_papers() -> None:
    assert sizes(9, plan(context=4096)) == [5, 4]


def test_an_unknown_context_window_is_assumed_to_be_small() -> None:
    assert sizes(9, plan()) == sizes(9, plan(context=ASSUMED_CONTEXT))


def test_a_chosen_batch_size_is_kept_unless_it_cannot_fit() -> None:
    assert sizes(20, plan(batch_size=12)) == [12, 8]
    assert sizes(20, plan(batch_size=12, context=128_000)) == [12, 8]
    assert sizes(6, plan(batch_size=12, context=4096)) == [5, 1]


def test_a_paper_that_does_not_fit_goes_alone() -> None:
    assert sizes(3, plan(context=1024)) == [1, 1, 1]


def test_the_batch_size_may_change_between_questions() -> None:
    size = iter([4, 2, 0, 9, 9])
    parted = batches(papers(10), plan(context=128_000), size=lambda: next(size))
    assert [len(batch) for batch in parted] == [4, 2, 1, 3]


@given(words=st.integers(0, 900), context=st.integers(1024, 60_000), many=st.integers(1, 20))
def test_question_and_answer_fit_the_context_window(words: int, context: int, many: int) -> None:
    planned = plan(context=context)
    asked = [paper(n, abstract="galaxies and stars " * words) for n in range(1, many + 1)]
    for batch in batches(asked, planned, size=lambda: MOST):
        question = ask_about(batch, rng=Random(1))  # noqa: S311
        (used,) = count_tokens([planned.system + question.text])
        answer = longest_answer(question, planned)
        assert answer >= 100 * len(batch)
        if len(batch) > 1:
            assert used + answer <= context


def test_an_answer_may_have_three_times_the_tokens_of_its_rows_and_some_more() -> None:
    for many in (1, 16):
        question = ask_about(papers(many), rng=Random(1))  # noqa: S311
        for planned in (plan(), plan(context=128_000)):
            assert longest_answer(question, planned) == 1000 + 300 * many
        assert 100 * many <= longest_answer(question, plan(context=1400)) < 1000 + 300 * many


def test_a_prompt_has_instructions_papers_schema_and_limit() -> None:
    planned = plan(context=128_000)
    question = ask_about(papers(2), rng=Random(1))  # noqa: S311
    prompt = to_prompt(question, planned)
    assert (prompt.system, prompt.user) == (planned.system, question.text)
    assert prompt.longest_answer == 1600
    assert prompt.schema == SCHEMA
    assert prompt.narrow == narrow_schema(question.papers)


def test_the_rough_count_of_a_real_batch_is_a_little_too_high(shared: Path) -> None:
    with gzip.open(shared / "readers" / "astro-dwarfs" / "graded.jsonl.gz", "rt") as lines:
        abstracts = [json.loads(line)["abstract"] for line in islice(lines, 800)]
    for start in range(0, len(abstracts), 16):
        text = "\n".join(abstracts[start : start + 16])
        assert 1 < rough_tokens(text) / count_tokens([text])[0] < 1.5


def test_the_adaptive_batch_size_is_halved_and_grows_by_a_quarter() -> None:
    size = AdaptiveBatchSize(16)
    size.too_large(16)
    assert size.current() == 8
    size.too_large(16)  # another thread's question of before
    assert size.current() == 8
    size.succeeded(3)  # the last few papers prove nothing
    assert size.current() == 8
    grown = []
    while size.current() < 16:
        size.succeeded(size.current())
        grown.append(size.current())
    assert grown == [10, 12, 15, 16]
    size.succeeded(16)
    assert size.current() == 16


def test_the_adaptive_batch_size_is_at_least_one() -> None:
    size = AdaptiveBatchSize(3)
    for asked in (3, 2, 1, 1):
        size.too_large(asked)
    assert size.current() == 1
    size.succeeded(1)
    assert size.current() == 2
