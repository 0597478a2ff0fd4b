"""What a run logs about its deliveries."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from paperlark.delivery.deliveries import Deliveries
from paperlark.delivery.due import RecentDays
from paperlark.delivery.send import Clock
from paperlark.domain.errors import ChannelRefused
from paperlark.ports import Channel
from paperlark.settings import load_settings
from paperlark.settings.values import ChannelSettings
from paperlark.store.outbox import MemoryOutbox
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


def _refusing(channel: ChannelSettings) -> Channel:
    raise ChannelRefused(f"{channel.name}: reader@example.org is refused by smtp://example.org/x")


def test_the_log_names_what_was_due_and_its_outcome_without_addresses(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "paperlark.toml").write_text(PROFILE)
    (tmp_path / "criteria.md").write_text("## Bats\nRelevant: bats.")
    settings = load_settings(tmp_path / "paperlark.toml")
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
