"""Parse names of authors as people write them: titles, suffixes, commas, particles, initials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from paperlark.domain.plain_text import is_east_asian, one_line, spellings

LONGEST = 300
"""Characters; a longer text is nobody's name and matches nothing."""
_MOST_WORDS = 40

Words: TypeAlias = tuple[str, ...]
"""The words of a name, given names first; an initial keeps its dot."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name, parsed: every way to write its words in plain letters.

    `spellings` is empty where the text has no name in it. `generation` is `jr`, `sr` or a number
    such as `iii`, None where it is not written. `group` is whether it names a collaboration.
    """

    spellings: tuple[Words, ...]
    generation: str | None = None
    group: bool = False


_COMMA = re.compile("[,\N{FULLWIDTH COMMA}\N{ARABIC COMMA}]")
_AND_OTHERS = re.compile(r"[\s,]+et\.?\s+al\.?\s*$", re.IGNORECASE)
_AT_END = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_NICKNAME = re.compile(
    r"\(([^()]{1,60})\)|[\"“„«]([^\"”“»]{1,60})[\"”“»]|(?<=\s)['‘]([^'’]{1,60})['’](?=\s)"  # noqa: RUF001
)
_TITLE = re.compile(
    r"""(?ix:
    (?:(?:assistant|associate|adjunct|emeritus|emerita|honorary|distinguished|visiting
        |univ|asst|assoc|apl|ao)\.?[\s-]*(?=prof))?
    (?:prof(?:essor(?:in|a)?|a|ª)?|dra?|drs|doctor|docteur|dott(?:ore|oressa|ssa|\.ssa)?|mrs?|ms|mx
        |miss|sir|mme|mlle|monsieur|madame|herr|frau|se[nñ]ora?|sr(?=\.)|sra
        |privatdozent(?:in)?|priv\.-doz|(?:dipl\.[\s-]*)?ing(?=\.)|dipl\.-[a-z]+|doc(?=\.)|mag(?=\.)
        |rev(?=\.)|reverend|do[cç]\.?(?=\s+dr)|hon(?=\.)|acad(?=\.)|akad(?=\.))
    (?:\.[-\s]*|-(?=ing)|\s+|$))
    (?:(?:rer|nat|h|c|med|phil|jur|habil|[Ii]ng|techn|sc|math|mult|oec|pol|theol|agr|et|em|emer)\.[-\s]*)*
    """,
    re.VERBOSE,
)
_SUFFIX = re.compile(
    r"""(?P<generation>(?i:jr|sr|junior|j[uú]nior|senior|iii|2nd|3rd|4th)|II|IV)\.?
    |(?:(?i:ph\.?\s*d|d\.?\s*phil|sc\.\s*d|m\.\s*d|m\.\s*a|b\.\s*a|m\.?\s*sc|b\.?\s*sc|dr\.\s*rer\.\s*nat|dipl\.-[a-z]+
        |m\.\s*s|b\.\s*s|esq|frs|frsc|obe|cbe|mbe|mph|mba|habil)|MD|DPhil|PhDs?)\.?""",
    re.VERBOSE,
)
# After a comma and a whole name these cannot be a given name either.
_LETTERS_AFTER_NAME = re.compile(r"MA|MS|BA|BS|RN|PE|DO|DDS|DSc|ScD|PharmD|EdD|JD|LLM|VI?|VII|VIII")
_WITH_SUFFIX = re.compile(rf"(?s:(?P<name>.*\S))\s+(?:{_SUFFIX.pattern})", re.VERBOSE)
_GENERATIONS = {
    "junior": "jr", "júnior": "jr", "senior": "sr", "2nd": "ii", "3rd": "iii", "4th": "iv",
}  # fmt: skip
_GROUPS = frozenset((
    "collaboration", "collaborations", "collab", "consortium", "consortia", "team", "teams",
    "group", "project", "survey", "experiment", "network", "committee", "initiative", "working",
    "alliance", "partnership", "society", "foundation", "authors", "institute", "laboratory",
    "lab", "labs",
))  # fmt: skip
_SIMPLE = re.compile(r"(?:[A-Za-z]\.?|[A-Za-z]{2,})(?: [A-Za-z]\.?| [A-Za-z]{2,}|-[A-Za-z]{2,})+")
_MARKED = _GROUPS.union((
    "prof", "professor", "professorin", "professora", "profa", "dr", "dra", "drs", "doctor",
    "docteur", "dott", "mr", "mrs", "ms", "mx", "miss", "sir", "mme", "mlle", "monsieur", "madame",
    "herr", "frau", "senor", "senora", "sra", "privatdozent", "privatdozentin", "reverend",
    "assistant", "associate", "adjunct", "emeritus", "emerita", "honorary", "distinguished",
    "visiting", "univ", "asst", "assoc",
    "jr", "sr", "junior", "senior", "ii", "iii", "iv", "phd", "phds", "md", "dphil", "msc", "bsc",
    "esq", "frs", "frsc", "obe", "cbe", "mbe", "mph", "mba", "habil", "al", "saint",
))  # fmt: skip
"""A name with one of these words is parsed in full: it may be a title, a suffix or a group's."""


