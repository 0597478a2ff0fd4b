from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from paperlark.day.bulletins import Due, due, held, week_of
from paperlark.domain.delivery import Fate, Occasion, Parcel, Rhythm, Subscription
from paperlark.domain.digest import Digest, Status
from standins import digests

MONDAY, TUESDAY, WEDNESDAY = (date(2025, 2, day) for day in (24, 25, 26))
FRIDAY, SATURDAY, NEXT_MONDAY = date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 3)
DAILY, WEEKLY = Subscription("lab"), Subscription("lab", Rhythm.WEEKLY)
KNOWN = (
    Parcel(
        "Bats",
        "lab",
        Occasion.DAY,
        date(2025, 2, 3),
        (),
        (Fate.DELIVERED,),
        datetime(2025, 2, 3, tzinfo=UTC),
        datetime(2025, 2, 3, tzinfo=UTC),
    ),
)


def _page(day: date, **changes: object) -> Digest:
    return replace(digests.ordinary(), day=day, **changes)  # type: ignore[arg-type]


def _empty(day: date, status: Status = Status.COMPLETE) -> Digest:
    return replace(digests.digest(), day=day, status=status)


def _pages(*days: date) -> Mapping[date, Digest]:
    return {day: _page(day) for day in days}


def test_a_new_channel_gets_todays_page_and_none_of_before() -> None:
    pages = _pages(MONDAY, TUESDAY, WEDNESDAY)
    assert due(DAILY, pages, (), (), WEDNESDAY) == (Due(Occasion.DAY, WEDNESDAY),)


def test_a_known_channel_gets_all_of_the_week_oldest_first() -> None:
    pages = _pages(date(2025, 2, 10), MONDAY, WEDNESDAY)
    assert due(DAILY, pages, (), KNOWN, WEDNESDAY) == (
        Due(Occasion.DAY, MONDAY),
        Due(Occasion.DAY, WEDNESDAY),
    )


def test_a_page_of_a_later_day_is_not_due_yet() -> None:
    assert due(DAILY, _pages(FRIDAY), (), KNOWN, WEDNESDAY) == ()


def test_nothing_to_read_is_told_to_those_who_want_that() -> None:
    pages = {WEDNESDAY: _empty(WEDNESDAY)}
    assert due(DAILY, pages, (), (), WEDNESDAY) == ()
    assert due(replace(DAILY, quiet=True), pages, (), (), WEDNESDAY) == (
        Due(Occasion.DAY, WEDNESDAY),
    )


def test_an_empty_page_that_lacks_something_is_always_told() -> None:
    pages = {WEDNESDAY: _empty(WEDNESDAY, Status.PARTIAL)}
    assert due(DAILY, pages, (), (), WEDNESDAY) == (Due(Occasion.DAY, WEDNESDAY),)


def test_an_imported_page_is_no_news() -> None:
    pages = {WEDNESDAY: _page(WEDNESDAY, status=Status.IMPORTED)}
    assert due(DAILY, pages, (), (), WEDNESDAY) == ()


def test_a_day_without_a_page_is_told_unless_an_earlier_page_stays() -> None:
    pages = _pages(MONDAY)
    assert due(DAILY, pages, (MONDAY, WEDNESDAY), KNOWN, WEDNESDAY) == (
        Due(Occasion.DAY, MONDAY),
        Due(Occasion.FAILURE, WEDNESDAY),
    )


def test_a_page_that_waits_for_a_batch_is_held_two_days() -> None:
    waiting = digests.waiting()
    page = replace(waiting, day=MONDAY)
    assert held(page, MONDAY)
    assert held(page, TUESDAY)
    assert not held(page, WEDNESDAY)
    assert due(DAILY, {MONDAY: page}, (), KNOWN, TUESDAY) == ()
    assert due(DAILY, {MONDAY: page}, (), KNOWN, WEDNESDAY) == (Due(Occasion.DAY, MONDAY),)


def test_a_week_is_due_when_its_friday_has_a_page_or_is_over() -> None:
    known = tuple(replace(one, occasion=Occasion.WEEK) for one in KNOWN)
    week = (Due(Occasion.WEEK, FRIDAY),)
    assert due(WEEKLY, _pages(MONDAY, WEDNESDAY), (), known, WEDNESDAY) == ()
    assert due(WEEKLY, _pages(MONDAY), (), known, FRIDAY) == ()
    assert due(WEEKLY, _pages(MONDAY, FRIDAY), (), known, FRIDAY) == week
    assert due(WEEKLY, _pages(MONDAY), (), known, SATURDAY) == week
    assert due(WEEKLY, _pages(MONDAY), (), known, NEXT_MONDAY) == week
    assert due(WEEKLY, {MONDAY: _empty(MONDAY)}, (), known, SATURDAY) == ()


def test_a_new_weekly_channel_begins_with_a_week_that_just_ended() -> None:
    assert due(WEEKLY, _pages(MONDAY), (), (), NEXT_MONDAY) == (Due(Occasion.WEEK, FRIDAY),)
    assert due(WEEKLY, _pages(MONDAY), (), (), date(2025, 3, 5)) == ()


def test_weekly_readers_hear_of_a_failed_day_with_their_week() -> None:
    assert due(WEEKLY, _pages(MONDAY), (WEDNESDAY,), KNOWN, WEDNESDAY) == ()


def test_a_week_is_monday_to_friday() -> None:
    assert week_of(FRIDAY)[0] == MONDAY
    assert week_of(FRIDAY)[-1] == FRIDAY
    assert len(week_of(FRIDAY)) == 5
