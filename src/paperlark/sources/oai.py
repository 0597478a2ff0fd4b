"""arXiv's OAI-PMH interface: records in the format arXivRaw, page by page.

Parsed with defusedxml rather than an OAI-PMH library: those bring their own HTTP clients, and ours
must be the only one that sends requests to arXiv.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from xml.etree.ElementTree import Element

from paperlark.domain.announcement import AnnounceType, Feed, Listing, Via
from paperlark.domain.calendar import HOLIDAYS, announcement_day
from paperlark.domain.errors import FeedUnreadable, SourceUnreachable
from paperlark.domain.paper import Identifier, Paper, PaperId
from paperlark.sources._client import ArxivClient, Params
from paperlark.sources._paper_fields import (
    announce_type,
    canonical,
    mail_moment,
    make_details,
    make_paper,
    parse_authors,
    read_identifier,
    read_xml,
    text_of,
)

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """One paper as it is now, and when its first and its latest version were submitted."""

    paper: Paper
    first: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One reply. `error` is OAI-PMH's error code with its message."""

    records: tuple[OaiRecord, ...]
    deleted: int
    notes: tuple[str, ...]
    token: str | None
    error: tuple[str, str] | None = None


def parse_oai(content: bytes, category: str, origin: str) -> OaiPage:
    """Parse one reply; a record that cannot be read is named in its notes.

    Raises FeedUnreadable where this is not a reply of an OAI-PMH server.
    """
    root = read_xml(content, origin)
    if root.tag != f"{_OAI}OAI-PMH":
        raise FeedUnreadable(
            f"{origin} is XML but not OAI-PMH: its root is <{root.tag[:60]}>",
            hint="try again later",
        )
    if (error := root.find(f"{_OAI}error")) is not None:
        return OaiPage((), 0, (), None, (error.get("code", ""), "".join(error.itertext()).strip()))
    answers = [child for child in root if child.find(f"{_OAI}record") is not None]
    answers += root.findall(f"{_OAI}ListRecords")[: 0 if answers else 1]
    if not answers:
        raise FeedUnreadable(f"{origin} holds no list of records", hint="try again later")
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


def _record(element: Element) -> OaiRecord:
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
        details=make_details(
            comments=text_of(raw, f"{_RAW}comments"),
            journal_reference=text_of(raw, f"{_RAW}journal-ref"),
            doi=text_of(raw, f"{_RAW}doi"),
            licence=text_of(raw, f"{_RAW}license"),
        ),
    )
    return OaiRecord(paper, versions[0][1], versions[-1][1])


def _version(element: Element, identifier: Identifier) -> tuple[int, datetime]:
    number = re.fullmatch(r"v([1-9]\d{0,3})", element.get("version", ""), re.ASCII)
    text = text_of(element, f"{_RAW}date")
    moment = mail_moment(text)
    if number is None or moment is None:
        raise ValueError(f"{identifier.id} has a version {element.get('version')!r} of {text!r}")
    return int(number[1]), moment


def _without_and(authors: str) -> str:
    """Write `A, B and C` with commas, as the feeds do; text in parentheses stays."""
    pieces = re.split(r"(\([^()]*\))", authors)
    # Blanks are joined first: looking for any number of them from each would take minutes.
    single = (re.sub(r"\s+", " ", piece) for piece in pieces[::2])
    separated = (re.sub(r" ?,? and ", ", ", piece) for piece in single)
    return "".join(
        piece + inside for piece, inside in zip(separated, (*pieces[1::2], ""), strict=True)
    )


_OWN_GROUP = {"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"}
_MOST_PAGES = 40  # of 2,500 records: more than arXiv changes on any day
_HELD = timedelta(days=21)  # moderators have held papers for up to 18 days


