"""The citation data of a paper, with its author names split into family and given names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import one_line, strip_accents
from paperlark.renderers import tex, typeset

_PARTICLES = frozenset(
    """
    af al bin da dal de degli dei del della den der des di do dos du el la le ten ter van vande
    vanden vander von zu zum zur
    """.split()  # noqa: SIM905  # a word list reads best as text
)
_SUFFIX = re.compile(r"(?:[JS]r\.?|I{2,3}|IV)")
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|team|group|project|network|survey|institute|laboratory|and)\b",
    re.IGNORECASE,
)
"""Words that mark a group; `and` counts, because BibTeX would read two names."""


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in parts, or the name of a group as `family`."""

    family: str
    given: str = ""
    suffix: str = ""
    group: bool = False

    @property
    def reversed(self) -> str:
        """The name with the family name first."""
        return ", ".join(filter(None, (self.family, self.given, self.suffix)))


def split_name(printed: str) -> Name:
    """Split a printed name; a single word or a group has no given name."""
    if _GROUP.search(printed):
        return Name(printed, group=True)
    words = printed.replace(",", " ").split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""  # noqa: PLR2004
    if len(words) < 2:  # noqa: PLR2004  # a single name is a family's
        return Name(" ".join(words))
    family = len(words) - 1
    # The first word is given even where it looks like a particle: Van Nguyen, Al Smith.
    while family > 1 and words[family - 1].lower() in _PARTICLES:
        family -= 1
    return Name(" ".join(words[family:]), " ".join(words[:family]), suffix)


PUBLISHER = "arXiv"

_LAST_CENTURY = 91
"""arXiv began in 1991, so two-digit years from 91 on are of the 20th century."""

_SHORT_WORD = 3
"""A key takes the first word of the title that has more letters and is not a stop word."""
_STOP_WORDS = frozenset(("with", "from", "what", "when", "does", "towards", "toward"))


@dataclass(frozen=True, slots=True)
class Work:
    """Citation data of a paper; `key` is its BibTeX key, `title` is parsed TeX."""

    key: str
    id: str
    title: tuple[tex.Piece, ...]
    authors: tuple[Name, ...]
    year: int
    month: int
    category: str
    abstract: str
    url: str

    @property
    def doi(self) -> str:
        """The DOI that arXiv registers for every paper."""
        return f"10.48550/arXiv.{self.id}"


@lru_cache(maxsize=1024)
def work(paper: Paper) -> Work:
    """Return the citation data of a paper; year and month come from its id."""
    authors = tuple(split_name(one_line(author.name)) for author in paper.authors)
    title = tex.parse(one_line(paper.title))
    year, month = _submitted(paper.id)
    return Work(
        key=_key(authors, year, tex.plain(title), paper.id),
        id=paper.id,
        title=title,
        authors=tuple(name for name in authors if name.family),
        year=year,
        month=month,
        category=paper.categories[0] if paper.categories else "",
        abstract="\n\n".join(typeset.plain_paragraphs(paper.abstract)),
        url=paper.url,
    )


def _submitted(paper_id: str) -> tuple[int, int]:
    digits = paper_id.rpartition("/")[2]
    year, month = int(digits[:2]), int(digits[2:4])
    old = "/" in paper_id and year >= _LAST_CENTURY
    return (1900 if old else 2000) + year, month


def _key(authors: tuple[Name, ...], year: int, title: str, paper_id: str) -> str:
    """Return a key like `pervez2025mechanistic-2502.18377`; the id makes it unique."""
    family = _letters(authors[0].family) if authors else ""
    words = (_letters(word) for word in re.split(r"[\s-]+", title))
    word = next((w for w in words if len(w) > _SHORT_WORD and w not in _STOP_WORDS), "")
    return f"{family or 'anonymous'}{year}{word}-{paper_id.replace('/', '-')}"


def _letters(text: str) -> str:
    """Return the ASCII letters of a word, which are safe in a BibTeX key."""
    return re.sub(r"[^a-z]", "", strip_accents(text).lower())
