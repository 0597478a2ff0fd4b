"""The six verbs: their names, what they are for, what they take, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from paperlark import InvalidArguments, OpenedProfile, PaperlarkError, TriageState, VotesNotAllowed
from paperlark.domain.triage import UNTOUCHED, Action
from paperlark.verbs.answers import Answer, Item, Json, cut, fit
from paperlark.verbs.arguments import (
    Arguments,
    DigestArguments,
    PaperArguments,
    SaveArguments,
    SearchArguments,
    SimilarArguments,
    VoteArguments,
    check_arguments,
)
from paperlark.verbs.fence import clean_text
from paperlark.verbs.papers import entry_item, result_item, state_facts, whole_item

MOST_FOUND = 100
"""Papers that a search or a comparison finds at most."""
_NOTES, _WORDS = 1_000, 200
_DAYS = 5


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: whether it is an assistant, whose votes are marked, and whether it may vote."""

    may_vote: bool
    is_assistant: bool = True


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be asked for: `summary` is what it is told to be for."""

    name: str
    summary: str
    arguments: type[Arguments]
    run: Callable[[OpenedProfile, Any, Asker], Answer]
    writes: bool = False


def answer(profile: OpenedProfile, name: str, given: Mapping[str, object], asker: Asker) -> Answer:
    """Return the answer of a verb to arguments from outside.

    Raises InvalidArguments where there is no such verb, or it does not take these arguments;
    VotesNotAllowed where this asker may not; any PaperlarkError of what is asked for.
    """
    verb = BY_NAME.get(name)
    if verb is None:
        raise InvalidArguments(f"there is no {name[:40]!r}", hint=f"there are {', '.join(BY_NAME)}")
    arguments = check_arguments(verb.arguments, given)
    if verb.writes and not asker.may_vote:
        raise VotesNotAllowed(
            "assistants may not vote or save here",
            hint="only the reader can allow it: votes = true in the table [mcp] of the profile, or"
            " paperlark mcp --allow-votes",
        )
    found = verb.run(profile, arguments, asker)
    if found.items is None:
        return replace(found, about=fit(found.about))
    cursor = getattr(arguments, "cursor", None)
    asked = arguments.model_dump_json(exclude={"cursor"})
    return cut(found, f"{name} {asked} {found.about.facts.get('day')}", cursor)


def _digest(profile: OpenedProfile, asked: DigestArguments, _: Asker) -> Answer:
    reading = profile.reading.reading_day(asked.day)
    digest = reading.digest
    facts: dict[str, Json] = {
        "day": digest.day.isoformat(),
        "status": str(digest.status),
        "announced": digest.funnel.announced,
        "scanned": digest.funnel.scanned,
        "selected": digest.funnel.selected,
    }
    notes = clean_text(" ".join(digest.notes), _NOTES)
    items = tuple(entry_item(one, reading.state(one.paper.id)) for one in digest.entries)
    return Answer(Item(facts, {"notes": notes}), items)


def _search(profile: OpenedProfile, asked: SearchArguments, _: Asker) -> Answer:
    found = profile.search(
        asked.query,
        author=asked.author,
        category=asked.category,
        first=asked.first,
        last=asked.last,
        selected=asked.on_page,
        limit=MOST_FOUND,
    )
    states = profile.reading.triage_states()
    facts: dict[str, Json] = {"found": found.count, "by": str(found.method)}
    # The words that were searched for as well are the archive's, and so those of papers.
    respelled = clean_text(" ".join(one.corrected for one in found.corrections), _WORDS)
    items = tuple(result_item(one, states.get(one.paper.id, UNTOUCHED)) for one in found.found)
    return Answer(Item(facts, {"respelled": respelled}), items)


def _similar(profile: OpenedProfile, asked: SimilarArguments, _: Asker) -> Answer:
    near = profile.similar(asked.id, limit=MOST_FOUND)
    states = profile.reading.triage_states()
    items = tuple(result_item(one, states.get(one.paper.id, UNTOUCHED)) for one in near)
    return Answer(Item({"id": asked.id}), items)


def _paper(profile: OpenedProfile, asked: PaperArguments, _: Asker) -> Answer:
    found = profile.reading.papers_with_states([asked.id])
    if not found:
        raise InvalidArguments(
            f"{asked.id} is not in the archive", hint="search for it by words, or ask the reader"
        )
    (one,) = found
    return Answer(whole_item(one.entry.paper, one.state, _days_of(profile, asked.id)))


def _days_of(profile: OpenedProfile, paper: str) -> dict[str, Json]:
    """Return the latest days of a paper; an imported one has none."""
    try:
        history = profile.why(paper)
    except PaperlarkError:
        return {}
    days = [
        {
            "day": one.day.isoformat(),
            "outcome": str(one.outcome),
            **({"place": one.entry.place} if one.entry else {}),
            **(
                {"relevance": one.judgement.relevance, "novelty": one.judgement.novelty}
                if one.judgement
                else {}
            ),
        }
        for one in history.days[-_DAYS:]
    ]
    return {"days": days}


def _vote(profile: OpenedProfile, asked: VoteArguments, asker: Asker) -> Answer:
    action = Action.NOT if asked.vote == "down" else Action.WANT
    done = profile.reading.triage(
        asked.id, action, on=asked.vote != "none", by_assistant=asker.is_assistant
    )
    return _applied(asked.id, changed=done.before.vote is not done.after.vote, state=done.after)


def _save(profile: OpenedProfile, asked: SaveArguments, asker: Asker) -> Answer:
    done = profile.reading.triage(asked.id, "save", on=asked.saved, by_assistant=asker.is_assistant)
    return _applied(asked.id, changed=done.before.saved != done.after.saved, state=done.after)


def _applied(paper: str, *, changed: bool, state: TriageState) -> Answer:
    return Answer(Item({"id": paper, "changed": changed, **state_facts(state)}))


VERBS = (
    Verb("digest", "A day's page: the papers chosen for the reader.", DigestArguments, _digest),
    Verb("search", "Find papers in the reader's archive.", SearchArguments, _search),
    Verb("paper", "Abstract, authors, note and days of a paper.", PaperArguments, _paper),
    Verb("similar", "Papers of the archive nearest to one.", SimilarArguments, _similar),
    Verb(
        "vote",
        "Vote for the reader, only when they ask for it.",
        VoteArguments,
        _vote,
        writes=True,
    ),
    Verb("save", "Save a paper, only when the reader asks.", SaveArguments, _save, writes=True),
)
BY_NAME = {one.name: one for one in VERBS}
