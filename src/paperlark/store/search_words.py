"""Terms as a question to SQLite's full-text index: every word of theirs quoted, none a command."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from paperlark.domain.search import Question, Term, is_initial, name_words

TEXT_COLUMNS = ("title", "authors", "abstract")

_BETWEEN_NAMES = 4
"""So many words may stand between those of a name: `Juan` and `Cruz` of Juan Carlos de la Cruz."""

# Letters that are no accented ones to Unicode.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ß": "ss",
    }
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)


def fold(text: str) -> str:
    """Write ligatures and other forms of a letter as that letter; the index drops accents."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_PLAIN)


@lru_cache(maxsize=2**14)
def folded_name(name: str) -> tuple[str, ...]:
    """Give the words of a name without accents and capitals."""
    plain = unicodedata.normalize("NFKD", fold(name)).casefold()
    return tuple(name_words("".join(c for c in plain if not unicodedata.combining(c))))


def category_words(categories: Iterable[str]) -> str:
    """Write categories as a word each, and their archives: `cs.LG` is `cslg` and `cs`."""
    return " ".join(
        word for one in categories for word in dict.fromkeys((_bare(one), _bare(one.split(".")[0])))
    )


def match(
    question: Question, terms: Sequence[Term], *, every: bool, title_only: bool = False
) -> str:
    """Ask for all of these terms or for any of them, and for the question's author and category."""
    columns = ("title",) if title_only else TEXT_COLUMNS
    # Blanks between mean all; unlike AND they let a term without any word pass.
    words = (" " if every else " OR ").join(map(_quoted, terms))
    name = _near(question.author) if question.author else ""
    parts = (
        f"{{{' '.join(columns)}}} : ({words})" if words else "",
        f"authors : ({name})" if name else "",
        f'categories : "{_bare(question.category)}"' if question.category else "",
    )
    return " AND ".join(f"({part})" for part in parts if part)


def _quoted(term: Term) -> str:
    return f"{_quote(fold(term.text))}{' *' if term.prefix else ''}"


def _near(name: str) -> str:
    """Ask for the words of a name beside each other; initials are compared name by name."""
    words = [word for word in name_words(fold(name)) if not is_initial(word)]
    if not words:
        return ""
    return f"NEAR({' '.join(map(_quote, words))}, {_BETWEEN_NAMES * len(words)})"


def _quote(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _bare(category: str) -> str:
    return "".join(filter(str.isalnum, category)).lower()
