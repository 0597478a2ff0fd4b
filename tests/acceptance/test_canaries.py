"""A part of `benchmarks/canaries.py`: no secret leaves the program, whatever a server repeats."""

from __future__ import annotations

from pathlib import Path

import pytest

from standins.canaries import CANARIES, DISGUISES, Echo, found_in, leaks, scenarios
from standins.engines import Engine

SOME = (
    "status 401, base64",
    "comments, plain",
    "HTML, cut",
    "a bug at a gateway",
    "HTTP proxy",
    "import, status 500",
    "schedule",
    "profile with a secret as mail server",
    "profile with a secret as key for its name, plain",
)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_the_search_finds_every_canary_in_every_disguise(disguise: str) -> None:
    for name, canary in CANARIES.items():
        assert found_in(f"Basic {DISGUISES[disguise](f'ada:{canary}')}.") == (name,)


def test_the_search_finds_nothing_where_nothing_is() -> None:
    assert found_in("A page about bats, 2502.00007, and [secret].") == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", SOME)
def test_no_canary_leaves_the_program(engine: Engine, tmp_path: Path, name: str) -> None:
    [scenario] = [one for one in scenarios() if one.name == name]
    home = tmp_path / "home"
    home.mkdir()
    with Echo() as echo:
        assert leaks(scenario, echo, home, engine.database()) == ()
    assert found_in(engine.dump()) == ()
