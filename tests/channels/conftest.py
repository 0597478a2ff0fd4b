from __future__ import annotations

from collections.abc import Iterator

import pytest

from standins.trust import Trust, trust, trusted
from standins.webhooks import Webhooks, serving

__all__ = ["trust", "trusted"]


@pytest.fixture
def hooks(trusted: Trust, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhooks]:
    """Serve every chat service on loopback."""
    standing = Webhooks()
    with serving(standing, trusted.server) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("https_proxy", proxy)
        yield standing
