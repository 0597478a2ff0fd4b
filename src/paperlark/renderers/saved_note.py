"""A saved paper as a note in Markdown: its front matter, its text, and the name of its file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import clean, one_line
from paperlark.domain.redaction import redacted
from paperlark.domain.saving import FieldValue, SavedNote, SavedPaper
from paperlark.renderers import english, typeset
from paperlark.renderers.citations.work import work
from paperlark.renderers.markdown import escape, escape_line

TAG = "arxiv"
"""The tag of every note."""
_NOT_IN_A_TAG = re.compile(r"[^\w-]+")
_MOST_AUTHORS = 100
_LONGEST_NAME, _LONGEST_TITLE, _LONGEST_TEXT = 200, 500, 20_000
"""Characters of a name, of a title, and of a comment or a paragraph: no real one is as long."""

NAMES = ("title", "id", "author", "year", "key", "day")
"""What the pattern of file names may hold."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*#^\[\]\x00-\x1f\x7f]+')
"""What some file system refuses, and what breaks a link in Obsidian or Logseq."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST, _MOST_BYTES = 120, 200
"""Characters and bytes of one part of a name, far enough from the 255 bytes of file systems."""


def note(saved: SavedPaper) -> SavedNote:
    """Return the note of a saved paper, without any known secret."""
    fields: dict[str, FieldValue] = {}
    for name, value in _fields(saved):
        if value not in (None, "", []):
            fields[name] = redacted(value) if isinstance(value, str) else value
    return SavedNote(fields, redacted("\n\n".join(_blocks(saved))))


def _fields(saved: SavedPaper) -> Iterator[tuple[str, FieldValue]]:
    paper, judgement, match = saved.paper, saved.entry.judgement, saved.entry.match
    topic = _line(match.topic) if match and match.topic else ""
    yield "title", _title(paper)
    yield "authors", _names(paper)
    yield "arxiv", paper.id
    yield "url", paper.url
    yield "pdf", paper.pdf_url
    yield "doi", work(paper).doi
    yield "categories", list(paper.categories)
    yield "tags", list(filter(None, (TAG, _tag(topic))))
    yield "announced", f"{saved.day}" if saved.day else ""
    yield "saved", f"{saved.saved:%Y-%m-%d}"
    if judgement:
        yield "relevance", judgement.relevance
        yield "novelty", judgement.novelty
    yield "criterion", topic
    yield "comment", _text(judgement.comment) if judgement else ""


def _blocks(saved: SavedPaper) -> Iterator[str]:
    paper, judgement = saved.paper, saved.entry.judgement
    yield f"# {escape(_title(paper))}"
    names = _names(paper)
    if names:
        more = len(paper.authors) - len(names)
        rest = f" and {english.number(more)} more" if more else ""
        yield f"{escape_line(english.listed(names))}{rest}"
    categories = escape(english.listed(paper.categories))
    yield f"[{paper.id}]({paper.url}) · {categories} · [pdf]({paper.pdf_url})"
    if judgement and judgement.comment:
        yield f"**Why:** {escape(_text(judgement.comment))}"
    if saved.note:
        lines = clean(saved.note).strip().splitlines()
        yield "\n".join(("**My note:**", "", *(escape_line(line.strip()) for line in lines)))
    first, *rest_of_it = typeset.plain_paragraphs(paper.abstract) or ("none",)
    yield f"**Abstract:** {escape(one_line(first)[:_LONGEST_TEXT])}"
    yield from (escape_line(one_line(paragraph)[:_LONGEST_TEXT]) for paragraph in rest_of_it)


def _names(paper: Paper) -> list[str]:
    return [_line(author.name)[:_LONGEST_NAME] for author in paper.authors[:_MOST_AUTHORS]]


def _title(paper: Paper) -> str:
    return _line(typeset.plain(paper.title))[:_LONGEST_TITLE] or paper.id


def _line(text: str) -> str:
    return one_line(clean(text))


def _text(tex: str) -> str:
    return _line(typeset.plain(tex))[:_LONGEST_TEXT]


def _tag(topic: str) -> str:
    """Return a topic as a tag: letters, digits and hyphens, not digits alone."""
    tag = _NOT_IN_A_TAG.sub("-", topic.casefold()).strip("-_")
    return tag if any(map(str.isalpha, tag)) else ""


def file_name(saved: SavedPaper, pattern: str) -> PurePosixPath:
    """Return the path of a note below the folder of notes, without its ending.

    `pattern` has names of NAMES in braces; only its own slashes make folders. Every part can be the
    name of a file on all usual systems.
    """
    cited = work(saved.paper)
    values = {
        "title": _title(saved.paper),
        "id": saved.paper.id.replace("/", "-"),
        "author": cited.authors[0].family if cited.authors else "",
        "year": str(cited.year),
        "key": cited.key,
        "day": f"{saved.day or saved.saved.date()}",
    }
    *folders, last = (_file_part(part.format(**values)) for part in pattern.split("/"))
    return PurePosixPath(*filter(None, folders), last or values["id"])


def _file_part(text: str) -> str:
    """Return a text as a name that every file system takes; empty where nothing is left of it."""
    plain = unicodedata.normalize("NFC", _FORBIDDEN.sub(" ", _line(text)))
    # A dot in front would hide it, and Windows drops those at the end.
    short = " ".join(plain.split()).lstrip(". ")[:_LONGEST]
    short = short.encode("utf-8", "ignore")[:_MOST_BYTES].decode("utf-8", "ignore").rstrip(". ")
    return f"{short}_" if _RESERVED.fullmatch(short) else short
