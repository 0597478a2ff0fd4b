"""The content of a letter, independent of its format: plain, cleaned and bounded text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from paperlark.domain.delivery import Occasion
from paperlark.domain.digest import Entry
from paperlark.domain.judgement import Judgement
from paperlark.domain.plain_text import one_line
from paperlark.renderers import formats, matches, reasons, typeset
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import pgettext
from paperlark.renderers.letters.neutralize import truncate


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of a week: its status, and the address of its page if it has one."""

    day: date
    text: str
    page: str | None
    complete: bool


@dataclass(frozen=True, slots=True)
class MissingPaper:
    """A paper that was planned for judging and not judged."""

    title: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The content of a letter.

    `title` names its subject and `gist` how much there is. `summary` is the summary line of the
    page, status last; `complete` tells whether nothing is missing. `sentences` take the place of
    papers where there are none; `warnings` are further notes. `facts` are counts, costs,
    and what marks mean.
    `items` are the papers of the letter, best first, of `paper_count` on the page. `missing` are
    the first of the `missing_count` papers without a judgement. `page` is the web address of the
    page, None without one.
    """

    occasion: Occasion
    profile: str
    title: str
    gist: str
    summary: tuple[str, ...]
    complete: bool
    page: str | None
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    days: tuple[DayRow, ...]
    facts: tuple[str, ...]
    items: tuple[LetterItem, ...]
    paper_count: int
    missing: tuple[MissingPaper, ...]
    missing_count: int

    def left(self, shown: int, *, in_full: bool = True) -> str:
        """Return what is omitted: papers after the first `shown`, and abstracts unless `in_full`.

        Empty if nothing is.
        """
        count = self.paper_count - shown
        is_week = self.occasion is Occasion.WEEK
        where = _("on the pages of the week") if is_week else _("on the page")
        if not count:
            return "" if in_full else _("All abstracts are {where}").format(where=where)
        papers = formats.more_papers(count) if shown else formats.papers(count)
        return _left(shown=bool(shown), in_full=in_full).format(papers=papers, where=where)


def _left(*, shown: bool, in_full: bool) -> str:
    if shown:
        return (
            _("and {papers} {where}") if in_full else _("and {papers} {where}, with all abstracts")
        )
    if in_full:
        return pgettext("papers that are left out", "{papers} {where}")
    return _("{papers} {where}, with all abstracts")


MOST_AUTHORS = 4
"""More authors are only counted: letters are read on phones."""
_LONGEST_TITLE = 400
_LONGEST_NAME = 80
_LONGEST_WHY = 1_500
_LONGEST_FACT = 120
_LONGEST_PARAGRAPH, _MOST_PARAGRAPHS = 2_500, 4
"""arXiv limits abstracts to 1,920 characters, so they are never truncated."""


@dataclass(frozen=True, slots=True)
class LetterItem:
    """One paper; unknown texts are empty.

    `mark` is a star, both scores or the match, as in the contents of the page; `scores` and
    `facts` give them in words. `vote` is the web address at which it can be voted on, if any;
    `summary` is what is new.
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
    vote: str = ""
    summary: str = ""


def letter_item(entry: Entry, vote: str = "") -> LetterItem:
    """Return the letter item of an entry; `vote` is where it can be voted on."""
    paper = entry.paper
    return LetterItem(
        url=paper.url,
        mark=_mark(entry),
        followed=bool(entry.followed),
        title=truncate(typeset.readable(paper.title), _LONGEST_TITLE) or paper.id,
        authors=_authors([author.name for author in paper.authors]),
        scores=_scores(entry.judgement),
        facts=_facts(entry),
        why=truncate(typeset.readable(_why(entry)), _LONGEST_WHY),
        abstract=tuple(
            truncate(paragraph, _LONGEST_PARAGRAPH)
            for paragraph in typeset.readable_paragraphs(paper.abstract)[:_MOST_PARAGRAPHS]
        ),
        vote=vote,
        summary=truncate(typeset.readable(_summary(entry)), _LONGEST_WHY),
    )


def _mark(entry: Entry) -> str:
    """Return the mark; a judged paper by a followed author has its scores too."""
    both = entry.followed and entry.judgement
    scores = f" {reasons.chip(replace(entry, followed=()))}" if both else ""
    return f"{reasons.chip(entry)}{scores}"


def _authors(names: list[str]) -> str:
    # "and 1 more" would be as long as one more name.
    shown = len(names) if len(names) <= MOST_AUTHORS + 1 else MOST_AUTHORS
    words = formats.listed(truncate(one_line(name), _LONGEST_NAME) for name in names[:shown])
    hidden = len(names) - shown
    if not hidden:
        return words
    return _("{names} and {count} more").format(names=words, count=formats.number(hidden))


def _scores(judged: Judgement | None) -> tuple[str, ...]:
    if judged is None:
        return ()
    return (f"{_('Relevance')} {judged.relevance}", f"{_('Novelty')} {judged.novelty}")


def _facts(entry: Entry) -> tuple[str, ...]:
    paper = entry.paper
    facts = (
        f"{_('Match')} {matches.match_text(entry.match)}" if entry.match else "",
        _(reasons.OUTSIDE) if entry.outside else "",
        paper.id,
        truncate(one_line(" ".join(paper.categories)), _LONGEST_FACT),
    )
    return tuple(fact for fact in facts if fact)


def _summary(entry: Entry) -> str:
    """Return what is new in the paper by the model; empty where it did not say."""
    return entry.judgement.summary if entry.judgement else ""


def _why(entry: Entry) -> str:
    """Return why the paper was selected, else the evidence of the ranker."""
    reason = reasons.reason(entry)
    if reason is not None:
        return reason
    facts = [
        f"{reasons.lower_first(name)}: {value}" for name, value in reasons.evidence(entry.match)
    ]
    evidence = "; ".join([_(reasons.NOT_JUDGED), *facts] if entry.unjudged else facts)
    return evidence[:1].upper() + evidence[1:]
