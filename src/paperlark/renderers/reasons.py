"""The wording for one paper: its mark, its match, why it is on the page, what its authors say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from paperlark.domain.digest import AuthorMatch, Entry
from paperlark.domain.judgement import Judgement, Match, Precedent
from paperlark.domain.paper import Paper
from paperlark.domain.paper_facts import facts_of
from paperlark.renderers import typeset
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import html_language, marked
from paperlark.renderers.formats import decimal, listed, short_date
from paperlark.renderers.matches import match_chip, match_text

STAR = "★"
OUTSIDE = marked("outside your usual topics")
"""Marks a paper of the random sample from below the threshold."""
NOT_JUDGED = marked("not judged")
"""Marks a paper that the model did not judge and the ranker chose."""
NO_DATA = "\N{EN DASH}"
"""Shown for a paper of an imported page without scores or match."""
MOST_AUTHORS = 12
"""Longer lists of authors are folded."""
_FEW_AUTHORS = 10


def chip(entry: Entry) -> str:
    """Return the mark beside a title: a star, both scores, or the match."""
    if entry.followed:
        return STAR
    if entry.judgement:
        return f"{entry.judgement.relevance}·{entry.judgement.novelty}"
    if entry.match is None:
        return NO_DATA
    return match_chip(entry.match)


def mark(entry: Entry) -> str:
    """Return the chip without a percentage: of ten papers above 99 % none stands out."""
    shown = entry.match
    if shown is None or entry.followed or entry.judgement:
        return chip(entry)
    return match_chip(replace(shown, calibrated=False))


def chip_label(entry: Entry) -> str:
    """Return the mark in words, for screen readers."""
    if entry.followed:
        return _("by an author you follow")
    if entry.judgement:
        return scores_text(entry.judgement)
    match = (
        _("match {match}").format(match=match_text(entry.match)) if entry.match else _("no score")
    )
    return listed((_(NOT_JUDGED), match)) if entry.unjudged else match


def scores_text(judgement: Judgement) -> str:
    """Return `relevance 9, novelty 8`."""
    return _("relevance {relevance}, novelty {novelty}").format(
        relevance=judgement.relevance, novelty=judgement.novelty
    )


def reason(entry: Entry) -> str | None:
    """Return why the paper was selected; None where only the evidence shows it."""
    if entry.followed:
        names = listed(filter(None, map(author_match, entry.followed)))
        who = _("Author match: {names}").format(names=names) if names else _("Author match")
        comment = entry.judgement.comment if entry.judgement else ""
        return _("{who}. {comment}").format(who=who, comment=comment) if comment else who
    if entry.outside and entry.judgement is None:
        return _("Random pick. Vote to see more or fewer like this.")
    return entry.comment


def author_match(match: AuthorMatch) -> str:
    """Return the name of a followed author, marked where it was matched by name alone.

    Empty if the name is unknown.
    """
    if match.name is None:
        return ""
    if match.order_reversed:
        return _("{name} (perhaps: name order reversed)").format(name=match.name)
    return _("{name} (by name)").format(name=match.name) if match.by_name_only else match.name


def evidence(match: Match | None) -> tuple[tuple[str, str], ...]:
    """Return the evidence of the ranker as names and values, without the nearest paper."""
    if match is None:
        return ()
    words = (
        (_("Topic"), match.topic or ""),
        (_("Matched terms"), ", ".join(match.words_for)),
        (_("Counting against"), ", ".join(match.words_against)),
    )
    return tuple((name, value) for name, value in words if value)


def lower_first(name: str) -> str:
    """Return a name of evidence within a line: in English and Chinese without its capital."""
    return name if html_language() == "de" else name.lower()


def precedent_text(one: Precedent) -> str:
    """Return `14 January 2025, similarity 0.83`."""
    # Truncated, so that 0.999 does not read as 1.
    similarity = decimal(float(f"{one.similarity:.4f}"[:4]), 2)
    return _("{day}, similarity {similarity}").format(
        day=short_date(one.day), similarity=similarity
    )


def shown_authors(count: int) -> int:
    """Return how many authors to show before the rest is folded."""
    return count if count <= MOST_AUTHORS else _FEW_AUTHORS


_TELLING = 0.5
"""A topic that more than this share of the rows have in common tells none of them apart."""

_MOST_TERMS, _LONGEST = 3, 44
"""Terms named in a remark, and its characters: two lines of the column."""

BETWEEN = " · "
IN_MEANING = marked("similar in meaning")
"""Of a paper near a topic without any of its words."""


def asides(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return a remark for each entry of a page, in order; empty where there is nothing to say.

    Topics are named where they differ from row to row, else the terms that matched.
    """
    topics = telling_topics(_ordinary(entries))
    return tuple(_aside(entry, topics) for entry in entries)


