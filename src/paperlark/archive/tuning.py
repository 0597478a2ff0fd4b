"""Make a stored day's page anew by other criteria and settings, as often as a reader tries them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from paperlark.day.authors import match_papers_by_name
from paperlark.day.judge import CombinedJudgement, combine_readings
from paperlark.day.select import fill_page, select, select_by_match
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.criteria_effect import RankChange
from paperlark.domain.digest import AuthorMatch, Candidate, Digest, Entry, Placement
from paperlark.domain.errors import PaperlarkError, StoreError
from paperlark.domain.feedback import Evidence
from paperlark.domain.followed import fault_advice
from paperlark.domain.judgement import Match
from paperlark.domain.name_matching import person_fault
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.plain_text import one_line
from paperlark.domain.profile import Cutoffs, FollowedAuthor, Profile
from paperlark.ports import Ranker
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.scanned import ScannedStore

_Key = TypeVar("_Key")
_Result = TypeVar("_Result")
AuthorMatches = tuple[AuthorMatch, ...]
MOST_FOLLOWED = 500
"""Authors that can be followed from a form."""


@dataclass(frozen=True, slots=True)
class TuningDraft:
    """What a reader tries: criteria as they write them, and the settings of a page."""

    criteria: str
    page_size: int
    cutoffs: Cutoffs
    followed: tuple[FollowedAuthor, ...]


@dataclass(frozen=True, slots=True)
class TunedPlace:
    """A paper's place with the draft and with the profile as it is; None where it is not shown."""

    paper: Paper
    before: int | None
    after: int | None
    followed: bool


@dataclass(frozen=True, slots=True)
class TunedPage:
    """The papers that a draft puts on the page, best first, and those that it takes off it.

    papers: how many were ranked
    """

    shown: tuple[TunedPlace, ...]
    left: tuple[TunedPlace, ...]
    papers: int


@dataclass(frozen=True, slots=True, eq=False)
class Tuning:
    """A day's papers and all that was known of the reader, read once; it ranks by any criteria.

    With `judged` a model read papers of the day: its scores, by the criteria of then, and the
    cut-offs decide which are shown. Without, `page_size` of the best matches are. The random
    sample of a page is left out.
    """

    day: date
    papers: tuple[Paper, ...]
    evidence: Evidence
    ranker: Ranker
    own: TuningDraft
    judged: Mapping[PaperId, CombinedJudgement]
    _unjudged: frozenset[PaperId]
    _gated: frozenset[PaperId]
    _by_id: frozenset[tuple[PaperId, str | None]]
    _matches: dict[tuple[str, Cutoffs], tuple[Match, ...]] = field(default_factory=dict)
    _followed: dict[tuple[FollowedAuthor, ...], tuple[AuthorMatches, ...]] = field(
        default_factory=dict
    )

    def rank(self, criteria: str) -> tuple[RankChange, ...]:
        """Rank the day by criteria as somebody writes them: every paper, best first."""
        own, tried = self._ranked(self.own), self._ranked(replace(self.own, criteria=criteria))
        changes = (
            RankChange(paper, before.rank, after.rank)
            for paper, before, after in zip(self.papers, own, tried, strict=True)
        )
        return tuple(sorted(changes, key=lambda one: one.after))

    def page(self, draft: TuningDraft) -> TunedPage:
        """Return the page by a draft, beside the page by the profile as it is."""
        before = {one.paper.id: one for one in self._page(self.own)}
        after = self._page(draft)
        kept = {one.paper.id for one in after}
        return TunedPage(
            tuple(_place(one, before.get(one.paper.id), one) for one in after),
            tuple(_place(one, one, None) for one in before.values() if one.paper.id not in kept),
            len(self.papers),
        )

    def _page(self, draft: TuningDraft) -> tuple[Entry, ...]:
        candidates = [
            Candidate(Announced(paper, (AnnounceType.NEW,)), followed, match)
            for paper, followed, match in zip(
                self.papers, self._authors(draft.followed), self._ranked(draft), strict=True
            )
            if followed or paper.id not in self._gated
        ]
        if self.judged:
            by_match = [one for one in candidates if one.paper.id in self._unjudged]
            return select(candidates, self.judged, draft.cutoffs, by_match=by_match)
        return select_by_match(candidates, fill_page(candidates, draft.page_size).above, ())

    def _authors(self, followed: tuple[FollowedAuthor, ...]) -> tuple[AuthorMatches, ...]:
        """Return the followed authors of each paper; those of the profile and the last are kept."""
        return _kept(self._followed, followed, lambda: self._matched(followed))

    def _matched(self, followed: Sequence[FollowedAuthor]) -> tuple[AuthorMatches, ...]:
        # A namesake of somebody who is followed by id was told apart when the page was made.
        unsure = {one.name for one in followed if one.id is not None}
        return tuple(
            tuple(
                one
                for one in matches
                if one.name not in unsure or (paper.id, one.name) in self._by_id
            )
            for paper, matches in zip(
                self.papers, match_papers_by_name(self.papers, followed), strict=True
            )
        )

    def _ranked(self, draft: TuningDraft) -> tuple[Match, ...]:
        """Return the match of each paper; that of the profile itself and the last are kept."""
        return _kept(self._matches, (draft.criteria, draft.cutoffs), lambda: self._rank_anew(draft))

    def _rank_anew(self, draft: TuningDraft) -> tuple[Match, ...]:
        evidence = _relabelled(self.evidence, draft.cutoffs, self.own.cutoffs)
        return tuple(self.ranker.rank(self.papers, parse_criteria(draft.criteria), evidence))


