"""The wording for a whole page: its status, counts, tokens and cost, the same in every form."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

from paperlark.domain.digest import Batch, Digest, Funnel, Status, Updated
from paperlark.domain.exploration import AchievedRecall
from paperlark.domain.judgement import Unjudged, UnjudgedReason
from paperlark.domain.spending import Spend, Tokens, UnderWay
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
from paperlark.renderers.reasons import NOT_JUDGED, OUTSIDE


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: its name, its cells, and a remark."""

    name: str
    cells: tuple[str, ...]
    remark: str = ""


def selected_of_scanned(selected: int, scanned: int | None) -> str:
    """Return `37 of 384 papers`, or `37 papers` if the number scanned is unknown."""
    return (
        counted(selected, "paper")
        if scanned is None
        else f"{number(selected)} of {counted(scanned, 'paper')}"
    )


def failed(digest: Digest) -> tuple[Unjudged, ...]:
    """Return papers whose judging failed."""
    return tuple(u for u in digest.unjudged if u.cause is UnjudgedReason.FAILED)


def not_recorded(digest: Digest) -> tuple[Unjudged, ...]:
    """Return papers without a recorded judgement."""
    return tuple(u for u in digest.unjudged if u.cause is UnjudgedReason.NOT_RECORDED)


_MANY = 4
"""So many papers that failed for one reason have it said once."""


def failed_alone(digest: Digest) -> tuple[Unjudged, ...]:
    """Return papers whose judging failed for a reason that few others share."""
    shared = {why for why, papers in _failed_together(digest)}
    return tuple(one for one in failed(digest) if one.reason not in shared)


def not_judged_together(digest: Digest) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
    """Return groups of papers that were not judged for one reason, with that in words."""
    together = (
        (f"{counted(len(papers), 'paper')}: {why}", papers)
        for why, papers in _failed_together(digest)
    )
    return (*together, *postponed(digest))


def _failed_together(digest: Digest) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
    groups = _by_reason(digest, UnjudgedReason.FAILED)
    return tuple(group for group in groups if len(group[1]) >= _MANY)


def postponed(digest: Digest) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
    """Return papers waiting in a batch or over budget, grouped by reason."""
    waiting = _by_reason(digest, UnjudgedReason.WAITING)
    left = _by_reason(digest, UnjudgedReason.BUDGET)
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


_LONGEST_REASON = 320


def unjudged_note(digest: Digest) -> str | None:
    """Return that the model left papers to the ranker, and why; None where it did not.

    A budget that was used up as planned is worth a note only where the ranker chose such a paper.
    """
    placed = {entry.paper.id for entry in digest.entries if entry.unjudged}
    left = failed(digest) or _over_budget(digest)
    shown = sum(one.paper.id in placed for one in left)
    if not left or not (shown or failed(digest) or not digest.funnel.judged):
        return None
    [(reason, count)] = Counter(one.reason for one in left).most_common(1)
    cut = shorten(reason, _LONGEST_REASON, placeholder=" \N{HORIZONTAL ELLIPSIS}")
    why = cut if count == len(left) else f"mostly: {cut}"
    chosen = (
        f"; the embedded ranker chose {number(shown)} of them by match, marked"
        f" \N{LEFT DOUBLE QUOTATION MARK}{NOT_JUDGED}\N{RIGHT DOUBLE QUOTATION MARK}"
        if shown
        else ""
        if digest.funnel.judged
        else "; the embedded ranker found no match among them"
    )
    return f"{digest.model} did not judge {counted(len(left), 'paper')} ({why}){chosen}."


def _over_budget(digest: Digest) -> tuple[Unjudged, ...]:
    return tuple(u for u in digest.unjudged if u.cause is UnjudgedReason.BUDGET)


_STATUS = {Status.QUIET: "no announcement"}
"""The words for a status where its stored value is not what people read."""


def status_text(digest: Digest) -> str:
    """Return how the run ended."""
    if digest.status is not Status.PARTIAL:
        word = _STATUS.get(digest.status, digest.status.value)
        return f"{word}, reconstructed" if digest.reconstructed else word
    missing = shortfall(digest)
    return f"partial: {missing}, see below" if missing else "partial: see the notes"


def shortfall(digest: Digest) -> str:
    """Return how many papers were planned for judging and not judged, empty if none."""
    counts = (
        (digest.funnel.unjudged, "not judged"),
        (digest.funnel.over_budget, "over budget"),
        (digest.funnel.waiting, "waiting in a batch"),
    )
    return listed(f"{counted(count, 'paper')} {how}" for count, how in counts if count)


def batches(digest: Digest) -> tuple[tuple[str, str], ...]:
    """Return for each category the source of its announcement and how complete it is."""
    return tuple((batch.category, _batch(batch)) for batch in digest.batches)


