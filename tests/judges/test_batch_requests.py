from __future__ import annotations

from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.chat import Prompt
from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import (
    NO_PRECEDENTS,
)
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Budget
from paperlark.judges.batch_requests import BatchRequestBuilder, BatchTerms
from paperlark.judges.batch_size import make_plan
from paperlark.llm.budget import BudgetLedger
from standins.openai import papers_of
from standins.papers import papers

CRITERIA = Criteria(text="Sparsity.", topics=())
CUTOFFS = Cutoffs(5, 1)
CENT = Decimal("0.01")


@given(st.integers(0, 30), st.integers(1, 6), st.integers(0, 40))
def test_questions_never_exceed_the_budget(count: int, most: int, cents: int) -> None:
    left = CENT * cents
    ledger = BudgetLedger(Budget(run=left))
    plan = make_plan(CRITERIA, CUTOFFS, batch_size=most, context=100_000)

    def price(prompt: Prompt) -> Decimal:
        return CENT * len(papers_of({"messages": [{"content": prompt.user}]}))

    terms = BatchTerms(lambda: True, lambda _: {}, price, ledger)
    builder = BatchRequestBuilder(plan, terms, Random(1))  # noqa: S311
    requests = list(builder.build(papers(count), NO_PRECEDENTS, most))
    asked = [one.id for request in requests for one in request.papers]
    cost = sum((request.question.most or 0 for request in requests), Decimal(0))
    assert cost == CENT * len(asked) == min(left, CENT * count)
    assert asked == [one.id for one in papers(count)][: len(asked)]
    assert (builder.over_budget is None) == (len(asked) == count)
    assert ledger.left() == {"run": (left, left)}
