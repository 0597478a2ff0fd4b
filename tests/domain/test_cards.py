"""The papers that a new reader is asked about first."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.cards import MOST_CARDS, Card, next_card
from paperlark.domain.paper import PaperId


def _card(number: int, topic: int = 0, probability: float | None = 0.1) -> Card:
    return Card(PaperId(f"2502.{number:05}"), topic, probability)


def _asked(cards: list[Card]) -> list[Card]:
    """Return the cards in the order in which they are asked, all of them skipped."""
    asked: list[Card] = []
    while chosen := next_card(cards, [one.paper for one in asked]):
        asked.append(chosen)
    return asked


def test_the_most_uncertain_is_asked_first() -> None:
    cards = [_card(1, probability=0.02), _card(2, probability=0.4), _card(3, probability=0.95)]
    assert next_card(cards, ()) == cards[1]


def test_what_is_not_known_is_as_uncertain_as_can_be() -> None:
    assert next_card([_card(1, probability=0.4), _card(2, probability=None)], ()) == _card(
        2, probability=None
    )


def test_a_likely_topic_is_asked_about_oftener_and_the_others_too() -> None:
    likely = [_card(n, 0, 0.5) for n in range(20)]
    others = [_card(100 + n, 1 + n % 3, 0.05) for n in range(20)]
    topics = [one.topic for one in _asked([*likely, *others])]
    assert topics[0] == 0
    assert set(topics) == {0, 1, 2, 3}
    assert all(topics.count(0) > topics.count(other) for other in (1, 2, 3))


def test_of_equals_the_earlier_paper_is_asked_first() -> None:
    assert next_card([_card(2), _card(1)], ()) == _card(1)


def test_nobody_is_asked_about_nothing() -> None:
    assert next_card((), ()) is None


_CARDS = st.lists(
    st.builds(
        _card,
        st.integers(0, 60),
        st.integers(0, 4),
        st.none() | st.floats(0, 1),
    ),
    unique_by=lambda one: one.paper,
)


@given(_CARDS)
def test_each_is_asked_once_and_at_most_twelve_are(cards: list[Card]) -> None:
    asked = _asked(cards)
    assert len({one.paper for one in asked}) == len(asked) == min(MOST_CARDS, len(cards))


@given(_CARDS)
def test_the_order_in_which_papers_come_does_not_matter(cards: list[Card]) -> None:
    assert _asked(cards) == _asked(cards[::-1])


@given(st.integers(2, 6), st.floats(0.01, 0.99))
def test_of_equally_uncertain_topics_each_has_its_turn(topics: int, probability: float) -> None:
    cards = [replace(_card(n), topic=n % topics, probability=probability) for n in range(30)]
    asked = [one.topic for one in _asked(cards)]
    counts = [asked.count(topic) for topic in range(topics)]
    assert max(counts) - min(counts) <= 1
