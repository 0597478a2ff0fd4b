"""What papers are ranked by: the criteria as written, their translation, or nothing."""

from __future__ import annotations

import json
from datetime import date

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.profile import Profile
from paperlark.runs.ranking_criteria import MOST_ATTEMPTS, NOTHING, CriteriaChooser
from paperlark.testing import FakeChat, FakeTranslationMemory

DAY = date(2025, 2, 26)
GERMAN = "Echoortung und Flugverhalten der Fledermäuse, keine Viren"
ENGLISH = "Sonar and flight behaviour of bats, not viruses"
GOOD = json.dumps({"english": ENGLISH})


def _chooser(
    text: str, *replies: str, model: str | None = "m", show: bool = True
) -> CriteriaChooser:
    profile = Profile("Mine", ("cs.LG",), parse_criteria(text), show_criteria=show)
    chat = FakeChat(iter(replies)) if replies else None
    return CriteriaChooser(profile, FakeTranslationMemory(), model, chat)


def test_english_criteria_rank_as_written() -> None:
    chosen = _chooser(ENGLISH, GOOD)(DAY)
    assert chosen.criteria == parse_criteria(ENGLISH)
    assert (chosen.translation, chosen.notes) == (None, ())


def test_without_a_model_nothing_ranks() -> None:
    chosen = _chooser(GERMAN, model=None)(DAY)
    assert chosen.criteria == NOTHING
    assert "name a model in [judge]" in chosen.notes[0]


def test_a_translation_ranks_and_is_asked_for_once() -> None:
    chooser = _chooser(GERMAN, GOOD)
    for day in (DAY, date(2025, 2, 27)):
        chosen = chooser(day)
        assert chosen.criteria == parse_criteria(ENGLISH)
        assert chosen.translation == ENGLISH
        assert "translated into English by m" in chosen.notes[0]
    assert isinstance(chooser.memory, FakeTranslationMemory)
    ((key, call),) = chooser.memory.paid
    assert (key.day, key.profile, call.text) == (DAY, "Mine", GOOD)


def test_a_private_translation_ranks_without_being_shown() -> None:
    chosen = _chooser(GERMAN, GOOD, show=False)(DAY)
    assert chosen.criteria == parse_criteria(ENGLISH)
    assert chosen.translation is None
    assert not any("bats" in note.lower() for note in chosen.notes)


def test_rubbish_ranks_nothing_and_is_not_asked_for_for_ever() -> None:
    chooser = _chooser(GERMAN, *["rubbish"] * (MOST_ATTEMPTS + 1))
    for _ in range(MOST_ATTEMPTS):
        chosen = chooser(DAY)
        assert chosen.criteria == NOTHING
        assert "could not be translated" in chosen.notes[0]
    assert "write them in English, or name another model" in chooser(DAY).notes[0]
    assert isinstance(chooser.chat, FakeChat)
    assert len(chooser.chat.questions) == MOST_ATTEMPTS