def _kept(results: dict[_Key, _Result], key: _Key, make: Callable[[], _Result]) -> _Result:
    """Return a result, made where it is not kept; the first one and the last one are."""
    if key not in results:
        for other in list(results)[1:]:
            del results[other]
        results[key] = make()
    return results[key]


def _place(entry: Entry, before: Entry | None, after: Entry | None) -> TunedPlace:
    return TunedPlace(
        entry.paper,
        before.place if before else None,
        after.place if after else None,
        bool(entry.followed),
    )


def _relabelled(evidence: Evidence, cutoffs: Cutoffs, own: Cutoffs) -> Evidence:
    """Return judged examples as other cut-offs say whether they were wanted."""
    if cutoffs == own:
        return evidence
    examples = tuple(
        one
        if one.relevance is None or one.novelty is None
        else replace(one, wanted=cutoffs.meets(one.relevance, one.novelty))
        for one in evidence.examples
    )
    return Evidence(examples, evidence.stream, evidence.reader)


def followed_by_names(own: Sequence[FollowedAuthor], text: str) -> tuple[FollowedAuthor, ...]:
    """Return the authors of a text with a name a line; who is followed already stays as they are.

    Raises PaperlarkError naming a line that is not enough to recognize somebody by.
    """
    names = tuple(dict.fromkeys(filter(None, map(one_line, text.splitlines()))))
    if len(names) > MOST_FOLLOWED:
        raise PaperlarkError(f"these are {len(names)} names; at most {MOST_FOLLOWED} can be given")
    known_as = {one.name: one for one in own}
    for name in names:
        fault = None if name in known_as else person_fault(name)
        if fault:
            raise PaperlarkError(f"followed author {fault_advice(name, fault)}")
    return tuple(known_as.get(one) or FollowedAuthor(one) for one in names)


def draft_of(profile: Profile, criteria: str) -> TuningDraft:
    """Return a profile as a draft that changes nothing."""
    return TuningDraft(criteria, profile.page_size, profile.cutoffs, profile.followed)


def open_tuning(settings: Settings, day: date, ranker: Ranker) -> Tuning:
    """Read a stored day and what was known before it; raises StoreError where it has no papers."""
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output) as connection:
        profile = known(settings, ReaderStore(connection, path)).profile
        found = ScannedStore(connection, path).between(profile.id, day, day)
        papers = tuple(one.paper for one in found if one.paper is not None)
        evidence = ExampleStore(connection, path).evidence(profile, day)
        digest = DigestStore(connection, path).digest(profile.id, day)
    if not papers or digest is None:
        raise StoreError(f"{profile.title!r} has no papers of {day}", hint="choose another day")
    return Tuning(
        day,
        papers,
        evidence,
        ranker,
        draft_of(profile, profile.criteria.text),
        judged={one.paper_id: combine_readings([one]) for one in digest.judgements},
        _unjudged=frozenset(one.paper.id for one in digest.entries if one.unjudged),
        _gated=_gated(digest),
        _by_id=frozenset(
            (one.paper.id, who.name) for one in digest.entries for who in one.followed
        ),
    )


def _gated(digest: Digest) -> frozenset[PaperId]:
    """Return the papers that the h-index left out."""
    return frozenset(one.paper_id for one in digest.ranked if one.placement is Placement.GATED)
