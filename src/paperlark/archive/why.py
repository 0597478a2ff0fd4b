"""Collect why a paper is, or is not, on a reader's pages, from all that the database has on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import StoreError
from paperlark.domain.paper import PaperId
from paperlark.domain.paper_history import DayOfPaper, ListedPaper, PaperHistory, day_of_paper
from paperlark.domain.profile import Profile
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.store.announcements import PaperTextStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.derived import EncodingStore
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.paper_history import PaperHistoryStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.scanned import ScannedStore
from paperlark.store.votes import FeedbackStore

_SUGGESTED, _MOST_TYPOS = 3, 2
"""Up to so many papers are suggested, whose identifiers differ in at most so many characters:
a transposition makes two."""


@dataclass(frozen=True, slots=True)
class _Records:
    """The stores with what is known of a reader's papers."""

    connection: DatabaseConnection
    path: DatabasePlace
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
            connection=connection,
            path=path,
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
    return _explained(records, day_of_paper(digest, paper, seen=seen, readings=said), paper)


def _explained(records: _Records, day: DayOfPaper, paper: PaperId) -> DayOfPaper:
    """Add the terms of a match that was not explained because its paper was not shown.

    The day is ranked once more for it; where that gives another match, as after a change of the
    criteria or an import, its terms would not be the reasons of this one.
    """
    ranked, profile = day.ranked, records.profile
    if ranked is None or ranked.match.words_for or ranked.match.words_against:
        return day
    scanned = ScannedStore(records.connection, records.path).between(profile.id, day.day, day.day)
    papers = [one.paper for one in scanned if one.paper is not None]
    if day.criteria != profile.criteria.fingerprint or len(papers) != ranked.match.of:
        return day
    from paperlark.rankers.embedded import EmbeddedRanker  # noqa: PLC0415  # numpy: 0.2 s
    from paperlark.rankers.embedding import Embedding, PaperEncoder  # noqa: PLC0415  # likewise

    kept = EncodingStore(records.connection, records.path, read_only=True)
    ranker = EmbeddedRanker(PaperEncoder(Embedding.shipped(), kept))
    evidence = ExampleStore(records.connection, records.path).evidence(profile, day.day)
    matches = ranker.rank(papers, profile.criteria, evidence)
    again = {one.id: match for one, match in zip(papers, matches, strict=True)}[paper]
    if (again.rank, again.probability) != (ranked.match.rank, ranked.match.probability):
        return day
    terms = ranker.explain(papers, profile.criteria, evidence, {paper})[paper]
    match = replace(ranked.match, words_for=terms.for_match, words_against=terms.against_match)
    return replace(day, ranked=replace(ranked, match=match))


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
