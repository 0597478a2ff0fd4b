"""Find categories by what people call them: part of a name, synonyms, misspellings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import SequenceMatcher

from paperlark.domain.paper import Paper
from paperlark.domain.taxonomy import CATEGORIES, TAXONOMY, Category, nearest_category

MOST = 9
"""Categories offered at most: a longer list is not read."""

_SMALL_WORDS = frozenset(("a", "and", "for", "in", "of", "on", "the", "to"))
_SHORTEST_BEGINNING = 3
_SHORTEST_MISSPELT = 4
_ALIKE = 0.8
_WHOLE, _EXACT, _BEGUN = 5, 3, 1
"""Scores: the words are a name, are all in one, or are beginnings of its words.

One more where the name is arXiv's own.
"""

_MOST_CATEGORIES = 3
_HALF, _MANY = 0.5, 0.15
"""Shares of papers: of those in categories that are read, and for a category to be proposed."""

_Same = Callable[[str, str], bool]


def find_categories(text: str) -> tuple[Category, ...]:
    """Return the categories that may be meant, the likeliest first; one where it is clear."""
    folded = text.strip().lower()
    for code, category in TAXONOMY.items():
        if folded == code.lower():
            return (category,)
    asked = _words(text)
    if not asked:
        return ()
    found = _ranked(asked, _begins) or _ranked(asked, _is_similar)
    near = None if found else nearest_category(text)
    return (TAXONOMY[near],) if near else _clear_matches(found)


def is_corrected(text: str) -> bool:
    """Return whether what was found for a text was only similar to it, as after a misspelling."""
    folded, asked = text.strip().lower(), _words(text)
    exact = any(folded == code.lower() for code in TAXONOMY)
    return not exact and bool(asked) and not _ranked(asked, _begins)


def own_categories(papers: Sequence[Paper], read: Collection[str]) -> tuple[str, ...]:
    """Return the categories of papers of which most would not be announced to the reader."""
    placed = [paper.categories for paper in papers if set(paper.categories) & CATEGORIES]
    archives = {one for one in read if "." not in one}
    announced = sum(
        any(one in read or one.partition(".")[0] in archives for one in categories)
        for categories in placed
    )
    if not placed or announced >= _HALF * len(placed):
        return ()
    counts = Counter(next(one for one in categories if one in CATEGORIES) for categories in placed)
    common = [one for one, count in counts.most_common() if count >= _MANY * len(placed)]
    return tuple(common[:_MOST_CATEGORIES] or [counts.most_common(1)[0][0]])


def _clear_matches(found: list[tuple[int, Category]]) -> tuple[Category, ...]:
    """Return a category alone where only it has exactly that name, else the best matches."""
    best = [category for score, category in found if score >= _WHOLE]
    others = [category for score, category in found if _EXACT <= score < _WHOLE]
    if len(best) == 1 and not others:
        return tuple(best)
    return tuple(category for _, category in found[:MOST])


def _ranked(asked: list[str], same: _Same) -> list[tuple[int, Category]]:
    scored = ((_score(asked, category, same), category) for category in TAXONOMY.values())
    # Sorting is stable: equals stay in the order of the table.
    return sorted((one for one in scored if one[0]), key=lambda one: -one[0])


def _score(asked: list[str], category: Category, same: _Same) -> int:
    """Return how well a category matches the words; 0 where it does not."""
    own, names = _words(category.name), list(_names(category))
    if asked in names:
        return _WHOLE + (asked == own)
    if any(_all_in(name, asked) for name in names):
        return _EXACT + _all_in(own, asked)
    words = [word for name in names for word in name]
    return _BEGUN if all(any(same(word, one) for one in words) for word in asked) else 0


def _names(category: Category) -> Iterator[list[str]]:
    yield _words(category.name)
    for also in category.also:
        yield _words(also)
    yield _words(category.code)
    yield _words(category.code.rpartition(".")[2])


def _all_in(name: list[str], asked: list[str]) -> bool:
    return all(word in name for word in asked)


def _words(text: str) -> list[str]:
    words = re.findall(r"[^\W_]+", text.lower())
    return [_singular(word) for word in words if word not in _SMALL_WORDS]


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    return word.removesuffix("s") if len(word) > _SHORTEST_BEGINNING else word


def _begins(asked: str, word: str) -> bool:
    return word == asked or (len(asked) >= _SHORTEST_BEGINNING and word.startswith(asked))


def _is_similar(asked: str, word: str) -> bool:
    """Return whether one is the other but for a misspelling."""
    if _begins(asked, word):
        return True
    if min(len(asked), len(word)) < _SHORTEST_MISSPELT:
        return False
    alike = SequenceMatcher(None, asked, word)
    return alike.quick_ratio() >= _ALIKE and alike.ratio() >= _ALIKE
