from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day import DayParts, make_digest
from paperlark.domain.announcement import AnnounceType, Feed, Listing, Via
from paperlark.domain.authorship import KnownAuthors, Person
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.digest import AuthorMatch, Digest, ExcludedPaper, Status, Updated
from paperlark.domain.errors import FeedNotFound, SourceUnreachable
from paperlark.domain.filters import FilterRule, Filters
from paperlark.domain.judgement import UnjudgedReason
from paperlark.domain.paper import Author
from paperlark.domain.paper_history import PaperOutcome, day_of_paper
from paperlark.domain.profile import Cutoffs, Exploration, FollowedAuthor, Profile
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.ports import Archive, AuthorService, Judge, JudgementMemory
from paperlark.renderers.wording import no_papers_text
from paperlark.testing import (
    FakeAnnouncementBatches,
    FakeAuthorService,
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
BENGIO = a_paper("2502.09999", authors=(Author("Yoshua Bengio"),))
PROFILE = Profile(
    title="Mine",
    categories=("cs.LG",),
    criteria=parse_criteria("bats"),
    followed=(FollowedAuthor("Yoshua Bengio"),),
    cutoffs=Cutoffs(relevance=7, novelty=6),
    page_size=3,
    exploration=Exploration(shown=0),
)
PAID = Spend(Tokens(10, 1), Cost(Decimal("0.1"), Decimal("0.01")))


def _make(
    *feeds: Feed,
    judge: Judge | None = None,
    memory: JudgementMemory | None = None,
    profile: Profile = PROFILE,
    best: tuple[str, ...] = IDS,
    day: date = DAY,
    archive: Archive | None = None,
    people: AuthorService | None = None,
) -> Digest:
    parts = DayParts(
        sources=[FakeSource(feeds)],
        batches=FakeAnnouncementBatches(),
        archive=archive or FakeJudgementMemory(),
        ranker=FakeRanker(best),
        judge=judge,
        memory=memory,
        author_service=people,
    )
    return make_digest(day, profile, parts, Silent())


def _ids(digest: Digest) -> list[str]:
    return [entry.paper.id for entry in digest.entries]


def test_without_a_judge_the_best_matches_fill_the_page_after_the_followed() -> None:
    digest = _make(a_feed(*PAPERS, BENGIO))
    assert _ids(digest) == [BENGIO.id, IDS[0], IDS[1]]
    assert digest.model is None
    assert digest.spend is None
    assert all(entry.judgement is None for entry in digest.entries)
    assert digest.entries[0].comment == "Author match"


def test_followed_authors_are_on_the_page_even_where_there_is_no_room() -> None:
    feed = a_feed(*(a_paper(f"2502.{n:05}", authors=BENGIO.authors) for n in range(5)), *PAPERS[5:])
    assert len(_make(feed).entries) == 5


def test_with_a_judge_both_cut_offs_decide_and_scores_order() -> None:
    judge = FakeJudge(
        {
            IDS[0]: (7, 6),
            IDS[1]: (9, 5),
            IDS[2]: (6, 9),
            IDS[3]: (8, 8),
            IDS[4]: (9, 7),
            IDS[5]: (1, 1),
        }
    )
    digest = _make(a_feed(*PAPERS, BENGIO), judge=judge)
    assert _ids(digest) == [BENGIO.id, IDS[4], IDS[3], IDS[0]]
    assert digest.status is Status.COMPLETE
    assert digest.funnel.shortlisted == digest.funnel.judged == 6
    assert BENGIO.id not in judge.asked


def test_ties_are_broken_by_match_then_by_id() -> None:
    judge = FakeJudge(dict.fromkeys(IDS, (8, 8)))
    assert _ids(_make(a_feed(*PAPERS), judge=judge, best=IDS[::-1])) == list(IDS[::-1])


def test_papers_are_judged_best_match_first() -> None:
    judge = FakeJudge(dict.fromkeys(IDS, (8, 8)))
    _make(a_feed(*PAPERS), judge=judge, best=IDS[::-1])
    assert judge.asked == list(IDS[::-1])


def test_other_announce_types_are_announced_and_not_scanned() -> None:
    replaced = a_feed(BENGIO, category="cs.AI", type=AnnounceType.REPLACE)
    profile = Profile("Mine", ("cs.LG", "cs.AI"), PROFILE.criteria, followed=PROFILE.followed)
    digest = _make(a_feed(*PAPERS), replaced, profile=profile)
    assert (digest.funnel.announced, digest.funnel.scanned) == (7, 6)
    assert BENGIO.id not in _ids(digest)


def test_a_paper_in_two_feeds_is_one_paper_with_two_listings() -> None:
    profile = Profile("Mine", ("cs.LG", "cs.AI"), PROFILE.criteria)
    cross = a_feed(*PAPERS[:2], category="cs.AI", type=AnnounceType.CROSS)
    digest = _make(a_feed(*PAPERS), cross, profile=profile)
    assert (digest.funnel.announced, digest.funnel.announced_listings) == (6, 8)
    assert (digest.funnel.scanned, digest.funnel.scanned_listings) == (6, 8)
    assert len(_ids(digest)) == len(set(_ids(digest)))


def test_papers_crossed_in_are_left_out_where_only_primary_ones_are_wanted() -> None:
    own = a_paper("2502.00011", categories=("cs.LG", "stat.ML"))
    crossed = a_paper("2502.00012", categories=("stat.ML", "cs.LG"))
    for categories in (("cs.LG",), ("cs",)):
        profile = Profile("Mine", categories, PROFILE.criteria, primary_only=True)
        digest = _make(a_feed(own, crossed, category=categories[0]), profile=profile)
        assert _ids(digest) == [own.id]


def test_papers_that_could_not_be_judged_make_the_page_partial() -> None:
    digest = _make(a_feed(*PAPERS), judge=FakeJudge({IDS[1]: (9, 9)}))
    assert digest.status is Status.PARTIAL
    assert (digest.funnel.judged, digest.funnel.unjudged) == (1, 5)
    assert [missing.paper.id for missing in digest.unjudged] == [IDS[0], *IDS[2:]]


def test_unrecorded_papers_do_not_make_the_page_partial() -> None:
    digest = _make(a_feed(*PAPERS), judge=FakeJudge({}, cause=UnjudgedReason.NOT_RECORDED))
    assert digest.status is Status.COMPLETE
    assert (digest.funnel.unjudged, digest.funnel.not_recorded) == (0, 6)


def test_where_no_paper_is_judged_the_page_has_what_one_without_a_model_would_have() -> None:
    digest = _make(a_feed(*PAPERS), judge=FakeJudge({}))
    assert digest.status is Status.PARTIAL
    assert _ids(digest) == _ids(_make(a_feed(*PAPERS)))
    assert all(one.unjudged for one in digest.entries)


def test_a_known_judgement_is_not_paid_for_again() -> None:
    memory = FakeJudgementMemory()
    judge = FakeJudge(dict.fromkeys(IDS, (8, 8)), price=PAID)
    first = _make(a_feed(*PAPERS), judge=judge, memory=memory)
    again = _make(a_feed(*PAPERS), judge=judge, memory=memory)
    assert again == first
    assert len(judge.asked) == 6
    assert first.spend == Spend(Tokens(60, 6), Cost(Decimal("0.6"), Decimal("0.06")), requests=6)


def test_only_missing_judgements_are_asked_for_again() -> None:
    memory = FakeJudgementMemory()
    _make(a_feed(*PAPERS), judge=FakeJudge({IDS[0]: (8, 8)}), memory=memory)
    judge = FakeJudge(dict.fromkeys(IDS, (8, 8)))
    assert _make(a_feed(*PAPERS), judge=judge, memory=memory).status is Status.COMPLETE
    assert judge.asked == list(IDS[1:])


def test_a_missing_category_makes_the_page_partial_and_is_named() -> None:
    profile = Profile("Mine", ("cs.LG", "cs.AI"), PROFILE.criteria)
    digest = _make(a_feed(*PAPERS), profile=profile)
    assert digest.status is Status.PARTIAL
    assert any("cs.AI" in note for note in digest.notes)


def test_no_feed_at_all_is_an_error() -> None:
    with pytest.raises(FeedNotFound):
        _make()


def test_one_feed_of_two_that_cannot_be_reached_does_not_end_the_day() -> None:
    source = FakeSource([a_feed(*PAPERS)], {"cs.AI": SourceUnreachable("no answer")})
    parts = DayParts([source], FakeAnnouncementBatches(), FakeJudgementMemory(), FakeRanker())
    profile = Profile("Mine", ("cs.AI", "cs.LG"), PROFILE.criteria)
    digest = make_digest(DAY, profile, parts, Silent())
    assert "cs.AI is missing: no answer" in digest.notes


NEXT = date(2025, 2, 27)


def _with_yesterday(*shown: str) -> FakeJudgementMemory:
    """Return an archive whose page of DAY was made of PAPERS and had those of `shown`."""
    archive = FakeJudgementMemory()
    scores = {str(id_): (9, 9) if id_ in shown else (1, 1) for id_ in IDS}
    archive.save(_make(a_feed(*PAPERS), judge=FakeJudge(scores)))
    return archive


def test_a_paper_is_announced_to_a_reader_once() -> None:
    fresh = a_paper("2502.00077")
    feed = a_feed(*PAPERS[:2], fresh, type=AnnounceType.CROSS)
    digest = _make(feed, day=NEXT, archive=_with_yesterday(IDS[0]))
    assert _ids(digest) == [fresh.id]
    assert (digest.funnel.scanned, digest.funnel.seen) == (1, 2)


def test_a_day_made_again_announces_the_same_papers() -> None:
    assert _ids(_make(a_feed(*PAPERS), archive=_with_yesterday(IDS[0]))) == list(IDS[:3])


def test_a_new_version_of_a_shown_paper_is_listed_and_not_judged_again() -> None:
    second = replace(PAPERS[0], version=2)
    other = replace(PAPERS[1], version=2)
    judge = FakeJudge({IDS[0]: (9, 9)})
    feed = a_feed(second, other, type=AnnounceType.REPLACE)
    digest = _make(feed, judge=judge, day=NEXT, archive=_with_yesterday(IDS[0]))
    assert digest.updated == (Updated(second, since=DAY),)
    assert judge.asked == []
    assert digest.entries == ()


def test_a_new_version_is_judged_again_where_the_profile_asks_for_it() -> None:
    second = replace(PAPERS[0], version=2)
    judge = FakeJudge({IDS[0]: (9, 9)})
    digest = _make(
        a_feed(second, type=AnnounceType.REPLACE),
        judge=judge,
        day=NEXT,
        archive=_with_yesterday(IDS[0]),
        profile=replace(PROFILE, judge_updates=True),
    )
    assert _ids(digest) == [IDS[0]]
    assert digest.updated == ()
    assert digest.funnel.scanned == digest.funnel.judged == 1


def test_the_page_says_where_each_category_s_announcement_came_from() -> None:
    profile = replace(PROFILE, categories=("cs.AI", "cs.LG"))
    batches = _make(a_feed(*PAPERS), profile=profile).batches
    assert [(batch.category, batch.via, batch.entries) for batch in batches] == [
        ("cs.AI", None, 0),
        ("cs.LG", Via.RSS, 6),
    ]


def test_a_weekend_is_quiet() -> None:
    digest = _make(a_feed(), judge=FakeJudge({}), day=date(2025, 3, 1))
    assert digest.status is Status.QUIET
    assert digest.entries == ()


def test_an_unexplained_empty_weekday_is_partial() -> None:
    assert _make(a_feed(), judge=FakeJudge({})).status is Status.PARTIAL


def test_a_namesake_is_judged_like_any_author() -> None:
    by_id = replace(PROFILE, followed=(FollowedAuthor("Yoshua Bengio", id="1751762"),))
    namesake = a_paper("2502.08888", authors=BENGIO.authors)
    people = FakeAuthorService(
        {
            BENGIO.id: KnownAuthors((Person("Y. Bengio", "1751762", 200),)),
            namesake.id: KnownAuthors((Person("Yoshua Bengio", "2", 1),)),
        }
    )
    judge = FakeJudge({namesake.id: (1, 1)})
    digest = _make(a_feed(BENGIO, namesake), judge=judge, profile=by_id, people=people)
    assert _ids(digest) == [BENGIO.id]
    assert digest.entries[0].followed == (AuthorMatch("Yoshua Bengio", by_name_only=False),)
    assert judge.asked == [namesake.id]
    assert digest.notes == ()


@pytest.mark.parametrize("judged", [True, False])
def test_papers_below_the_h_index_are_counted_and_neither_judged_nor_shown(*, judged: bool) -> None:
    profile = replace(PROFILE, min_h_index=10)
    known = {
        id_: KnownAuthors((Person("Ada Lovelace", "1", h),))
        for id_, h in zip(IDS, (9, 10, 3, 50), strict=False)  # two are not indexed
    }
    judge = FakeJudge(dict.fromkeys(IDS, (8, 8))) if judged else None
    digest = _make(
        a_feed(*PAPERS, BENGIO),
        judge=judge,
        profile=replace(profile, page_size=20),
        people=FakeAuthorService(known),
    )
    assert _ids(digest) == [BENGIO.id, IDS[1], IDS[3], IDS[4], IDS[5]]
    assert (digest.funnel.scanned, digest.funnel.gated) == (7, 2)
    if judge is not None:
        assert judge.asked == [IDS[1], IDS[3], IDS[4], IDS[5]]
    # BENGIO's paper is not indexed either: noted, and not a failure.
    assert digest.notes == ("The fake: 3 of 7 papers are not indexed yet",)
    assert digest.status is Status.COMPLETE


LISTED = st.lists(st.tuples(st.sampled_from(PAPERS), st.sampled_from(AnnounceType)), max_size=12)
SCORES = st.dictionaries(st.sampled_from(IDS), st.tuples(st.integers(1, 10), st.integers(1, 10)))


@given(LISTED, LISTED, SCORES)
def test_every_shortlisted_paper_ends_judged_or_unjudged_and_the_funnel_adds_up(
    one: list[tuple[object, AnnounceType]],
    other: list[tuple[object, AnnounceType]],
    scores: dict[str, tuple[int, int]],
) -> None:
    feeds = [
        Feed(category, None, tuple(Listing(paper, kind) for paper, kind in rows), "made up")  # type: ignore[arg-type]
        for category, rows in (("cs.LG", one), ("cs.AI", other))
    ]
    profile = Profile("Mine", ("cs.LG", "cs.AI"), PROFILE.criteria)
    judge = FakeJudge(scores, cause=UnjudgedReason.NOT_RECORDED)
    digest = _make(*feeds, judge=judge, profile=profile)
    funnel = digest.funnel
    assert funnel.judged == len({id_ for id_ in judge.asked if id_ in scores})
    assert funnel.announced_listings == len(one) + len(other)
    assert funnel.selected == sum(
        scores[id_][0] >= 7 and scores[id_][1] >= 6 for id_ in judge.asked if id_ in scores
    )
    assert [entry.place for entry in digest.entries] == list(range(1, funnel.selected + 1))


def test_a_day_made_after_a_later_one_announces_nothing_twice() -> None:
    archive, before = _with_yesterday(IDS[0]), date(2025, 2, 25)
    fresh = a_paper("2502.00077")
    for kind in (AnnounceType.NEW, AnnounceType.REPLACE):
        feed = a_feed(*PAPERS[:2], fresh, type=kind)
        profile = replace(PROFILE, announce_types=tuple(AnnounceType), judge_updates=True)
        digest = _make(feed, day=before, archive=archive, profile=profile)
        assert _ids(digest) == [fresh.id]
        assert (digest.funnel.scanned, digest.funnel.seen, digest.updated) == (1, 2, ())
    # Made again, a day keeps what it announced first.
    again = _make(a_feed(*PAPERS), archive=archive).funnel
    assert (again.scanned, again.seen) == (6, 0)


def test_a_feed_with_more_papers_than_arxiv_counts_is_taken_whole_and_noted() -> None:
    feed = replace(a_feed(*PAPERS), confirmed=Via.LISTING, expected=4)
    digest = _make(feed)
    assert digest.funnel.announced_listings == 6
    assert digest.notes == (
        "cs.LG: arXiv's listing page counts 4 entries, and its feed has 2 more; all of them are"
        " taken",
    )


def test_updates_that_are_judged_again_are_not_counted_as_seen() -> None:
    second = replace(PAPERS[0], version=2)
    profile = replace(PROFILE, judge_updates=True, announce_types=tuple(AnnounceType))
    digest = _make(
        a_feed(second, type=AnnounceType.REPLACE),
        judge=FakeJudge({IDS[0]: (9, 9)}),
        day=NEXT,
        archive=_with_yesterday(IDS[0]),
        profile=profile,
    )
    assert (digest.funnel.scanned, digest.funnel.seen) == (1, 0)


def test_filters_leave_papers_out_before_anything_is_ranked_or_paid() -> None:
    survey = a_paper("2502.00100", title="A survey of bats")
    spared = replace(BENGIO, title="A survey by somebody followed")
    filters = Filters(exclude=(FilterRule.parse("word:survey"),))
    judge = FakeJudge(dict.fromkeys((*IDS, survey.id), (9, 9)))
    profile = replace(PROFILE, filters=filters)
    digest = _make(a_feed(*PAPERS, survey, spared), judge=judge, profile=profile)
    assert survey.id not in judge.asked
    assert survey.id not in digest.scanned
    assert digest.excluded == (ExcludedPaper(survey.id, "exclude word:survey"),)
    assert (digest.funnel.announced, digest.funnel.excluded, digest.funnel.scanned) == (8, 1, 7)
    assert spared.id in _ids(digest)
    assert day_of_paper(digest, survey.id).outcome is PaperOutcome.EXCLUDED


def test_a_rule_that_names_a_followed_author_wins() -> None:
    filters = Filters(exclude=(FilterRule.parse("author:Yoshua Bengio"),))
    digest = _make(a_feed(*PAPERS, BENGIO), profile=replace(PROFILE, filters=filters))
    assert [one.paper_id for one in digest.excluded] == [BENGIO.id]
    assert digest.funnel.followed == 0
    assert digest.status is Status.COMPLETE


def test_a_day_whose_papers_are_all_excluded_is_complete_and_says_so() -> None:
    filters = Filters(require=(FilterRule.parse("word:whales"),))
    digest = _make(a_feed(*PAPERS), profile=replace(PROFILE, filters=filters))
    assert (digest.status, digest.entries) == (Status.COMPLETE, ())
    assert digest.funnel.excluded == digest.funnel.announced == len(PAPERS)
    assert no_papers_text(digest) == "Your filters left out 6 papers, and nothing else was new."
