"""Translation of a reader's criteria into English by a language model, in one question."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import ModelRefused, StoreError
from paperlark.domain.judgement import ModelCall
from paperlark.domain.plain_text import clean
from paperlark.domain.translation import TranslationReply
from paperlark.judges.llm import failure_reason, paid_calls
from paperlark.judges.reply_rows import json_objects
from paperlark.ports import ChatModel

LONGEST = 20_000
"""Characters of criteria that are translated; few models could repeat more."""

_FIELD = "english"
_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {_FIELD: {"type": "string"}},
    "required": [_FIELD],
    "additionalProperties": False,
}
_SPARE, _BYTES_PER_TOKEN, _MOST_TOKENS = 500, 2, 8192
"""Limits of the answer in tokens: some to spare, more for longer criteria, and the most."""
_LEAST_GROWTH, _MOST_GROWTH, _LEEWAY = 0.3, 8, 400
"""How long a translation may be, in characters of the original: Chinese becomes four times as long
in English. Other texts are no translation."""


def signature(model: str) -> str:
    """Return what identifies a translator: the model's name and the hash of the instructions."""
    return f"{model}/translation-{hashlib.sha256(_instructions().encode()).hexdigest()[:16]}"


@cache
def _instructions() -> str:
    return files(__package__).joinpath("prompts", "translate.md").read_text(encoding="utf-8")


def translate(
    model: ChatModel, text: str, fault: Callable[[str], str | None] = lambda _: None
) -> TranslationReply:
    """Ask for a translation of criteria, Markdown and negations kept.

    `fault` returns what is wrong with a translation, None where it can be used. Raises StoreError
    where the question could not be noted, and nothing else.
    """
    if len(text) > LONGEST:
        reason = f"they are longer than {LONGEST:,} characters"
        return TranslationReply(None, (), reason, answered=False)
    try:
        answer = model.ask(_prompt(text))
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  # a bug in an adapter does not end the run either
        refused = isinstance(error, ModelRefused)
        return TranslationReply(None, paid_calls(error), failure_reason(error), answered=refused)
    lost = () if answer.lost is None else (ModelCall((), answer.lost),)
    calls = (*lost, ModelCall((), answer.spend, answer.text))
    english = _english(answer.text)
    if wrong := _unusable(english, text) or fault(english):
        return TranslationReply(None, calls, wrong)
    return TranslationReply(english, calls)


def _prompt(text: str) -> Prompt:
    needed = _SPARE + len(text.encode(errors="replace")) // _BYTES_PER_TOKEN
    return Prompt(
        system=_instructions(),
        user=text,
        schema=_SCHEMA,
        longest_answer=min(needed, _MOST_TOKENS),
    )


def _english(reply: str) -> str:
    """Return the translation in a reply of any form, blank where there is none."""
    for value in json_objects(reply):
        found = value.get(_FIELD) if isinstance(value, dict) else None
        if isinstance(found, str) and found.strip():
            return clean(found).strip()
    return ""


def _unusable(english: str, text: str) -> str | None:
    if not english:
        return "the model's reply contained no translation"
    if len(english) > _MOST_GROWTH * len(text) + _LEEWAY:
        return "the model's translation is far too long"
    if len(english) < _LEAST_GROWTH * len(text.strip()):
        return "the model's translation is far too short"
    return None
