"""The wording for a whole page: its status, counts, tokens and cost, the same in every form."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.domain.digest import Batch, Digest, Funnel, Status, Updated
from paperlark.domain.exploration import AchievedRecall
from paperlark.domain.profile import ENGLISH
from paperlark.domain.spending import Spend, Tokens, UnderWay
from paperlark.renderers.catalogue import (
    catalogue_of,
    is_tag_of_english,
    language,
    marked,
    ngettext,
    pgettext,
)
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.formats import (
    amount,
    decimal,
    dollars,
    known,
    listed,
    long_date,
    number,
    percent,
    sentences,
    unknown,
)
from paperlark.renderers.formats import papers as counted_papers
from paperlark.renderers.reasons import OUTSIDE


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: its name, its cells, and a remark."""

    name: str
    cells: tuple[str, ...]
    remark: str = ""


def selected_of_scanned(selected: int, scanned: int | None) -> str:
    """Return `37 of 384 papers`, or `37 papers` if the number scanned is unknown."""
    if scanned is None:
        return counted_papers(selected)
    return _("{selected} of {papers}").format(
        selected=number(selected), papers=counted_papers(scanned)
    )


_STATUS = {
    Status.COMPLETE: marked("complete"),
    Status.WITHIN_BUDGET: marked("complete within budget"),
    Status.QUIET: marked("no announcement"),
    Status.IMPORTED: marked("imported"),
}
"""What people read of a status, except a partial one, which says what is missing."""


def status_text(digest: Digest) -> str:
    """Return how the run ended."""
    if digest.status is not Status.PARTIAL:
        word = _(_STATUS[digest.status])
        return _("{status}, reconstructed").format(status=word) if digest.reconstructed else word
    missing = shortfall(digest)
    if not missing:
        return _("partial: see the notes")
    return _("partial: {missing}, see below").format(missing=missing)


def shortfall(digest: Digest) -> str:
    """Return how many papers were planned for judging and not judged, empty if none."""
    counts = (
        (digest.funnel.unjudged, _("{papers} not judged")),
        (digest.funnel.over_budget, _("{papers} over budget")),
        (digest.funnel.waiting, _("{papers} waiting in a batch")),
    )
    return listed(how.format(papers=counted_papers(count)) for count, how in counts if count)


def batches(digest: Digest) -> tuple[tuple[str, str], ...]:
    """Return for each category the source of its announcement and how complete it is."""
    return tuple((batch.category, _batch(batch)) for batch in digest.batches)


def _batch(batch: Batch) -> str:
    tried = f" ({'; '.join(map(_, batch.trail))})" if batch.trail else ""
    if batch.via is None:
        return _("missing") + tried
    source = _(batch.via.value)
    if _is_confirmed(batch) and batch.confirmed is not None:
        source = _("{source}, confirmed by the {other}").format(
            source=source, other=_(batch.confirmed.value)
        )
    if batch.expected is None:
        entries = ngettext("{count} entry", "{count} entries", batch.entries)
    else:
        entries = ngettext("{count} of {all} entry", "{count} of {all} entries", batch.entries)
    counted = entries.format(count=number(batch.entries), all=number(batch.expected or 0))
    words = (
        _("reconstructed from submissions: {source}, {entries}")
        if batch.reconstructed
        else _("{source}, {entries}")
    )
    return words.format(source=source, entries=counted) + tried


def _is_confirmed(batch: Batch) -> bool:
    return batch.confirmed is not None and batch.confirmed is not batch.via


def updated(one: Updated) -> str:
    """Return the new version, and the day of the page with the earlier one."""
    return _("version {version}; on your page of {day}").format(
        version=one.paper.version, day=long_date(one.since)
    )


def summary(digest: Digest) -> tuple[str, ...]:
    """Return the parts of the line under the title, status last."""
    if digest.status is Status.QUIET:
        return (listed(digest.categories), status_text(digest))
    funnel = digest.funnel
    by_followed = sum(1 for entry in digest.entries if entry.followed)
    sampled = sum(1 for entry in digest.entries if entry.outside)
    counts = (
        (by_followed, _("{count} by an author you follow")),
        (sampled, f"{{count}} {_(OUTSIDE)}"),
        (funnel.not_recorded, _("{count} not recorded")),
    )
    more = (words.format(count=number(count)) for count, words in counts if count)
    papers = selected_of_scanned(funnel.selected, funnel.scanned)
    return (papers, *more, status_text(digest))


