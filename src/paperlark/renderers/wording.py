"""The wording for a whole page: its status, counts, tokens and cost, the same in every form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.digest import Batch, Digest, Funnel, Status, Updated
from paperlark.domain.judgement import Unjudged, UnjudgedReason
from paperlark.domain.spending import Spend, Tokens
from paperlark.renderers.english import (
    UNKNOWN,
    amount,
    counted,
    dollars,
    known,
    listed,
    long_date,
    number,
    percent,
)
from paperlark.renderers.reasons import OUTSIDE


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of a table: its name, its cells, and a remark in words."""

    name: str
    cells: tuple[str, ...]
    remark: str = ""


def selected_of_scanned(selected: int, scanned: int | None) -> str:
    """`37 of 384 papers`, or `37 papers` where nobody knows of how many."""
    return (
        counted(selected, "paper")
        if scanned is None
        else f"{number(selected)} of {counted(scanned, 'paper')}"
    )


def failed(digest: Digest) -> tuple[Unjudged, ...]:
    """Papers that a judge was asked about in vain."""
    return tuple(u for u in digest.unjudged if u.cause is UnjudgedReason.FAILED)


def not_recorded(digest: Digest) -> tuple[Unjudged, ...]:
    """Papers that the recording knows nothing of."""
    return tuple(u for u in digest.unjudged if u.cause is UnjudgedReason.NOT_RECORDED)


def postponed(digest: Digest) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
    """Papers that wait in a batch, and those left for the budget, with why in words."""
    waiting, left = (
        _by_reason(digest, UnjudgedReason.WAITING),
        _by_reason(digest, UnjudgedReason.BUDGET),
    )
    return (
        *((_waiting_words(why, papers, digest.day), papers) for why, papers in waiting),
        *((_budget_words(why, papers), papers) for why, papers in left),
    )


def _by_reason(
    digest: Digest, cause: UnjudgedReason
) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
    those = [u for u in digest.unjudged if u.cause is cause]
    reasons = dict.fromkeys(u.reason for u in those)
    return tuple((why, tuple(u for u in those if u.reason == why)) for why in reasons)


def _waiting_words(reason: str, papers: tuple[Unjudged, ...], day: date) -> str:
    wait = "waits" if len(papers) == 1 else "wait"
    return (
        f"{counted(len(papers), 'paper')} {wait} {reason}. To collect the answers, make this page"
        f" again: paperlark run --date {day}"
    )


def _budget_words(reason: str, left: tuple[Unjudged, ...]) -> str:
    return f"{counted(len(left), 'paper')} over budget: {reason}."


_STATUS = {Status.QUIET: "no announcement"}
"""The words for a status where its stored value is not what people read."""


def status_text(digest: Digest) -> str:
    """Say how the run ended."""
    if digest.status is not Status.PARTIAL:
        word = _STATUS.get(digest.status, digest.status.value)
        return f"{word}, reconstructed" if digest.reconstructed else word
    what = shortfall(digest)
    return f"partial: {what}, see below" if what else "partial: see the notes"


def shortfall(digest: Digest) -> str:
    """Say how many papers were to be judged and were not; nothing where that is none."""
    missing, left, waiting = (
        digest.funnel.unjudged,
        digest.funnel.over_budget,
        digest.funnel.waiting,
    )
    parts = (
        f"{counted(missing, 'paper')} not judged" if missing else "",
        f"{counted(left, 'paper')} over budget" if left else "",
        f"{counted(waiting, 'paper')} waiting in a batch" if waiting else "",
    )
    return listed(part for part in parts if part)


def batches(digest: Digest) -> tuple[tuple[str, str], ...]:
    """Say of each category where its announcement came from, and how much of it is here."""
    return tuple((batch.category, _batch(batch)) for batch in digest.batches)


def _batch(batch: Batch) -> str:
    tried = f" ({'; '.join(batch.trail)})" if batch.trail else ""
    if batch.via is None:
        return f"missing{tried}"
    source = f"{batch.via}, confirmed by the {batch.confirmed}" if _vouched(batch) else batch.via
    of = "" if batch.expected is None else f" of {number(batch.expected)}"
    entries = f"{number(batch.entries)}{of} {'entry' if batch.entries == 1 else 'entries'}"
    how = "reconstructed from submissions: " if batch.reconstructed else ""
    return f"{how}{source}, {entries}{tried}"