def telling_topics(matches: Iterable[Match]) -> frozenset[str]:
    """Return the topics of these matches; none where one of them is on most rows."""
    count = Counter(match.topic for match in matches)
    named = frozenset(topic for topic in count if topic)
    if len(named) < 2 or max(count.values()) > _TELLING * count.total():  # noqa: PLR2004
        return frozenset()
    return named


def matched(match: Match) -> str:
    """Return the strongest terms that matched, else the liked paper that it resembles."""
    terms: list[str] = []
    for term in match.words_for[:_MOST_TERMS]:
        if terms and len(BETWEEN.join((*terms, term))) > _LONGEST:
            break
        terms.append(term)
    if terms:
        return BETWEEN.join(terms)
    if match.nearest:
        return _("like {title}").format(title=typeset.plain(match.nearest.title))
    return _(IN_MEANING) if match.topic else ""


def _ordinary(entries: Iterable[Entry]) -> Iterable[Match]:
    return (one.match for one in entries if one.match and not (one.outside or one.followed))


def _aside(entry: Entry, topics: frozenset[str]) -> str:
    if entry.outside:
        return _(OUTSIDE)
    if entry.followed:
        return _("author match")
    if entry.match is None:
        return ""
    aside = entry.match.topic if entry.match.topic in topics else matched(entry.match)
    return BETWEEN.join(filter(None, (_(NOT_JUDGED), aside))) if entry.unjudged else aside or ""


WITHDRAWN = marked("withdrawn")


@dataclass(frozen=True, slots=True)
class Remark:
    """A text with TeX, as its authors wrote it; `name` says what it is."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A word that links elsewhere."""

    word: str
    url: str


def remarks(paper: Paper) -> tuple[Remark, ...]:
    """Return comments and journal reference, those that are known."""
    said = paper.details
    return tuple(
        Remark(name, text)
        for name, text in ((_("Comments"), said.comments), (_("Journal"), said.journal_reference))
        if text
    )


def links(paper: Paper) -> tuple[PaperLink, ...]:
    """Return links to the published version and to the code."""
    doi = paper.details.doi
    published = (PaperLink("doi", f"https://doi.org/{quote(doi, safe='/')}"),) if doi else ()
    code = facts_of(paper).code
    return (
        *published,
        *(PaperLink("code" if n == 1 else f"code {n}", url) for n, url in enumerate(code, 1)),
    )


def is_withdrawn(paper: Paper) -> bool:
    """Return whether its authors say that it is withdrawn."""
    return facts_of(paper).withdrawn


def accepted(paper: Paper) -> str:
    """Return `accepted at ICLR 2025`; empty where its authors do not say so."""
    venue = facts_of(paper).accepted_at
    return _("accepted at {venue}").format(venue=venue) if venue else ""


_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(?:licenses/(?P<kind>by(?:-nc)?(?:-nd|-sa)?)"
    r"|publicdomain/(?P<zero>zero))/(?P<version>\d\.\d)/?",
    re.ASCII,
)


def licence(paper: Paper) -> str:
    """Return the short name of a licence that lets others use the text, such as `CC BY 4.0`.

    arXiv's own licence, which most papers have, lets nobody but arXiv: nothing is said of it.
    """
    found = _CREATIVE_COMMONS.fullmatch(paper.details.licence or "")
    if found is None:
        return ""
    kind = "CC0" if found["zero"] else f"CC {found['kind'].upper()}"
    return f"{kind} {found['version']}"