def funnel_rows(digest: Digest) -> tuple[TableRow, ...]:
    """Return the number of papers at every step; steps of a judge only where there was one."""
    funnel = digest.funnel
    listings = _listings(funnel.announced_listings)
    # An imported page does not say whether a paper in two feeds counts twice.
    is_imported = digest.status is Status.IMPORTED
    elsewhere = _("as counted on the imported page") if is_imported else ""
    announced = _in_feeds(listings, funnel.feeds) if listings else elsewhere
    scanned = _listings(funnel.scanned_listings) or elsewhere
    rows = [_row(_("announced"), funnel.announced, announced)]
    if funnel.seen:
        rows.append(_row(_("seen before"), funnel.seen, _("on an earlier day")))
    if funnel.excluded:
        rows.append(_row(_("excluded"), funnel.excluded, _("by your filters")))
    rows.append(_row(_("scanned"), funnel.scanned, scanned))
    if funnel.gated:
        rows.append(_row(_("gated"), funnel.gated, _("no author reaches your minimum h-index")))
    if digest.model is not None:
        rows += _judge_rows(funnel)
    return (*rows, _row(_("selected"), funnel.selected, _followed(funnel.followed)))


def _listings(count: int | None) -> str:
    if count is None:
        return ""
    return ngettext("{count} listing", "{count} listings", count).format(count=number(count))


def _in_feeds(listings: str, feeds: int | None) -> str:
    if feeds is None:
        return listings
    text = ngettext("{listings} in {count} feed", "{listings} in {count} feeds", feeds)
    return text.format(listings=listings, count=number(feeds))


def _followed(count: int | None) -> str:
    return _("{count} followed").format(count=number(count)) if count else ""


def _judge_rows(funnel: Funnel) -> list[TableRow]:
    if funnel.shortlisted is None:
        return [_row(_("judged"), funnel.judged)]
    rows = [_row(_("shortlisted"), funnel.shortlisted)]
    if funnel.explored:
        rows.append(_row(_("explored"), funnel.explored, _("random sample")))
    if funnel.unread:
        rows.append(_row(_("unread"), funnel.unread, _("low match")))
    rows += [
        _row(_("judged"), funnel.judged, _followed(funnel.followed_asked)),
        _row(_("unjudged"), funnel.unjudged),
    ]
    if funnel.over_budget:
        rows.append(_row(_("over budget"), funnel.over_budget, _("not sent to the model")))
    if funnel.waiting:
        rows.append(_row(_("waiting"), funnel.waiting, _("in a batch, no answer yet")))
    if funnel.not_recorded:
        rows.append(_row(_("not recorded"), funnel.not_recorded))
    return rows


def _row(name: str, count: int | None, remark: str = "") -> TableRow:
    return TableRow(name, (known(count),), remark)


def usage_rows(spend: Spend | None) -> tuple[TableRow, TableRow]:
    """Return tokens and cost: prompt, completion and total of each."""
    tokens, cost = (spend.tokens, spend.cost) if spend else (None, None)
    return _token_row(tokens), TableRow(_("cost"), dollars(cost))


def _token_row(tokens: Tokens | None) -> TableRow:
    if tokens is None:
        return TableRow(_("tokens"), (unknown(),) * 3)
    cells = (tokens.prompt, tokens.completion, tokens.total)
    cached = _("{count} prompt tokens cached") if tokens.cached else ""
    remark = cached.format(count=number(tokens.cached))
    return TableRow(_("tokens"), tuple(number(cell) for cell in cells), remark)


def cost_bound(digest: Digest) -> str | None:
    """Return the upper bound of an unknown cost; None without one."""
    most = digest.spend.most if digest.spend else None
    return None if most is None else _("It cost {amount} at most.").format(amount=amount(most))


