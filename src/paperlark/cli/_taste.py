"""What a new reader is asked about what they read: fields, interests, people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from paperlark.cli._asking import ask, ask_lines, tell, title
from paperlark.domain.categories import named
from paperlark.domain.category_search import find_categories
from paperlark.domain.errors import Unimportable
from paperlark.domain.pasted import identify
from paperlark.domain.taxonomy import Category
from paperlark.importing.kinds import LARGEST, decode, recognise
from paperlark.settings.answers import CATEGORIES, Answers
from paperlark.settings.checking import read_names
from paperlark.settings.fields import FIELDS
from paperlark.settings.starter import unusable_interests

_SUFFIXES = frozenset((".bib", ".ris", ".json", ".jsonl", ".md", ".txt", ".gz"))
"""Who types a word that ends so means a file."""


@dataclass(frozen=True, slots=True)
class Interests:
    """A reader's words, or the template to begin with; and what is to be imported."""

    words: str = ""
    field: str | None = None
    imports: tuple[str, ...] = ()


def ask_categories() -> tuple[str, ...]:
    """Ask which fields are read."""
    title(1, "Fields", "Which of arXiv's categories do you read? Say it in words (galaxies, machine"
           " learning) or in codes (cs.LG), with commas between several.")  # fmt: skip
    while True:
        wanted = ask("fields", _parts, default=", ".join(CATEGORIES))
        codes = tuple(dict.fromkeys(code for words in wanted for code in _chosen(words)))
        if codes:
            tell(f"you read {', '.join(map(named, codes))}")
            return codes


def _parts(answer: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[,;]", answer) if part.strip())


def _chosen(words: str) -> tuple[str, ...]:
    """Give the categories meant, asking which where words mean several; none if left out."""
    found = find_categories(words)
    if not found:
        tell(f"arXiv has no category like {words!r}")
        others = ask("in other words (Enter leaves it out)", _parts)
        return tuple(code for part in others for code in _chosen(part))
    if len(found) == 1:
        return (found[0].code,)
    tell(f"{words!r} may be")
    for number, category in enumerate(found, start=1):
        tell(f"{number}  {named(category.code)}")
    return ask("which, with commas between several", lambda text: _picked(text, found),
               default="1")  # fmt: skip


def _picked(answer: str, found: Sequence[Category]) -> tuple[str, ...]:
    numbers = re.findall(r"[^\s,;]+", answer)
    if not numbers or not all(one.isdecimal() and 1 <= int(one) <= len(found) for one in numbers):
        raise ValueError(f"type numbers from 1 to {len(found)}, such as 1, 2")
    return tuple(found[int(one) - 1].code for one in numbers)


def ask_interests(categories: Sequence[str]) -> Interests:
    """Ask what they want to read: in words, as a template to begin with, or in files."""
    template = Answers(categories=tuple(categories)).template
    example = f"the example for {template}" if template else "the categories' names"
    title(2, "Interests", "What do you want to read? Write a few sentences, and an empty line when"
          " you are done. Or name a file: BibTeX, RIS, a list of arXiv papers or a digest to learn"
          " from, or a text with your interests. ? shows examples of other fields. Enter alone"
          f" takes {example}, to be changed later.")  # fmt: skip
    imports: tuple[str, ...] = ()
    while True:
        line = click.prompt("   interests", default="", show_default=False).strip()
        if not line or line in FIELDS:
            return Interests(field=line or template, imports=imports)
        try:
            words = _words(line)
        except ValueError as said:
            tell(str(said))
            continue
        if words:
            return Interests(words, imports=imports)
        imports = (*imports, str(Path(line).expanduser()) if Path(line).exists() else line)
        tell(f"{line} will be imported. One more, or your interests in a few sentences?")


def _words(line: str) -> str:
    """Give the interests that a line begins, or that stand in the file it names.

    "" where it names what can be imported. Raises ValueError with what is to be said instead.
    """
    if line == "?":
        raise ValueError(f"type one of {', '.join(FIELDS)}")
    if identify(line) or line.startswith(("http://", "https://")):
        return ""
    path = Path(line).expanduser()
    words = _text_of(path) if _is_file(path) else ask_lines(line)
    if words and (problem := unusable_interests(words)):
        raise ValueError(problem)
    return words


def _is_file(path: Path) -> bool:
    try:
        if path.is_file():
            return True
    except (OSError, ValueError):
        return False
    if path.suffix in _SUFFIXES and " " not in path.name:
        raise ValueError(f"there is no file {path}")
    return False


def _text_of(path: Path) -> str:
    """Give the text of a file; "" where it can be imported. Raises ValueError."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = decode(content, str(path))
    except (OSError, Unimportable) as error:
        raise ValueError(str(error)) from error
    try:
        recognise(content, str(path))
    except Unimportable:
        return text
    return ""


def ask_followed() -> tuple[str, ...]:
    """Ask for followed authors."""
    title(3, "People", "Whose papers do you always want to see? Full names as on papers, with"
           " semicolons between several; Enter for nobody.")  # fmt: skip
    names = ask("names", read_names)
    if names:
        tell(f"you follow {', '.join(names)}")
    return names
