"""The zone of a system that has no file of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from paperlark.settings.environment import SystemZone

ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Honolulu", "Asia/Kolkata")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    """Return a zone that the system's clock is in."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield ZoneInfo(request.param)
    time.tzset()


def test_every_hour_of_two_years_is_told_as_in_the_zones_own_file(zone: ZoneInfo) -> None:
    first, system = datetime(2026, 1, 1, tzinfo=UTC), SystemZone()
    for hours in range(2 * 365 * 24):
        instant = first + timedelta(hours=hours)
        here = instant.astimezone(system)
        assert here.replace(tzinfo=None) == instant.astimezone(zone).replace(tzinfo=None)
        assert here.astimezone(UTC) == instant
    assert system.utcoffset(None) is None
