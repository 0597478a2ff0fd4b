from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.spending import Cost, Spend, Tokens, total

MONEY = st.decimals(0, 10, places=8)
TOKENS = st.builds(Tokens, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
SPENDS = st.lists(
    st.builds(
        Spend,
        st.none() | TOKENS,
        st.none() | st.builds(Cost, MONEY, MONEY),
        most=st.none() | MONEY,
    ),
    max_size=6,
)


@given(SPENDS)
def test_sums_are_exact_and_one_unknown_part_makes_the_sum_unknown(spends: list[Spend]) -> None:
    result = total(spends)
    assert (result.tokens is None) == any(spend.tokens is None for spend in spends)
    assert (result.cost is None) == any(spend.cost is None for spend in spends)
    if result.cost is not None:
        assert result.cost.total == sum(s.cost.total for s in spends if s.cost)
    if result.tokens is not None:
        assert result.tokens.total == sum(s.tokens.total for s in spends if s.tokens)
    assert result.requests == len(spends)
    bounds = [spend.bound for spend in spends]
    assert result.bound == (None if None in bounds else sum(filter(None, bounds)))


def test_no_spends_add_up_to_a_known_zero() -> None:
    assert total(()) == Spend(Tokens(0, 0), Cost(Decimal(0), Decimal(0)), requests=0)
