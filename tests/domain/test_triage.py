from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.feedback import BY_ASSISTANT, Feedback, Vote
from paperlark.domain.paper import PaperId
from paperlark.domain.remaining import remaining
from paperlark.domain.triage import (
    UNTOUCHED,
    Action,
    TriageEvent,
    TriageState,
    decisions,
    effective,
    states,
)

BATS, CAKE = PaperId("2502.00007"), PaperId("2502.00008")
NOON = datetime(2025, 2, 26, 12, tzinfo=UTC)


@st.composite
def histories(draw: st.DrawFn) -> list[TriageEvent]:
    events: list[TriageEvent] = []
    for number in range(draw(st.integers(0, 12))):
        event = TriageEvent(
            id=str(number),
            paper_id=draw(st.sampled_from([BATS, CAKE])),
            action=draw(st.sampled_from(Action)),
            at=NOON + timedelta(seconds=number),
            on=draw(st.booleans()),
            text=draw(st.sampled_from(["", "read this"])),
        )
        last = next(reversed(decisions(events)), None)
        if last and draw(st.booleans()):
            event = replace(last, id=event.id, at=event.at, undoes=last.id)
        events.append(event)
    return events


def _done(action: Action, number: int = 0, **changes: object) -> TriageEvent:
    made = TriageEvent(str(number), BATS, action, NOON + timedelta(seconds=number))
    return replace(made, **changes)  # type: ignore[arg-type]


@given(histories(), st.sampled_from(Action), st.booleans())
def test_an_undo_gives_exactly_what_was_there_before(
    events: list[TriageEvent],
    action: Action,
    on: bool,  # noqa: FBT001
) -> None:
    done = _done(action, 90, on=on)
    undone = replace(done, id="91", undoes="90")
    assert states([*events, done, undone]) == states(events)
    assert decisions([*events, done, undone]) == decisions(events)


@given(histories())
def test_undoing_ends_where_no_decision_counts(events: list[TriageEvent]) -> None:
    steps = 0
    while last := next(reversed(decisions(events)), None):
        events = [*events, replace(last, id=f"undo {steps}", undoes=last.id)]
        steps += 1
    assert steps <= len(events)
    assert all(one.vote is Vote.NONE and not one.saved for one in states(events).values())


@given(histories())
def test_what_was_undone_twice_is_undone_once(events: list[TriageEvent]) -> None:
    again = [replace(one, id=f"again {one.id}") for one in events if one.undoes]
    assert states([*events, *again]) == states(events)


def test_a_vote_ends_later_and_the_other_vote() -> None:
    events = [_done(Action.LATER, 1), _done(Action.NOT, 2), _done(Action.WANT, 3)]
    assert states(events)[BATS] == TriageState(vote=Vote.UP, seen=True)


def test_a_released_button_takes_back_its_own_state_alone() -> None:
    events = [_done(Action.SAVE, 1), _done(Action.WANT, 2), _done(Action.WANT, 3, on=False)]
    assert states(events)[BATS] == TriageState(saved=True, seen=True)


def test_that_a_paper_was_passed_is_no_decision_to_undo() -> None:
    events = [_done(Action.WANT, 1), _done(Action.SEEN, 2), _done(Action.OPEN, 3)]
    assert decisions(events) == (events[0],)
    assert effective(events) == tuple(events)


def test_what_is_left_counts_votes_before_probabilities() -> None:
    wanted = TriageState(vote=Vote.UP, seen=True)
    refused = TriageState(vote=Vote.DOWN, seen=True)
    passed = TriageState(seen=True)
    left = remaining([(0.1, wanted), (0.9, refused), (0.5, passed), (0.5, UNTOUCHED)])
    assert left is not None
    assert (left.seen, left.unseen, left.share) == (1.5, 0.5, 0.75)
    assert remaining([(None, UNTOUCHED)]) is None


def test_what_an_assistant_did_is_told_apart_and_is_not_seen() -> None:
    vote = _done(Action.WANT, 1, id=f"{BY_ASSISTANT}1")
    save = _done(Action.SAVE, 2, id=f"{BY_ASSISTANT}2")
    state = states([vote, save])[BATS]
    assert state.by_assistant == ("vote", "saved")
    assert not state.seen
    assert Feedback(BATS, Vote.UP, NOON, vote.id).by_assistant
    assert not Feedback(BATS, Vote.UP, NOON, "1").by_assistant
    assert not Feedback(BATS, Vote.UP, NOON).by_assistant


def test_a_vote_of_the_reader_after_it_is_the_readers() -> None:
    events = [_done(Action.WANT, 1, id=f"{BY_ASSISTANT}1"), _done(Action.NOT, 2)]
    state = states(events)[BATS]
    assert (state.vote, state.by_assistant, state.seen) == (Vote.DOWN, (), True)


def test_a_vote_of_an_assistant_that_is_undone_leaves_nothing() -> None:
    vote = _done(Action.WANT, 1, id=f"{BY_ASSISTANT}1")
    assert states([vote, replace(vote, id="2", undoes=vote.id)]).get(BATS) is None