KILLED = marked("under way when the run was killed")


def under_way_text(questions: UnderWay, where: str = KILLED) -> str:
    """Return how many questions are where, and the most that they cost, in tokens if unpriced."""
    count = ngettext("{count} question", "{count} questions", questions.questions).format(
        count=number(questions.questions)
    )
    counts = _("{questions} {where}").format(questions=count, where=_(where))
    if questions.most is not None:
        return _("{what}, at most {amount}").format(what=counts, amount=amount(questions.most))
    if questions.tokens is not None:
        tokens = number(questions.tokens.total)
        return _("{what}, at most {tokens} tokens").format(what=counts, tokens=tokens)
    return counts


def cut_off(digest: Digest) -> str | None:
    """Return what was under way at a kill and may have cost more; None where nothing was."""
    if digest.under_way is None:
        return None
    return _("Besides: {what}.").format(what=under_way_text(digest.under_way))


def cost_remarks(digest: Digest) -> tuple[str, ...]:
    """Return the sentences below tokens and cost: per paper, at most, and what was cut off."""
    remarks = (tokens_per_paper(digest), cost_bound(digest), cut_off(digest))
    return tuple(remark for remark in remarks if remark)


def without_model(digest: Digest) -> str:
    """Return the sentence in place of tokens and cost."""
    if digest.status is Status.IMPORTED:
        return _("The imported page names no model.")
    if not digest.entries:
        return _("No model was used.")
    return _("No model: ordered by the embedded ranker.")


def cutoffs_text(digest: Digest) -> str | None:
    """Return the cut-offs; None without a judge or if unknown."""
    if digest.model is None or digest.cutoffs is None:
        return None
    return _("Selected: relevance of {relevance} or more and novelty of {novelty} or more.").format(
        relevance=digest.cutoffs.relevance, novelty=digest.cutoffs.novelty
    )


def unread_text(digest: Digest) -> str:
    """Return why papers were not sent to the model, and how many."""
    return _("Not sent to the model because of a low match: {papers}.").format(
        papers=counted_papers(digest.funnel.unread or 0)
    )


def missed(digest: Digest) -> str | None:
    """Return the estimates of missed papers and of the recall so far; None without an estimate."""
    achieved = recall_text(digest.achieved) if digest.achieved else None
    return sentences((_missed_today(digest), achieved)) or None


def recall_text(achieved: AchievedRecall) -> str | None:
    """Return the recall of earlier days; None where none of their papers was wanted."""
    share, interval = achieved.share, achieved.interval
    if share is None or interval is None:
        return None
    low, high = (round(100 * one) for one in interval)
    text = ngettext(
        "Of the relevant papers of the last day about {share} % were read, 95 % interval"
        " {low}-{high} %.",
        "Of the relevant papers of the last {count} days about {share} % were read, 95 % interval"
        " {low}-{high} %.",
        achieved.days,
    )
    return text.format(count=number(achieved.days), share=round(100 * share), low=low, high=high)


def _missed_today(digest: Digest) -> str | None:
    if digest.missed is None:
        return None
    expected, unread = round(digest.missed.expected), number(digest.missed.unread)
    text = (
        ngettext(
            "About {count} relevant paper among {unread} unread, 95 % interval {low}-{high}.",
            "About {count} relevant papers among {unread} unread, 95 % interval {low}-{high}.",
            expected,
        )
        if expected
        else _("Probably no relevant paper among {unread} unread, 95 % interval {low}-{high}.")
    )
    low, high = digest.missed.low, digest.missed.high
    return text.format(count=number(expected), unread=unread, low=low, high=high)


def agreement(digest: Digest) -> str | None:
    """Return how well several readings agree; None with one reading per paper."""
    one = digest.agreement
    if one is None:
        return None
    return _(
        "Scores are means of up to {readings} readings per paper. The readings agree on the"
        " selection of {share} of {papers}; on average two readings differ by {distance} points"
        " per score."
    ).format(
        readings=one.readings,
        share=percent(one.share),
        papers=counted_papers(one.papers),
        distance=decimal(one.distance, 1),
    )


