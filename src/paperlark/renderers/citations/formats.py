"""BibTeX, CSL-JSON and RIS, which every reference manager reads.

In BibTeX special characters are escaped, and formulas stay as their authors wrote them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, pairwise

from paperlark.domain.paper import Paper
from paperlark.renderers import tex
from paperlark.renderers.citations.work import PUBLISHER, Name, Work, work

_SPECIAL = {
    "\\": r"\textbackslash{}",
    # Not \{ and \}: BibTeX counts those too, and an unbalanced one would break the file.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
} | {sign: f"\\{sign}" for sign in "$&%#_"}
_ESCAPED = str.maketrans(_SPECIAL)
# Braces keep DNA, mRNA and OpenAI from being lower-cased by a style.
_CAPITALS = re.compile(r"\b\w+[A-Z]\w*\b")
_DEEPEST = 40
"""Braces in braces; programs give up a whole file at 100."""
_STYLES = {"em": "emph", "strong": "textbf", "code": "texttt", "sup": "textsuperscript"}


def bibtex(papers: Iterable[Paper]) -> str:
    """Return one entry per paper, in order."""
    return "\n".join(_entry(work(paper)) for paper in papers)


def bibtex_entry(paper: Paper, key: str) -> str:
    """Return the entry of a paper under a key of its own."""
    return _entry(replace(work(paper), key=key))


def _entry(one: Work) -> str:
    fields = {
        "title": _tex(one.title),
        "author": " and ".join(map(_author, one.authors)),
        "year": str(one.year),
        "eprint": one.id,
        "archivePrefix": "arXiv",
        "primaryClass": one.category.translate(_ESCAPED),
        "doi": one.doi,
        "url": one.url,
    }
    lines = (f"  {name} = {{{value}}}," for name, value in fields.items() if value)
    return f"@misc{{{one.key},\n" + "\n".join(lines) + "\n}\n"


def _author(name: Name) -> str:
    """Write a group in braces, so that it is not split, and a person with the family name first."""
    if name.group or not name.given:
        return f"{{{name.family.translate(_ESCAPED)}}}"
    parts = filter(None, (name.family, name.suffix, name.given))
    return ", ".join(part.translate(_ESCAPED) for part in parts)


def _tex(pieces: Iterable[tex.Piece]) -> str:
    return "".join(map(_piece, pieces))


def _piece(piece: tex.Piece) -> str:
    match piece:
        case tex.Prose(text):
            return _prose(text)
        case tex.Formula(source, body) if source == body:
            # Without dollar signs, as its author wrote it, TeX would refuse it.
            return f"${source}$" if _balanced(source) else source.translate(_ESCAPED)
        case tex.Formula(source):
            return source if _balanced(source) else source.translate(_ESCAPED)
        case tex.Styled(element, inner):
            command = _STYLES.get(element)
            return f"\\{command}{{{_tex(inner)}}}" if command else _tex(inner)
        case tex.Link(_, words):
            return words.translate(_ESCAPED)


def _prose(text: str) -> str:
    ends = [0, *(end for word in _CAPITALS.finditer(text) for end in word.span()), len(text)]
    parts = [text[start:end].translate(_ESCAPED) for start, end in pairwise(ends)]
    return "".join(f"{{{part}}}" if place % 2 else part for place, part in enumerate(parts))


def _balanced(source: str) -> bool:
    """Return whether the braces of a formula are balanced for BibTeX, and not too deep."""
    depths = tuple(accumulate({"{": 1, "}": -1}.get(sign, 0) for sign in source))
    return not depths or (min(depths) >= 0 and depths[-1] == 0 and max(depths) <= _DEEPEST)


def csl(papers: Iterable[Paper]) -> str:
    """Return the papers as one CSL-JSON array, in order."""
    return json.dumps([_item(work(paper)) for paper in papers], ensure_ascii=False, indent=1) + "\n"


def _item(one: Work) -> dict[str, object]:
    item: dict[str, object] = {
        "id": one.key,
        "type": "article",
        "title": tex.plain(one.title),
        "author": [_person(name) for name in one.authors],
        "issued": {"date-parts": [[one.year, one.month]]},
        "publisher": PUBLISHER,
        "number": f"arXiv:{one.id}",
        "DOI": one.doi,
        "URL": one.url,
        "abstract": one.abstract,
    }
    return {name: value for name, value in item.items() if value}


def _person(name: Name) -> dict[str, str]:
    if name.group or not name.given:
        return {"literal": name.family}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {part: value for part, value in parts.items() if value}


def ris(papers: Iterable[Paper]) -> str:
    """Return one RIS record per paper, in order, with CRLF line ends."""
    return "".join(
        f"{tag}  - {value}\r\n" for paper in papers for tag, value in _lines(work(paper))
    )


def _lines(one: Work) -> Iterator[tuple[str, str]]:
    yield "TY", "UNPB"
    yield "ID", one.key
    yield "TI", tex.plain(one.title)
    for name in one.authors:
        yield "AU", name.reversed
    yield "PY", str(one.year)
    yield "DA", f"{one.year}/{one.month:02}//"
    yield "PB", PUBLISHER
    yield "AN", f"arXiv:{one.id}"
    yield "DO", one.doi
    yield "UR", one.url
    if one.abstract:
        yield "AB", " ".join(one.abstract.split())
    if one.category:
        yield "KW", one.category
    yield "ER", ""
