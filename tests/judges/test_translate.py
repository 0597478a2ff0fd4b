"""One question translates criteria; whatever comes back, the run goes on."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import BudgetSpent, ModelBusy, ModelRefused
from paperlark.domain.spending import Spend
from paperlark.judges.translate import LONGEST, signature, translate
from paperlark.testing import FakeChat

GERMAN = "## Fledermäuse\nEchoortung, nicht Viren"
ENGLISH = "## Bats\nsonar, not viruses"
GOOD = json.dumps({"english": ENGLISH})


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here it is: {GOOD} I hope it helps.",
        f"<think>Bats, I think. {{}}</think>{GOOD}",
        '{"english": "## Bats\nsonar, not viruses",}',
        json.dumps({"english": f"\u202e{ENGLISH}\x07\n"}),
    ],
)
def test_a_translation_is_found_in_a_reply_of_any_form(reply: str) -> None:
    model = FakeChat(iter([reply]))
    found = translate(model, GERMAN)
    assert found.english == ENGLISH
    assert model.questions == [GERMAN]
    assert [call.text for call in found.calls] == [reply]


def test_lines_that_begin_like_tex_stay_lines() -> None:
    text = "## Bats\nof caves\nnu\ntau\nnot rho"
    assert translate(FakeChat(iter([json.dumps({"english": text})])), text).english == text


@given(st.text(max_size=200))
def test_any_reply_is_accepted_without_an_error(reply: str) -> None:
    found = translate(FakeChat(iter([reply])), GERMAN)
    assert (found.english is None) == bool(found.reason)
    assert len(found.calls) == 1


def test_a_model_that_did_not_answer_says_why() -> None:
    for error, answered in (
        (ModelBusy("busy", spend=Spend(None, None)), False),
        (ModelRefused("refused"), True),
        (BudgetSpent("used up"), False),
        (RuntimeError("a secret"), False),
    ):
        found = translate(FakeChat(iter([error])), GERMAN)
        assert found.english is None
        assert found.reason
        assert "secret" not in found.reason
        assert found.answered is answered
        assert len(found.calls) == (1 if isinstance(error, ModelBusy) else 0)


def test_what_the_caller_finds_wrong_is_the_reason() -> None:
    found = translate(FakeChat(iter([GOOD])), GERMAN, lambda english: f"no: {english[:7]}")
    assert (found.english, found.reason) == (None, "no: ## Bats")


def test_criteria_longer_than_a_model_can_repeat_are_not_sent() -> None:
    model = FakeChat(iter([]))
    found = translate(model, "Wort " * LONGEST)
    assert model.questions == []
    assert "longer than 20,000" in found.reason
    assert not found.answered
    assert found.answered is False or found.calls == ()


def test_the_signature_names_the_model_and_the_instructions() -> None:
    name, _, rest = signature("some/model").rpartition("/")
    assert name == "some/model"
    assert rest.startswith("translation-")
