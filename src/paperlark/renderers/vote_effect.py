"""Votes and what they change, as lines for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from paperlark.domain import plain_text
from paperlark.domain.calendar import today
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.paper import Paper
from paperlark.domain.triage import Action, TriageEvent
from paperlark.domain.vote_effect import CastVotes, Move, VoteEffect
from paperlark.domain.vote_lines import BadLine
from paperlark.renderers import english, typeset

Json = dict[str, object]


def vote_lines(cast: CastVotes) -> Iterator[str]:
    """Yield a line for each paper that was voted on."""
    for paper in cast.papers:
        yield f"{cast.vote:<4}  {paper.id}  {_title(paper)}"


def effect_lines(cast: CastVotes, effect: VoteEffect | None, now: date) -> Iterator[str]:
    """Yield from when the votes count and, where pages were compared, what they change."""
    if cast.nothing_new and cast.vote is Vote.NONE:
        yield "there was no vote to take back: nothing changes"
        return
    counts = _counts(cast)
    if effect is None:
        yield counts
        return
    yield f"{counts}; {_sentence(effect, now)}"
    yield from (_move(move) for move in effect.largest)


def _counts(cast: CastVotes) -> str:
    several = len(cast.papers) > 1
    if cast.nothing_new:
        return "these votes were there already" if several else "this vote was there already"
    return "count from the next page" if several else "counts from the next page"


def _sentence(effect: VoteEffect, now: date) -> str:
    if effect.not_compared or effect.day is None:
        return f"what changes is not known: {effect.not_compared}"
    papers = (
        "today's papers" if effect.day == now else f"the papers of {english.long_date(effect.day)}"
    )
    where = " in the ranking that decides what the model reads" if effect.for_model else ""
    if not effect.moved:
        return f"of {papers} none would move{where}"
    most = ", furthest" if effect.moved > len(effect.largest) else ""
    return f"of {papers} {english.number(effect.moved)} would move{where}{most}:"


def _move(move: Move) -> str:
    before = "new" if move.before is None else str(move.before)
    after = "off" if move.after is None else str(move.after)
    return f"{before:>6} → {after:<3}  {_title(move.paper)}"


def votes_json(cast: CastVotes, effect: VoteEffect | None) -> Json:
    """Return the votes and their effect as plain values; `effect` is null where not asked for."""
    nothing = cast.nothing_new and cast.vote is Vote.NONE
    return {
        "vote": cast.vote,
        "papers": [
            {"id": paper.id, "title": paper.title, "repeated": paper.id in cast.repeated}
            for paper in cast.papers
        ],
        "counts_from": None if nothing else "the next page",
        "effect": _effect_json(effect) if effect else None,
    }


def _effect_json(effect: VoteEffect) -> Json:
    compared = not effect.not_compared
    return {
        "day": effect.day.isoformat() if effect.day else None,
        "places_in": "the ranking for the model" if effect.for_model else "the page",
        "shown": effect.shown if compared else None,
        "moved": effect.moved if compared else None,
        "largest": [
            {"id": one.paper.id, "title": one.paper.title, "before": one.before, "after": one.after}
            for one in effect.largest
        ],
        "not_compared": effect.not_compared or None,
    }


def list_lines(votes: Sequence[tuple[Feedback, Paper | None]]) -> Iterator[str]:
    """Yield a line for each vote that counts."""
    for one, paper in votes:
        title = _title(paper) if paper else "(its title was lost with an earlier database)"
        by = "  (by an assistant)" if one.by_assistant else ""
        yield f"{today(one.at)}  {one.vote:<4}  {one.paper_id}  {title}{by}"


def list_json(votes: Sequence[tuple[Feedback, Paper | None]]) -> list[Json]:
    """Return the votes that count as plain values."""
    return [
        {
            "id": one.paper_id,
            "vote": one.vote,
            "at": one.at.isoformat(),
            "title": paper.title if paper else None,
            "by_assistant": one.by_assistant,
        }
        for one, paper in votes
    ]


def kept_lines(kept: Sequence[tuple[TriageEvent, Paper]], repeated: int, bad: int) -> Iterator[str]:
    """Yield a line for each vote that was kept from lines of text, and how many were and were not.

    `repeated` is how many votes were there already, `bad` how many lines could not be kept.
    """
    for event, paper in kept:
        yield f"{_done(event):<6}  {paper.id}  {_title(paper)}"
    said = [f"{english.counted(len(kept), 'vote')} kept"]
    if repeated:
        said.append(f"{english.number(repeated)} there already")
    if bad:
        said.append(f"{english.counted(bad, 'line')} not kept")
    yield ", ".join(said)


def bad_lines(bad: Sequence[BadLine], most: int) -> Iterator[str]:
    """Yield a line for each line that could not be kept, of the first `most` of them."""
    for one in bad[:most]:
        yield f"line {one.number} ({one.text!r}): {one.reason}"
    if len(bad) > most:
        yield f"and {english.counted(len(bad) - most, 'more line')} like these"


def lines_json(
    kept: Sequence[tuple[TriageEvent, Paper]], repeated: int, bad: Sequence[BadLine]
) -> Json:
    """Return what became of lines of votes as plain values."""
    return {
        "kept": [
            {"id": paper.id, "title": paper.title, "vote": _done(event)} for event, paper in kept
        ],
        "repeated": repeated,
        "not_kept": [{"line": one.number, "text": one.text, "why": one.reason} for one in bad],
    }


def _done(event: TriageEvent) -> str:
    if event.on:
        return str(event.action)
    return "none" if event.action is Action.WANT else f"-{event.action}"


def _title(paper: Paper) -> str:
    return plain_text.one_line(typeset.plain(paper.title))
