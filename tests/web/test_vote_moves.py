"""What a vote moved: tried once it is stored, shown beside it, and true."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from paperlark import OpenedProfile, PaperlarkError, VoteMoves, open_sample
from paperlark.domain.criteria_effect import RankChange
from paperlark.domain.paper import Paper, PaperId
from paperlark.web.current import CurrentProfile
from paperlark.web.vote_moves import Tried, VoteWatch, moves_text
from standins.reading import App, app

DAY = date(2025, 2, 26)


def _moves(*ranks: tuple[int, int], voted: int = 0, for_model: bool = False) -> VoteMoves:
    papers = [Paper(PaperId(f"2505.{n:05}"), 1, "", (), "", ()) for n in range(len(ranks))]
    changes = [RankChange(one, *rank) for one, rank in zip(papers, ranks, strict=True)]
    ordered = tuple(sorted(changes, key=lambda one: one.after))
    return VoteMoves(DAY, papers[voted].id, ordered, first=2, for_model=for_model)


def test_what_moved_is_told_in_one_line() -> None:
    up = Tried(_moves((4, 1), (1, 3), (2, 2), (3, 4)))
    assert moves_text(up) == (
        "Learned from the next page on. Tried here: 2 of the first 2 places of this day change;"
        " this paper goes from no. 4 to no. 1."
    )
    # Of two places at most two have another paper, whoever enters and leaves.
    replaced = _moves((6, 6), (1, 4), (2, 5), (3, 3), (4, 1), (5, 2))
    assert replaced.moved == replaced.first
    still = Tried(_moves((1, 1), (2, 2), (3, 3)))
    assert "none of the first 2 places of this day changes; this paper stays no. 1" in moves_text(
        still
    )
    assert "places in what the model reads" in moves_text(Tried(_moves((1, 1), for_model=True)))
    assert moves_text(Tried(None)) == ""
    assert "not tried: no texts" in moves_text(Tried(None, "no texts"))


class _Trial:
    """Tries votes and notes them; one takes as long as the test wants."""

    def __init__(self) -> None:
        self.tried: list[str] = []

    @property
    def reading(self) -> _Trial:
        return self

    def vote_trial(self) -> _Trial:
        return self

    def moves(self, event: str) -> VoteMoves | None:
        self.tried.append(event)
        if event == "bad":
            raise PaperlarkError("its texts are not kept")
        if event == "worse":
            raise ValueError("a bug")
        return _moves((1, 1))


@pytest.fixture
def trial() -> _Trial:
    """Return what notes the votes that are tried."""
    return _Trial()


@pytest.fixture
def watch(trial: _Trial) -> VoteWatch:
    """Return a watch over it."""
    profile = SimpleNamespace(profile=cast("OpenedProfile", trial))
    return VoteWatch(cast("CurrentProfile", profile))


def test_of_votes_in_a_row_the_newest_is_tried(watch: VoteWatch, trial: _Trial) -> None:
    for event in ("one", "two", "three"):
        watch.vote(event)
    assert watch.result("one", 0) is None
    assert not watch.awaits("one")
    found = watch.result("three", 30)
    assert found is not None
    assert found.moves is not None
    assert trial.tried == ["three"]
    watch.vote("four")
    assert watch.result("four", 30, hurry=True) is not None
    assert trial.tried == ["three", "four"]


def test_one_that_cannot_be_tried_is_told(watch: VoteWatch) -> None:
    for event, problem in (("bad", "its texts are not kept"), ("worse", "an unexpected error")):
        watch.vote(event)
        found = watch.result(event, 30, hurry=True)
        assert found is not None
        assert problem in found.problem


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, App]]:
    """Return a browser's session with an app."""
    home = tmp_path_factory.mktemp("moves")
    with app(home) as running, httpx.Client(follow_redirects=True, timeout=60) as found:
        found.base_url = running.origin
        found.get(running.address)
        yield found, running


def _form(page: LexborHTMLParser, name: str) -> dict[str, str]:
    fields = page.css(f"{name} input[name]")
    return {one.attributes["name"] or "": one.attributes.get("value") or "" for one in fields}


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_vote_by_a_form_and_by_a_script_says_what_it_moved(
    client: tuple[httpx.Client, App],
) -> None:
    browser, running = client
    page = LexborHTMLParser(browser.get(f"/day/{DAY}?all").text)
    last = page.css("[data-paper]")[-1].attributes["data-paper"]
    fields = {**_form(page, "#acts"), "event": "a-form"}
    answer = browser.post("/act", data={**fields, "do": f"want {last} {DAY} 37"})
    line = LexborHTMLParser(answer.text).css_first(f'[data-paper="{last}"] .moves')
    assert line is not None
    assert line.text().startswith("Learned from the next page on.")
    trial = running.profile.reading.vote_trial().moves("a-form")
    assert trial is not None
    own = trial.own
    assert own is not None
    assert own.before > own.after  # wanted, it is better ranked
    order = LexborHTMLParser(browser.get("/moved/a-form").text)
    titles = [one.text() for one in order.css(".tuned li a")]
    assert len(titles) == trial.first
    assert f"{trial.moved} of the first" in order.css_first(".note").text()  # type: ignore[union-attr]
    script = {"Accept": "application/json"}
    data = {**fields, "event": "a-script", "do": f"not {last} {DAY} 37"}
    said = browser.post("/act", data=data, headers=script).json()
    assert said["moves"] == "/moved/a-script"
    end = time.monotonic() + 60
    while (found := browser.get(said["moves"], headers=script).json())["wait"]:
        assert time.monotonic() < end
    assert f"from no. {own.after} to no." in found["text"]  # each vote after those before it
    for action in ("later", "-not"):
        data = {**fields, "event": f"a{action}", "do": f"{action} {last} {DAY} 37"}
        assert browser.post("/act", data=data, headers=script).json()["moves"] == ""
    assert browser.get("/moved/a-not").status_code == 404
    assert browser.get("/moved/nothing").status_code == 404


@pytest.mark.slow
def test_a_vote_on_a_day_whose_page_is_old_is_tried_on_that_day(tmp_path: Path) -> None:
    with open_sample(tmp_path / "votes") as profile:
        profile.make_page(date(2025, 2, 19))
        profile.make_page(DAY)
        old = profile.digest(date(2025, 2, 19)).entries[-1].paper.id
        profile.reading.triage(old, "not", event="old", page=date(2025, 2, 19), place=1)
        moves = profile.reading.vote_trial().moves("old")
        assert moves is not None
        assert (moves.day, moves.paper) == (date(2025, 2, 19), old)
        assert moves.own is not None
        assert moves.own.after > moves.own.before
