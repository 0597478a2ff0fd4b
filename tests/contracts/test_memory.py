"""What every Memory and Archive promises, run against each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.digest import Digest, Entry, Funnel, Status
from paperlark.domain.judgement import Exchange, Judgement, Lack, Match, Unjudged
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.ports import Archive, Memory
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.testing import FakeMemory, a_paper

DAY = date(2025, 2, 26)
PAPER = a_paper("hep-th/9901001", version=2)
JUDGED = Judgement(PAPER.id, 2, 9, 8, "It is <good> & “new”.")
PAID = Spend(Tokens(100, 10, cached=50), Cost(Decimal("0.00025"), Decimal("0.0001")))


@pytest.fixture(params=["fake", "sqlite"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    if request.param == "fake":
        yield FakeMemory()
        return
    path = tmp_path / "store.db"
    with open_database(path) as connection:
        yield JudgementStore(connection, path)


@pytest.fixture(params=["fake", "sqlite"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    if request.param == "fake":
        yield FakeMemory()
        return
    path = tmp_path / "store.db"
    with open_database(path) as connection:
        yield DigestStore(connection, path)


def test_a_judgement_is_known_again_for_that_very_version(memory: Memory) -> None:
    memory.keep(Exchange((JUDGED,), PAID, "raw"), DAY, "criteria", "judge")
    assert memory.judgements([PAPER], "criteria", "judge") == (JUDGED,)
    assert memory.judgements([replace(PAPER, version=3)], "criteria", "judge") == ()


@pytest.mark.parametrize("key", [("others", "judge"), ("criteria", "another")])
def test_other_criteria_or_another_judge_know_nothing(memory: Memory, key: tuple[str, str]) -> None:
    memory.keep(Exchange((JUDGED,), PAID), DAY, "criteria", "judge")
    assert memory.judgements([PAPER], *key) == ()
    assert memory.spend(DAY, *key).requests == 0


def test_a_second_version_does_not_erase_the_first(memory: Memory) -> None:
    newer = replace(JUDGED, version=3, relevance=2)
    memory.keep(Exchange((JUDGED,), PAID), DAY, "c", "j")
    memory.keep(Exchange((newer,), PAID), DAY, "c", "j")
    assert memory.judgements([PAPER, replace(PAPER, version=3)], "c", "j") == (JUDGED, newer)


def test_the_first_judgement_stands(memory: Memory) -> None:
    memory.keep(Exchange((JUDGED,), PAID), DAY, "c", "j")
    memory.keep(Exchange((replace(JUDGED, relevance=1),), PAID), DAY, "c", "j")
    assert memory.judgements([PAPER], "c", "j") == (JUDGED,)


def test_what_a_day_cost_adds_up_to_the_last_digit(memory: Memory) -> None:
    for _ in range(3):
        memory.keep(Exchange((), PAID), DAY, "c", "j")
    memory.keep(Exchange((), PAID), date(2025, 2, 27), "c", "j")
    expected = Spend(
        Tokens(300, 30, cached=150), Cost(Decimal("0.00075"), Decimal("0.0003")), requests=3
    )
    assert memory.spend(DAY, "c", "j") == expected


def test_an_unknown_cost_stays_unknown(memory: Memory) -> None:
    memory.keep(Exchange((), PAID), DAY, "c", "j")
    memory.keep(Exchange((), Spend(None, None)), DAY, "c", "j")
    assert memory.spend(DAY, "c", "j") == Spend(None, None, requests=2)


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
        unjudged=(Unjudged(a_paper(), Lack.FAILED, "why"),),
        prompt="prompt",
        notes=("note",),
    )


def test_a_digest_comes_back_equal(archive: Archive) -> None:
    archive.file(_digest())
    assert archive.digest("Mine", DAY) == _digest()


def test_a_later_digest_of_the_day_takes_the_place(archive: Archive) -> None:
    archive.file(_digest())
    archive.file(replace(_digest(), notes=()))
    assert archive.digest("Mine", DAY) == replace(_digest(), notes=())


def test_profiles_do_not_see_each_other(archive: Archive) -> None:
    archive.file(_digest(date(2025, 2, 27)))
    archive.file(_digest())
    archive.file(_digest(profile="Yours"))
    assert archive.days("Mine") == (DAY, date(2025, 2, 27))
    assert archive.digest("Yours", date(2025, 2, 27)) is None
