"""Hard filters: rules that a paper must meet, or must not, before anything is ranked or paid. Pure.

A rule is written `kind:pattern`, such as `word:survey` or `comments:*withdrawn*`. Patterns are
shell-style wildcards, which are matched in linear time, and no regular expressions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import translate
from functools import lru_cache
from typing import Self

from paperlark.domain.name_matching import NameIndex, NameMatch, name_fault
from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import fold
from paperlark.domain.taxonomy import CATEGORIES, nearest_category
from paperlark.domain.tex_accents import decode_accents

MOST_RULES = 200
LONGEST_RULE = 200


class RuleKind(StrEnum):
    """What of a paper a rule looks at."""

    WORD = "word"
    """Title and abstract."""
    AUTHOR = "author"
    """The names of its authors, matched as those of followed authors are."""
    CATEGORY = "category"
    """All of its categories; an archive such as `cs` stands for all of its own."""
    COMMENTS = "comments"
    """What its authors wrote beside it, where the source had that."""


_KINDS = ", ".join(RuleKind)
_MEANT = {
    **dict.fromkeys(("comment", "note", "notes"), RuleKind.COMMENTS),
    **dict.fromkeys(("authors", "by"), RuleKind.AUTHOR),
    **dict.fromkeys(("categories", "cat"), RuleKind.CATEGORY),
}
"""Kinds that people write, and which ours is."""
_ALTERNATIVES = re.compile(r"\s(?:OR|AND|NOT)\s|\|")
_OPENED = re.compile(r"[^\w*?]+|_+")


@dataclass(frozen=True, slots=True, order=True)
class FilterRule:
    """One rule; its pattern as the reader wrote it."""

    kind: RuleKind
    pattern: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `word:survey`; raises ValueError with what is wrong and how to write it."""
        if len(text) > LONGEST_RULE:
            raise ValueError(f"a rule has at most {LONGEST_RULE} characters")
        given, colon, pattern = (part.strip() for part in text.partition(":"))
        kind = given.lower()
        if not colon or kind not in set(RuleKind):
            meant = _MEANT.get(kind, RuleKind.WORD) if colon else RuleKind.WORD
            raise ValueError(
                f"{text!r} does not say what to look at; write it like"
                f' "{meant}:{pattern if colon else text.strip()}" (one of {_KINDS})'
            )
        rule = cls(RuleKind(kind), pattern)
        fault = rule.fault
        if fault:
            raise ValueError(f"{text!r}: {fault}")
        return rule

    @property
    def fault(self) -> str | None:
        """Why no paper can be told by it; None where some can."""
        match self.kind:
            case RuleKind.CATEGORY if self.pattern not in CATEGORIES:
                near = nearest_category(self.pattern)
                hint = f"did you mean {near!r}?" if near else "see arxiv.org/category_taxonomy"
                return f"arXiv has no such category; {hint}"
            case RuleKind.AUTHOR if named := name_fault(self.pattern):
                return f"{named}; write a whole name, as printed on papers"
            case RuleKind.WORD | RuleKind.COMMENTS if _ALTERNATIVES.search(self.pattern):
                return "it joins words by OR, AND or |, which papers do not; write a rule for each"
            case RuleKind.WORD | RuleKind.COMMENTS if not any(map(str.isalnum, self.pattern)):
                return "it has no letter and no digit"
        return None

    def __str__(self) -> str:
        return f"{self.kind}:{self.pattern}"


@dataclass(frozen=True, slots=True)
class Filters:
    """A paper must meet one rule of each kind in `require`, and none of `exclude`.

    Both are kept in one order, whatever the order in which they were written.
    """

    require: tuple[FilterRule, ...] = ()
    exclude: tuple[FilterRule, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "require", tuple(sorted(set(self.require))))
        object.__setattr__(self, "exclude", tuple(sorted(set(self.exclude))))

    def __bool__(self) -> bool:
        return bool(self.require or self.exclude)

    def excludes(self, paper: Paper, *, followed: bool = False) -> str | None:
        """Return the rule that leaves a paper out, such as `exclude word:survey`, else None.

        Where the reader follows one of its authors, only a rule that names an author does.
        """
        exclude = self.exclude
        if followed:
            exclude = tuple(one for one in exclude if one.kind is RuleKind.AUTHOR)
        for rule in exclude:
            if _meets(paper, rule):
                return f"exclude {rule}"
        if followed:
            return None
        for rules in _by_kind(self.require).values():
            if not any(_meets(paper, rule) for rule in rules):
                return f"require {' or '.join(map(str, rules))}"
        return None


NO_FILTERS = Filters()


@lru_cache(maxsize=2**10)
def _by_kind(rules: tuple[FilterRule, ...]) -> Mapping[RuleKind, Sequence[FilterRule]]:
    found: dict[RuleKind, list[FilterRule]] = defaultdict(list)
    for rule in rules:
        found[rule.kind].append(rule)
    return found


def _meets(paper: Paper, rule: FilterRule) -> bool:
    match rule.kind:
        case RuleKind.WORD:
            return _contains(_words(paper), rule.pattern)
        case RuleKind.COMMENTS:
            return _contains(_comment_words(paper), rule.pattern)
        case RuleKind.CATEGORY:
            archive = f"{rule.pattern}."
            return any(one == rule.pattern or one.startswith(archive) for one in paper.categories)
        case RuleKind.AUTHOR:
            return _is_by(paper, rule.pattern)


def _is_by(paper: Paper, name: str) -> bool:
    """Return whether a name is printed on a paper; in the reverse order it may be another one."""
    found = _named(name).find(author.name for author in paper.authors)
    return NameMatch.SAME in found.values()


@lru_cache(maxsize=2**10)
def _named(name: str) -> NameIndex:
    return NameIndex([[name]])


def _contains(words: str, pattern: str) -> bool:
    """Return whether words have a pattern; it begins and ends where words do."""
    plain = _folded(pattern)
    if "*" not in plain and "?" not in plain:
        return f" {plain} " in words
    return _compiled(plain).match(words) is not None


@lru_cache(maxsize=2**10)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Each `*` becomes an atomic group: a match is found without backtracking, or not at all.
    return re.compile(translate(f"* {pattern} *"))


@lru_cache(maxsize=2**12)
def _words(paper: Paper) -> str:
    return _searched((paper.title, paper.abstract))


@lru_cache(maxsize=2**12)
def _comment_words(paper: Paper) -> str:
    return _searched((paper.details.comments or "",))


def _searched(texts: Iterable[str]) -> str:
    """Return the words of texts with a blank before and behind each; wildcards are no words."""
    decoded = (decode_accents(text) or text for text in texts)
    plain = _folded("\n".join(decoded)).replace("*", " ").replace("?", " ")
    return f" {' '.join(plain.split())} "


def _folded(text: str) -> str:
    """Return words in small letters without accents, single blanks between them."""
    return " ".join(_OPENED.sub(" ", fold(text)).split())