def _vouched(batch: Batch) -> bool:
    return batch.confirmed is not None and batch.confirmed is not batch.via


def updated(one: Updated) -> str:
    """Say which version is new, and when the paper was on a page."""
    return f"version {one.paper.version}; on your page of {long_date(one.since)}"


def summary(digest: Digest) -> tuple[str, ...]:
    """Give the parts of the line under the title, status last."""
    if digest.status is Status.QUIET:
        return (listed(digest.categories), status_text(digest))
    funnel = digest.funnel
    by_followed = sum(1 for entry in digest.entries if entry.followed)
    followed = (f"{number(by_followed)} by an author you follow",) if by_followed else ()
    papers = selected_of_scanned(funnel.selected, funnel.scanned)
    by_lot = sum(1 for entry in digest.entries if entry.outside)
    outside = (f"{number(by_lot)} {OUTSIDE}",) if by_lot else ()
    silent = (f"{number(funnel.not_recorded)} not recorded",) if funnel.not_recorded else ()
    return (papers, *followed, *outside, *silent, status_text(digest))


def funnel_rows(digest: Digest) -> tuple[TableRow, ...]:
    """Say how many papers there were at every step; those of a judge only where there was one."""
    funnel = digest.funnel
    listings = _listings(funnel.announced_listings)
    feeds = "" if funnel.feeds is None else f" in {counted(funnel.feeds, 'feed')}"
    # An imported page does not say whether a paper in two feeds counts twice.
    elsewhere = "as counted on the imported page" if digest.status is Status.IMPORTED else ""
    announced = f"{listings}{feeds}" if listings else elsewhere
    scanned = _listings(funnel.scanned_listings) or elsewhere
    rows = [_row("announced", funnel.announced, announced)]
    if funnel.seen:
        rows.append(_row("seen before", funnel.seen, "on an earlier day"))
    rows.append(_row("scanned", funnel.scanned, scanned))
    if funnel.gated:
        rows.append(_row("gated", funnel.gated, "no author reaches your minimum h-index"))
    if digest.model is not None:
        rows += _judge_rows(funnel)
    followed = f"{number(funnel.followed)} followed" if funnel.followed else ""
    return (*rows, _row("selected", funnel.selected, followed))


def _listings(count: int | None) -> str:
    return "" if count is None else counted(count, "listing")


def _judge_rows(funnel: Funnel) -> list[TableRow]:
    if funnel.shortlisted is None:
        return [_row("judged", funnel.judged)]
    rows = [_row("shortlisted", funnel.shortlisted)]
    if funnel.explored:
        rows.append(_row("explored", funnel.explored, "random sample"))
    if funnel.unread:
        rows.append(_row("unread", funnel.unread, "low match"))
    followed = f"{number(funnel.followed_asked)} followed" if funnel.followed_asked else ""
    rows += [_row("judged", funnel.judged, followed), _row("unjudged", funnel.unjudged)]
    if funnel.over_budget:
        rows.append(_row("over budget", funnel.over_budget, "not sent to the model"))
    if funnel.waiting:
        rows.append(_row("waiting", funnel.waiting, "in a batch, no answer yet"))
    return [*rows, _row("not recorded", funnel.not_recorded)] if funnel.not_recorded else rows


def _row(name: str, count: int | None, remark: str = "") -> TableRow:
    return TableRow(name, (known(count),), remark)


def usage_rows(spend: Spend | None) -> tuple[TableRow, TableRow]:
    """Tokens and cost: prompt, completion and total of each."""
    tokens, cost = (spend.tokens, spend.cost) if spend else (None, None)
    return _token_row(tokens), TableRow("cost", dollars(cost))


def _token_row(tokens: Tokens | None) -> TableRow:
    if tokens is None:
        return TableRow("tokens", (UNKNOWN,) * 3)
    cells = (tokens.prompt, tokens.completion, tokens.total)
    cached = f"{number(tokens.cached)} prompt tokens cached" if tokens.cached else ""
    return TableRow("tokens", tuple(number(cell) for cell in cells), cached)


