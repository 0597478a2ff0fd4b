"""One entry of an imported file, and how JSON values and escaped text are read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from paperlark.domain.errors import Unimportable
from paperlark.domain.paper import PaperId

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def unescape(text: str) -> str:
    """Undo Markdown backslashes and HTML entities."""
    return _ESCAPED.sub(r"\1", text).replace("&lt;", "<").replace("&amp;", "&")


Value = Any  # a JSON value; each step of reading it is checked


def read_values(text: str, name: str) -> tuple[tuple[str, Value], ...]:
    """Parse JSON or JSON lines, with each value's place; raises Unimportable naming the line."""
    try:
        return tuple(_whole(text))
    except ValueError:
        return tuple(_lines(text, name))
    except RecursionError as error:
        raise _refused(name, "is nested too deeply") from error


def _whole(text: str) -> Iterator[tuple[str, Value]]:
    value = json.loads(text)
    if isinstance(value, list):
        yield from ((f"entry {number}", one) for number, one in enumerate(value, start=1))
    else:
        yield "entry 1", value


def _lines(text: str, name: str) -> Iterator[tuple[str, Value]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield f"line {number}", json.loads(line)
            except ValueError as error:
                reason = str(error)[:80]
                raise _refused(f"{name}:{number}", f"is not valid JSON ({reason})") from error
            except RecursionError as error:
                raise _refused(f"{name}:{number}", "is nested too deeply") from error


def _refused(place: str, problem: str) -> Unimportable:
    return Unimportable(f"{place} {problem}", hint="export it again")


LONGEST_TITLE = 1_000
"""Characters; longer texts are not titles."""
LONGEST_ABSTRACT = 20_000
"""Characters that are kept."""
LONGEST_NAME, MOST_AUTHORS = 200, 5_000
AUTHOR_MATCH = "author match"
"""Start of the comment on a paper by a followed author."""


@dataclass(frozen=True, slots=True)
class Scores:
    """A judge's scores on an announcement day."""

    day: date
    relevance: int
    novelty: int


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """What a file states about one paper, in normalized texts.

    `place` is where in the file, for messages. `paper_id` is None where no arXiv identifier is
    given; a title may be empty. `day` is that of its digest, None where it is unknown. An entry
    that cannot be used has a `fault`.
    """

    place: str
    paper_id: PaperId | None = None
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    scored: Scores | None = None
    fault: str | None = None
    version: int | None = None
    comment: str = ""
    day: date | None = None

    @property
    def by_followed(self) -> bool:
        """Whether it is in the digest for a followed author."""
        return self.comment.casefold().startswith(AUTHOR_MATCH)

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return self.paper_id or (f"“{self.title[:60]}”" if self.title else "an entry")


def make_entry(  # noqa: PLR0913  # what a file may say of a paper
    place: str,
    *,
    paper_id: PaperId | None = None,
    title: str = "",
    abstract: str = "",
    authors: Iterable[str] = (),
    categories: Iterable[str] = (),
    scored: Scores | None = None,
    version: int | None = None,
    comment: str = "",
    fault: str | None = None,
) -> ImportedEntry:
    """Normalize the texts; an entry that names no paper, or has an overlong title, is faulty."""
    short = one_line(title)
    if len(short) > LONGEST_TITLE:
        fault = f"its title has {len(short)} characters"
        short = ""
    elif paper_id is None and not short:
        fault = "it names no paper"
    names = (one_line(name)[:LONGEST_NAME] for name in authors)
    return ImportedEntry(
        place=place,
        paper_id=paper_id,
        title=short,
        abstract=one_line(abstract[:LONGEST_ABSTRACT]),
        authors=tuple(islice(filter(None, names), MOST_AUTHORS)),
        categories=tuple(dict.fromkeys(one for one in map(one_line, categories) if one))[:50],
        scored=scored,
        fault=fault,
        version=version,
        comment=one_line(comment[:LONGEST_ABSTRACT]),
    )


def one_line(text: str) -> str:
    """Collapse whitespace, and replace characters that cannot be encoded."""
    return " ".join(text.encode("utf-8", "replace").decode().replace("\0", " ").split())