@lru_cache(maxsize=2**16)
def parse_name(text: str) -> PersonName:
    """Parse a name in any common form; `Berg, Anna van der` and `Prof. Anna van der Berg` agree."""
    if len(text) > LONGEST:
        return PersonName(())
    if _SIMPLE.fullmatch(text):
        # Nine printed names of ten, and thousands are compared for one page.
        words = tuple(text.lower().replace("-", " ").split())
        if _MARKED.isdisjoint(words):
            return PersonName((words,))
    return _parse(_AND_OTHERS.sub("", one_line(text)))


def _parse(name: str) -> PersonName:
    arranged = [_arrange(form) for form in _forms(name)]
    found = dict.fromkeys(
        words for form, _ in arranged for one in spellings(form) if (words := _words(one))
    )
    generation = next((one for _, one in arranged if one), None)
    if not found:
        return PersonName(())
    group = any(_is_group(words) for words in found)
    plain = dict.fromkeys(_group_words(words) if group else words for words in found)
    return PersonName(tuple(plain), generation, group)


def _forms(name: str) -> Iterator[str]:
    """Yield a name without its nickname, with the nickname instead, and with both."""
    bare = _AT_END.sub("", name)
    bare = bare if any(map(str.isalpha, bare)) else name
    found = _NICKNAME.search(bare)
    if found is None:
        yield bare
        return
    before, after = bare[: found.start()].strip(), bare[found.end() :].strip()
    nickname = next(filter(None, found.groups()))
    if not (before and after):
        yield bare
        return
    yield f"{before} {after}"
    yield f"{nickname} {after}"
    yield f"{before} {nickname} {after}"


def _arrange(name: str) -> tuple[str, str | None]:
    """Return a name with the family name last, without titles, and the generation it states."""
    parts: list[str] = []
    generation = None
    for part in map(str.strip, _COMMA.split(name)):
        bare = _without_title(part)
        suffix = _SUFFIX.fullmatch(bare) if parts else None
        while suffix is None and (more := _WITH_SUFFIX.fullmatch(bare)) and _is_suffix(more, parts):
            generation = _generation(more) or generation
            bare = more["name"].rstrip(" ,")
        if suffix is not None:
            generation = _generation(suffix) or generation
        elif any(map(str.isalnum, bare)) and not _is_degree(bare, parts):
            parts.append(bare)
    family, *given = parts or [""]
    return " ".join((*given, family)), generation


def _without_title(part: str) -> str:
    while (found := _TITLE.match(part)) and found.end() < len(part):
        part = part[found.end() :]
    return part


def _is_suffix(found: re.Match[str], parts: Sequence[str]) -> bool:
    """Return whether the end of a part is a suffix: `II` or `MD` alone may be a family name."""
    sure = found["generation"] is None or found["generation"] not in {"II", "IV"}
    whole = bool(parts) or " " in found["name"]
    return whole or (sure and not found[0].endswith("MD"))


def _is_degree(part: str, parts: Sequence[str]) -> bool:
    return len(parts) == 1 and " " in parts[0] and bool(_LETTERS_AFTER_NAME.fullmatch(part))


def _generation(found: re.Match[str]) -> str | None:
    written = found["generation"]
    return written and _GENERATIONS.get(written.lower(), written.lower())


def _words(spelled: str) -> Words:
    """Split a spelling into words; initials keep their dots, and East Asian names are one word."""
    parts = spelled.replace(".", ". ").split()
    bare = [part if len(part) == 2 else part.rstrip(".") for part in parts]  # noqa: PLR2004  # `e.`
    words = tuple("st" if part == "saint" else part for part in bare if part)[:_MOST_WORDS]
    joined = "".join(words)
    return (joined,) if is_east_asian(joined) else words


_BEFORE_GROUPS = ("on", "behalf", "of", "and", "for", "with", "the")
_SHORT = {"collab": "collaboration", "collaborations": "collaboration", "teams": "team"}


def _is_group(words: Words) -> bool:
    return len(words) > 1 and words[-1] in _GROUPS


def _group_words(words: Words) -> Words:
    """Return the name of a group without what stands before it, such as `for the`."""
    first = next((n for n, word in enumerate(words) if word not in _BEFORE_GROUPS), 0)
    return tuple(_SHORT.get(word, word) for word in words[min(first, len(words) - 2) :])
