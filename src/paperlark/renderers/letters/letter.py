"""What a reader is told, whatever form it takes: every text plain, cleaned and bounded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from paperlark.domain.delivery import Occasion
from paperlark.domain.digest import Entry
from paperlark.domain.judgement import Judgement
from paperlark.domain.plain_text import one_line
from paperlark.renderers import english, reasons, typeset
from paperlark.renderers.letters.neutralize import truncate


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of a week: what came of it, and its page if that is in the web."""

    day: date
    said: str
    page: str | None
    in_order: bool


@dataclass(frozen=True, slots=True)
class MissingDay:
    """A paper that was to be judged and was not."""

    title: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader is told.

    `title` says what it is about and `gist` how much there is; `summary` is the page's line, status
    last, `in_order` whether all is well. `sentences` are said in place of papers, where there are
    none; `warnings` are what the reader must know besides. `facts` are what it took. `items` are
    the papers that are wanted, best first, of `on_page` that there are; `missing` are some of the
    `lacking` papers without a judgement. `page` is where the whole page is, None where it has no
    address.
    """

    occasion: Occasion
    profile: str
    title: str
    gist: str
    summary: tuple[str, ...]
    in_order: bool
    page: str | None
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    days: tuple[DayRow, ...]
    facts: tuple[str, ...]
    items: tuple[LetterItem, ...]
    on_page: int
    missing: tuple[MissingDay, ...]
    lacking: int

    def left(self, shown: int, *, in_full: bool = True) -> str:
        """Name what is left out: papers behind the first so many, and abstracts of these.

        Nothing where that is nothing.
        """
        count = self.on_page - shown
        where = "on the pages of the week" if self.occasion is Occasion.WEEK else "on the page"
        if not count:
            return "" if in_full else f"All abstracts are {where}"
        more = english.counted(count, "more paper" if shown else "paper")
        besides = "" if in_full else ", with all abstracts"
        return f"{'and ' if shown else ''}{more} {where}{besides}"


MOST_AUTHORS = 4
"""More are only counted: a letter is read on a phone."""
_LONGEST_TITLE = 400
_LONGEST_NAME = 80
_LONGEST_WHY = 1_500
_LONGEST_FACT = 120
_LONGEST_PARAGRAPH, _MOST_PARAGRAPHS = 2_500, 4
"""arXiv takes no abstract of more than 1,920 characters, so none of its own is ever cut."""


@dataclass(frozen=True, slots=True)
class LetterItem:
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


def tell(entry: Entry) -> LetterItem:
    """Tell of a paper of the page."""
    paper = entry.paper
    return LetterItem(
        url=paper.url,
        mark=_mark(entry),
        followed=bool(entry.followed),
        title=truncate(typeset.plain(paper.title), _LONGEST_TITLE) or paper.id,
        authors=_authors([author.name for author in paper.authors]),
        scores=_scores(entry.judgement),
        facts=_facts(entry),
        why=truncate(typeset.plain(_why(entry)), _LONGEST_WHY),
        abstract=tuple(
            truncate(paragraph, _LONGEST_PARAGRAPH)
            for paragraph in typeset.plain_paragraphs(paper.abstract)[:_MOST_PARAGRAPHS]
        ),
    )


def _mark(entry: Entry) -> str:
    """Give the page's mark; a judged paper of a followed author's has its scores too."""
    both = entry.followed and entry.judgement
    scores = f" {reasons.chip(replace(entry, followed=()))}" if both else ""
    return f"{reasons.chip(entry)}{scores}"


def _authors(names: list[str]) -> str:
    # One name alone is not worth its "and 1 more".
    shown = len(names) if len(names) <= MOST_AUTHORS + 1 else MOST_AUTHORS
    words = english.listed(truncate(one_line(name), _LONGEST_NAME) for name in names[:shown])
    hidden = len(names) - shown
    return f"{words} and {english.number(hidden)} more" if hidden else words


def _scores(judged: Judgement | None) -> tuple[str, ...]:
    return (f"Relevance {judged.relevance}", f"Novelty {judged.novelty}") if judged else ()


def _facts(entry: Entry) -> tuple[str, ...]:
    paper = entry.paper
    facts = (
        f"Match {reasons.match_text(entry.match)}" if entry.match else "",
        reasons.OUTSIDE if entry.outside else "",
        paper.id,
        truncate(one_line(" ".join(paper.categories)), _LONGEST_FACT),
    )
    return tuple(fact for fact in facts if fact)


def _why(entry: Entry) -> str:
    """Say why it is here; where only the evidence can say, what the ranker saw."""
    said = reasons.reason(entry)
    if said is not None:
        return said
    saw = "; ".join(f"{name.lower()}: {value}" for name, value in reasons.evidence(entry.match))
    return saw[:1].upper() + saw[1:]
