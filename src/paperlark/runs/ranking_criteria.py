"""Choose what papers are ranked by: the criteria as written, their translation, or nothing.

Criteria in another language share next to no words with papers. A model translates them once; the
translation is stored by the criteria's fingerprint. Without it nothing is ranked by them: the few
words that they share with English papers by chance would make a ranking that means nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.judgement import JudgementKey
from paperlark.domain.profile import Profile
from paperlark.domain.translation import RankingCriteria, TranslationReply
from paperlark.ports import ChatModel, TranslationMemory

_log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""Replies to one text that could not be used before the model is left alone."""

NOTHING = parse_criteria("")
"""Criteria that rank nothing."""

_NOT_ASKED = "the next page with the model translates them once, or write them in English"
_GIVEN_UP = (
    f"the model gave no usable translation in {MOST_ATTEMPTS} attempts: write them in English, or"
    " name another model in [judge]"
)


@dataclass(frozen=True, slots=True)
class CriteriaChooser:
    """Chooses what one reader's papers are ranked by.

    `model` is the name of the profile's model, None where it has none; `chat` asks it, None where
    nothing may be asked now: then a translation of an earlier run is used.
    """

    profile: Profile
    memory: TranslationMemory
    model: str | None = None
    chat: ChatModel | None = None

    def __call__(self, day: date) -> RankingCriteria:
        """Return what that day's papers are ranked by; a translation is paid for on that page.

        Raises StoreError.
        """
        from paperlark.rankers.language import UNREADABLE, unreadable  # noqa: PLC0415  # numpy

        criteria = self.profile.criteria
        problem = unreadable(criteria)
        if problem is None:
            return RankingCriteria(criteria)
        if self.model is None:
            return RankingCriteria(NOTHING, notes=(problem,))
        from paperlark.judges.translate import signature  # noqa: PLC0415  # where there is a model

        key = JudgementKey(day, self.profile.id, criteria.fingerprint, signature(self.model))
        translated = self._translation(key)
        if translated.english is None:
            note = f"{UNREADABLE}; {translated.reason}"
            return RankingCriteria(NOTHING, notes=(note,), translator=key.judge)
        return self._translated(translated.english, key.judge)

    def _translation(self, key: JudgementKey) -> TranslationReply:
        """Return the stored translation, or ask for one, or say why there is none."""
        stored = self.memory.find(key.criteria, key.judge)
        if stored and stored.english:
            return TranslationReply(stored.english, ())
        if stored and stored.attempts >= MOST_ATTEMPTS:
            return TranslationReply(None, (), _GIVEN_UP)
        if self.chat is None:
            return TranslationReply(None, (), _NOT_ASKED)
        from paperlark.judges.translate import translate  # noqa: PLC0415  # likewise

        reply = translate(self.chat, self.profile.criteria.text, _fault)
        # Before anything else can fail: it was paid for.
        self.memory.keep(reply, key)
        _log.info("translating the criteria: %s", reply.reason or "done")
        return replace(reply, reason=f"they could not be translated ({reply.reason})")

    def _translated(self, english: str, translator: str) -> RankingCriteria:
        shown = self.profile.show_criteria
        where = "; the translation is at the end of the page" if shown else ""
        note = f"your criteria were translated into English by {self.model} for the ranking{where}"
        criteria = parse_criteria(english)
        return RankingCriteria(criteria, english if shown else None, (note,), translator)


def _fault(english: str) -> str | None:
    """Return what is wrong with a translation: it must be readable, and name something wanted."""
    from paperlark.rankers.language import count_words, unreadable  # noqa: PLC0415  # numpy

    criteria = parse_criteria(english)
    if unreadable(criteria):
        return "the model's reply is not in English"
    if not (criteria.topics or criteria.keywords) or not count_words(criteria).known:
        return "the model's reply contained no interests"
    return None
