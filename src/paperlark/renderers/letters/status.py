"""Status, warnings, problems and costs for a letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from paperlark.domain.delivery import Bulletin, Failure, Occasion
from paperlark.domain.digest import Batch, Digest, Status
from paperlark.domain.plain_text import one_line
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.renderers import formats, not_judged, wording
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import ngettext
from paperlark.renderers.letters.neutralize import truncate
from paperlark.renderers.notes import note_text

_LONGEST = 600


def sentence(text: str, longest: int = _LONGEST) -> str:
    """Return text cleaned, on one line and of bounded length."""
    return truncate(one_line(text), longest)


def problem(failure: Failure) -> str:
    """Return why a day has no page or a run failed, long enough for the hint of the error."""
    text = sentence(failure.problem, 2 * _LONGEST)
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def status_line(digest: Digest) -> str:
    """Return how the run ended, without the "see below" of the page."""
    missing = wording.shortfall(digest)
    partial = digest.status is Status.PARTIAL
    text = (
        _("partial: {missing}").format(missing=missing)
        if partial and missing
        else wording.status_text(digest)
    )
    rebuilt = partial and digest.reconstructed
    return _("{status}; reconstructed").format(status=text) if rebuilt else text


def is_complete(digest: Digest) -> bool:
    """Return whether the page is complete and not reconstructed."""
    return digest.status is not Status.PARTIAL and not digest.reconstructed


def without_page(bulletin: Bulletin) -> frozenset[date]:
    """Return the days of the bulletin without a page; empty for a bulletin about one page."""
    days = frozenset(failure.day for failure in bulletin.failures)
    return frozenset() if bulletin.occasion is Occasion.DAY else days


def completeness(bulletin: Bulletin) -> str:
    """Return what the subject says of incomplete or unusual pages; empty for complete ones."""
    if without_page(bulletin) or any(one.status is Status.PARTIAL for one in bulletin.digests):
        return _(", incomplete")
    if any(one.status is Status.WITHIN_BUDGET for one in bulletin.digests):
        return _(", complete within budget")
    return _(", reconstructed") if any(one.reconstructed for one in bulletin.digests) else ""


def problem_days(bulletin: Bulletin) -> str:
    """Return the number of days of a week with each kind of problem, empty if none."""
    partial = sum(one.status is Status.PARTIAL for one in bulletin.digests)
    rebuilt = sum(one.reconstructed for one in bulletin.digests)
    kinds = (
        (len(without_page(bulletin)), _("{days} without a page")),
        (partial, _("{days} incomplete")),
        (rebuilt, _("{days} reconstructed")),
    )
    return formats.listed(how.format(days=formats.days(count)) for count, how in kinds if count)


_MAX_WARNINGS = 12


def warnings_of(bulletin: Bulletin) -> tuple[str, ...]:
    """Return the warnings, notices first; beyond a maximum the rest is only counted."""
    several = len(bulletin.digests) > 1
    warnings = [sentence(notice) for notice in bulletin.notices]
    if bulletin.occasion is Occasion.DAY:
        warnings += [
            _("No page for {day}: {problem}").format(
                day=formats.long_date(failure.day), problem=problem(failure)
            )
            for failure in bulletin.failures
        ]
    for digest in bulletin.digests:
        when = f"{formats.brief_date(digest.day)}: " if several else ""
        warnings += [f"{when}{sentence(warning)}" for warning in _day_warnings(digest)]
    if len(warnings) <= _MAX_WARNINGS:
        return tuple(warnings)
    more = len(warnings) - _MAX_WARNINGS + 1
    text = ngettext("And {count} more note.", "And {count} more notes.", more)
    return (*warnings[: _MAX_WARNINGS - 1], text.format(count=formats.number(more)))


def _day_warnings(digest: Digest) -> Iterator[str]:
    yield from filter(
        None,
        (
            not_judged.unjudged_note(digest),
            wording.summaries_missing(digest),
            *map(note_text, digest.notes),
        ),
    )
    for batch, (category, how) in zip(digest.batches, wording.batches(digest), strict=True):
        if not _has_all_entries(batch):
            yield f"{category}: {how}"
    yield from (why for why, _papers in not_judged.postponed(digest))


def _has_all_entries(batch: Batch) -> bool:
    short = batch.expected is not None and batch.entries < batch.expected
    return batch.via is not None and not batch.reconstructed and not short


_LONGEST_MODEL = 80


def cost_facts(digests: Sequence[Digest]) -> Iterator[str]:
    """Return a line of cost and, for one day, lines of counts and of missed papers."""
    judged = [digest for digest in digests if digest.model is not None]
    if judged:
        yield _paid(judged)
        if len(digests) == 1:
            [digest] = digests
            yield from filter(None, (wording.cost_bound(digest), wording.cut_off(digest)))
    elif digests:
        yield wording.without_model(digests[-1])
    if len(digests) == 1:
        [digest] = digests
        yield " · ".join(f"{row.name} {row.cells[0]}" for row in wording.funnel_rows(digest))
        yield from filter(None, (wording.missed(digest), wording.agreement(digest)))


def _paid(judged: Sequence[Digest]) -> str:
    models = dict.fromkeys(one_line(digest.model or "") for digest in judged)
    tokens, cost = wording.usage_rows(_total_spend([digest.spend for digest in judged]))
    prompt, completion, total = tokens.cells
    parts = _(" ({prompt} prompt, {completion} completion)") if prompt != total else ""
    named = truncate(formats.listed(models), _LONGEST_MODEL)
    used = parts.format(prompt=prompt, completion=completion)
    return f"{named} · {tokens.name} {total}{used} · {cost.name} {cost.cells[-1]}"


def _total_spend(spent: Sequence[Spend | None]) -> Spend:
    """Return the sum; unknown for one day is unknown for all."""
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