def _batch(batch: Batch) -> str:
    tried = f" ({'; '.join(batch.trail)})" if batch.trail else ""
    if batch.via is None:
        return f"missing{tried}"
    source = (
        f"{batch.via}, confirmed by the {batch.confirmed}" if _is_confirmed(batch) else batch.via
    )
    of = "" if batch.expected is None else f" of {number(batch.expected)}"
    entries = f"{number(batch.entries)}{of} {'entry' if batch.entries == 1 else 'entries'}"
    how = "reconstructed from submissions: " if batch.reconstructed else ""
    return f"{how}{source}, {entries}{tried}"


def _is_confirmed(batch: Batch) -> bool:
    return batch.confirmed is not None and batch.confirmed is not batch.via


def updated(one: Updated) -> str:
    """Return the new version, and the day of the page with the earlier one."""
    return f"version {one.paper.version}; on your page of {long_date(one.since)}"


def summary(digest: Digest) -> tuple[str, ...]:
    """Return the parts of the line under the title, status last."""
    if digest.status is Status.QUIET:
        return (listed(digest.categories), status_text(digest))
    funnel = digest.funnel
    by_followed = sum(1 for entry in digest.entries if entry.followed)
    followed = (f"{number(by_followed)} by an author you follow",) if by_followed else ()
    papers = selected_of_scanned(funnel.selected, funnel.scanned)
    sampled = sum(1 for entry in digest.entries if entry.outside)
    outside = (f"{number(sampled)} {OUTSIDE}",) if sampled else ()
    unrecorded = (f"{number(funnel.not_recorded)} not recorded",) if funnel.not_recorded else ()
    return (papers, *followed, *outside, *unrecorded, status_text(digest))


def funnel_rows(digest: Digest) -> tuple[TableRow, ...]:
    """Return the number of papers at every step; steps of a judge only where there was one."""
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
    if funnel.excluded:
        rows.append(_row("excluded", funnel.excluded, "by your filters"))
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
    """Return tokens and cost: prompt, completion and total of each."""
    tokens, cost = (spend.tokens, spend.cost) if spend else (None, None)
    return _token_row(tokens), TableRow("cost", dollars(cost))


def _token_row(tokens: Tokens | None) -> TableRow:
    if tokens is None:
        return TableRow("tokens", (UNKNOWN,) * 3)
    cells = (tokens.prompt, tokens.completion, tokens.total)
    cached = f"{number(tokens.cached)} prompt tokens cached" if tokens.cached else ""
    return TableRow("tokens", tuple(number(cell) for cell in cells), cached)


def cost_bound(digest: Digest) -> str | None:
    """Return the upper bound of an unknown cost; None without one."""
    most = digest.spend.most if digest.spend else None
    return None if most is None else f"It cost {amount(most)} at most."


KILLED = "under way when the run was killed"


def under_way_text(questions: UnderWay, where: str = KILLED) -> str:
    """Return how many questions are where, and the most that they cost, in tokens if unpriced."""
    counts = f"{counted(questions.questions, 'question')} {where}"
    if questions.most is not None:
        return f"{counts}, at most {amount(questions.most)}"
    if questions.tokens is not None:
        return f"{counts}, at most {number(questions.tokens.total)} tokens"
    return counts


def cut_off(digest: Digest) -> str | None:
    """Return what was under way at a kill and may have cost more; None where nothing was."""
    return f"Besides: {under_way_text(digest.under_way)}." if digest.under_way else None


def cost_remarks(digest: Digest) -> tuple[str, ...]:
    """Return the sentences below tokens and cost: per paper, at most, and what was cut off."""
    remarks = (tokens_per_paper(digest), cost_bound(digest), cut_off(digest))
    return tuple(remark for remark in remarks if remark)


def without_model(digest: Digest) -> str:
    """Return the sentence in place of tokens and cost."""
    if digest.status is Status.IMPORTED:
        return "The imported page names no model."
    if not digest.entries:
        return "No model was used."
    return "No model: ordered by the embedded ranker."


def cutoffs_text(digest: Digest) -> str | None:
    """Return the cut-offs; None without a judge or if unknown."""
    if digest.model is None or digest.cutoffs is None:
        return None
    return (
        f"Selected: relevance of {digest.cutoffs.relevance} or more "
        f"and novelty of {digest.cutoffs.novelty} or more."
    )


def not_recorded_text(missing: tuple[Unjudged, ...]) -> str:
    """Return how many papers have no recorded judgement."""
    papers = counted(len(missing), "paper")
    return f"The recording has no judgement of {papers}; this is not an error."


def unread_text(digest: Digest) -> str:
    """Return why papers were not sent to the model, and how many."""
    return (
        "Not sent to the model because of a low match:"
        f" {counted(digest.funnel.unread or 0, 'paper')}."
    )


def missed(digest: Digest) -> str | None:
    """Return the estimates of missed papers and of the recall so far; None without an estimate."""
    achieved = recall_text(digest.achieved) if digest.achieved else None
    return " ".join(filter(None, (_missed_today(digest), achieved))) or None


