from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from paperlark.delivery.due import (
    Due,
    RecentDays,
    days_to_read,
    due,
    first_missing_page,
    is_obsolete,
    is_postponed,
    new_parcels,
    week_of,
)
from paperlark.domain.delivery import Frequency, MessageStatus, Occasion, Parcel, Subscription
from paperlark.domain.digest import Digest, Status
from paperlark.domain.paper import PaperId
from standins import digests

MONDAY, TUESDAY, WEDNESDAY = (date(2025, 2, day) for day in (24, 25, 26))
FRIDAY, SATURDAY, NEXT_MONDAY = date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 3)
DAILY, WEEKLY = Subscription("lab"), Subscription("lab", Frequency.WEEKLY)
KNOWN = (
    Parcel(
        "Bats",
        "lab",
        Occasion.DAY,
        date(2025, 2, 3),
        (),
        (MessageStatus.DELIVERED,),
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


def _due(
    wish: Subscription,
    pages: Mapping[date, Digest],
    failed: tuple[date, ...],
    earlier: tuple[Parcel, ...],
    today: date,
) -> tuple[Due, ...]:
    return due(wish, RecentDays(today, pages, failed, min(pages, default=None)), earlier)


def _parcel(occasion: Occasion, day: date, fate: MessageStatus = MessageStatus.DELIVERED) -> Parcel:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Parcel("Bats", "lab", occasion, day, (), (fate,), at, at)


def test_a_new_channel_gets_todays_page_and_none_of_before() -> None:
    pages = _pages(MONDAY, TUESDAY, WEDNESDAY)
    assert _due(DAILY, pages, (), (), WEDNESDAY) == (Due(Occasion.DAY, WEDNESDAY),)


def test_a_known_channel_gets_all_of_the_week_oldest_first() -> None:
    pages = _pages(date(2025, 2, 10), MONDAY, WEDNESDAY)
    assert _due(DAILY, pages, (), KNOWN, WEDNESDAY) == (
        Due(Occasion.DAY, MONDAY),
        Due(Occasion.DAY, WEDNESDAY),
    )


def test_a_page_of_a_later_day_is_not_due_yet() -> None:
    assert _due(DAILY, _pages(FRIDAY), (), KNOWN, WEDNESDAY) == ()


def test_a_day_with_nothing_to_read_is_sent_to_those_who_want_that() -> None:
    pages = {WEDNESDAY: _empty(WEDNESDAY)}
    assert _due(DAILY, pages, (), (), WEDNESDAY) == ()
    assert _due(replace(DAILY, quiet=True), pages, (), (), WEDNESDAY) == (
        Due(Occasion.DAY, WEDNESDAY),
    )


def test_an_empty_page_that_lacks_something_is_always_sent() -> None:
    pages = {WEDNESDAY: _empty(WEDNESDAY, Status.PARTIAL)}
    assert _due(DAILY, pages, (), (), WEDNESDAY) == (Due(Occasion.DAY, WEDNESDAY),)


def test_an_imported_page_is_no_news() -> None:
    pages = {WEDNESDAY: _page(WEDNESDAY, status=Status.IMPORTED)}
    assert _due(DAILY, pages, (), (), WEDNESDAY) == ()


def test_a_day_without_a_page_is_reported_unless_an_earlier_page_stays() -> None:
    pages = _pages(MONDAY)
    assert _due(DAILY, pages, (MONDAY, WEDNESDAY), KNOWN, WEDNESDAY) == (
        Due(Occasion.DAY, MONDAY),
        Due(Occasion.FAILURE, WEDNESDAY),
    )


def test_a_page_that_waits_for_a_batch_is_postponed_two_days() -> None:
    waiting = digests.waiting()
    page = replace(waiting, day=MONDAY)
    assert is_postponed(page, MONDAY)
    assert is_postponed(page, TUESDAY)
    assert not is_postponed(page, WEDNESDAY)
    assert _due(DAILY, {MONDAY: page}, (), KNOWN, TUESDAY) == ()
    assert _due(DAILY, {MONDAY: page}, (), KNOWN, WEDNESDAY) == (Due(Occasion.DAY, MONDAY),)


def test_a_week_is_due_when_its_friday_has_a_page_or_is_over() -> None:
    known = tuple(replace(one, occasion=Occasion.WEEK) for one in KNOWN)
    week = (Due(Occasion.WEEK, FRIDAY),)
    assert _due(WEEKLY, _pages(MONDAY, WEDNESDAY), (), known, WEDNESDAY) == ()
    assert _due(WEEKLY, _pages(MONDAY), (), known, FRIDAY) == ()
    assert _due(WEEKLY, _pages(MONDAY, FRIDAY), (), known, FRIDAY) == week
    assert _due(WEEKLY, _pages(MONDAY), (), known, SATURDAY) == week
    assert _due(WEEKLY, _pages(MONDAY), (), known, NEXT_MONDAY) == week
    assert _due(WEEKLY, {day: _empty(day) for day in week_of(FRIDAY)}, (), known, SATURDAY) == ()


def test_a_new_weekly_channel_begins_with_a_week_that_just_ended() -> None:
    assert _due(WEEKLY, _pages(MONDAY), (), (), NEXT_MONDAY) == (Due(Occasion.WEEK, FRIDAY),)
    assert _due(WEEKLY, _pages(MONDAY), (), (), date(2025, 3, 5)) == ()


def test_weekly_readers_learn_of_a_failed_day_with_their_week() -> None:
    assert _due(WEEKLY, _pages(MONDAY), (WEDNESDAY,), KNOWN, WEDNESDAY) == ()


def test_a_week_is_monday_to_friday() -> None:
    assert week_of(FRIDAY)[0] == MONDAY
    assert week_of(FRIDAY)[-1] == FRIDAY
    assert len(week_of(FRIDAY)) == 5


def test_a_channel_gets_nothing_from_before_its_first_delivery() -> None:
    pages = _pages(MONDAY, TUESDAY, WEDNESDAY, date(2025, 2, 27))
    first = (_parcel(Occasion.DAY, WEDNESDAY),)
    assert _due(DAILY, pages, (), first, date(2025, 2, 27)) == (
        Due(Occasion.DAY, WEDNESDAY),
        Due(Occasion.DAY, date(2025, 2, 27)),
    )


def test_an_alarm_serves_no_pages() -> None:
    alarm = (_parcel(Occasion.ALARM, MONDAY),)
    pages = _pages(MONDAY, TUESDAY, WEDNESDAY)
    assert _due(DAILY, pages, (), alarm, WEDNESDAY) == (Due(Occasion.DAY, WEDNESDAY),)


def test_no_day_comes_by_itself_and_in_its_week() -> None:
    week = (*KNOWN, _parcel(Occasion.WEEK, FRIDAY))
    assert _due(DAILY, _pages(MONDAY, FRIDAY, NEXT_MONDAY), (), week, NEXT_MONDAY) == (
        Due(Occasion.DAY, NEXT_MONDAY),
    )
    alone = (*KNOWN, *(_parcel(Occasion.DAY, day) for day in week_of(FRIDAY)))
    assert _due(WEEKLY, _pages(MONDAY, FRIDAY), (), alone, FRIDAY) == ()


def test_a_week_without_a_single_page_is_reported() -> None:
    days = RecentDays(SATURDAY, {}, (), first=date(2025, 2, 3))
    assert due(WEEKLY, days, KNOWN) == (Due(Occasion.WEEK, FRIDAY),)
    assert due(WEEKLY, RecentDays(SATURDAY, {}, ()), KNOWN) == ()


def test_a_parcel_is_obsolete_when_its_page_is_gone_or_made_since() -> None:
    days = RecentDays(WEDNESDAY, _pages(MONDAY))
    assert not is_obsolete(_parcel(Occasion.DAY, MONDAY), days)
    assert is_obsolete(_parcel(Occasion.DAY, TUESDAY), days)
    assert is_obsolete(_parcel(Occasion.DAY, FRIDAY), days)
    assert is_obsolete(_parcel(Occasion.FAILURE, MONDAY), days)
    assert not is_obsolete(_parcel(Occasion.FAILURE, TUESDAY), days)
    assert is_obsolete(_parcel(Occasion.ALARM, TUESDAY), days)


def test_what_a_channel_lacks_is_its_first_page_that_did_not_arrive() -> None:
    there = _parcel(Occasion.DAY, MONDAY)
    failure = _parcel(Occasion.FAILURE, MONDAY, MessageStatus.WAITING)
    waiting = _parcel(Occasion.DAY, TUESDAY, MessageStatus.WAITING)
    doubt = _parcel(Occasion.DAY, TUESDAY, MessageStatus.UNKNOWN)
    assert first_missing_page((there, failure), WEDNESDAY) is None
    assert first_missing_page((there, waiting), WEDNESDAY) == waiting
    assert first_missing_page((there, waiting), TUESDAY) is None
    assert first_missing_page((there, doubt), WEDNESDAY) == doubt
    assert first_missing_page((there, doubt), NEXT_MONDAY) is None


def _incomplete(one: Parcel) -> Parcel:
    return replace(one, incomplete=(digests.paper(1).id,))


def test_a_page_that_was_sent_incomplete_and_is_complete_now_is_told_of() -> None:
    sent = (*KNOWN, _incomplete(_parcel(Occasion.DAY, TUESDAY)))
    partial = {TUESDAY: _page(TUESDAY, status=Status.PARTIAL)}
    assert _due(DAILY, partial, (), sent, WEDNESDAY) == (Due(Occasion.DAY, TUESDAY),)
    for status in (Status.COMPLETE, Status.WITHIN_BUDGET):
        assert _due(DAILY, {TUESDAY: _page(TUESDAY, status=status)}, (), sent, WEDNESDAY) == (
            Due(Occasion.DAY, TUESDAY),
            Due(Occasion.COMPLETION, TUESDAY),
        )


def test_nothing_is_completed_that_was_complete_or_never_sent_or_a_week_ago() -> None:
    pages = _pages(TUESDAY)
    plain = (Due(Occasion.DAY, TUESDAY),)
    whole = _parcel(Occasion.DAY, TUESDAY)
    unsent = _incomplete(_parcel(Occasion.DAY, TUESDAY, MessageStatus.WAITING))
    assert _due(DAILY, pages, (), (*KNOWN, whole), WEDNESDAY) == plain
    assert _due(DAILY, pages, (), (*KNOWN, unsent), WEDNESDAY) == plain
    sent = (*KNOWN, _incomplete(whole))
    assert _due(DAILY, pages, (), sent, date(2025, 3, 5)) == ()


def test_a_week_is_completed_when_all_of_its_pages_are() -> None:
    known = (*KNOWN, _incomplete(_parcel(Occasion.WEEK, FRIDAY)))
    pages = _pages(MONDAY, TUESDAY)
    completion = Due(Occasion.COMPLETION, FRIDAY)
    assert completion in _due(WEEKLY, pages, (), known, NEXT_MONDAY)
    partial = {**pages, TUESDAY: _page(TUESDAY, status=Status.PARTIAL)}
    assert completion not in _due(WEEKLY, partial, (), known, NEXT_MONDAY)
    assert completion not in _due(DAILY, pages, (), known, NEXT_MONDAY)


KINDS = (digests.ordinary, digests.partial, digests.waiting, digests.quiet, digests.imported)


@pytest.mark.parametrize("seed", range(300))
def test_the_days_to_read_decide_what_all_days_would(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # no secret
    today = MONDAY + timedelta(dice.randrange(14))
    pages = {
        day: replace(dice.choice(KINDS)(), day=day)
        for day in (today - timedelta(back) for back in range(14))
        if dice.random() < 0.7
    }
    wish = Subscription("lab", dice.choice(list(Frequency)), quiet=dice.random() < 0.5)
    occasions = (Occasion.DAY, Occasion.WEEK, Occasion.COMPLETION)
    sent = {
        (occasion, day): replace(
            _parcel(occasion, day), incomplete=dice.choice((None, (PaperId("2502.00001"),)))
        )
        for occasion, day in (
            (dice.choice(occasions), today - timedelta(dice.randrange(1, 14)))
            for _ in range(dice.randrange(6))
        )
    }
    earlier = sorted(sent.values(), key=lambda one: one.day)
    now = datetime.combine(today, time(14), UTC)
    read = days_to_read([wish], today, pages, earlier)

    def queued(digests: Mapping[date, Digest]) -> tuple[Parcel, ...]:
        return new_parcels(
            "Bats", wish, RecentDays(today, digests, (), min(pages, default=None)), earlier, now
        )

    assert queued({day: page for day, page in pages.items() if day in read}) == queued(pages)


def test_a_page_that_every_channel_has_need_not_be_read_again() -> None:
    pages = _pages(MONDAY, TUESDAY, WEDNESDAY)
    sent = [_parcel(Occasion.DAY, MONDAY), _parcel(Occasion.DAY, TUESDAY)]
    assert days_to_read([DAILY], WEDNESDAY, pages, sent) == {WEDNESDAY}