def cost_bound(digest: Digest) -> str | None:
    """Say what a page cost at most whose cost is not known; None where there is nothing to say."""
    most = digest.spend.most if digest.spend else None
    return None if most is None else f"It cost {amount(most)} at most."


def without_model(digest: Digest) -> str:
    """Say what stands in place of tokens and cost."""
    if digest.status is Status.IMPORTED:
        return "The imported page names no model."
    if not digest.entries:
        return "No model was used."
    return "No model: ordered by the embedded ranker."


def cutoffs_text(digest: Digest) -> str | None:
    """Say what a judged paper needed to be selected; None where nobody judged, or knows."""
    if digest.model is None or digest.cutoffs is None:
        return None
    return (
        f"Selected: relevance of {digest.cutoffs.relevance} or more "
        f"and novelty of {digest.cutoffs.novelty} or more."
    )


def not_recorded_text(missing: tuple[Unjudged, ...]) -> str:
    """Say how many papers a recording knows nothing of."""
    papers = counted(len(missing), "paper")
    return f"The recording has no judgement of {papers}; this is not an error."


def unread_text(digest: Digest) -> str:
    """Say why papers were not read, and that this is as it should be."""
    return (
        "Not sent to the model because of a low match:"
        f" {counted(digest.funnel.unread or 0, 'paper')}."
    )


def missed(digest: Digest) -> str | None:
    """Estimate what was missed; None where nothing can be said."""
    if digest.missed is None:
        return None
    expected, unread = round(digest.missed.expected), number(digest.missed.unread)
    about = (
        f"About {counted(expected, 'relevant paper')}" if expected else "Probably no relevant paper"
    )
    low, high = digest.missed.low, digest.missed.high
    return f"{about} among {unread} unread, 95 % interval {low}-{high}."


def agreement(digest: Digest) -> str | None:
    """Say how alike several readings are; None where no paper was read more than once."""
    one = digest.agreement
    if one is None:
        return None
    return (
        f"Scores are means of up to {one.readings} readings per paper. The readings agree on the"
        f" selection of {percent(one.share)} of {counted(one.papers, 'paper')}; on average two"
        f" readings differ by {one.distance:.1f} points per score."
    )


def private_prompt(digest: Digest) -> str | None:
    """Say that the selection prompt is not shown, where that is so."""
    if digest.prompt is not None or digest.status is Status.IMPORTED:
        return None
    return "The reader keeps the selection prompt private."


def no_papers_text(digest: Digest) -> str:
    """Say what stands where the papers would."""
    if digest.status is Status.QUIET:
        return "arXiv announced no papers in these categories."
    if digest.funnel.waiting:
        return f"No papers yet: {counted(digest.funnel.waiting, 'paper')} waiting in a batch."
    if digest.funnel.scanned is None:
        return "No paper was selected."
    return f"None of {counted(digest.funnel.scanned, 'paper')} was selected."


def tokens_per_paper(digest: Digest) -> str | None:
    """Return a sentence with the tokens per judged and per selected paper; None: unknown."""
    tokens = digest.spend.tokens if digest.spend else None
    text = usage_per_paper(tokens, digest.funnel.judged, judged_on(digest))
    return text and f"{text}."


def judged_on(digest: Digest) -> int:
    """Count the papers of the page that a judge put there, or spoke of all the same."""
    return sum(entry.judgement is not None for entry in digest.entries)


def tokens_per(tokens: Tokens, papers: int | None) -> float | None:
    """Give the tokens that went into one of so many papers; None where that cannot be said."""
    return round(tokens.total / papers, 1) if papers else None


def requests(digest: Digest) -> int | None:
    """Count the requests behind a page; one that was made elsewhere does not say them."""
    counted = digest.spend.requests if digest.spend else None
    return (counted or None) if digest.status is Status.IMPORTED else counted


def usage_per_paper(tokens: Tokens | None, judged: int | None, selected: int) -> str | None:
    """`215 tokens per judged paper, 3,010 per selected paper`; None where nothing can be said."""
    if tokens is None or not tokens.total or not judged:
        return None
    words = f"{_rounded(tokens, judged)} tokens per judged paper"
    return f"{words}, {_rounded(tokens, selected)} per selected paper" if selected else words


def _rounded(tokens: Tokens, papers: int) -> str:
    return f"{round(tokens.total / papers):,}"
