"""What a run logs about its deliveries, and what it sends again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from paperlark.delivery.deliveries import Deliveries, Outboxes
from paperlark.delivery.due import RecentDays
from paperlark.delivery.send import Clock
from paperlark.domain.delivery import Occasion
from paperlark.domain.digest import Digest, Status
from paperlark.domain.errors import (
    ChannelBusy,
    ChannelRefused,
    DeliveryError,
    MaybeDelivered,
    RunHangs,
    StoreBusy,
)
from paperlark.ports import Channel
from paperlark.settings import Settings, load_settings
from paperlark.settings.values import ChannelSettings
from paperlark.store.lock import HangingNotes
from paperlark.store.outbox import MemoryOutbox
from paperlark.testing import FakeChannel
from standins.digests import digest, entry

DAY = date(2025, 2, 26)
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
PROFILE = """\
name = "Bats"
categories = ["cs.LG"]
[mail]
server = "127.0.0.1"
sender = "paperlark@example.org"
[[deliver]]
name = "inbox"
mail = "reader@example.org"
"""


BUSY, REFUSED = ChannelBusy("it answered 503"), ChannelRefused("it answered 404")
MAYBE = MaybeDelivered("the answer was lost")
PARTIAL = digest([entry(1), entry(2)], status=Status.PARTIAL)
WHOLE = digest([entry(1), entry(2), entry(3)])


def _settings(folder: Path) -> Settings:
    (folder / "paperlark.toml").write_text(PROFILE)
    (folder / "criteria.md").write_text("## Bats\nRelevant: bats.")
    return load_settings(folder / "paperlark.toml")


def _deliveries(
    folder: Path, channel: FakeChannel, outbox: MemoryOutbox, page: Digest = WHOLE
) -> Deliveries:
    """Return deliveries of a later run each time; what is stored is in `outbox`."""
    later = NOW + timedelta(minutes=len(outbox.since("Bats", date.min)) + len(channel.sent))
    days = RecentDays(DAY, {DAY: replace(page, day=DAY)}, first=DAY)
    clock = Clock(lambda: later, lambda _: None)
    return Deliveries(_settings(folder), lambda _: days, outbox, clock, lambda _: channel)


def _refusing(channel: ChannelSettings) -> Channel:
    raise ChannelRefused(f"{channel.name}: reader@example.org is refused by smtp://example.org/x")


def test_the_log_names_what_was_due_and_its_outcome_without_addresses(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = _settings(tmp_path)
    page = digest([entry(1)])
    days = RecentDays(DAY, {DAY: page}, first=DAY)
    clock = Clock(lambda: NOW, lambda _: None)
    caplog.set_level(logging.INFO, logger="paperlark.delivery")
    deliveries = Deliveries(settings, lambda _: days, MemoryOutbox(), clock, _refusing)
    (outcome,) = deliveries.deliver_due(DAY, only="inbox")
    assert "reader@example.org" in (outcome.problem or "")
    assert caplog.messages == [
        "channel inbox: due: day of 2025-02-26",
        "channel inbox: day of 2025-02-26 not delivered yet: inbox: … is refused by …",
    ]


@pytest.mark.parametrize("troubles", [(MAYBE, MAYBE, MAYBE), (MAYBE, REFUSED), (MAYBE, BUSY, BUSY)])
def test_a_page_that_may_have_arrived_and_is_completed_is_sent_again_as_it_was_and_then_completed(
    tmp_path: Path, troubles: tuple[DeliveryError, ...]
) -> None:
    """Written anew, it would have another Message-ID: its papers could be in the mailbox twice."""
    outbox, channel = MemoryOutbox(), FakeChannel(*troubles, deduplicates=True)
    _deliveries(tmp_path, channel, outbox, PARTIAL).deliver_due(DAY)
    [written] = outbox.since("Bats", DAY)
    for _ in range(3):
        _deliveries(tmp_path, channel, outbox).deliver_due(DAY)
    (_, first), (_, second) = channel.sent
    assert (first,) == written.messages
    assert "Title 1" in first.text
    assert "Title 3" in second.text
    assert "Title 1" not in second.text


@pytest.mark.parametrize("troubles", [(BUSY, BUSY, BUSY), (REFUSED,)])
def test_a_page_that_certainly_did_not_arrive_and_is_completed_is_sent_once_and_whole(
    tmp_path: Path, troubles: tuple[DeliveryError, ...]
) -> None:
    outbox, channel = MemoryOutbox(), FakeChannel(*troubles)
    _deliveries(tmp_path, channel, outbox, PARTIAL).deliver_due(DAY)
    for _ in range(3):
        _deliveries(tmp_path, channel, outbox).deliver_due(DAY)
    [(_, message)] = channel.sent
    assert "incomplete" not in message.text
    assert "Title 3" in message.text


@pytest.mark.parametrize("deduplicates", [True, False])
def test_an_alarm_that_may_have_arrived_is_not_told_twice_that_day(
    tmp_path: Path,
    deduplicates: bool,  # noqa: FBT001  # a case
) -> None:
    outbox = MemoryOutbox()
    channel = FakeChannel(MAYBE, MAYBE, MAYBE, deduplicates=deduplicates)
    names = set[str]()
    for _ in range(3):
        deliveries = _deliveries(tmp_path, channel, outbox)
        deliveries.send_notice(Occasion.ALARM, "It broke down.", DAY, once=True)
        names |= {f"{one.since}" for one in outbox.since("Bats", DAY)}
    # Mail is sent again under the same name, by which the mail system recognizes a copy.
    assert len(names) == 1
    assert len(channel.sent) == (1 if deduplicates else 0)


def _held(folder: Path, channel: FakeChannel, error: StoreBusy) -> Outboxes:
    """Return what opens an outbox that another run holds."""

    @contextmanager
    def held() -> Iterator[Deliveries]:
        raise error
        yield

    return Outboxes(
        held,
        lambda: _deliveries(folder, channel, MemoryOutbox()),
        HangingNotes(folder / "paperlark.db"),
    )


def test_each_channel_is_told_once_a_day_that_a_run_hangs_and_later_if_it_was_down(
    tmp_path: Path,
) -> None:
    channel = FakeChannel(BUSY, BUSY, BUSY)
    outboxes = _held(tmp_path, channel, RunHangs("process 17 hangs"))
    sent: list[int] = []
    for day in (DAY, DAY, DAY, DAY + timedelta(days=1)):
        outboxes.tell_hanging(day, "process 17 hangs")
        sent.append(len(channel.sent))
    assert sent == [0, 1, 1, 2]


@pytest.mark.parametrize("lost", [1, 3])
def test_that_a_run_hangs_is_not_told_again_where_it_may_have_arrived(
    tmp_path: Path, lost: int
) -> None:
    channel = FakeChannel(*[MAYBE] * lost, deduplicates=True)
    outboxes = _held(tmp_path, channel, RunHangs("process 17 hangs"))
    for _ in range(2):
        outboxes.tell_hanging(DAY, "process 17 hangs")
    assert len(channel.sent) == (1 if lost < 3 else 0)


def test_the_readers_of_one_database_are_each_told_that_a_run_hangs(tmp_path: Path) -> None:
    channel = FakeChannel()
    notes = HangingNotes(tmp_path / "paperlark.db")
    notes.keep(DAY, {"Owls/inbox"})
    _held(tmp_path, channel, RunHangs("process 17 hangs")).tell_hanging(DAY, "process 17 hangs")
    assert len(channel.sent) == 1
    assert notes.told(DAY) == {"Owls/inbox", "Bats/inbox"}


def test_a_run_that_hangs_ends_the_delivery_and_one_at_work_does_not(tmp_path: Path) -> None:
    channel = FakeChannel()
    with pytest.raises(RunHangs):
        _held(tmp_path, channel, RunHangs("process 17 hangs")).deliver_due(DAY)
    report = _held(tmp_path, channel, StoreBusy("process 17 is at work")).deliver_due(DAY)
    assert report.problem == "process 17 is at work"
    assert channel.sent == []
