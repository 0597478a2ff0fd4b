"""The agenda of a meeting: what members show, in the order of how many want it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from paperlark.domain.agenda import Agenda, SharedPaper, make_agenda
from paperlark.domain.paper import Author, PaperId
from paperlark.renderers.agenda import markdown_agenda, plain_agenda, who_text
from standins.papers import paper

DAY = date(2025, 3, 25)


def _shown(number: int, *, wanted: bool = True, saved: bool = False) -> SharedPaper:
    return SharedPaper(replace(paper(), id=PaperId(f"2503.0000{number}")), wanted, saved, DAY)


def _order(agenda: Agenda) -> list[str]:
    return [str(one.paper.id)[-1] for one in agenda.items]


def test_what_most_want_comes_first_then_what_most_saved_then_the_latest() -> None:
    shown = {
        "Ada": [_shown(1), _shown(2), _shown(3, wanted=False, saved=True)],
        "Emmy": [_shown(2), _shown(4), _shown(1, wanted=False, saved=True)],
        "Sophie": [_shown(5)],
    }
    agenda = make_agenda("G", DAY, DAY, shown.items())
    assert _order(agenda) == ["2", "1", "5", "4", "3"]
    assert [who_text(one) for one in agenda.items][:2] == [
        "wanted by Ada and Emmy",
        "wanted by Ada; saved by Emmy",
    ]


def test_nothing_of_other_days_and_nothing_that_is_neither_is_in_it() -> None:
    shown = [("Ada", [_shown(1), _shown(2, wanted=False)])]
    assert _order(make_agenda("G", DAY, DAY, shown)) == ["1"]
    later = DAY.replace(day=26)
    assert make_agenda("G", later, later, shown).items == ()
    assert _order(make_agenda("G", DAY.replace(day=1), later, shown)) == ["1"]


@pytest.mark.parametrize("hostile", ["[x](javascript:1)", "# no\n\n<b>", "*a* _b_ `c`", "1. x"])
def test_names_and_titles_are_only_text_in_it(hostile: str) -> None:
    one = _shown(1)
    named = replace(one, paper=replace(one.paper, title=hostile, authors=(Author(hostile),)))
    agenda = make_agenda("G", DAY, DAY, [("Ada", [named])])
    text = markdown_agenda(agenda)
    assert text.count("[x") == text.count("\\[x")
    assert "<b>" not in text
    assert len(text.split("\n\n")) == 2
    assert len(plain_agenda(agenda).splitlines()) == 6