class OaiRecords:
    """Implements Source by arXiv's schedule, which maps submission times to announcement days."""

    via = Via.OAI

    def __init__(
        self,
        client: ArxivClient,
        base_url: str = "https://oaipmh.arxiv.org/oai",
        *,
        holidays: Collection[date] = HOLIDAYS,
    ) -> None:
        self._client = client
        self._base_url = base_url
        self._holidays = holidays

    def feed(self, category: str, day: date) -> Feed:
        """Fetch the records changed that day and keep those that were announced that day.

        The notes name recent papers that moderators may have held back until that day. Raises
        SourceUnreachable and FeedUnreadable where arXiv does not send the records.
        """
        pages = self._pages(category, day)
        records: dict[PaperId, OaiRecord] = {}
        for page in pages:
            for record in page.records:  # pages repeat a record that changes in between
                records[record.paper.id] = record
        types = {id_: self._type(record, category, day) for id_, record in records.items()}
        listings = tuple(
            Listing(records[id_].paper, type_) for id_, type_ in types.items() if type_ is not None
        )
        left_out = [records[id_] for id_, type_ in types.items() if type_ is None]
        notes = (*_notes(category, pages), *self._maybe_held(category, day, left_out))
        return Feed(category, day, listings, self._base_url, notes, Via.OAI)

    def _type(self, record: OaiRecord, category: str, day: date) -> AnnounceType | None:
        """Return how it was announced that day; None where it was not."""
        primary = record.paper.primary_category
        if announcement_day(record.first, self._holidays) == day:
            return announce_type(category, primary, replaced=False)
        if announcement_day(record.latest, self._holidays) == day:
            return announce_type(category, primary, replaced=True)
        return None

    def _maybe_held(self, category: str, day: date, left_out: list[OaiRecord]) -> Iterator[str]:
        recent = [
            record.paper.id
            for record in left_out
            if record.paper.version == 1
            and day - _HELD <= announcement_day(record.first, self._holidays) < day
        ]
        if recent:
            shown = ", ".join(recent[:10]) + (" and others" if len(recent) > 10 else "")  # noqa: PLR2004  # enough for a note
            yield (
                f"{category}: {len(recent)} papers changed that day and were submitted too early"
                f" for it; moderators may have held them back until then: {shown}"
            )

    def _pages(self, category: str, day: date) -> list[OaiPage]:
        """Fetch all pages; where a resumption token has expired, start again, once."""
        try:
            return list(self._follow(category, day))
        except _TokenExpired:
            pass
        try:
            return list(self._follow(category, day))
        except _TokenExpired as error:
            raise SourceUnreachable(
                f"{self._base_url} lost its place in the list ({error})", hint="try again later"
            ) from error

    def _follow(self, category: str, day: date) -> Iterator[OaiPage]:
        params: Params = {
            "verb": "ListRecords",
            "metadataPrefix": "arXivRaw",
            "set": oai_set(category),
            "from": str(day),
            "until": str(day),
        }
        tokens: set[str] = set()
        for _ in range(_MOST_PAGES):
            answer = self._client.get(self._base_url, params)
            page = parse_oai(answer.content, category, self._base_url)
            if page.error:
                _refuse(page.error, self._base_url, resumed=bool(tokens))
            yield page
            if page.token is None:
                return
            if page.token in tokens:
                break
            tokens.add(page.token)
            params = {"verb": "ListRecords", "resumptionToken": page.token}
        raise FeedUnreadable(
            f"{self._base_url} sends pages without end", hint="use another source, or try later"
        )


class _TokenExpired(Exception):
    """The list must be fetched from its beginning; never leaves this module."""


def _refuse(error: tuple[str, str], origin: str, *, resumed: bool) -> None:
    """Raise what an error (sent with HTTP 200) means; a day without records is no failure."""
    code, words = error
    if code == "noRecordsMatch":
        return
    if code == "badResumptionToken" and resumed:
        raise _TokenExpired(words[:200])
    raise SourceUnreachable(
        f"{origin} answered with an error: {code[:40]} {' '.join(words.split())[:200]}".rstrip(),
        hint="use another source",
    )


def oai_set(category: str) -> str:
    """Return the OAI set of a category or of a whole archive: group:archive[:subject].

    Most physics archives share one group; every other archive is its own group, so that all of
    `cs` is the set `cs:cs`. (The group alone is the same set, except for `physics`, where it is
    all of physics and not only the archive of that name.)
    """
    archive, _, subject = canonical(category).partition(".")
    group = archive if archive in _OWN_GROUP else "physics"
    return ":".join([group, archive, subject] if subject else [group, archive])


def _notes(category: str, pages: list[OaiPage]) -> Iterator[str]:
    for page in pages:
        yield from page.notes
    if deleted := sum(page.deleted for page in pages):
        yield f"{category}: {deleted} records of that day are marked as deleted"
