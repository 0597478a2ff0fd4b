from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent

# Machines are shared and noisy: a slow example is not a failure.
settings.register_profile(
    "paperlark", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.load_profile("paperlark")


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no recorded input at {folder}; PAPERLARK_SHARED names another folder")
    return folder
