"""What every form of the page says alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.digest import AuthorMatch, Batch, Digest, Entry, Funnel, Status, Updated
from paperlark.domain.exploration import Unread
from paperlark.domain.judgement import Match, Precedent, Unjudged, UnjudgedReason
from paperlark.domain.spending import Spend, Tokens
from paperlark.renderers import costs
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
    short_date,
)

STAR = "★"
OUTSIDE = "outside your usual topics"
"""Marks a paper of the random sample from below the threshold."""
NOTHING_SAID = "\N{EN DASH}"
"""The mark of a paper that an imported page has, and says nothing of."""
MOST_AUTHORS = 12
"""More are folded away behind the first of them."""
_FEW_AUTHORS = 10
_NEARLY = 0.999


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of a table: its name, its cells, and a remark in words."""

    name: str
    cells: tuple[str, ...]
    remark: str = ""


def of_scanned(selected: int, scanned: int | None) -> str:
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


def put_off(digest: Digest) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
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


def status(digest: Digest) -> str:
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
        return (listed(digest.categories), status(digest))
    funnel = digest.funnel
    by_followed = sum(1 for entry in digest.entries if entry.followed)
    followed = (f"{number(by_followed)} by an author you follow",) if by_followed else ()
    papers = of_scanned(funnel.selected, funnel.scanned)
    by_lot = sum(1 for entry in digest.entries if entry.outside)
    outside = (f"{number(by_lot)} {OUTSIDE}",) if by_lot else ()
    silent = (f"{number(funnel.not_recorded)} not recorded",) if funnel.not_recorded else ()
    return (papers, *followed, *outside, *silent, status(digest))


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


def tokens_per_paper(digest: Digest) -> str | None:
    """Say how many tokens went into a judged and into a selected paper; None: nothing to say."""
    tokens = digest.spend.tokens if digest.spend else None
    said = costs.tokens_per_paper(tokens, digest.funnel.judged, costs.judged_on(digest))
    return said and f"{said}."


def at_most(digest: Digest) -> str | None:
    """Say what a page cost at most whose cost is not known; None where there is nothing to say."""
    most = digest.spend.most if digest.spend else None
    return None if most is None else f"It cost {amount(most)} at most."


def chip(entry: Entry) -> str:
    """Give the mark beside a title: a star, both scores, or the match."""
    if entry.followed:
        return STAR
    if entry.judgement:
        return f"{entry.judgement.relevance}·{entry.judgement.novelty}"
    if entry.match is None:
        return NOTHING_SAID
    if entry.match.probability is not None:
        return match_best(entry.match)
    return f"№\N{NO-BREAK SPACE}{number(entry.match.rank)}"


def chip_words(entry: Entry) -> str:
    """Give the same mark for who cannot see it."""
    if entry.followed:
        return "by an author you follow"
    if entry.judgement:
        return f"relevance {entry.judgement.relevance}, novelty {entry.judgement.novelty}"
    return f"match {match_words(entry.match)}" if entry.match else "no score"


def aside(entry: Entry) -> str:
    """Give what stands beside a title in the contents."""
    if entry.outside:
        return OUTSIDE
    if entry.followed:
        return "author match"
    return (entry.match.topic if entry.match else None) or ""


def match_rank(match: Match) -> str:
    """`3 of 299`."""
    return f"{number(match.rank)} of {number(match.of)}"


def match_best(match: Match) -> str:
    """Give the probability of being selected, or the rank where none is calibrated."""
    if match.probability is None:
        return match_rank(match)
    return percent(min(match.probability, _NEARLY))  # nothing is certain before it is read


def match_rest(match: Match) -> str:
    """Give the rank where the probability has been said already."""
    return "" if match.probability is None else f"({match_rank(match)})"


def match_words(match: Match) -> str:
    """`94 % (3 of 299)` or `3 of 299`."""
    return f"{match_best(match)} {match_rest(match)}".strip()


def reason(entry: Entry) -> str | None:
    """Why the paper is here; None where only the evidence can say."""
    if entry.followed:
        names = listed(filter(None, map(author_match, entry.followed)))
        who = f"{entry.comment}: {names}" if names else f"{entry.comment}"
        said = entry.judgement.comment if entry.judgement else ""
        return f"{who}. {said}" if said else who
    if entry.outside and entry.judgement is None:
        return "Random pick. Vote to see more or fewer like this."
    return entry.comment


def author_match(match: AuthorMatch) -> str:
    """Name a followed author; a name alone may be a namesake's, and the page says so.

    Nothing where only that there is one is known.
    """
    if match.name is None:
        return ""
    return f"{match.name} (by name)" if match.by_name_only else match.name


def evidence(match: Match | None) -> tuple[tuple[str, str], ...]:
    """Say what the ranker saw, besides the nearest paper of before: names and values."""
    if match is None:
        return ()
    words = (
        ("Topic", match.topic or ""),
        ("Matched terms", listed(match.words_for)),
        ("Counting against", listed(match.words_against)),
    )
    return tuple((name, value) for name, value in words if value)


def precedent(one: Precedent) -> str:
    """`14 January 2025, similarity 0.83`; what is short of the same never reads as the same."""
    return f"{short_date(one.day)}, similarity {f'{one.similarity:.4f}'[:4]}"


def shown_authors(count: int) -> int:
    """How many authors to print before the rest is folded."""
    return count if count <= MOST_AUTHORS else _FEW_AUTHORS


def no_model(digest: Digest) -> str:
    """Say what stands in place of tokens and cost."""
    if digest.status is Status.IMPORTED:
        return "The imported page names no model."
    if not digest.entries:
        return "No model was used."
    return "No model: ordered by the embedded ranker."


def cut_offs(digest: Digest) -> str | None:
    """Say what a judged paper needed to be selected; None where nobody judged, or knows."""
    if digest.model is None or digest.cutoffs is None:
        return None
    return (
        f"Selected: relevance of {digest.cutoffs.relevance} or more "
        f"and novelty of {digest.cutoffs.novelty} or more."
    )


def not_recorded_words(missing: tuple[Unjudged, ...]) -> str:
    """Say how many papers a recording knows nothing of."""
    papers = counted(len(missing), "paper")
    return f"The recording has no judgement of {papers}; this is not an error."


def unread_words(digest: Digest) -> str:
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


def prompt_kept(digest: Digest) -> str | None:
    """Say that the selection prompt is not shown, where that is so."""
    if digest.prompt is not None or digest.status is Status.IMPORTED:
        return None
    return "The reader keeps the selection prompt private."


def unread_match(one: Unread) -> str:
    """Give the match of a paper that nobody read: `2 %`."""
    return percent(one.probability)


def nothing(digest: Digest) -> str:
    """Say what stands where the papers would."""
    if digest.status is Status.QUIET:
        return "arXiv announced no papers in these categories."
    if digest.funnel.waiting:
        return f"No papers yet: {counted(digest.funnel.waiting, 'paper')} waiting in a batch."
    if digest.funnel.scanned is None:
        return "No paper was selected."
    return f"None of {counted(digest.funnel.scanned, 'paper')} was selected."
