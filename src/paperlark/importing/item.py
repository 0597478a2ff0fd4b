"""One entry of an outside file: where it stands, and what it says of one paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice

from paperlark.domain.paper import PaperId

LONGEST_TITLE = 1_000
"""Characters; whatever is longer is no title."""
LONGEST_ABSTRACT = 20_000
"""Characters that are kept."""
LONGEST_NAME, MOST_AUTHORS = 200, 5_000
AUTHOR_MATCH = "author match"
"""How the comment on a paper by a followed author begins."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a judge said of it on an announcement day."""

    day: date
    relevance: int
    novelty: int


@dataclass(frozen=True, slots=True)
class Item:
    """What is said of one paper, texts tidied.

    `place` is where in the file, for a message. `paper_id` is None where no arXiv identifier is
    given; a title may be empty. `day` is that of the digest that it stands in, None where it is of
    none or nothing says which. An entry that teaches nothing has its `fault`.
    """

    place: str
    paper_id: PaperId | None = None
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    scored: Scored | None = None
    fault: str | None = None
    version: int | None = None
    comment: str = ""
    day: date | None = None

    @property
    def by_followed(self) -> bool:
        """Whether the digest has it because somebody whom its reader followed wrote it."""
        return self.comment.casefold().startswith(AUTHOR_MATCH)

    @property
    def name(self) -> str:
        """Call it what its reader would look for."""
        return self.paper_id or (f"“{self.title[:60]}”" if self.title else "an entry")


def make_item(  # noqa: PLR0913  # what a file may say of a paper
    place: str,
    *,
    paper_id: PaperId | None = None,
    title: str = "",
    abstract: str = "",
    authors: Iterable[str] = (),
    categories: Iterable[str] = (),
    scored: Scored | None = None,
    version: int | None = None,
    comment: str = "",
) -> Item:
    """Tidy the texts; an entry without a name, or with a whole book for a title, is at fault."""
    tidied = one_line(title)
    fault = None
    if len(tidied) > LONGEST_TITLE:
        fault = f"its title has {len(tidied)} characters"
        tidied = ""
    elif paper_id is None and not tidied:
        fault = "it names no paper"
    names = (one_line(name)[:LONGEST_NAME] for name in authors)
    return Item(
        place=place,
        paper_id=paper_id,
        title=tidied,
        abstract=one_line(abstract[:LONGEST_ABSTRACT]),
        authors=tuple(islice(filter(None, names), MOST_AUTHORS)),
        categories=tuple(dict.fromkeys(one for one in map(one_line, categories) if one))[:50],
        scored=scored,
        fault=fault,
        version=version,
        comment=one_line(comment[:LONGEST_ABSTRACT]),
    )


def one_line(text: str) -> str:
    """Put single blanks where any were, and a sign for what no encoding has."""
    return " ".join(text.encode("utf-8", "replace").decode().replace("\0", " ").split())
