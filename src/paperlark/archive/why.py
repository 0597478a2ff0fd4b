"""Collect why a paper is, or is not, on a reader's pages, from all that the database has on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from paperlark.domain.errors import StoreError
from paperlark.domain.paper import PaperId
from paperlark.domain.paper_history import DayOfPaper, ListedPaper, PaperHistory, day_of_paper
from paperlark.domain.profile import Profile
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.store.digests import DigestStore
from paperlark.store.paper_history import PaperHistoryStore
from paperlark.store.paper_texts import PaperTextStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.votes import FeedbackStore

_SUGGESTED, _MOST_TYPOS = 3, 2
"""Up to so many papers are suggested, whose identifiers differ in at most so many characters:
a transposition makes two."""


@dataclass(frozen=True, slots=True)
class _Records:
    """The stores with what is known of a reader's papers."""

    profile: Profile
    accounts: PaperHistoryStore
    digests: DigestStore
    votes: FeedbackStore
    known: PaperTextStore


def paper_history(settings: Settings, paper: PaperId, day: date | None = None) -> PaperHistory:
    """Return all that is known of a paper, on one day or on all.

    A run may be at work meanwhile. Raises StoreError with a hint where the paper was not announced
    to this reader.
    """
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output) as connection:
        profile = known(settings, ReaderStore(connection, path)).profile
        name = profile.id
        records = _Records(
            profile=profile,
            accounts=PaperHistoryStore(connection, path, name),
            digests=DigestStore(connection, path),
            votes=FeedbackStore(connection, path, name),
            known=PaperTextStore(connection, path, name),
        )
        return _history(records, paper, day)


def _history(records: _Records, paper: PaperId, only: date | None) -> PaperHistory:
    listed = records.accounts.listed(paper)
    looked_at = records.accounts.scanned_days(paper)
    pages = records.digests.days(records.profile.id)
    passed_over = (one.day for one in listed if one.category in records.profile.categories)
    announced = sorted({*looked_at, *(day for day in passed_over if day in pages)})
    if not announced:
        raise _unknown(records, paper, listed)
    if only is not None and only not in announced:
        on = ", ".join(map(str, announced))
        raise StoreError(f"{paper} was not announced to you on {only}", hint=f"it was on {on}")
    days = [_day(records, paper, one, looked_at) for one in announced if only in {None, one}]
    return PaperHistory(
        paper_id=paper,
        profile=records.profile.title,
        paper=records.known.find([paper]).get(paper),
        listed=tuple(one for one in listed if only in {None, one.day}),
        days=tuple(one for one in days if one is not None),
        votes=tuple(one for one in records.votes.all() if one.paper_id == paper),
    )


def _day(
    records: _Records, paper: PaperId, day: date, looked_at: Sequence[date]
) -> DayOfPaper | None:
    digest = records.digests.digest(records.profile.id, day)
    if digest is None:
        return None
    said = records.accounts.judgements(paper, digest.criteria, digest.judge) if digest.judge else ()
    seen = next((before for before in looked_at if before < day), None)
    return day_of_paper(digest, paper, seen=seen, readings=said)


def _unknown(records: _Records, paper: PaperId, listed: Sequence[ListedPaper]) -> StoreError:
    """Return an error that says why nothing is known of a paper, and what may have been meant."""
    yours = [one for one in listed if one.category in records.profile.categories]
    if yours:
        return StoreError(
            f"{paper} was announced in {_where(yours)}, and you have no page of that",
            hint=f"make it: paperlark run --date {yours[-1].day}",
        )
    if listed:
        return StoreError(
            f"{paper} was announced in {_where(listed)}, and not to you",
            hint="your categories are " + ", ".join(records.profile.categories),
        )
    near = [
        one for one in records.accounts.with_id_like(paper) if _hamming(one, paper) <= _MOST_TYPOS
    ]
    near.sort(key=lambda one: (_hamming(one, paper), one))
    meant = f"did you mean {' or '.join(near[:_SUGGESTED])}?"
    return StoreError(
        f"{paper} was not announced to you",
        hint=meant if near else "see the days that have a page: paperlark show --days",
    )


def _hamming(one: PaperId, other: PaperId) -> int:
    """Return the Hamming distance of two identifiers; missing characters count as different."""
    return sum(left != right for left, right in zip_longest(one, other))


def _where(listed: Sequence[ListedPaper]) -> str:
    return ", ".join(dict.fromkeys(f"{one.category} on {one.day}" for one in listed))
