"""Papers judged several times: what is asked, what is paid, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day import DayParts, make_digest
from paperlark.day.judge import Verdict, agreement, combine_readings, judge_papers, order
from paperlark.day.select import select
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.digest import Candidate, Digest, Status
from paperlark.domain.errors import JudgeUnavailable
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Agreement,
    Judgement,
    JudgementKey,
    Match,
    ModelCall,
    OnFailure,
    Precedents,
    Reading,
    Unjudged,
)
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.profile import Cutoffs, FollowedAuthor, Profile
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.testing import (
    FakeAnnouncementBatches,
    FakeJudge,
    FakeJudgementMemory,
    FakeRanker,
    FakeSource,
    Silent,
    a_feed,
    a_paper,
)

DAY = date(2025, 2, 26)
PAPERS = tuple(a_paper(f"2502.{number:05}") for number in range(1, 7))
IDS = tuple(paper.id for paper in PAPERS)
KEY = JudgementKey(DAY, "Mine", "criteria", "fake-model/1")
CUTOFFS = Cutoffs(relevance=7, novelty=6)
PAID = Spend(Tokens(10, 1), Cost(Decimal("0.1"), Decimal("0.01")))
BENGIO = a_paper("2502.09999", authors=(Author("Yoshua Bengio"),))
PROFILE = Profile("Mine", ("cs.LG",), parse_criteria("bats"), cutoffs=CUTOFFS, readings=3)

SCORES = st.tuples(st.integers(1, 10), st.integers(1, 10))
Scores = Mapping[str, tuple[int, int]]


@dataclass
class Wavering(FakeJudge):
    """A fake that judges otherwise each time it is asked about a day; it counts `calls`."""

    later: list[Scores] = field(default_factory=list)
    calls: list[list[PaperId]] = field(default_factory=list)
    given: Precedents = field(default_factory=dict)

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,
    ) -> Iterator[ModelCall | Unjudged]:
        self.calls.append([paper.id for paper in papers])
        self.given = precedents
        yield from super().judge(papers, day, precedents, reading)
        if self.later:
            self.scores = self.later.pop(0)


def _alike(scores: tuple[int, int], ids: Iterable[str] = IDS) -> dict[str, tuple[int, int]]:
    return dict.fromkeys(ids, scores)


def _judgement(relevance: int, novelty: int, comment: str = "a comment") -> Judgement:
    return Judgement(PAPERS[0].id, 1, relevance, novelty, comment)


def _ask(  # noqa: PLR0917  # all that a test may want other
    judge: FakeJudge,
    memory: FakeJudgementMemory | None = None,
    readings: int = 1,
    cutoffs: Cutoffs = CUTOFFS,
    papers: Sequence[Paper] = PAPERS,
    on_failure: OnFailure = OnFailure.RANK,
) -> Verdict:
    return judge_papers(
        judge,
        papers,
        judgement_key=KEY,
        cutoffs=cutoffs,
        memory=memory,
        progress=Silent(),
        readings=readings,
        on_failure=on_failure,
    )


def _make(
    judge: FakeJudge,
    profile: Profile = PROFILE,
    memory: FakeJudgementMemory | None = None,
    papers: Sequence[Paper] = PAPERS,
) -> Digest:
    memory = memory or FakeJudgementMemory()
    parts = DayParts(
        sources=[FakeSource([a_feed(*papers)])],
        batches=FakeAnnouncementBatches(),
        archive=memory,
        ranker=FakeRanker(IDS),
        judge=judge,
        memory=memory,
    )
    return make_digest(DAY, profile, parts, Silent())


# What several judgements come to.


@given(SCORES)
def test_a_single_judgement_is_unchanged(scores: tuple[int, int]) -> None:
    one = combine_readings([_judgement(*scores)])
    assert one.judgement == _judgement(*scores)
    assert (one.relevance, one.novelty) == tuple(map(Fraction, scores))


@given(st.lists(SCORES, min_size=1, max_size=9))
def test_scores_are_means_to_the_nearest_whole_number(scores: list[tuple[int, int]]) -> None:
    one = combine_readings([_judgement(*both) for both in scores])
    assert one.relevance == Fraction(sum(relevance for relevance, _ in scores), len(scores))
    assert abs(one.judgement.relevance - one.relevance) <= Fraction(1, 2)
    assert abs(one.judgement.novelty - one.novelty) <= Fraction(1, 2)


@given(st.integers(1, 9))
def test_a_half_is_rounded_up_whether_odd_or_even(score: int) -> None:
    one = combine_readings([_judgement(score, score + 1), _judgement(score + 1, score)])
    assert (one.judgement.relevance, one.judgement.novelty) == (score + 1, score + 1)


def test_the_comment_is_that_of_the_reading_nearest_to_the_mean() -> None:
    judged = [_judgement(9, 9, "high"), _judgement(6, 6, "middling"), _judgement(5, 5, "low")]
    assert combine_readings(judged).judgement == _judgement(7, 7, "middling")
    assert (
        combine_readings(judged[:1] + judged[2:]).judgement.comment == "high"
    )  # the earlier of two as near


def test_a_reading_without_a_comment_does_not_hide_the_others() -> None:
    judged = [_judgement(6, 6, ""), _judgement(9, 9, "high"), _judgement(5, 5, "")]
    assert combine_readings(judged).judgement == _judgement(7, 7, "high")
    assert not combine_readings(judged[:1]).judgement.comment


# In which order papers are read, and under which name.


def test_papers_are_read_in_the_order_of_their_match_and_then_shuffled() -> None:
    orders = [[paper.id for paper in order(PAPERS, KEY, number)] for number in (1, 2, 3)]
    assert orders[0] == list(IDS)
    assert all(sorted(one) == list(IDS) for one in orders)
    assert len({tuple(one) for one in orders}) == 3


@pytest.mark.parametrize("change", [{"profile": "Yours"}, {"day": date(2025, 2, 27)}])
def test_the_shuffle_depends_on_day_and_profile_and_on_nothing_else(
    change: dict[str, object],
) -> None:
    again = order(PAPERS, replace(KEY, criteria="others", judge="another"), 2)
    assert again == order(PAPERS, KEY, 2)
    assert order(PAPERS, replace(KEY, **change), 2) != again  # type: ignore[arg-type]


def test_papers_keep_their_order_where_some_are_known_already() -> None:
    shuffled = order(PAPERS, KEY, 2)
    assert list(order(PAPERS[::2], KEY, 2)) == [one for one in shuffled if one in PAPERS[::2]]


def test_each_reading_has_a_signature_of_its_own_and_the_first_is_the_judge_s() -> None:
    assert KEY.of_reading(1) == KEY
    assert KEY.of_reading(2) == replace(KEY, judge="fake-model/1#2")


# How alike readings are.


def test_agreement_counts_papers_on_which_all_readings_agree() -> None:
    judged = [
        [_judgement(7, 6), _judgement(9, 8)],  # both in
        [_judgement(7, 6), _judgement(6, 6)],  # one in, one out
        [_judgement(1, 1), _judgement(7, 2)],  # both out
        [_judgement(1, 1)],
        [],
    ]
    assert agreement(2, judged, CUTOFFS) == Agreement(2, papers=3, agreed=2, distance=2.0)
    assert agreement(2, judged[3:], CUTOFFS) is None


def test_distance_is_the_mean_of_all_pairs() -> None:
    judged = [[_judgement(1, 5), _judgement(4, 5), _judgement(5, 5)]]
    found = agreement(3, judged, CUTOFFS)
    assert found == Agreement(3, papers=1, agreed=1, distance=(3 + 4 + 1) / 3 / 2)
    assert found.share == 1


# What is asked and what is paid.


def test_each_paper_is_judged_that_many_times_and_the_means_count() -> None:
    first, second = _alike((8, 8)), _alike((9, 5))
    judge = Wavering(first, PAID, later=[second])
    memory = FakeJudgementMemory()
    verdict = _ask(judge, memory, readings=2)
    assert [sorted(call) for call in judge.calls] == [list(IDS)] * 2
    assert judge.calls[0] == list(IDS) != judge.calls[1]
    assert {(one.relevance, one.novelty) for one in verdict.judgements.values()} == {(9, 7)}
    assert [reading.judge for reading in verdict.readings] == ["fake-model/1", "fake-model/1#2"]
    assert [len(reading.judgements) for reading in verdict.readings] == [6, 6]
    assert verdict.agreement == Agreement(2, papers=6, agreed=0, distance=2.0)


def test_a_day_made_again_costs_nothing_and_more_readings_only_what_is_new() -> None:
    judge, memory = Wavering(_alike((8, 8)), PAID), FakeJudgementMemory()
    assert _ask(judge, memory, readings=1).spend.requests == 6
    three = _ask(judge, memory, readings=3)
    assert (len(judge.calls), three.spend.requests) == (3, 18)
    assert three.spend.tokens == Tokens(180, 18)
    assert _ask(judge, memory, readings=3) == three
    assert len(judge.calls) == 3


def test_fewer_readings_ignore_the_others_that_are_stored() -> None:
    judge = Wavering(_alike((8, 8)), PAID, later=[_alike((2, 2))])
    memory = FakeJudgementMemory()
    _ask(judge, memory, readings=2)
    one = _ask(judge, memory, readings=1)
    assert one.judgements[IDS[0]].relevance == 8
    assert (one.readings, one.agreement) == ((), None)


def test_a_paper_missing_from_some_readings_counts_with_the_others() -> None:
    whole = _alike((8, 8))
    judge = Wavering(whole, later=[_alike((6, 6), IDS[1:])])
    verdict = _ask(judge, FakeJudgementMemory(), readings=2)
    assert verdict.unjudged == ()
    assert verdict.judgements[IDS[0]].relevance == 8
    assert verdict.judgements[IDS[1]].relevance == 7
    assert verdict.agreement
    assert verdict.agreement.papers == 5


def test_a_paper_that_no_reading_judged_has_the_reason_of_the_last() -> None:
    class Reasoning(Wavering):
        def judge(
            self,
            papers: Sequence[Paper],
            day: date,
            precedents: Precedents = NO_PRECEDENTS,
            reading: int = FIRST_READING,
        ) -> Iterator[ModelCall | Unjudged]:
            for end in super().judge(papers, day, precedents, reading):
                judged = f"reading {len(self.calls)}"
                yield replace(end, reason=judged) if isinstance(end, Unjudged) else end

    verdict = _ask(Reasoning(_alike((8, 8), IDS[1:])), FakeJudgementMemory(), readings=3)
    assert [(one.paper.id, one.reason) for one in verdict.unjudged] == [(IDS[0], "reading 3")]


def test_a_failing_server_is_not_asked_for_further_readings() -> None:
    judge = Wavering({})
    verdict = _ask(judge, FakeJudgementMemory(), readings=9)
    assert len(judge.calls) == 1
    assert [one.paper.id for one in verdict.unjudged] == list(IDS)
    failing = Wavering({})
    with pytest.raises(JudgeUnavailable, match="none of 6 papers"):
        _ask(failing, FakeJudgementMemory(), readings=9, on_failure=OnFailure.FAIL)
    assert len(failing.calls) == 1


def test_a_stored_reading_is_enough_for_a_page() -> None:
    memory = FakeJudgementMemory()
    memory.keep(
        ModelCall((Judgement(IDS[0], 1, 9, 9, "a comment"),), PAID),
        replace(KEY, judge="fake-model/1#2"),
    )
    verdict = _ask(Wavering({}), memory, readings=2)
    assert list(verdict.judgements) == [IDS[0]]
    assert len(verdict.unjudged) == 5


def test_precedents_reach_the_judge_in_every_reading() -> None:
    judge = Wavering(_alike((8, 8)))
    precedents: Precedents = {IDS[0]: ()}
    judge_papers(
        judge,
        PAPERS,
        judgement_key=KEY,
        cutoffs=CUTOFFS,
        memory=FakeJudgementMemory(),
        progress=Silent(),
        precedents=precedents,
        readings=2,
    )
    assert judge.given == precedents


# Scores without a word about them.


def _knowing(relevance: int, novelty: int, comment: str = "") -> FakeJudgementMemory:
    memory = FakeJudgementMemory()
    known = Judgement(IDS[0], 1, relevance, novelty, comment)
    memory.keep(ModelCall((known,), PAID), KEY)
    return memory


def test_a_paper_that_meets_lowered_cut_offs_without_a_comment_is_judged_again() -> None:
    memory, judge = _knowing(6, 5), Wavering({IDS[0]: (5, 5)})
    low = Cutoffs(relevance=6, novelty=5)
    verdict = _ask(judge, memory, cutoffs=low, papers=PAPERS[:1])
    judged = Judgement(IDS[0], 1, 5, 5, f"It is about {IDS[0]}.")
    assert verdict.judgements == {IDS[0]: judged}
    assert memory.judgements(PAPERS, KEY) == (judged,)
    assert _ask(judge, memory, cutoffs=low, papers=PAPERS[:1]).judgements == {IDS[0]: judged}
    assert len(judge.calls) == 1


@pytest.mark.parametrize("known", [(6, 5, ""), (1, 1, "comment"), (9, 9, "comment")])
def test_other_known_papers_are_not_judged_again(known: tuple[int, int, str]) -> None:
    judge = Wavering({IDS[0]: (5, 5)})
    _ask(judge, _knowing(*known), papers=PAPERS[:1])
    assert judge.calls == []


def test_scores_are_kept_where_judging_again_fails() -> None:
    verdict = _ask(Wavering({}), _knowing(9, 9), papers=PAPERS[:1])
    assert verdict.judgements == {IDS[0]: Judgement(IDS[0], 1, 9, 9, "")}
    assert verdict.unjudged == ()


def test_a_later_comment_in_the_same_run_counts_and_another_judgement_does_not() -> None:
    uncommented, judged, again = _judgement(9, 9, ""), _judgement(8, 8), _judgement(1, 1)

    class Repeating(FakeJudge):
        def judge(
            self,
            papers: Sequence[Paper],  # noqa: ARG002
            day: date,  # noqa: ARG002
            precedents: Precedents = NO_PRECEDENTS,  # noqa: ARG002
            reading: int = FIRST_READING,  # noqa: ARG002
        ) -> Iterator[ModelCall | Unjudged]:
            yield from (ModelCall((one,), PAID) for one in (uncommented, judged, again))

    memory = FakeJudgementMemory()
    verdict = _ask(Repeating({}), memory, papers=PAPERS[:1])
    assert verdict.judgements == {IDS[0]: judged}
    assert memory.judgements(PAPERS, KEY) == (judged,)


# On the page.


def test_ties_in_print_are_broken_by_the_means_before_they_were_rounded() -> None:
    even = _alike((8, 8), IDS[:3])
    judge = Wavering(even, later=[even, even | {IDS[2]: (9, 8)}])
    digest = _make(judge, papers=PAPERS[:3])
    assert [entry.paper.id for entry in digest.entries] == [IDS[2], IDS[0], IDS[1]]
    assert {
        (e.judgement.relevance, e.judgement.novelty) for e in digest.entries if e.judgement
    } == {(8, 8)}
    assert [len(one.judgements) for one in digest.readings] == [3, 3, 3]
    assert digest.agreement == Agreement(3, 3, 3, distance=(1 + 1) / 3 / 2 / 3)


@given(st.lists(st.tuples(SCORES, SCORES), min_size=2, max_size=6), st.randoms())
def test_the_order_of_the_page_is_independent_of_the_order_of_replies(
    judged: list[tuple[tuple[int, int], tuple[int, int]]], dice: Random
) -> None:
    opinions = {
        paper.id: combine_readings(
            [replace(_judgement(*both), paper_id=paper.id) for both in scores]
        )
        for paper, scores in zip(PAPERS, judged, strict=False)
    }
    candidates = [
        Candidate(Announced(paper, (AnnounceType.NEW,)), (), Match(0.5, place, 6))
        for place, paper in enumerate(PAPERS, 1)
    ]
    entries = select(candidates, opinions, Cutoffs(1, 1))
    merits = [
        (
            -(one.judgement.relevance + one.judgement.novelty),
            -one.judgement.relevance,
            -(opinions[one.paper.id].relevance + opinions[one.paper.id].novelty),
            -opinions[one.paper.id].relevance,
            one.paper.id,
        )
        for one in entries
        if one.judgement
    ]
    assert len(merits) == len(opinions)
    assert merits == sorted(merits)
    dice.shuffle(candidates)
    assert select(candidates, opinions, Cutoffs(1, 1)) == entries


def test_a_judge_that_costs_nothing_is_asked_once() -> None:
    judge = Wavering(_alike((8, 8)))
    memory = FakeJudgementMemory()
    parts = DayParts(
        [FakeSource([a_feed(*PAPERS)])], FakeAnnouncementBatches(), memory, FakeRanker(IDS), judge
    )
    digest = make_digest(DAY, PROFILE, parts, Silent())
    assert len(judge.calls) == 1
    assert (digest.readings, digest.agreement) == ((), None)


# Papers of followed authors.

FOLLOWING = replace(PROFILE, readings=1, followed=(FollowedAuthor("Yoshua Bengio"),))


@pytest.mark.parametrize("scores", [(9, 9), (1, 1)])
def test_papers_of_followed_authors_are_judged_if_wanted_and_always_shown(
    scores: tuple[int, int],
) -> None:
    judge = Wavering({**_alike((8, 8)), BENGIO.id: scores})
    digest = _make(judge, replace(FOLLOWING, judge_followed=True), papers=(BENGIO, *PAPERS))
    assert judge.calls == [[*IDS, BENGIO.id]]
    first = digest.entries[0]
    assert (first.paper.id, first.comment) == (BENGIO.id, "Author match")
    assert first.judgement == Judgement(BENGIO.id, 1, *scores, f"It is about {BENGIO.id}.")
    funnel = digest.funnel
    assert (funnel.followed, funnel.followed_asked, funnel.shortlisted) == (1, 1, 6)
    assert (funnel.judged, funnel.selected, digest.status) == (7, 7, Status.COMPLETE)


def test_a_followed_author_s_paper_that_could_not_be_judged_is_on_the_page_all_the_same() -> None:
    judge = Wavering(_alike((8, 8)))
    digest = _make(judge, replace(FOLLOWING, judge_followed=True), papers=(*PAPERS, BENGIO))
    assert digest.entries[0].paper == BENGIO
    assert digest.entries[0].judgement is None
    assert [one.paper.id for one in digest.unjudged] == [BENGIO.id]
    assert (digest.funnel.unjudged, digest.status) == (1, Status.PARTIAL)


def test_papers_of_followed_authors_are_not_judged_by_default() -> None:
    judge = Wavering(_alike((8, 8)))
    digest = _make(judge, FOLLOWING, papers=(*PAPERS, BENGIO))
    assert judge.calls == [list(IDS)]
    assert digest.funnel.followed_asked == 0


# Criteria that the reader keeps private.


def test_neither_prompt_nor_topics_are_in_the_digest_of_a_reader_who_keeps_them_private() -> None:
    judge = Wavering(_alike((8, 8)))
    shown = _make(judge)
    hidden = _make(judge, replace(PROFILE, show_criteria=False))
    assert shown.prompt == judge.prompt
    assert hidden.prompt is None
    assert hidden.criteria == shown.criteria == PROFILE.criteria.fingerprint
    assert all(entry.match and entry.match.topic is None for entry in hidden.entries)


def test_a_reading_in_a_digest_names_its_judge() -> None:
    digest = _make(Wavering(_alike((8, 8))), replace(PROFILE, readings=2))
    judged = tuple(Judgement(id_, 1, 8, 8, f"It is about {id_}.") for id_ in IDS)
    assert digest.readings == (Reading("fake-model/1", judged), Reading("fake-model/1#2", judged))
