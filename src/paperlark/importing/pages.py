"""Digests as pages: Markdown, or the text that was copied from one.

A page is a heading with its day, then numbered papers, each with its arXiv identifier, authors,
abstract and, where a model judged it, relevance and novelty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from paperlark.domain.pasted import mentioned
from paperlark.importing.item import Item
from paperlark.importing.judged import day_of, judged_item
from paperlark.importing.literal import unescape

_HEADING = re.compile(r"^(?:#{1,6} +)?\d{1,4}\. +(?P<title>\S.*)$", re.MULTILINE)
_END = re.compile(r"^(?:---|#{1,6} )", re.MULTILINE)
# Marks of Markdown before a label; no regular expression may wander through a hostile page.
_MARKS = r"^[^\w\n]{0,9}"
_ID = re.compile(rf"{_MARKS}arXiv ID:\W{{1,9}}(?P<id>\S+)", re.IGNORECASE | re.MULTILINE)
_LINKED = re.compile(rf"{_MARKS}\[(?P<title>.*)\]\((?P<address>[^()\[\]\s]*)\)")
_LONGEST_HEADING = 4_000
_SCORES = re.compile(
    rf"{_MARKS}Relevance\W{{1,6}}(?P<relevance>10|[1-9])(?!\d)\W{{1,9}}Novelty"
    r"\W{1,6}(?P<novelty>10|[1-9])(?!\d)",
    re.MULTILINE | re.IGNORECASE,
)
_DATES = (r"\d{1,2}/\d{1,2}/\d{4}", r"\d{1,2} [A-Z][a-z]+ \d{4}", r"\d{4}-\d{2}-\d{2}")
_FORMATS = ("%m/%d/%Y", "%d %B %Y", "%Y-%m-%d")
_TOP = 500
# Only paperlark names a paper's place so. It makes literal what others write as it is.
_OWN = '<a id="paper-'


def is_page(text: str) -> bool:
    """Tell whether a text has a numbered paper with an identifier."""
    return any(_identifier(title, body) for _, title, body in _blocks(text))


def read_page(text: str, name: str) -> tuple[Item, ...]:
    """Give every numbered paper that has an identifier; the table of contents has none."""
    day = _day(text[:_TOP]) or day_of(name)
    return tuple(_item(number, title, body, day) for number, title, body in _papers(text))


def around(text: str) -> tuple[str, str]:
    """Give what stands above the first paper, and what stands from the last one on."""
    papers = [heading for heading, title, body in _parts(text) if _identifier(title, body)]
    return (text[: papers[0].start()], text[papers[-1].end() :]) if papers else (text, "")


def _papers(text: str) -> Iterator[tuple[int, str, str]]:
    return (block for block in _blocks(text) if _identifier(*block[1:]))


def _blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Give the line, title and text of everything that is numbered."""
    line = counted = 0
    for heading, title, body in _parts(text):
        line += text.count("\n", counted, heading.start())
        counted = heading.start()
        yield line + 1, title, body


def _parts(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    headings = list(_HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings), len(text)][1:]
    for heading, end in zip(headings, ends, strict=True):
        body = text[heading.end() : end]
        closing = _END.search(body)
        yield heading, heading["title"], body[: closing.start()] if closing else body


def _identifier(title: str, body: str) -> str | None:
    named = _ID.search(body)
    if named:
        return named["id"]
    linked = _LINKED.match(title[:_LONGEST_HEADING])
    return mentioned(linked["address"]) if linked else None


def _item(line: int, title: str, body: str, day: date | None) -> Item:
    linked, scores = _LINKED.match(title[:_LONGEST_HEADING]), _SCORES.search(body)
    row = {
        "title": linked["title"] if linked else title,
        "authors": _labelled(body, "Authors"),
        "abstract": _labelled(body, "Abstract"),
        "comment": _labelled(body, "Comment") or _labelled(body, "Why"),
    }
    if _OWN in title:
        row = {name: unescape(value) for name, value in row.items()}
    row["id"] = _identifier(title, body) or ""
    return judged_item(f"line {line}", row | (scores.groupdict() if scores else {}), day)


def _labelled(body: str, label: str) -> str:
    """Give what stands behind a label, to the next blank line."""
    # What is behind the marks may begin with a sign of its own: a formula, a bracket.
    value = r":[*_]{0,3}[ \t]{0,9}\n?(.*(?:\n.+)*)"
    found = re.search(rf"{_MARKS}{label}{value}", body, re.MULTILINE)
    return found[1] if found else ""


def _day(text: str) -> date | None:
    for pattern, form in zip(_DATES, _FORMATS, strict=True):
        found = re.search(pattern, text)
        try:
            if found:
                return datetime.strptime(found[0], form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return None
