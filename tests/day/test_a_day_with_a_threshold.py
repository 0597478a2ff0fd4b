from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, timedelta

import pytest

from paperlark.day import DayParts, make_digest
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.digest import Digest, Status
from paperlark.domain.feedback import Example, LabelSource
from paperlark.domain.judgement import UnjudgedReason
from paperlark.domain.paper import Author
from paperlark.domain.profile import Exploration, FollowedAuthor, Profile
from paperlark.testing import (
    FakeAnnouncementBatches,
    FakeExampleSource,
    FakeJudge,
    FakeJudgementMemory,
    FakeRanker,
    FakeSource,
    Silent,
    a_feed,
    a_paper,
)

DAY = date(2025, 2, 26)
PAPERS = tuple(a_paper(f"2502.{number:05}") for number in range(100))
IDS = tuple(paper.id for paper in PAPERS)
BENGIO = a_paper("2502.09999", authors=(Author("Yoshua Bengio"),))
LIKELY = (*([0.9] * 9), *([0.01] * 92))  # 8.1 of 9.02 above the threshold, for a recall of 0.9
PROFILE = Profile(
    title="Mine",
    categories=("cs.LG",),
    criteria=parse_criteria("bats"),
    followed=(FollowedAuthor("Yoshua Bengio"),),
    recall=0.9,
)
KNOWN = FakeExampleSource(
    tuple(
        Example(a_paper(f"2501.{n:05}"), date(2025, 1, 2), n < 50, LabelSource.JUDGE, 9, 9)
        for n in range(400)
    )
)


def _make(
    judge: FakeJudge | None,
    profile: Profile = PROFILE,
    memory: FakeJudgementMemory | None = None,
    day: date = DAY,
    *,
    free: bool = False,
    examples: FakeExampleSource = KNOWN,
) -> Digest:
    memory = memory or FakeJudgementMemory()
    parts = DayParts(
        sources=[FakeSource([a_feed(*PAPERS, BENGIO)])],
        batches=FakeAnnouncementBatches(),
        archive=memory,
        ranker=FakeRanker(IDS, LIKELY),
        judge=judge,
        memory=None if free else memory,
        example_source=examples,
    )
    return make_digest(day, profile, parts, Silent())


def _judge(*good: str) -> FakeJudge:
    return FakeJudge({id_: (9, 9) if id_ in good else (1, 1) for id_ in IDS})


def test_the_judge_reads_the_shortlist_and_a_sample_of_the_rest() -> None:
    judge = _judge(IDS[0])
    digest = _make(judge)
    funnel = digest.funnel
    assert digest.status is Status.COMPLETE
    assert judge.asked[:9] == list(IDS[:9])
    assert (funnel.followed, funnel.shortlisted, funnel.explored, funnel.unread) == (1, 9, 5, 86)
    assert funnel.judged == len(judge.asked) == 14
    explored = {one.paper_id for one in digest.explored}
    assert explored == set(judge.asked[9:])
    assert {one.paper_id for one in digest.unread} == set(IDS[9:]) - explored
    assert [one.wanted for one in digest.explored] == [False] * 5


def test_a_day_logs_what_it_decided_and_nothing_of_the_criteria(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "paperlark")
    _make(_judge(IDS[0]), replace(PROFILE, criteria=parse_criteria("a private phrase")))
    log = "\n".join(caplog.messages)
    assert "cs.LG of 2025-02-26: 101 entries from the RSS" in log
    assert "threshold: a probability of 0.9000 keeps a recall of 0.9" in log
    assert "9 above the threshold, 5 of 91 below as a random sample" in log
    assert "reading 1 of 14 papers: 0 known, not judged: none; 0 calls" in log
    assert "judging: 14 in " in log
    assert "private phrase" not in log


def test_a_day_made_again_has_the_same_sample_and_costs_nothing() -> None:
    memory, judge = FakeJudgementMemory(), _judge()
    first = _make(judge, memory=memory)
    memory.save(first)
    asked = len(judge.asked)
    assert _make(judge, memory=memory) == first
    assert len(judge.asked) == asked


def test_a_sampled_paper_that_meets_the_cut_offs_is_ranked_by_score_and_marked() -> None:
    far = str(_make(_judge()).explored[0].paper_id)
    judge = FakeJudge({**dict.fromkeys(IDS, (1, 1)), IDS[0]: (8, 8), far: (9, 9)})
    digest = _make(judge)
    assert [(entry.paper.id, entry.outside) for entry in digest.entries] == [
        (BENGIO.id, False),
        (far, True),
        (IDS[0], False),
    ]
    assert [one.wanted for one in digest.explored].count(True) == 1


def test_the_estimate_of_missed_papers_uses_earlier_samples() -> None:
    memory = FakeJudgementMemory()
    first = _make(_judge())
    for number in range(1, 4):
        memory.save(replace(first, day=DAY - timedelta(number), scanned=()))
    later = _make(_judge(), memory=memory)
    assert first.missed
    assert later.missed
    assert (first.missed.unread, later.missed.unread) == (86, 86)
    assert later.missed.expected < first.missed.expected


@pytest.mark.parametrize(
    "change",
    [
        {"profile": replace(PROFILE, recall=1.0)},
        {"free": True},
        {"examples": FakeExampleSource()},
    ],
)
def test_every_paper_is_read_where_there_is_no_threshold(change: dict[str, object]) -> None:
    digest = _make(_judge(), **change)  # type: ignore[arg-type]
    assert (digest.funnel.shortlisted, digest.funnel.unread, digest.missed) == (100, 0, None)
    assert digest.explored == ()


def test_without_a_sample_there_is_no_estimate_of_missed_papers() -> None:
    digest = _make(_judge(), replace(PROFILE, exploration=Exploration(share=0)))
    assert (digest.funnel.shortlisted, digest.funnel.explored, digest.funnel.unread) == (9, 0, 91)
    assert digest.missed is None


def test_a_sampled_paper_that_could_not_be_judged_has_no_outcome() -> None:
    judge = FakeJudge(dict.fromkeys(IDS[:9], (1, 1)), cause=UnjudgedReason.FAILED)
    digest = _make(judge)
    assert digest.status is Status.PARTIAL
    assert digest.funnel.unjudged == 5
    assert [one.wanted for one in digest.explored] == [None] * 5
    assert digest.missed is None


def test_a_page_without_a_judge_ends_with_random_picks() -> None:
    digest = _make(None)
    *others, one, two = digest.entries
    assert len(others) == 20
    assert (one.outside, two.outside) == (True, True)
    assert not any(entry.outside for entry in others)
    assert one.match
    assert one.match.rank > 20
    assert [known.paper_id for known in digest.explored] == [one.paper.id, two.paper.id]
    assert (digest.funnel.explored, digest.funnel.unread, digest.missed) == (0, 0, None)
    assert _make(None) == digest


def test_papers_of_followed_authors_are_never_sampled() -> None:
    for number in range(30):
        digest = _make(None, replace(PROFILE, page_size=1), day=DAY + timedelta(number))
        assert not any(entry.outside and entry.followed for entry in digest.entries)
