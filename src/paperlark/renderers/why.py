"""The history of one paper for one reader, as text for a terminal and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.digest import Placement
from paperlark.domain.judgement import Match, Precedent
from paperlark.domain.paper import abstract_page
from paperlark.domain.paper_history import (
    DayOfPaper,
    ListedPaper,
    PaidCall,
    PaperHistory,
    PaperOutcome,
    ReadingRecord,
)
from paperlark.domain.spending import Spend
from paperlark.renderers import english, matches, reasons, typeset
from paperlark.renderers.english import UNKNOWN, amount, dollars

NARROWEST = 60
CUT_AT = 800
"""Characters of a reply that are shown."""

_NAMES = 19
"""Width of the column of names, with its indent of two."""

_THRESHOLDS = {
    Placement.FOLLOWED: "not applied: by an author you follow",
    Placement.GATED: "not applied: no author reaches your minimum h-index",
    Placement.ABOVE: "above",
    Placement.EXPLORED: "below, but in the random sample",
    Placement.BELOW: "below",
}


@dataclass(frozen=True, slots=True)
class _Fact:
    """A name and its paragraphs."""

    name: str
    paragraphs: tuple[str, ...]


def why_text(history: PaperHistory, *, width: int = 80, whole: bool = False) -> str:
    """Return the history in lines of at most `width` (or 60); `whole` shows replies in full."""
    width = max(width, NARROWEST)
    # Control characters must not reach the terminal.
    return "\n".join(
        plain_text.clean(line).rstrip() for line in _lines(history, width, whole=whole)
    )


def _lines(history: PaperHistory, width: int, *, whole: bool) -> Iterator[str]:
    title = history.paper.title if history.paper else "(its text was lost with an earlier database)"
    yield from textwrap.wrap(f"{history.paper_id}  {typeset.plain(title)}", width)
    yield abstract_page(history.paper_id)
    for day in history.days:
        yield ""
        yield english.long_date(day.day)
        listed = [one for one in history.listed if one.day == day.day]
        for fact in filter(None, _facts(day, listed, whole=whole)):
            yield from _fact_lines(fact, width)
    votes = tuple(
        f"{one.vote}, {one.at:%Y-%m-%d %H:%M} UTC{', by an assistant' if one.by_assistant else ''}"
        for one in history.votes
    )
    if votes:
        yield ""
        yield from _fact_lines(_Fact("your votes", votes), width)


def _fact_lines(fact: _Fact, width: int) -> Iterator[str]:
    name, indent = f"  {fact.name:<{_NAMES - 2}}", " " * _NAMES
    for paragraph in fact.paragraphs:
        for line in textwrap.wrap(paragraph, width - _NAMES) or [""]:
            yield f"{name}{line}"
            name = indent


def _facts(day: DayOfPaper, listed: list[ListedPaper], *, whole: bool) -> Iterator[_Fact | None]:
    yield _fact("announced", _announced(listed))
    yield _fact("outcome", _outcome(day))
    if day.placement:
        yield _fact("threshold", _THRESHOLDS[day.placement])
    followed = day.entry.followed if day.entry else ()
    yield _fact("followed", english.listed(reasons.author_match(one) for one in followed))
    if day.match:
        yield from _match_facts(day.match)
    elif day.probability is not None and day.calibrated:
        yield _fact("match", english.percent(day.probability))
    yield _fact("nearest earlier", *(_precedent(one) for one in day.precedents))
    if day.judgement:
        least = day.cutoffs and (day.cutoffs.relevance, day.cutoffs.novelty)
        relevance, novelty = (f" (cut-off {one})" for one in least) if least else ("", "")
        yield _fact("relevance", f"{day.judgement.relevance}{relevance}")
        yield _fact("novelty", f"{day.judgement.novelty}{novelty}")
        yield _fact("comment", _plain(day.judgement.comment) or "none: the scores are too low")
    if day.judge:
        model, _, prompt = day.judge.rpartition("/")
        yield _fact("model", _plain(day.model or model))
        yield _fact("prompt hash", _plain(prompt))
        yield _fact("criteria", f"{day.criteria} (fingerprint)")
    yield from _readings(day.readings)
    for number, call in enumerate(dict.fromkeys(one.question for one in day.readings), start=1):
        several = f" {number}" if len(day.readings) > 1 else ""
        yield from _call(call, several, whole=whole)


def _fact(name: str, *paragraphs: str) -> _Fact | None:
    """Return a fact, None without a paragraph."""
    kept = tuple(filter(None, paragraphs))
    return _Fact(name, kept) if kept else None


def _announced(listed: Iterable[ListedPaper]) -> str:
    """`cs.LG new, cs.AI cross (version 1, RSS)`."""
    by_source = groupby(listed, key=lambda one: (one.version, one.via))
    return "; ".join(
        f"{english.listed(f'{one.category} {one.type}' for one in some)} (version {version}, {via})"
        for (version, via), some in by_source
    )


def _outcome(day: DayOfPaper) -> str:
    match day.outcome:
        case PaperOutcome.SHOWN if day.entry:
            mark = f", {reasons.OUTSIDE}" if day.entry.outside else ""
            if day.entry.unjudged:
                why = f": {_plain(day.unjudged.reason)}" if day.unjudged else ""
                mark = f", {reasons.NOT_JUDGED} and chosen by match{why}"
            return f"on your page, place {day.entry.place} of {day.shown}{mark}"
        case PaperOutcome.PASSED_OVER if day.seen:
            return f"skipped: announced to you before, on {day.seen}"
        case PaperOutcome.PASSED_OVER:
            return "skipped: excluded by your profile"
        case PaperOutcome.EXCLUDED:
            return f"skipped: left out by your filter: {_plain(day.rule or '')}"
        case PaperOutcome.UPDATED:
            return "on your page under Updated: it was on an earlier page"
        case _:
            reason = f": {_plain(day.unjudged.reason)}" if day.unjudged else ""
            return f"not on your page: {day.outcome}{reason}"


def _match_facts(match: Match) -> Iterator[_Fact | None]:
    yield _fact("match", matches.match_text(match), matches.match_meaning(match))
    for name, value in reasons.evidence(match):
        yield _fact(name.lower(), _plain(value))
    near = match.nearest
    if near:
        where = near.url or "not on arXiv"
        yield _fact("resembles", f"{_plain(near.title)} ({english.short_date(near.day)}), {where}")


def _precedent(one: Precedent) -> str:
    return f"{one.paper_id}  {_plain(one.title)} ({reasons.precedent_text(one)})"


def _readings(said: tuple[ReadingRecord, ...]) -> Iterator[_Fact | None]:
    if len(said) > 1:
        readings = (
            f"{one.judgement.relevance}\N{MIDDLE DOT}{one.judgement.novelty}"
            f"  {_plain(one.judgement.comment)}"
            for one in said
        )
        yield _fact("readings", *readings)


def _call(call: PaidCall, several: str, *, whole: bool) -> Iterator[_Fact | None]:
    page = f"for the page of {call.day} of {_plain(call.profile)}"
    how = ", by batch" if call.batch else ""
    yield _fact(f"request{several}", f"sent {page}{how}, {call.at:%Y-%m-%d %H:%M} UTC")
    yield _fact("tokens", _tokens(call.spend))
    yield _fact("cost", _cost(call.spend))
    yield _fact("share", share(call))
    # Not through _fact: blank lines of the reply are kept.
    yield _Fact("reply", tuple(_reply(call.reply, whole=whole)))


def _tokens(spend: Spend) -> str:
    if spend.tokens is None:
        return UNKNOWN
    cached = (
        f", {english.number(spend.tokens.cached)} of them cached" if spend.tokens.cached else ""
    )
    return (
        f"{english.number(spend.tokens.total)}: prompt {english.number(spend.tokens.prompt)}"
        f"{cached}, completion {english.number(spend.tokens.completion)}"
    )


def _cost(spend: Spend) -> str:
    if spend.cost is None and spend.most is not None:
        return f"at most {amount(spend.most)}"
    return dollars(spend.cost)[2]


def share(call: PaidCall) -> str:
    """Return the share of one paper in the tokens and cost of a call for several papers."""
    papers = call.papers
    if papers == 1:
        return "all of it: judged alone"
    tokens, cost = call.spend.tokens, call.spend.cost
    each = (
        f"{english.number(round(tokens.total / papers))} tokens" if tokens else "",
        amount(cost.total / papers) if cost else "",
    )
    each_text = english.listed(part for part in each if part)
    return f"1 of {papers} papers{f': {each_text}' if each_text else ''}"


def _reply(reply: str, *, whole: bool) -> Iterator[str]:
    """Return the lines of a reply, truncated unless `whole`."""
    shown = reply if whole else reply[:CUT_AT]
    yield from plain_text.clean(shown).split("\n")
    left = len(reply) - len(shown)
    if left:
        yield f"... {english.number(left)} more characters: --raw shows them"


def _plain(words: str) -> str:
    return plain_text.one_line(typeset.plain(words))


def why_document(history: PaperHistory) -> str:
    """Return the history as JSON with full replies, in ASCII so that it is safe in a terminal."""
    return json.dumps(_history_record(history), indent=2, default=str)


def _history_record(history: PaperHistory) -> dict[str, Any]:
    return {
        "schema": "paperlark/why/1",
        "id": history.paper_id,
        "url": abstract_page(history.paper_id),
        "profile": history.profile,
        "title": history.paper.title if history.paper else None,
        "announced": [asdict(one) for one in history.listed],
        "days": [_day(one) for one in history.days],
        "votes": [
            {"vote": one.vote, "at": one.at.isoformat(), "by_assistant": one.by_assistant}
            for one in history.votes
        ],
    }


def _day(day: DayOfPaper) -> dict[str, Any]:
    match, judged = day.match, day.judgement
    return {
        "day": day.day,
        "outcome": day.outcome.name.lower(),
        "reason": day.unjudged.reason if day.unjudged else None,
        "seen_before": day.seen,
        "place": day.entry.place if day.entry else None,
        "followed": [one.name for one in day.entry.followed] if day.entry else [],
        "line": day.placement,
        "rule": day.rule,
        "probability": day.probability,
        "match": match and asdict(match),
        "precedents": [_precedent_record(one) for one in day.precedents],
        "cutoffs": day.cutoffs and asdict(day.cutoffs),
        "judgement": judged
        and {
            "relevance": judged.relevance,
            "novelty": judged.novelty,
            "comment": judged.comment,
        },
        "model": day.model,
        "judge": day.judge,
        "criteria": day.criteria,
        "readings": [
            {
                "judge": one.judge,
                "version": one.judgement.version,
                "relevance": one.judgement.relevance,
                "novelty": one.judgement.novelty,
                "comment": one.judgement.comment,
                "question": _call_record(one.question),
            }
            for one in day.readings
        ],
    }


def _precedent_record(one: Precedent) -> dict[str, Any]:
    return {
        "id": one.paper_id,
        "url": one.url,
        "title": one.title,
        "day": one.day,
        "similarity": one.similarity,
    }


def _call_record(call: PaidCall) -> dict[str, Any]:
    return {
        "day": call.day,
        "profile": call.profile,
        "at": call.at.isoformat(),
        "batch": call.batch,
        "papers": call.papers,
        **_spend(call.spend),
        "reply": call.reply,
    }


def _spend(spend: Spend) -> dict[str, Any]:
    cost = spend.cost
    return {
        "requests": spend.requests,
        "tokens": spend.tokens and asdict(spend.tokens) | {"total": spend.tokens.total},
        "cost_usd": cost and f"{cost.total:f}",
        "at_most_usd": None if spend.bound is None else f"{spend.bound:f}",
    }
