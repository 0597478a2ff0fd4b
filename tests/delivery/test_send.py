from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.delivery.send import LONGEST_PAUSE, PAUSES, Clock, send_parcel
from paperlark.domain.delivery import Message, MessageStatus, Occasion, Parcel
from paperlark.domain.errors import (
    ChannelBusy,
    ChannelRefused,
    DeliveryError,
    MaybeDelivered,
)
from paperlark.domain.redaction import remember
from paperlark.store.outbox import MemoryOutbox
from paperlark.testing import FakeChannel
from standins.watches import FakeWatch

DAY = date(2025, 2, 26)
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
NAME = "Bats/lab/day/2025-02-26/2025-02-26T12:00:00.000000"
BUSY, REFUSED = ChannelBusy("it answered 503"), ChannelRefused("it answered 404")
MAYBE = MaybeDelivered("the answer was lost")


def _parcel(*statuses: MessageStatus) -> Parcel:
    messages = tuple(Message("", f"part {n}") for n in range(len(statuses)))
    return Parcel("Bats", "lab", Occasion.DAY, DAY, messages, statuses, NOW, NOW)


def _deliver(
    parcel: Parcel, channel: FakeChannel, rate_limit_clock: FakeWatch | None = None
) -> Parcel:
    outbox = MemoryOutbox()
    clock = Clock(lambda: NOW, (rate_limit_clock or FakeWatch()).sleep)
    found = send_parcel(parcel, channel, outbox, clock)
    assert outbox.since("Bats", DAY) == (found,)
    return found


def test_messages_are_sent_in_order_each_under_a_name_of_its_own() -> None:
    channel = FakeChannel()
    found = _deliver(_parcel(MessageStatus.WAITING, MessageStatus.WAITING), channel)
    assert found.arrived
    assert [(name, one.text) for name, one in channel.sent] == [
        (f"{NAME}/0", "part 0"),
        (f"{NAME}/1", "part 1"),
    ]


def test_what_arrived_is_not_sent_again() -> None:
    channel = FakeChannel()
    _deliver(_parcel(MessageStatus.DELIVERED, MessageStatus.WAITING), channel)
    assert [one.text for _, one in channel.sent] == ["part 1"]


def test_a_busy_channel_is_asked_three_times_with_growing_pauses() -> None:
    rate_limit_clock = FakeWatch()
    found = _deliver(
        _parcel(MessageStatus.WAITING, MessageStatus.WAITING),
        FakeChannel(BUSY, BUSY, BUSY),
        rate_limit_clock,
    )
    assert rate_limit_clock.sleeps == list(PAUSES)
    assert found.statuses == (MessageStatus.WAITING, MessageStatus.WAITING)
    assert found.problem == "it answered 503"


def test_a_channel_gets_the_pause_that_it_asks_for() -> None:
    rate_limit_clock = FakeWatch()
    channel = FakeChannel(ChannelBusy("429", retry_after=40.0))
    assert _deliver(_parcel(MessageStatus.WAITING), channel, rate_limit_clock).arrived
    assert rate_limit_clock.sleeps == [40.0]


def test_a_channel_that_wants_a_longer_pause_is_left_to_the_next_run() -> None:
    rate_limit_clock = FakeWatch()
    channel = FakeChannel(ChannelBusy("429", retry_after=LONGEST_PAUSE + 1))
    assert _deliver(_parcel(MessageStatus.WAITING), channel, rate_limit_clock).open
    assert rate_limit_clock.sleeps == []


def test_a_refused_message_holds_those_after_it_back() -> None:
    channel = FakeChannel(None, REFUSED)
    found = _deliver(
        _parcel(MessageStatus.WAITING, MessageStatus.WAITING, MessageStatus.WAITING), channel
    )
    assert found.statuses == (MessageStatus.DELIVERED, MessageStatus.REFUSED, MessageStatus.WAITING)
    assert found.open
    assert found.problem == "it answered 404"


def test_an_unconfirmed_message_is_not_sent_again_where_copies_would_show() -> None:
    channel = FakeChannel(MAYBE)
    found = _deliver(_parcel(MessageStatus.WAITING, MessageStatus.WAITING), channel)
    assert found.statuses == (MessageStatus.UNKNOWN, MessageStatus.DELIVERED)
    assert (found.open, found.arrived) == (False, False)
    assert found.problem == "the answer was lost"
    assert [one.text for _, one in channel.sent] == ["part 1"]


def test_an_unconfirmed_message_is_sent_again_under_the_same_name_where_copies_are_recognized() -> (
    None
):
    channel = FakeChannel(MAYBE, deduplicates=True)
    found = _deliver(_parcel(MessageStatus.WAITING), channel)
    assert found.arrived
    assert [name for name, _ in channel.sent] == [f"{NAME}/0"]


@pytest.mark.parametrize(
    ("deduplicates", "sent", "fate"),
    [(True, 1, MessageStatus.DELIVERED), (False, 0, MessageStatus.UNKNOWN)],
)
def test_a_run_that_was_killed_while_sending_leaves_a_doubt(
    deduplicates: bool,  # noqa: FBT001  # a case
    sent: int,
    fate: MessageStatus,
) -> None:
    channel = FakeChannel(deduplicates=deduplicates)
    found = _deliver(_parcel(MessageStatus.SENDING), channel)
    assert len(channel.sent) == sent
    assert found.statuses == (fate,)


@pytest.mark.parametrize(
    ("before", "troubles"),
    [
        (MessageStatus.WAITING, (MAYBE, BUSY, BUSY)),
        (MessageStatus.WAITING, (MAYBE, REFUSED)),
        (MessageStatus.SENDING, (BUSY, BUSY, BUSY)),
        (MessageStatus.SENDING, (REFUSED,)),
    ],
)
def test_what_may_have_arrived_is_not_forgotten_by_later_attempts(
    before: MessageStatus, troubles: tuple[DeliveryError, ...]
) -> None:
    found = _deliver(_parcel(before), FakeChannel(*troubles, deduplicates=True))
    assert found.statuses == (MessageStatus.SENDING,)
    assert found.open
    assert found.may_have_arrived
    assert found.problem == str(troubles[-1])


@given(
    st.lists(st.sampled_from([None, BUSY, REFUSED, MAYBE]), max_size=12),
    st.lists(st.sampled_from(list(MessageStatus)), min_size=1, max_size=5),
    st.booleans(),
)
def test_no_message_is_sent_twice_and_each_has_a_fate(
    troubles: list[DeliveryError | None],
    statuses: list[MessageStatus],
    deduplicates: bool,  # noqa: FBT001  # a case
) -> None:
    channel = FakeChannel(*troubles, deduplicates=deduplicates)
    found = _deliver(_parcel(*statuses), channel)
    names = [name for name, _ in channel.sent]
    assert len(set(names)) == len(names)
    assert deduplicates or MessageStatus.SENDING not in found.statuses
    for number, (before, after) in enumerate(zip(statuses, found.statuses, strict=True)):
        arrived = before is MessageStatus.DELIVERED or f"{NAME}/{number}" in names
        assert (after is MessageStatus.DELIVERED) == arrived


def test_no_message_holds_a_secret() -> None:
    remember("sk-proj-Xy12aB34cD56")
    said = "401: Bearer sk-proj-Xy12aB34cD56"
    channel = FakeChannel()
    message = Message(said, said, html=f"<p>{said}</p>")
    waiting = replace(_parcel(MessageStatus.WAITING), messages=(message,))
    _deliver(waiting, channel)
    clean = "401: Bearer [secret]"
    assert [one for _, one in channel.sent] == [Message(clean, clean, html=f"<p>{clean}</p>")]