def recall_text(achieved: AchievedRecall) -> str | None:
    """Return the recall of earlier days; None where none of their papers was wanted."""
    share, interval = achieved.share, achieved.interval
    if share is None or interval is None:
        return None
    days = "day" if achieved.days == 1 else f"{number(achieved.days)} days"
    low, high = (round(100 * one) for one in interval)
    return (
        f"Of the relevant papers of the last {days} about {round(100 * share)} % were read, 95 %"
        f" interval {low}-{high} %."
    )


def _missed_today(digest: Digest) -> str | None:
    if digest.missed is None:
        return None
    expected, unread = round(digest.missed.expected), number(digest.missed.unread)
    about = (
        f"About {counted(expected, 'relevant paper')}" if expected else "Probably no relevant paper"
    )
    low, high = digest.missed.low, digest.missed.high
    return f"{about} among {unread} unread, 95 % interval {low}-{high}."


def agreement(digest: Digest) -> str | None:
    """Return how well several readings agree; None with one reading per paper."""
    one = digest.agreement
    if one is None:
        return None
    return (
        f"Scores are means of up to {one.readings} readings per paper. The readings agree on the"
        f" selection of {percent(one.share)} of {counted(one.papers, 'paper')}; on average two"
        f" readings differ by {one.distance:.1f} points per score."
    )


TRANSLATION = "The criteria in English, by which the papers were ranked:"


def private_prompt(digest: Digest) -> str | None:
    """Return the sentence in place of a prompt that the reader keeps private."""
    if digest.prompt is not None or digest.status is Status.IMPORTED:
        return None
    return "The reader keeps the selection prompt private."


def no_papers_text(digest: Digest) -> str:
    """Return the sentence in place of papers."""
    if digest.status is Status.QUIET:
        return "arXiv announced no papers in these categories."
    if digest.funnel.waiting:
        return f"No papers yet: {counted(digest.funnel.waiting, 'paper')} waiting in a batch."
    if digest.funnel.scanned is None:
        return "No paper was selected."
    if digest.funnel.excluded and not digest.funnel.scanned:
        left_out = counted(digest.funnel.excluded, "paper")
        return f"Your filters left out {left_out}, and nothing else was new."
    return f"None of {counted(digest.funnel.scanned, 'paper')} was selected."


def account(digest: Digest) -> tuple[str, ...]:
    """Return model, tokens, cost and counts in a line; unknown counts are left to the table."""
    funnel = digest.funnel
    counts = (
        (funnel.announced, "announced"),
        (funnel.excluded or None, "excluded by your filters"),
        (funnel.scanned, "scanned"),
        (funnel.selected, "selected"),
    )
    papers = (f"{number(count)} {step}" for count, step in counts if count is not None)
    return (*_model_account(digest), *papers)


def _model_account(digest: Digest) -> tuple[str, ...]:
    if digest.model is None:
        ordered = digest.entries and digest.status is not Status.IMPORTED
        return ("No model",) if ordered else (without_model(digest).rstrip("."),)
    tokens, cost = usage_rows(digest.spend)
    most = digest.spend.most if digest.spend else None
    paid = f"{amount(most)} at most" if most is not None else cost.cells[-1]
    besides = digest.under_way.most if digest.under_way else None
    more = "" if besides is None else f", and at most {amount(besides)} for questions cut off"
    return (
        digest.model,
        f"{tokens.cells[-1]} tokens",
        f"cost {UNKNOWN}{more}" if paid == UNKNOWN else f"{paid}{more}",
    )


def tokens_per_paper(digest: Digest) -> str | None:
    """Return a sentence with the tokens per judged and per selected paper; None: unknown."""
    tokens = digest.spend.tokens if digest.spend else None
    text = usage_per_paper(tokens, digest.funnel.judged, judged_on(digest))
    return text and f"{text}."


def judged_on(digest: Digest) -> int:
    """Count the judged papers on the page."""
    return sum(entry.judgement is not None for entry in digest.entries)


def tokens_per(tokens: Tokens, papers: int | None) -> float | None:
    """Return the tokens per paper, rounded to 0.1; None without papers."""
    return round(tokens.total / papers, 1) if papers else None


def requests(digest: Digest) -> int | None:
    """Return the number of requests; None where an imported page does not state it."""
    counted = digest.spend.requests if digest.spend else None
    return (counted or None) if digest.status is Status.IMPORTED else counted


def usage_per_paper(tokens: Tokens | None, judged: int | None, selected: int) -> str | None:
    """Return `215 tokens per judged paper, 3,010 per selected paper`; None if unknown."""
    if tokens is None or not tokens.total or not judged:
        return None
    words = f"{_rounded(tokens, judged)} tokens per judged paper"
    return f"{words}, {_rounded(tokens, selected)} per selected paper" if selected else words


def _rounded(tokens: Tokens, papers: int) -> str:
    return f"{round(tokens.total / papers):,}"
