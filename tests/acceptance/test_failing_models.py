"""Whatever the model does, there is a page, at little more than what a good day costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from pytest_httpserver import HTTPServer

from standins.batched_days import Home, home_at
from standins.engines import Engine
from standins.failing_models import FAULTS, WAYS, Trial, good_day, live

pytestmark = [pytest.mark.usefixtures("on_engine"), pytest.mark.slow]

PAPERS = 8


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


def laid_out(folder: Path, server: HTTPServer) -> Home:
    """Return a day of two questions asked at the same time, with patience for a busy machine."""
    server.clear()
    home = home_at(folder, server, papers=PAPERS, more="timeout = 1.2")
    profile = home.profile.read_text()
    home.profile.write_text(profile.replace("parallel = 1", "parallel = 2"))
    return home


@pytest.mark.parametrize("way", WAYS)
def test_whatever_the_model_does_there_is_a_page_at_little_more_than_a_good_day_costs(
    engine: Engine, tmp_path: Path, way: str
) -> None:
    """On a server each way with every fifth fault: all ways together with each of them."""
    faults = list(FAULTS.items())
    if engine.server:
        faults = faults[list(WAYS).index(way) :: len(WAYS)]
    breaches: dict[str, list[str]] = {}
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        good = good_day(Trial(laid_out(tmp_path / "good", server), WAYS[way]))
        assert good >= 2
        for number, (name, fault) in enumerate(faults):
            home = laid_out(tmp_path / str(number), server)
            outcome = live(Trial(home, WAYS[way]), fault, good)
            home.server.released.set()
            if outcome.breaches:
                breaches[name] = outcome.breaches
    assert not breaches
