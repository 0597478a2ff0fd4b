"""Words that differ from a word by one letter: what a reader may have meant to type. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

SHORTEST = 4
"""Letters of a word that is corrected: a shorter one is near too many others."""
LONGEST = 40


def one_letter_off(word: str) -> Iterator[str]:
    """Yield each word at a Damerau-Levenshtein distance of 1, some of them twice.

    One letter left out, put in, or exchanged for another, or two neighbours swapped. Letters that
    come in are those of the Latin alphabet and of the word itself. Words that are too short or too
    long, or that are not of letters alone, have none.
    """
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha():
        return
    letters = sorted({*ascii_lowercase, *word})
    for at in range(len(word) + 1):
        begin, end = word[:at], word[at:]
        if end:
            yield begin + end[1:]
            yield from (begin + letter + end[1:] for letter in letters if letter != end[0])
        if len(end) > 1 and end[0] != end[1]:
            yield begin + end[1] + end[0] + end[2:]
        yield from (begin + letter + end for letter in letters)
