"""One paper in an answer: what is known of it, and its texts, cut to a length."""

from __future__ import annotations

from collections.abc import Mapping

from paperlark import Paper, SearchResult, TriageState
from paperlark.domain.digest import Entry
from paperlark.domain.feedback import Vote
from paperlark.domain.judgement import Judgement, Match
from paperlark.domain.paper_facts import facts_of
from paperlark.verbs.answers import Item, Json
from paperlark.verbs.fence import clean_text

_TITLE = 400
_AUTHORS, _MOST_AUTHORS = 400, 8
_COMMENT = 400
_CATEGORIES = 200
_EXCERPT = 300
"""Characters of an abstract in a list; `paper` has all of it."""
_ABSTRACT = 6_000
_NOTE = 4_000
_ALL_AUTHORS = 3_000
_DIGITS = 2


def entry_item(entry: Entry, state: TriageState) -> Item:
    """Return a paper of a day's page."""
    facts = {"id": entry.paper.id, "place": entry.place, **_scores(entry.judgement, entry.match)}
    comment = clean_text(entry.comment or "", _COMMENT)
    return Item({**facts, **state_facts(state)}, {**_listed_texts(entry.paper), "comment": comment})


def result_item(result: SearchResult, state: TriageState) -> Item:
    """Return a paper that was found; `similarity` is a cosine."""
    status = result.status
    facts: dict[str, Json] = {
        "id": result.paper.id,
        "day": status.day.isoformat() if status.day else None,
        "on_page": status.selected,
        "relevance": status.relevance,
        "novelty": status.novelty,
        "similarity": None if result.similarity is None else round(result.similarity, _DIGITS),
    }
    return Item({**_known(facts), **state_facts(state)}, _listed_texts(result.paper))


def whole_item(paper: Paper, state: TriageState, facts: Mapping[str, Json]) -> Item:
    """Return all that an answer can say of one paper, and `facts` about it."""
    abstract = clean_text(paper.abstract, _ABSTRACT)
    about = {
        "id": paper.id,
        "version": paper.version,
        "url": paper.url,
        "pdf": paper.pdf_url,
    }
    cut = {"cut": ["abstract"]} if len(abstract) > _ABSTRACT else {}
    return Item(
        {**about, **facts, **cut, **state_facts(state)},
        {
            "title": clean_text(paper.title, _TITLE),
            "authors": clean_text(_names(paper, len(paper.authors)), _ALL_AUTHORS),
            "categories": clean_text(" ".join(paper.categories), _CATEGORIES),
            "abstract": abstract,
            "comments": clean_text(paper.details.comments or "", _COMMENT),
            "journal": clean_text(paper.details.journal_reference or "", _COMMENT),
            "doi": clean_text(paper.details.doi or "", _COMMENT),
            "code": " ".join(facts_of(paper).code),
            "note": clean_text(state.note, _NOTE),
        },
    )


def state_facts(state: TriageState) -> dict[str, Json]:
    """Return what was done with a paper, without what was not."""
    found: dict[str, Json] = {}
    if state.vote is not Vote.NONE:
        found["vote"] = str(state.vote)
    if state.saved:
        found["saved"] = True
    if state.by_assistant:
        found["by_assistant"] = list(state.by_assistant)
    return found


def _scores(judgement: Judgement | None, match: Match | None) -> dict[str, Json]:
    """Return what judge and ranker say; a probability only where it is calibrated."""
    probability = match.probability if match and match.calibrated else None
    return _known(
        {
            "relevance": judgement.relevance if judgement else None,
            "novelty": judgement.novelty if judgement else None,
            "match": None if probability is None else round(probability, _DIGITS),
            "match_rank": match.rank if match else None,
        }
    )


def _listed_texts(paper: Paper) -> dict[str, str]:
    return {
        "title": clean_text(paper.title, _TITLE),
        "authors": clean_text(_names(paper, _MOST_AUTHORS), _AUTHORS),
        "abstract": clean_text(paper.abstract, _EXCERPT),
    }


def _names(paper: Paper, most: int) -> str:
    names = ", ".join(one.name for one in paper.authors[:most])
    more = len(paper.authors) - most
    return f"{names}, and {more} more" if more > 0 else names


def _known(facts: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in facts.items() if value is not None}
