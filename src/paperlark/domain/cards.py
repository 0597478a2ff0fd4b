"""Choose the papers that a new reader is asked about first, one after another. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from paperlark.domain.paper import PaperId

MOST_CARDS = 12


@dataclass(frozen=True, slots=True)
class Card:
    """A paper that could be asked about: its topic, and how likely it is wanted.

    `probability` is None where the ranker does not know.
    """

    paper: PaperId
    topic: int
    probability: float | None


def next_card(cards: Collection[Card], asked: Collection[PaperId]) -> Card | None:
    """Return the card to ask next: one that is uncertain, of a topic that was asked little.

    Uncertainty is the standard deviation of the answer, sqrt(p (1 - p)), as in the sample of
    unread papers. It is divided by one more than the cards asked of the topic, so that a likely
    topic gets several cards and the others their turn. None where 12 were asked, or all.
    """
    if len(asked) >= MOST_CARDS:
        return None
    counted = Counter(one.topic for one in cards if one.paper in asked)
    left = [one for one in cards if one.paper not in asked]
    return min(
        left,
        key=lambda one: (-_uncertainty(one.probability) / (1 + counted[one.topic]), one.paper),
        default=None,
    )


def _uncertainty(probability: float | None) -> float:
    likely = 0.5 if probability is None else min(1.0, max(0.0, probability))
    return math.sqrt(likely * (1 - likely))
