from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperlark.domain.delivery import Message, MessageStatus, Occasion, Parcel
from paperlark.ports import Outbox
from paperlark.store.database import open_database
from paperlark.store.outbox import MemoryOutbox, OutboxStore
from standins.postgresql import OpenEngine

NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
DAY = date(2025, 2, 26)
PARCEL = Parcel(
    "Bats",
    "lab",
    Occasion.DAY,
    DAY,
    (Message("é", "one", "<p>"), Message("", "two")),
    (MessageStatus.DELIVERED, MessageStatus.WAITING),
    NOW,
    NOW,
    "it answered 503",
)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def outbox(
    request: pytest.FixtureRequest, tmp_path: Path, open_engine: OpenEngine
) -> Iterator[Outbox]:
    if request.param == "memory":
        yield MemoryOutbox()
        return
    with open_engine(request.param) as connection:
        yield OutboxStore(connection, tmp_path / "x.db")


def test_a_parcel_comes_back_as_it_was_stored(outbox: Outbox) -> None:
    outbox.keep(PARCEL)
    assert outbox.since("Bats", DAY) == (PARCEL,)


def test_there_is_one_parcel_for_a_channel_occasion_and_day(outbox: Outbox) -> None:
    later = replace(PARCEL, statuses=(MessageStatus.DELIVERED, MessageStatus.UNKNOWN), problem=None)
    others = (
        replace(PARCEL, channel="other"),
        replace(PARCEL, occasion=Occasion.FAILURE),
        replace(PARCEL, day=date(2025, 2, 27)),
        replace(PARCEL, profile="Owls"),
    )
    for one in (PARCEL, *others, later):
        outbox.keep(one)
    assert set(outbox.since("Bats", date.min)) == {later, *others[:3]}


def test_parcels_come_oldest_first_from_a_day_on(outbox: Outbox) -> None:
    days = [date(2025, 2, day) for day in (28, 24, 26, 25)]
    for day in days:
        outbox.keep(replace(PARCEL, day=day))
    found = outbox.since("Bats", date(2025, 2, 25))
    assert [one.day for one in found] == [date(2025, 2, day) for day in (25, 26, 28)]


def test_a_delivered_parcel_keeps_its_receipt(tmp_path: Path) -> None:
    with open_database(tmp_path / "x.db") as connection:
        store = OutboxStore(connection, tmp_path / "x.db")
        store.keep(
            replace(
                PARCEL, statuses=(MessageStatus.DELIVERED, MessageStatus.DELIVERED), problem=None
            )
        )
        (found,) = store.since("Bats", DAY)
    assert found.arrived
    assert found.messages == ()


@given(
    messages=st.lists(
        st.builds(
            Message,
            st.text(st.characters(exclude_categories=["Cs"])),
            st.text(st.characters(exclude_categories=["Cs"])),
            st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        ),
        min_size=1,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_stored(tmp_path: Path, messages: list[Message]) -> None:
    parcel = replace(
        PARCEL, messages=tuple(messages), statuses=(MessageStatus.WAITING,) * len(messages)
    )
    with open_database(tmp_path / "any.db") as connection:
        store = OutboxStore(connection, tmp_path / "any.db")
        store.keep(parcel)
        assert store.since("Bats", DAY) == (parcel,)


def test_what_another_run_has_noted_as_delivered_stays_so(outbox: Outbox) -> None:
    if isinstance(outbox, MemoryOutbox):
        pytest.skip("no other run has it")
    outbox.keep(replace(PARCEL, statuses=(MessageStatus.WAITING, MessageStatus.DELIVERED)))
    outbox.note_delivered(PARCEL)
    (found,) = outbox.since("Bats", DAY)
    assert found.statuses == (MessageStatus.DELIVERED, MessageStatus.DELIVERED)
