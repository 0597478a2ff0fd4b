"""The contract of TranslationMemory, run against each implementation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.judgement import JudgementKey, ModelCall
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.domain.translation import StoredTranslation, TranslationReply
from paperlark.ports import TranslationMemory
from paperlark.store.database import open_database
from paperlark.store.spending import SpendingStore
from paperlark.store.translations import TranslationStore, find_translation
from paperlark.testing import FakeTranslationMemory
from standins.postgresql import OpenEngine

KEY = JudgementKey(date(2025, 2, 26), "Mine", "criteria", "model/translation-1")
PAID = Spend(Tokens(100, 10), Cost(Decimal("0.25"), Decimal("0.5")))
GOOD = TranslationReply("bats", (ModelCall((), PAID, json.dumps({"english": "bats"})),))
RUBBISH = TranslationReply(None, (ModelCall((), PAID, "rubbish"),), "rubbish")
UNANSWERED = TranslationReply(None, (ModelCall((), PAID),), "busy", answered=False)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def memory(
    request: pytest.FixtureRequest, tmp_path: Path, open_engine: OpenEngine
) -> Iterator[TranslationMemory]:
    if request.param == "fake":
        yield FakeTranslationMemory()
        return
    path = tmp_path / "store.db"
    with open_engine(request.param) as connection:
        yield TranslationStore(connection, path)


def _found(memory: TranslationMemory) -> StoredTranslation | None:
    return memory.find(KEY.criteria, KEY.judge)


def test_nothing_is_known_of_other_criteria_or_translators(memory: TranslationMemory) -> None:
    memory.keep(GOOD, KEY)
    assert _found(memory) == StoredTranslation("bats", 1)
    assert memory.find("other", KEY.judge) is None
    assert memory.find(KEY.criteria, "other") is None


def test_replies_that_cannot_be_used_are_counted(memory: TranslationMemory) -> None:
    memory.keep(RUBBISH, KEY)
    memory.keep(RUBBISH, KEY)
    assert _found(memory) == StoredTranslation(None, 2)
    memory.keep(GOOD, KEY)
    assert _found(memory) == StoredTranslation("bats", 3)


def test_a_usable_translation_is_never_replaced(memory: TranslationMemory) -> None:
    memory.keep(GOOD, KEY)
    memory.keep(TranslationReply("other", ()), KEY)
    memory.keep(RUBBISH, KEY)
    assert _found(memory) == StoredTranslation("bats", 3)


def test_a_model_that_did_not_answer_may_be_asked_again(memory: TranslationMemory) -> None:
    memory.keep(UNANSWERED, KEY)
    assert _found(memory) is None


def test_every_call_counts_as_spent_on_that_page(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_database(path) as connection:
        store = TranslationStore(connection, path)
        for reply in (GOOD, RUBBISH, UNANSWERED):
            store.keep(reply, KEY)
        assert SpendingStore(connection, path).on_page("Mine", KEY.day) == Decimal("2.25")


def test_looking_into_a_database_creates_none(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    assert find_translation(path, KEY.criteria, KEY.judge) is None
    assert not path.exists()
    with open_database(path) as connection:
        TranslationStore(connection, path).keep(GOOD, KEY)
    assert find_translation(path, KEY.criteria, KEY.judge) == StoredTranslation("bats", 1)
