"""A page of arXiv's OAI-PMH as values: records in the format arXivRaw, and where it goes on.

Over defusedxml and not a library for OAI-PMH: those bring their own HTTP clients, and ours
must be the only one that asks arXiv.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from paperlark.domain.errors import FeedUnreadable
from paperlark.domain.paper import Identifier, Paper
from paperlark.sources._authors import parse_authors
from paperlark.sources._fields import mail_moment, make_paper, read_identifier, read_xml, text_of

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"


@dataclass(frozen=True, slots=True)
class Record:
    """One paper as it is now, and when its first and its latest version were submitted."""

    paper: Paper
    first: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One reply. `error` is OAI-PMH's code for what went wrong, with its words."""

    records: tuple[Record, ...]
    deleted: int
    notes: tuple[str, ...]
    token: str | None
    error: tuple[str, str] | None = None


def parse_oai(content: bytes, category: str, origin: str) -> OaiPage:
    """Read one reply; a record that cannot be read is named in its notes.

    Raises FeedUnreadable when this is no reply of an OAI-PMH server.
    """
    root = read_xml(content, origin)
    if root.tag != f"{_OAI}OAI-PMH":
        raise FeedUnreadable(
            f"{origin} is XML but not OAI-PMH: its root is <{root.tag[:60]}>",
            mend="try again later",
        )
    if (error := root.find(f"{_OAI}error")) is not None:
        return OaiPage((), 0, (), None, (error.get("code", ""), "".join(error.itertext()).strip()))
    answers = [child for child in root if child.find(f"{_OAI}record") is not None]
    answers += root.findall(f"{_OAI}ListRecords")[: 0 if answers else 1]
    if not answers:
        raise FeedUnreadable(f"{origin} holds no list of records", mend="try again later")
    return _page(answers[0], category)


def _page(answer: Element, category: str) -> OaiPage:
    records, notes, deleted = [], [], 0
    for element in answer.findall(f"{_OAI}record"):
        header = element.find(f"{_OAI}header")
        if header is not None and header.get("status") == "deleted":
            deleted += 1
            continue
        try:
            records.append(_record(element))
        except ValueError as error:
            notes.append(f"{category}: a record could not be read: {error}")
    token = text_of(answer, f"{_OAI}resumptionToken").strip()
    return OaiPage(tuple(records), deleted, tuple(notes), token or None)


def _record(element: Element) -> Record:
    name = text_of(element, f"{_OAI}header/{_OAI}identifier")
    raw = element.find(f"{_OAI}metadata/{_RAW}arXivRaw")
    if raw is None:
        raise ValueError(f"{name[:80]!r} is not in the format arXivRaw")
    identifier = read_identifier(text_of(raw, f"{_RAW}id"))
    versions = sorted(_version(version, identifier) for version in raw.findall(f"{_RAW}version"))
    if not versions:
        raise ValueError(f"{identifier.id} names no version")
    paper = make_paper(
        Identifier(identifier.id, versions[-1][0]),
        title=text_of(raw, f"{_RAW}title"),
        authors=parse_authors(_without_and(text_of(raw, f"{_RAW}authors"))),
        abstract=text_of(raw, f"{_RAW}abstract"),
        categories=text_of(raw, f"{_RAW}categories").split(),
    )
    return Record(paper, versions[0][1], versions[-1][1])


def _version(element: Element, identifier: Identifier) -> tuple[int, datetime]:
    number = re.fullmatch(r"v([1-9]\d{0,3})", element.get("version", ""), re.ASCII)
    text = text_of(element, f"{_RAW}date")
    moment = mail_moment(text)
    if number is None or moment is None:
        raise ValueError(f"{identifier.id} has a version {element.get('version')!r} of {text!r}")
    return int(number[1]), moment


def _without_and(authors: str) -> str:
    """Part the last two names of `A, B and C` as the feeds do; what is in parentheses stays."""
    pieces = re.split(r"(\([^()]*\))", authors)
    parted = (re.sub(r"\s*,?\s+and\s+", ", ", piece) for piece in pieces[::2])
    return "".join(
        piece + inside for piece, inside in zip(parted, (*pieces[1::2], ""), strict=True)
    )
