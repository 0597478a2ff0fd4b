from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from paperlark.day import DayParts, make_digest
from paperlark.domain.authorship import KnownAuthors, Person
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.digest import Digest, Placement
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    ModelCall,
    Precedent,
    Precedents,
    Unjudged,
)
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.profile import Exploration, FollowedAuthor, Profile
from paperlark.ports import Judge
from paperlark.testing import (
    FakeAnnouncementBatches,
    FakeAuthorService,
    FakeJudge,
    FakeJudgementMemory,
    FakePrecedentFinder,
    FakeRanker,
    FakeSource,
    Silent,
    a_feed,
    a_paper,
)

DAY = date(2025, 2, 26)
PAPERS = tuple(a_paper(f"2502.{number:05}") for number in range(1, 6))
IDS = tuple(paper.id for paper in PAPERS)
BENGIO = a_paper("2502.09999", authors=(Author("Yoshua Bengio"),))
PROFILE = Profile(
    title="Mine",
    categories=("cs.LG",),
    criteria=parse_criteria("bats"),
    followed=(FollowedAuthor("Yoshua Bengio"),),
    page_size=3,
    exploration=Exploration(shown=1),
)
BEFORE = Precedent(PaperId("2501.00001"), "Before", date(2025, 1, 2), 0.8)


@dataclass(slots=True)
class AttentiveJudge(FakeJudge):
    """Remembers which precedents it was told."""

    told: list[Precedents] = field(default_factory=list)

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,
    ) -> Iterator[ModelCall | Unjudged]:
        self.told.append(precedents)
        return FakeJudge.judge(self, papers, day, reading=reading)


def _make(judge: Judge | None = None, profile: Profile = PROFILE) -> Digest:
    parts = DayParts(
        sources=[FakeSource([a_feed(*PAPERS, BENGIO)])],
        batches=FakeAnnouncementBatches(),
        archive=FakeJudgementMemory(),
        ranker=FakeRanker(IDS),
        judge=judge,
        author_service=FakeAuthorService({IDS[4]: KnownAuthors((Person("1", "Nobody", 0),))}),
        precedent_finder=FakePrecedentFinder({IDS[0]: (BEFORE,), IDS[3]: (BEFORE,)}),
    )
    return make_digest(DAY, profile, parts, Silent())


def test_the_nearest_earlier_papers_are_kept_with_a_paper_on_the_page() -> None:
    shown = {one.paper.id: one.precedents for one in _make().entries}
    assert shown[IDS[0]] == (BEFORE,)
    assert shown[IDS[1]] == ()


def test_the_judge_gets_precedents_with_the_papers() -> None:
    judge = AttentiveJudge(dict.fromkeys(IDS, (8, 8)))
    digest = _make(judge)
    (told,) = judge.told
    assert told[IDS[0]] == told[IDS[3]] == (BEFORE,)
    assert [one.paper.id for one in digest.entries if one.precedents] == [IDS[0], IDS[3]]


def test_every_scanned_paper_has_its_placement() -> None:
    digest = _make()
    assert [one.paper_id for one in digest.ranked] == [*IDS, BENGIO.id]
    assert [one.match.rank for one in digest.ranked] == [1, 2, 3, 4, 5, 6]
    placements = {one.paper_id: one.placement for one in digest.ranked}
    assert [placements[paper] for paper in IDS[:2]] == [Placement.ABOVE, Placement.ABOVE]
    assert sorted(placements[paper] for paper in IDS[2:]) == [
        Placement.BELOW,
        Placement.BELOW,
        Placement.EXPLORED,
    ]
    assert placements[BENGIO.id] is Placement.FOLLOWED
    (drawn,) = [one.paper_id for one in digest.explored]
    assert placements[drawn] is Placement.EXPLORED
    assert digest.ranked[3].precedents == (BEFORE,)


def test_a_paper_below_the_h_index_is_placed_as_gated() -> None:
    digest = _make(profile=replace(PROFILE, min_h_index=10))
    assert {one.paper_id: one.placement for one in digest.ranked}[IDS[4]] is Placement.GATED


def test_a_reader_who_keeps_the_criteria_private_has_no_topic_kept() -> None:
    digest = _make(profile=replace(PROFILE, show_criteria=False))
    assert {one.match.topic for one in digest.ranked} == {None}


def test_the_same_papers_are_ranked_as_scanned() -> None:
    digest = _make(FakeJudge(dict.fromkeys(IDS, (8, 8))))
    assert {one.paper_id for one in digest.ranked} == set(digest.scanned)