TRANSLATION = marked("The criteria in English, by which the papers were ranked:")


def private_prompt(digest: Digest) -> str | None:
    """Return the sentence in place of a prompt that the reader keeps private."""
    if digest.prompt is not None or digest.status is Status.IMPORTED:
        return None
    return _("The reader keeps the selection prompt private.")


def no_papers_text(digest: Digest) -> str:
    """Return the sentence in place of papers."""
    if digest.status is Status.QUIET:
        return _("arXiv announced no papers in these categories.")
    if digest.funnel.waiting:
        return _("No papers yet: {papers} waiting in a batch.").format(
            papers=counted_papers(digest.funnel.waiting)
        )
    if digest.funnel.scanned is None:
        return _("No paper was selected.")
    if digest.funnel.excluded and not digest.funnel.scanned:
        return _("Your filters left out {papers}, and nothing else was new.").format(
            papers=counted_papers(digest.funnel.excluded)
        )
    return _("None of {papers} was selected.").format(papers=counted_papers(digest.funnel.scanned))


_STOPS = ".\N{IDEOGRAPHIC FULL STOP}"


def account(digest: Digest) -> tuple[str, ...]:
    """Return model, tokens, cost and counts in a line; unknown counts are left to the table."""
    funnel = digest.funnel
    counts = (
        (funnel.announced, _("{count} announced")),
        (funnel.excluded or None, _("{count} excluded by your filters")),
        (funnel.scanned, _("{count} scanned")),
        (funnel.selected, _("{count} selected")),
    )
    papers = (step.format(count=number(count)) for count, step in counts if count is not None)
    return (*_model_account(digest), *papers)


def _model_account(digest: Digest) -> tuple[str, ...]:
    if digest.model is None:
        ordered = digest.entries and digest.status is not Status.IMPORTED
        return (_("No model"),) if ordered else (without_model(digest).rstrip(_STOPS),)
    tokens, cost = usage_rows(digest.spend)
    most = digest.spend.most if digest.spend else None
    besides = digest.under_way.most if digest.under_way else None
    if most is not None:
        paid = _("{amount} at most").format(amount=amount(most))
    elif cost.cells[-1] == unknown():
        paid = _("cost unknown")
    else:
        paid = cost.cells[-1]
    if besides is not None:
        paid = _("{paid}, and at most {amount} for questions cut off").format(
            paid=paid, amount=amount(besides)
        )
    return (digest.model, _("{count} tokens").format(count=tokens.cells[-1]), paid)


def tokens_per_paper(digest: Digest) -> str | None:
    """Return a sentence with the tokens per judged and per selected paper; None: unknown."""
    tokens = digest.spend.tokens if digest.spend else None
    text = usage_per_paper(tokens, digest.funnel.judged, judged_on(digest))
    return text and pgettext("a sentence", "{text}.").format(text=text)


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
    words = _("{count} tokens per judged paper").format(count=_rounded(tokens, judged))
    if not selected:
        return words
    return _("{words}, {count} per selected paper").format(
        words=words, count=_rounded(tokens, selected)
    )


def _rounded(tokens: Tokens, papers: int) -> str:
    return number(round(tokens.total / papers))


def summaries_missing(digest: Digest) -> str | None:
    """Return how many selected papers lack the sentence that the model was to write."""
    if not digest.summaries or digest.cutoffs is None:
        return None
    judged = (one.judgement for one in digest.entries if one.judgement)
    asked = [one for one in judged if digest.cutoffs.meets(one.relevance, one.novelty)]
    missing = sum(not one.summary for one in asked)
    if not missing:
        return None
    text = ngettext(
        "The model wrote no usable summary of {count} paper.",
        "The model wrote no usable summary of {count} papers.",
        missing,
    )
    return text.format(count=number(missing))


def no_catalogue() -> str | None:
    """Return that the page's own words are English because there are no others; None else."""
    tag = language()
    if catalogue_of(tag) != ENGLISH or is_tag_of_english(tag):
        return None
    return f"paperlark has no words in the language {tag}: this page's own words are in English."
