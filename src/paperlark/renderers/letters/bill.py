"""What one day or several took: the model, its tokens and their cost, and the counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from paperlark.domain.digest import Digest
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.renderers import english, wording
from paperlark.renderers.letters.cutting import cut
from paperlark.renderers.outside import one_line

_LONGEST_MODEL = 80


def facts(digests: Sequence[Digest]) -> Iterator[str]:
    """Give a line of what was paid and, of one day, a line of counts and what was missed."""
    judged = [digest for digest in digests if digest.model is not None]
    if judged:
        yield _paid(judged)
        yield from filter(None, map(wording.at_most, judged if len(digests) == 1 else ()))
    elif digests:
        yield wording.no_model(digests[-1])
    if len(digests) == 1:
        [digest] = digests
        yield " · ".join(f"{row.name} {row.cells[0]}" for row in wording.funnel_rows(digest))
        yield from filter(None, (wording.missed(digest), wording.agreement(digest)))


def _paid(judged: Sequence[Digest]) -> str:
    models = dict.fromkeys(one_line(digest.model or "") for digest in judged)
    tokens, cost = wording.usage_rows(_together([digest.spend for digest in judged]))
    prompt, completion, total = tokens.cells
    parts = f" ({prompt} prompt, {completion} completion)" if prompt != total else ""
    named = cut(english.listed(models), _LONGEST_MODEL)
    return f"{named} · tokens {total}{parts} · cost {cost.cells[-1]}"


def _together(spent: Sequence[Spend | None]) -> Spend:
    """Add up; what one day does not know nobody knows of all of them."""
    tokens = [one.tokens for one in spent if one and one.tokens]
    costs = [one.cost for one in spent if one and one.cost]
    return Spend(
        _tokens(tokens) if len(tokens) == len(spent) else None,
        _cost(costs) if len(costs) == len(spent) else None,
    )


def _tokens(tokens: Sequence[Tokens]) -> Tokens:
    return Tokens(sum(one.prompt for one in tokens), sum(one.completion for one in tokens))


def _cost(costs: Sequence[Cost]) -> Cost:
    none = Decimal(0)
    return Cost(
        sum((one.prompt for one in costs), none), sum((one.completion for one in costs), none)
    )
