"""The cards of a first session: what was answered, and the order that follows from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from paperlark import FirstDay, FirstRanking, Paper
from paperlark.domain.criteria_effect import RankChange
from paperlark.domain.paper import PaperId
from paperlark.renderers import english
from paperlark.settings.answers import SetupAnswers
from paperlark.settings.starter import criteria_text


@dataclass(frozen=True, slots=True)
class Cards:
    """Answers on one day; `rankings` has that before any answer and one after each.

    `setup` is what the profile will say, `liked` papers count as wanted.
    """

    setup: SetupAnswers
    liked: tuple[Paper, ...]
    day: FirstDay
    answers: Mapping[PaperId, bool | None] = field(default_factory=dict)
    rankings: tuple[FirstRanking, ...] = ()

    @classmethod
    def begin(cls, setup: SetupAnswers, liked: tuple[Paper, ...], day: FirstDay) -> Cards:
        """Return the cards before any answer."""
        return _ranked(cls(setup, liked, day))

    @property
    def card(self) -> Paper | None:
        """The paper to ask about; None where enough were."""
        return self.rankings[-1].card

    @property
    def changes(self) -> tuple[RankChange, ...]:
        """Every paper, best first, with its rank before the latest answer and after it."""
        before, after = self.rankings[-2:][0], self.rankings[-1]
        return after.changes(before)

    @property
    def moved(self) -> str:
        """What the latest answer did, in one line."""
        if not self.answers:
            return ""
        answer = list(self.answers.values())[-1]
        if answer is None:
            return "Skipped: nothing moved."
        moved = sum(one.before != one.after for one in self.changes)
        said = "Wanted" if answer else "Not wanted"
        return f"{said}: {english.counted(moved, 'paper')} of this day moved."

    def answered(self, paper: str, *, wanted: bool | None) -> Cards:
        """Return the cards with an answer to the one shown; to any other nothing changes."""
        card = self.card
        if card is None or card.id != paper:
            return self
        return _ranked(replace(self, answers={**self.answers, card.id: wanted}))

    def taken_back(self) -> Cards:
        """Return the cards without the latest answer."""
        if not self.answers:
            return self
        kept = dict(list(self.answers.items())[:-1])
        return replace(self, answers=kept, rankings=self.rankings[:-1])


def _ranked(cards: Cards) -> Cards:
    ranking = cards.day.rank(criteria_text(cards.setup), cards.liked, cards.answers)
    return replace(cards, rankings=(*cards.rankings, ranking))
