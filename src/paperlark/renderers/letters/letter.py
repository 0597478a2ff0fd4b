"""The content of a letter, independent of its format: plain, cleaned and bounded text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from paperlark.domain.delivery import ABSTRACTS, Occasion
from paperlark.domain.digest import Entry
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import one_line
from paperlark.domain.vote_links import SAVING
from paperlark.renderers import formats, matches, reasons, typeset
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import pgettext
from paperlark.renderers.letters.neutralize import truncate
from paperlark.renderers.reasons import PaperLink


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
    the first of the `missing_count` papers without a judgement. `abstracts` is how many characters
    of each abstract a mail has, None for all. `page` is the web address of the
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
    abstracts: int | None = ABSTRACTS

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
_LONGEST_COMMENTS = 400
_LONGEST_BRIEF = 300
"""Characters of a reason in the list of titles."""
_LONGEST_PARAGRAPH, _MOST_PARAGRAPHS = 2_500, 4
"""arXiv limits abstracts to 1,920 characters, so they are never truncated."""


@dataclass(frozen=True, slots=True)
class LetterItem:
    """One paper; unknown texts are empty.

    `mark` is a star, both scores or the match, as in the contents of the page; `scores` and
    `facts` give them in words. `vote` is the web address at which it can be voted on, if any;
    `summary` is what is new. `comments` are what its authors wrote beside it and where it was
    published, `links` lead to
    its code and to what was published. `brief_why` is `why` as a list has room for it; of a paper
    that nobody judged what its row in the contents of the page says. `accepted` is where, or
    that it was withdrawn.
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
    anchor: str = ""
    comments: tuple[str, ...] = ()
    links: tuple[PaperLink, ...] = ()
    brief_why: str = ""
    accepted: str = ""

    @property
    def row(self) -> str:
        """What stands below its title in a list: why, and where it was accepted."""
        return " · ".join(filter(None, (self.brief_why, self.accepted)))

    @property
    def save(self) -> str:
        """The web address at which it can be saved, if any."""
        return f"{self.vote}?{SAVING}" if self.vote else ""


def letter_item(entry: Entry, vote: str = "", aside: str = "") -> LetterItem:
    """Return the letter item of an entry, with the remark at its title in the contents of the page.

    `vote` is where it can be voted on.
    """
    paper = entry.paper
    why = truncate(typeset.readable(_why(entry)), _LONGEST_WHY)
    return LetterItem(
        url=paper.url,
        mark=_mark(entry),
        followed=bool(entry.followed),
        title=truncate(typeset.readable(paper.title), _LONGEST_TITLE) or paper.id,
        authors=_authors([author.name for author in paper.authors]),
        scores=_scores(entry.judgement),
        facts=_facts(entry),
        why=why,
        abstract=tuple(
            truncate(paragraph, _LONGEST_PARAGRAPH)
            for paragraph in typeset.readable_paragraphs(paper.abstract)[:_MOST_PARAGRAPHS]
        ),
        vote=vote,
        summary=truncate(typeset.readable(_summary(entry)), _LONGEST_WHY),
        anchor=paper.anchor,
        comments=tuple(_comments(paper)),
        links=reasons.links(paper),
        accepted=_accepted(paper),
        brief_why=truncate(why if reasons.reason(entry) else one_line(aside), _LONGEST_BRIEF),
    )


def _accepted(paper: Paper) -> str:
    withdrawn = _(reasons.WITHDRAWN) if reasons.is_withdrawn(paper) else ""
    return withdrawn or reasons.accepted(paper)


def _comments(paper: Paper) -> Iterator[str]:
    said = [typeset.readable(one.text) for one in reasons.remarks(paper)]
    if reasons.is_withdrawn(paper):
        said.insert(0, _(reasons.WITHDRAWN).capitalize())
    if said:
        yield truncate(" · ".join(said), _LONGEST_COMMENTS)


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
        reasons.licence(paper),
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
