"""A paper as a letter tells of it: plain words from outside, cleaned and of bounded length."""

from __future__ import annotations

from dataclasses import dataclass, replace

from paperlark.domain.digest import Entry
from paperlark.domain.judgement import Judgement
from paperlark.renderers import english, typeset, wording
from paperlark.renderers.letters.cutting import cut
from paperlark.renderers.outside import one_line

MOST_AUTHORS = 4
"""More are only counted: a letter is read on a phone."""
_LONGEST_TITLE = 400
_LONGEST_NAME = 80
_LONGEST_WHY = 1_500
_LONGEST_FACT = 120
_LONGEST_PARAGRAPH, _MOST_PARAGRAPHS = 2_500, 4
"""arXiv takes no abstract of more than 1,920 characters, so none of its own is ever cut."""


@dataclass(frozen=True, slots=True)
class Item:
    """One paper; what there is nothing to say of is empty.

    `mark` is a star, both scores or the match, as short as the page's contents have it; `scores`
    and `facts` say it in words.
    """

    url: str
    mark: str
    followed: bool
    title: str
    authors: str
    scores: tuple[str, ...]
    facts: tuple[str, ...]
    why: str
    abstract: tuple[str, ...]


def tell(entry: Entry) -> Item:
    """Tell of a paper of the page."""
    paper = entry.paper
    return Item(
        url=paper.url,
        mark=_mark(entry),
        followed=bool(entry.followed),
        title=cut(typeset.plain(paper.title), _LONGEST_TITLE) or paper.id,
        authors=_authors([author.name for author in paper.authors]),
        scores=_scores(entry.judgement),
        facts=_facts(entry),
        why=cut(typeset.plain(_why(entry)), _LONGEST_WHY),
        abstract=tuple(
            cut(paragraph, _LONGEST_PARAGRAPH)
            for paragraph in typeset.plain_paragraphs(paper.abstract)[:_MOST_PARAGRAPHS]
        ),
    )


def _mark(entry: Entry) -> str:
    """Give the page's mark; a judged paper of a followed author's has its scores too."""
    both = entry.followed and entry.judgement
    scores = f" {wording.chip(replace(entry, followed=()))}" if both else ""
    return f"{wording.chip(entry)}{scores}"


def _authors(names: list[str]) -> str:
    # One name alone is not worth its "and 1 more".
    shown = len(names) if len(names) <= MOST_AUTHORS + 1 else MOST_AUTHORS
    words = english.listed(cut(one_line(name), _LONGEST_NAME) for name in names[:shown])
    hidden = len(names) - shown
    return f"{words} and {english.number(hidden)} more" if hidden else words


def _scores(judged: Judgement | None) -> tuple[str, ...]:
    return (f"Relevance {judged.relevance}", f"Novelty {judged.novelty}") if judged else ()


def _facts(entry: Entry) -> tuple[str, ...]:
    paper = entry.paper
    facts = (
        f"Match {wording.match_words(entry.match)}" if entry.match else "",
        wording.OUTSIDE if entry.outside else "",
        paper.id,
        cut(one_line(" ".join(paper.categories)), _LONGEST_FACT),
    )
    return tuple(fact for fact in facts if fact)


def _why(entry: Entry) -> str:
    """Say why it is here; where only the evidence can say, what the ranker saw."""
    said = wording.reason(entry)
    if said is not None:
        return said
    saw = "; ".join(f"{name.lower()}: {value}" for name, value in wording.evidence(entry.match))
    return saw[:1].upper() + saw[1:]
