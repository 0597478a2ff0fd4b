"""Bulletins to write letters of, and the forms that channels want them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from paperlark.domain.delivery import Bulletin, Failure, MessageFormat, Occasion, Style
from paperlark.domain.digest import Digest, Entry
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Author, PaperId
from standins.digests import DAY, HOSTILE, MATCH, digest, entry, ordinary

PROFILE = "Foundations of machine learning"
PAGE = "https://lab.example.org/papers/2025-02-26.html"
MAIL = MessageFormat(Style.MAIL, 100_000, 250)
CHATS = (Style.HTML, Style.MARKDOWN, Style.TEXT)

INTRUSIVE = (
    "@everyone @here @channel @all @room mail@evil.example",
    "<!channel> <!here|here> <@U123> <#C123> <users/all> <@&42> <t:1:R>",
    "&lt;!channel&gt; &#64;everyone &amp;#42;",
    "[x](http://evil.example) [x](<http://evil.example>) ![x](http://evil.example/x.png)",
    "](<http://evil.example>) [x",
    "<http://evil.example|click here> <http://evil.example> <a href='http://evil.example'>x</a>",
    'https://evil.example/?a=b www.evil.example evil.example tg://user?id=1 <at user_id="all">',
    "**bold** __under__ *it* _it_ ~~gone~~ ||spoiler|| `code` ```fence",
    "ends with a backslash \\",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "> quote",
    "===",
    "---",
    "| a | b |",
    "\u202egnp.exe\u2066 \u200f\x00\x1b[31m \U000e0041 \ud800",
    "</b></a><b>",
    r"$\alpha_{i}^{*} < \beta$ and \emph{this} \href{https://evil.example}{that}",
)
"""What a title, a name or a comment could say to do something in a chat, besides being read."""

ANY_TEXT = st.one_of(
    st.text(max_size=900), st.sampled_from((*INTRUSIVE, *HOSTILE)), st.text("字 é@_*", max_size=900)
)


@st.composite
def any_entries(draw: st.DrawFn, most: int = 12) -> list[Entry]:
    """Draw the papers of a page, with any words."""
    return [
        replace(
            entry(
                place,
                title=draw(ANY_TEXT),
                abstract=draw(ANY_TEXT),
                authors=(Author(draw(ANY_TEXT)),) * draw(st.integers(0, 9)),
            ),
            judgement=Judgement(entry(place).paper.id, 1, 9, 8, draw(ANY_TEXT)),
        )
        for place in range(1, draw(st.integers(0, most)) + 1)
    ]


def of_a_day(one: Digest | None = None, page: str | None = PAGE, **changes: object) -> Bulletin:
    """Return the bulletin of a day."""
    one = one or ordinary()
    made = Bulletin(Occasion.DAY, one.day, PROFILE, (one,), pages={one.day: page} if page else {})
    return replace(made, **changes)  # type: ignore[arg-type]


def of_a_week(digests: Sequence[Digest], **changes: object) -> Bulletin:
    """Return the bulletin of the week that ends two days after the usual day."""
    made = Bulletin(Occasion.WEEK, DAY + timedelta(days=2), PROFILE, tuple(digests))
    return replace(made, **changes)  # type: ignore[arg-type]


def of_a_failure(problem: str, occasion: Occasion = Occasion.FAILURE) -> Bulletin:
    """Return the bulletin of a day without a page, or of an alarm."""
    return Bulletin(occasion, DAY, PROFILE, failures=(Failure(DAY, problem),))


def page_of(day: date) -> str:
    """Return the address of a day's page."""
    return f"https://lab.example.org/papers/{day}.html"


def long_entry(place: int) -> Entry:
    """Return a paper as long as arXiv takes them."""
    made = entry(
        place,
        title=f"Paper {place}: " + "on the length of the titles that are given to papers " * 4,
        authors=tuple(Author(f"Author {number} of {place}") for number in range(40)),
        abstract="Abstracts — at most 1,920 characters — may be as long as this one is. " * 27,
        categories=("cs.LG", "cs.AI", "cs.CL", "math.OC", "stat.ML"),
    )
    comment = "The paper matches what was asked for, and says so at length. " * 6
    return replace(made, judgement=Judgement(made.paper.id, 1, 9, 8, comment))


def long_day(papers: int = 183) -> Digest:
    """Return a day of so many papers, all of them long."""
    return digest([long_entry(place) for place in range(1, papers + 1)])


def intrusive_day() -> Digest:
    """Return a day on which every paper wants to do something in a chat."""
    return digest([_intrusive(place, text) for place, text in enumerate(INTRUSIVE, 1)])


def _intrusive(place: int, text: str) -> Entry:
    made = entry(place, title=text, authors=(Author(text, text),) * 2)
    return replace(made, judgement=Judgement(made.paper.id, 1, 9, 8, text))


def judged(number: int, relevance: int, novelty: int, *, place: int = 1) -> Entry:
    """Return a paper with these scores."""
    made = replace(entry(number), place=place)
    return replace(made, judgement=Judgement(PaperId(made.paper.id), 1, relevance, novelty, "So."))


def ranked(number: int, probability: float | None, rank: int = 1) -> Entry:
    """Return a paper that no judge spoke of."""
    match = replace(MATCH, probability=probability, rank=rank)
    return replace(entry(number, judged=False), match=match)
