"""arXiv's OAI-PMH: every record that changed on a day, from which the batch is reconstructed.

https://info.arxiv.org/help/oa/index.html. A record's datestamp is the day of its last change of
any kind. For a paper untouched since, that is the day it was announced; one changed again is
found under the later day only. So this source is never the whole truth about a past day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from paperlark.domain.announcement import AnnounceType, Feed, Listing, Via
from paperlark.domain.calendar import HOLIDAYS, announcement_day
from paperlark.domain.errors import FeedUnreadable, SourceUnreachable
from paperlark.domain.paper import PaperId
from paperlark.sources._doors import announce_type, canonical
from paperlark.sources._oai_page import OaiPage, Record, parse_oai
from paperlark.sources._polite import Params, PoliteClient

_OWN_GROUP = {"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"}
_MOST_PAGES = 40  # of 2,500 records: more than arXiv changes on any day
_HELD = timedelta(days=21)  # moderators have held papers for up to 18 days


class OaiRecords:
    """Implements Source by arXiv's rule of which submissions are announced when."""

    via = Via.OAI

    def __init__(
        self,
        client: PoliteClient,
        base_url: str = "https://oaipmh.arxiv.org/oai",
        *,
        holidays: Collection[date] = HOLIDAYS,
    ) -> None:
        self._client = client
        self._base_url = base_url
        self._holidays = holidays

    def feed(self, category: str, day: date) -> Feed:
        """Ask for the day's records and keep those that were announced that day.

        The notes name young papers that moderators may have held back until that day. Raises
        SourceUnreachable and FeedUnreadable when arXiv does not give the records.
        """
        pages = self._pages(category, day)
        records: dict[PaperId, Record] = {}
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

    def _type(self, record: Record, category: str, day: date) -> AnnounceType | None:
        """Say how it was announced that day; None for a change of any other kind."""
        primary = record.paper.primary_category
        if announcement_day(record.first, self._holidays) == day:
            return announce_type(category, primary, replaced=False)
        if announcement_day(record.latest, self._holidays) == day:
            return announce_type(category, primary, replaced=True)
        return None

    def _maybe_held(self, category: str, day: date, left_out: list[Record]) -> Iterator[str]:
        young = [
            record.paper.id
            for record in left_out
            if record.paper.version == 1
            and day - _HELD <= announcement_day(record.first, self._holidays) < day
        ]
        if young:
            shown = ", ".join(young[:10]) + (" and others" if len(young) > 10 else "")  # noqa: PLR2004  # enough for a note
            yield (
                f"{category}: {len(young)} papers changed that day and were submitted too early"
                f" for it; moderators may have held them back until then: {shown}"
            )

    def _pages(self, category: str, day: date) -> list[OaiPage]:
        """Follow the tokens to the end; one that has expired is begun again, once."""
        try:
            return list(self._follow(category, day))
        except _TokenExpired:
            pass
        try:
            return list(self._follow(category, day))
        except _TokenExpired as error:
            raise SourceUnreachable(
                f"{self._base_url} forgets where it was ({error})", mend="try again later"
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
            f"{self._base_url} does not come to an end", mend="use another source, or try later"
        )


class _TokenExpired(Exception):
    """The list must be asked for from its beginning; never leaves this module."""


def _refuse(error: tuple[str, str], origin: str, *, resumed: bool) -> None:
    """Errors come with HTTP 200; a day without records is one of them, and is none."""
    code, words = error
    if code == "noRecordsMatch":
        return
    if code == "badResumptionToken" and resumed:
        raise _TokenExpired(words[:200])
    raise SourceUnreachable(
        f"{origin} refuses: {code[:40]} {' '.join(words.split())[:200]}".rstrip(),
        mend="use another source",
    )


def oai_set(category: str) -> str:
    """Name the set of a category or of an archive as a whole: group:archive[:subject].

    Most archives of physics are in one group; every other archive is its own group, so that
    all of `cs` is the set `cs:cs`. (The group alone would be the same but for `physics`, where
    it is all of physics and not the archive of that name.)
    """
    archive, _, subject = canonical(category).partition(".")
    group = archive if archive in _OWN_GROUP else "physics"
    return ":".join([group, archive, subject] if subject else [group, archive])


def _notes(category: str, pages: list[OaiPage]) -> Iterator[str]:
    for page in pages:
        yield from page.notes
    if deleted := sum(page.deleted for page in pages):
        yield f"{category}: {deleted} records of that day are marked as deleted"
