"""The contracts of JudgementMemory and Archive, run against each implementation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.digest import Digest, Entry, Funnel, Placement, Ranked, SeenBefore, Status
from paperlark.domain.exploration import Explored, Outcome
from paperlark.domain.judgement import (
    Agreement,
    Judgement,
    JudgementKey,
    Match,
    ModelCall,
    Nearest,
    Precedent,
    Reading,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.ports import Archive, JudgementMemory
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.testing import FakeJudgementMemory, a_paper
from standins.postgresql import OpenEngine

DAY = date(2025, 2, 26)
KEY = JudgementKey(DAY, "Mine", "criteria", "judge")
PAPER = a_paper("hep-th/9901001", version=2)
JUDGED = Judgement(PAPER.id, 2, 9, 8, "It is <good> & “new”.", "大型模型修剪一半。")
PAID = Spend(Tokens(100, 10, cached=50), Cost(Decimal("0.00025"), Decimal("0.0001")))


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def memory(
    request: pytest.FixtureRequest, tmp_path: Path, open_engine: OpenEngine
) -> Iterator[JudgementMemory]:
    if request.param == "fake":
        yield FakeJudgementMemory()
        return
    path = tmp_path / "store.db"
    with open_engine(request.param) as connection:
        yield JudgementStore(connection, path)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def archive(
    request: pytest.FixtureRequest, tmp_path: Path, open_engine: OpenEngine
) -> Iterator[Archive]:
    if request.param == "fake":
        yield FakeJudgementMemory()
        return
    path = tmp_path / "store.db"
    with open_engine(request.param) as connection:
        yield DigestStore(connection, path)


def test_a_judgement_is_returned_for_its_version_only(memory: JudgementMemory) -> None:
    memory.keep(ModelCall((JUDGED,), PAID, "raw"), KEY)
    assert memory.judgements([PAPER], KEY) == (JUDGED,)
    assert memory.judgements([replace(PAPER, version=3)], KEY) == ()


@pytest.mark.parametrize("change", [{"criteria": "others"}, {"judge": "another"}])
def test_other_criteria_or_another_judge_have_no_judgement(
    memory: JudgementMemory, change: dict[str, str]
) -> None:
    memory.keep(ModelCall((JUDGED,), PAID), KEY)
    other = replace(KEY, **change)  # type: ignore[arg-type]
    assert memory.judgements([PAPER], other) == ()
    assert memory.spend(other).requests == 0


def test_another_profile_shares_the_judgement_and_not_its_cost(
    memory: JudgementMemory,
) -> None:
    memory.keep(ModelCall((JUDGED,), PAID), KEY)
    other = replace(KEY, profile="Yours")
    assert memory.judgements([PAPER], other) == (JUDGED,)
    assert memory.spend(other).requests == 0


def test_a_second_version_does_not_erase_the_first(memory: JudgementMemory) -> None:
    newer = replace(JUDGED, version=3, relevance=2)
    memory.keep(ModelCall((JUDGED,), PAID), KEY)
    memory.keep(ModelCall((newer,), PAID), KEY)
    assert memory.judgements([PAPER, replace(PAPER, version=3)], KEY) == (JUDGED, newer)


def test_the_first_judgement_is_kept(memory: JudgementMemory) -> None:
    memory.keep(ModelCall((JUDGED,), PAID), KEY)
    memory.keep(ModelCall((replace(JUDGED, relevance=1),), PAID), KEY)
    assert memory.judgements([PAPER], KEY) == (JUDGED,)


@pytest.mark.parametrize("comment", ["Now it is said.", ""])
def test_a_judgement_without_a_comment_is_replaced_by_the_next(
    memory: JudgementMemory, comment: str
) -> None:
    judged = replace(JUDGED, relevance=6, novelty=3, comment=comment)
    memory.keep(ModelCall((replace(JUDGED, comment=""),), PAID), KEY)
    memory.keep(ModelCall((judged,), PAID), KEY)
    assert memory.judgements([PAPER], KEY) == (judged,)


def test_a_comment_is_never_lost_to_a_judgement_without(memory: JudgementMemory) -> None:
    memory.keep(ModelCall((JUDGED,), PAID), KEY)
    memory.keep(ModelCall((replace(JUDGED, comment=""),), PAID), KEY)
    assert memory.judgements([PAPER], KEY) == (JUDGED,)


def test_what_a_day_cost_adds_up_to_the_last_digit(memory: JudgementMemory) -> None:
    for _ in range(3):
        memory.keep(ModelCall((), PAID), KEY)
    memory.keep(ModelCall((), PAID), replace(KEY, day=date(2025, 2, 27)))
    expected = Spend(
        Tokens(300, 30, cached=150), Cost(Decimal("0.00075"), Decimal("0.0003")), requests=3
    )
    assert memory.spend(KEY) == expected


def test_an_unknown_cost_stays_unknown(memory: JudgementMemory) -> None:
    memory.keep(ModelCall((), PAID), KEY)
    memory.keep(ModelCall((), Spend(None, None)), KEY)
    assert memory.spend(KEY) == Spend(None, None, requests=2)


def _digest(day: date = DAY, profile: str = "Mine") -> Digest:
    match = Match(0.25, 1, 2, "Topic", ("word",), (), None)
    return Digest(
        day=day,
        profile=profile,
        categories=("cs.LG",),
        status=Status.PARTIAL,
        model="m",
        spend=PAID,
        cutoffs=Cutoffs(),
        funnel=Funnel(2, 2, 2, 2, 2, 0, 2, 1, 1, 0, 1),
        entries=(Entry(1, PAPER, AnnounceType.NEW, match, (), JUDGED),),
        unjudged=(Unjudged(a_paper(), UnjudgedReason.FAILED, "why"),),
        prompt="prompt",
        notes=("note",),
    )


def test_a_digest_comes_back_equal(archive: Archive) -> None:
    archive.save(_digest())
    assert archive.digest("Mine", DAY) == _digest()


def test_a_later_digest_of_the_day_replaces_it(archive: Archive) -> None:
    archive.save(_digest())
    archive.save(replace(_digest(), notes=()))
    assert archive.digest("Mine", DAY) == replace(_digest(), notes=())


def test_a_digest_is_identified_by_its_content(archive: Archive) -> None:
    first, other = _digest(), replace(_digest(), day=date(2025, 2, 27))
    archive.save(other)
    archive.save(first)
    names = archive.fingerprints("Mine")
    assert list(names) == [DAY, date(2025, 2, 27)]
    archive.save(first)
    assert archive.fingerprints("Mine") == names
    archive.save(replace(first, notes=("new",)))
    changed = archive.fingerprints("Mine")
    assert changed[DAY] != names[DAY]
    assert changed[date(2025, 2, 27)] == names[date(2025, 2, 27)]
    assert archive.fingerprints("Nobody") == {}


def test_profiles_do_not_see_each_other(archive: Archive) -> None:
    archive.save(_digest(date(2025, 2, 27)))
    archive.save(_digest())
    archive.save(_digest(profile="Yours"))
    assert archive.days("Mine") == (DAY, date(2025, 2, 27))
    assert archive.digest("Yours", date(2025, 2, 27)) is None


def test_a_paper_is_seen_from_the_day_after_it_was_announced(archive: Archive) -> None:
    other = a_paper("2502.00002").id
    archive.save(replace(_digest(), scanned=(PAPER.id, other)))
    archive.save(replace(_digest(date(2025, 2, 27)), entries=(), scanned=(other,)))
    assert archive.seen("Mine", DAY, [PAPER.id]) == {}
    assert archive.seen("Mine", date(2025, 3, 1), [PAPER.id, other, a_paper("2502.00003").id]) == {
        PAPER.id: SeenBefore(DAY, shown=DAY),
        other: SeenBefore(DAY, shown=None),
    }
    assert archive.seen("Yours", date(2025, 3, 1), [PAPER.id]) == {}


def test_a_paper_of_a_later_day_is_seen_unless_this_day_announced_it(archive: Archive) -> None:
    other = a_paper("2502.00002").id
    archive.save(replace(_digest(), scanned=(PAPER.id, other)))
    before = date(2025, 2, 25)
    assert archive.seen("Mine", before, [PAPER.id, other]) == {
        PAPER.id: SeenBefore(DAY, shown=DAY),
        other: SeenBefore(DAY, shown=None),
    }
    archive.save(replace(_digest(before), entries=(), scanned=(other,)))
    assert archive.seen("Mine", before, [PAPER.id, other]) == {PAPER.id: SeenBefore(DAY, shown=DAY)}


def test_a_day_made_again_replaces_its_scanned_papers(archive: Archive) -> None:
    archive.save(replace(_digest(), scanned=(PAPER.id,)))
    archive.save(replace(_digest(), scanned=()))
    assert archive.seen("Mine", date(2025, 3, 1), [PAPER.id]) == {}


READ = Explored(PAPER.id, 0.05, 0.004, wanted=True)
SHOWN = Explored(a_paper("2502.00002").id, 0.01)


def test_a_digest_comes_back_with_its_random_sample(archive: Archive) -> None:
    digest = replace(_digest(), explored=(READ, SHOWN))
    archive.save(digest)
    assert archive.digest("Mine", DAY) == digest


def test_a_digest_comes_back_with_its_readings_and_without_a_prompt(archive: Archive) -> None:
    digest = replace(
        _digest(),
        prompt=None,
        readings=(Reading("j", (JUDGED,)), Reading("j#2", ())),
        agreement=Agreement(2, papers=3, agreed=1, distance=1 / 3),
    )
    archive.save(digest)
    assert archive.digest("Mine", DAY) == digest


def test_judged_samples_are_known_on_later_days(archive: Archive) -> None:
    later = replace(READ, wanted=False)
    archive.save(replace(_digest(), explored=(READ, SHOWN)))
    archive.save(replace(_digest(date(2025, 2, 27)), explored=(later,)))
    archive.save(replace(_digest(date(2025, 2, 28)), explored=(SHOWN,)))
    archive.save(replace(_digest(profile="Yours"), explored=(READ,)))
    assert archive.explored("Mine", DAY, 9) == ()
    assert archive.explored("Mine", date(2025, 2, 27), 9) == (READ,)
    assert set(archive.explored("Mine", date(2025, 3, 1), 9)) == {READ, later}
    assert archive.explored("Mine", date(2025, 3, 1), 1) == (later,)


def test_a_day_made_again_replaces_its_random_sample(archive: Archive) -> None:
    archive.save(replace(_digest(), explored=(READ,)))
    archive.save(_digest())
    assert archive.explored("Mine", date(2025, 3, 1), 9) == ()


def _ranked(placement: Placement, number: int, probability: float | None) -> Ranked:
    match = Match(0.5, number, 4, probability=probability)
    paper = PAPER if number == 1 else a_paper(f"2502.0000{number}")
    return Ranked(paper.id, 2, placement, match)


def _with_outcomes(day: date, profile: str = "Mine") -> Digest:
    ranked = (
        _ranked(Placement.ABOVE, 1, 0.75),
        _ranked(Placement.BELOW, 2, 0.25),
        _ranked(Placement.FOLLOWED, 3, 0.125),
        _ranked(Placement.GATED, 4, 0.0625),
    )
    scanned = tuple(one.paper_id for one in ranked)
    digest = replace(_digest(day, profile), ranked=ranked, scanned=scanned)
    return replace(digest, judgements=(JUDGED,))


def test_the_outcomes_of_earlier_days_are_known_on_later_ones(archive: Archive) -> None:
    first, second = date(2025, 2, 27), date(2025, 2, 28)
    archive.save(_with_outcomes(DAY))
    archive.save(_with_outcomes(first))
    archive.save(_digest(second))
    archive.save(_with_outcomes(DAY, "Yours"))
    one_day = (Outcome(0.75, wanted=True), Outcome(0.25, None))
    after = date(2025, 3, 1)
    assert archive.outcomes("Mine", DAY, 9, Cutoffs()) == ()
    assert archive.outcomes("Mine", first, 9, Cutoffs()) == (one_day,)
    assert archive.outcomes("Mine", after, 9, Cutoffs()) == (one_day, one_day)
    assert archive.outcomes("Mine", after, 1, Cutoffs()) == (one_day,)
    stricter = archive.outcomes("Mine", after, 1, Cutoffs(10, 1))
    assert stricter == ((Outcome(0.75, wanted=False), Outcome(0.25, None)),)


def test_papers_without_a_probability_have_no_outcome(archive: Archive) -> None:
    ranked = (_ranked(Placement.ABOVE, 1, None),)
    digest = replace(_with_outcomes(DAY), ranked=ranked, scanned=(PAPER.id,))
    archive.save(digest)
    assert archive.outcomes("Mine", date(2025, 3, 1), 9, Cutoffs()) == ()


def test_a_digest_comes_back_with_the_match_of_every_paper(archive: Archive) -> None:
    nearest = Nearest(PaperId("library:00ff"), "A “book”", date(2025, 1, 2))
    earlier = Precedent(PaperId("2501.00001"), r"$x^2$", date(2025, 1, 3), 0.8125)
    match = Match(0.5, 1, 2, "Topic", ("für", "a b"), ("against",), 0.25, nearest)
    ranked = (
        Ranked(PAPER.id, 2, Placement.ABOVE, match, (earlier, replace(earlier, similarity=0.75))),
        Ranked(a_paper().id, 1, Placement.BELOW, Match(0.0, 2, 2)),
    )
    entry = replace(_digest().entries[0], precedents=(earlier,))
    digest = replace(_digest(), entries=(entry,), ranked=ranked)
    archive.save(replace(digest, ranked=ranked[::-1][:1]))
    archive.save(digest)
    archive.save(replace(_digest(date(2025, 2, 27)), ranked=ranked[1:]))
    assert archive.digest("Mine", DAY) == digest
