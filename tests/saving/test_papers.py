"""Which papers are saved, and what their pages said of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from paperlark.domain.paper import PaperId
from paperlark.domain.triage import Action, TriageEvent
from paperlark.saving.papers import pages_of, saved_papers, saves_of
from paperlark.testing import a_paper

NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
DAY = date(2025, 2, 26)


def _event(
    number: int,
    paper: str,
    action: Action,
    *,
    on: bool = True,
    page: date | None = None,
    text: str = "",
) -> TriageEvent:
    at = NOW + timedelta(minutes=number)
    return TriageEvent(f"e{number}", PaperId(paper), action, at, on, text, page)


def test_papers_come_in_the_order_in_which_they_were_saved_last() -> None:
    saves = saves_of(
        [
            _event(1, "1", Action.SAVE, page=DAY),
            _event(2, "2", Action.SAVE),
            _event(3, "3", Action.SAVE),
            _event(4, "3", Action.SAVE, on=False),
            _event(5, "1", Action.SAVE, on=False),
            _event(6, "1", Action.SAVE),
            _event(7, "1", Action.NOTE, text="for the thesis"),
            _event(8, "4", Action.WANT),
        ]
    )
    assert list(saves.since) == ["2", "1"]
    assert saves.since[PaperId("1")] == NOW + timedelta(minutes=6)
    assert saves.notes == {"2": "", "1": "for the thesis"}
    assert list(pages_of(saves)) == [DAY]


def test_an_undone_save_is_none() -> None:
    event = _event(1, "1", Action.SAVE)
    undo = replace(event, id="e2", undoes="e1")
    assert saves_of([event, undo]).since == {}


def test_a_paper_away_from_a_page_has_its_text_alone_and_one_without_a_text_is_left_out() -> None:
    saves = saves_of([_event(1, "2502.00001", Action.SAVE), _event(2, "2502.00002", Action.SAVE)])
    paper = a_paper("2502.00001", version=3)
    (found,) = saved_papers(saves, {paper.id: paper}, [])
    assert (found.paper, found.day, found.entry.match) == (paper, None, None)
