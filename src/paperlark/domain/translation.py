"""Criteria as the ranker compares them with papers: the reader's own, or their translation."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import ModelCall


@dataclass(frozen=True, slots=True)
class RankingCriteria:
    """The criteria that papers are ranked by, and what the page says about them.

    criteria: empty where the reader's share no words with papers and there is no translation
    translation: the English text, None where the reader's own is used
    translator: the signature under which its calls are stored, None where no model is named
    """

    criteria: Criteria
    translation: str | None = None
    notes: tuple[str, ...] = ()
    translator: str | None = None


@dataclass(frozen=True, slots=True)
class StoredTranslation:
    """What a model made of criteria: `english` is None where none of its replies could be used."""

    english: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class TranslationReply:
    """The result of one question: `english`, or the reason why there is none.

    `answered` is whether the model replied or refused, so that asking again would hardly help;
    `calls` are what was paid for.
    """

    english: str | None
    calls: tuple[ModelCall, ...]
    reason: str = ""
    answered: bool = True
