"""One sentence from elsewhere, such as a note or a problem, for a letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from paperlark.domain.delivery import Bulletin, Failure, Occasion
from paperlark.domain.digest import Batch, Digest, Status
from paperlark.domain.plain_text import one_line
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.renderers import english, wording
from paperlark.renderers.letters.neutralize import truncate

_LONGEST = 600


def sentence(text: str, longest: int = _LONGEST) -> str:
    """Give it cleaned, on one line and of bounded length."""
    return truncate(one_line(text), longest)


def problem(failure: Failure) -> str:
    """Say why a day has no page, or what broke down; room for the mend is in it."""
    said = sentence(failure.problem, 2 * _LONGEST)
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def status_line(digest: Digest) -> str:
    """Say how the run ended; a letter has no place below where papers that are missing stand."""
    what = wording.shortfall(digest)
    partial = digest.status is Status.PARTIAL
    said = f"partial: {what}" if partial and what else wording.status_text(digest)
    rebuilt = partial and digest.reconstructed
    return f"{said}; reconstructed" if rebuilt else said


def is_in_order(digest: Digest) -> bool:
    """Tell whether the page is all that it should be."""
    return digest.status is not Status.PARTIAL and not digest.reconstructed


def without_page(bulletin: Bulletin) -> frozenset[date]:
    """Give the days that it is about and that have no page; of a day's only others have none."""
    days = frozenset(failure.day for failure in bulletin.failures)
    return frozenset() if bulletin.occasion is Occasion.DAY else days


def doubt(bulletin: Bulletin) -> str:
    """Say in a word what is wrong with the pages, where something is."""
    if without_page(bulletin) or any(one.status is Status.PARTIAL for one in bulletin.digests):
        return ", incomplete"
    return ", reconstructed" if any(one.reconstructed for one in bulletin.digests) else ""


def trouble(bulletin: Bulletin) -> str:
    """Say how many days of a week are not as they should be; nothing if none is."""
    partial = sum(one.status is Status.PARTIAL for one in bulletin.digests)
    rebuilt = sum(one.reconstructed for one in bulletin.digests)
    kinds = (
        (len(without_page(bulletin)), "without a page"),
        (partial, "incomplete"),
        (rebuilt, "reconstructed"),
    )
    return english.listed(f"{english.counted(days, 'day')} {how}" for days, how in kinds if days)


_MOST = 12


def cautions(bulletin: Bulletin) -> tuple[str, ...]:
    """Give them, notices first; of very many the last ones are only counted."""
    several = len(bulletin.digests) > 1
    said = [sentence(notice) for notice in bulletin.notices]
    if bulletin.occasion is Occasion.DAY:
        said += [
            f"No page for {english.long_date(failure.day)}: {problem(failure)}"
            for failure in bulletin.failures
        ]
    for digest in bulletin.digests:
        when = f"{english.brief_date(digest.day)}: " if several else ""
        said += [f"{when}{sentence(warning)}" for warning in _of_a_day(digest)]
    if len(said) <= _MOST:
        return tuple(said)
    more = english.counted(len(said) - _MOST + 1, "more note")
    return (*said[: _MOST - 1], f"And {more}.")


def _of_a_day(digest: Digest) -> Iterator[str]:
    yield from digest.notes
    for batch, (category, how) in zip(digest.batches, wording.batches(digest), strict=True):
        if not _whole(batch):
            yield f"{category}: {how}"
    yield from (why for why, _ in wording.postponed(digest))


def _whole(batch: Batch) -> bool:
    short = batch.expected is not None and batch.entries < batch.expected
    return batch.via is not None and not batch.reconstructed and not short


_LONGEST_MODEL = 80


def cost_facts(digests: Sequence[Digest]) -> Iterator[str]:
    """Give a line of what was paid and, of one day, a line of counts and what was missed."""
    judged = [digest for digest in digests if digest.model is not None]
    if judged:
        yield _paid(judged)
        yield from filter(None, map(wording.cost_bound, judged if len(digests) == 1 else ()))
    elif digests:
        yield wording.without_model(digests[-1])
    if len(digests) == 1:
        [digest] = digests
        yield " · ".join(f"{row.name} {row.cells[0]}" for row in wording.funnel_rows(digest))
        yield from filter(None, (wording.missed(digest), wording.agreement(digest)))


def _paid(judged: Sequence[Digest]) -> str:
    models = dict.fromkeys(one_line(digest.model or "") for digest in judged)
    tokens, cost = wording.usage_rows(_together([digest.spend for digest in judged]))
    prompt, completion, total = tokens.cells
    parts = f" ({prompt} prompt, {completion} completion)" if prompt != total else ""
    named = truncate(english.listed(models), _LONGEST_MODEL)
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
