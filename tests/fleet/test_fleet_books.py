"""What the mornings that are killed are held to: when something may be asked or sent again."""

from __future__ import annotations

from standins.fleet_books import Harm, Taken, repeats

KILL = Harm("worker: SIGKILL", 10.0, 10.1)


def _repeats(*taken: Taken, harms: tuple[Harm, ...] = (KILL,)) -> tuple[int, int]:
    """Return how many repeats a kill excuses, and how many none does."""
    found = repeats(taken, harms, settling=1.0, at_once=2)
    return sum(found.excused.values()), len(found.broken)


def test_what_was_taken_once_needs_no_excuse() -> None:
    assert _repeats(Taken("a", 1, 2), Taken("b", 1, 2), harms=()) == (0, 0)


def test_a_question_under_way_at_a_kill_may_be_asked_once_more() -> None:
    assert _repeats(Taken("a", 9.5, 10.5), Taken("a", 20, 21)) == (1, 0)
    assert _repeats(Taken("a", 9.5, 10.5), Taken("a", 20, 21), Taken("a", 22, 23)) == (1, 1)


def test_an_answer_that_a_kill_may_have_kept_from_being_stored_may_be_asked_for_again() -> None:
    assert _repeats(Taken("a", 9, 9.5), Taken("a", 20, 21)) == (1, 0)


def test_who_is_started_again_at_once_may_repeat_a_mail_within_a_second() -> None:
    # When a mail began is known to a second: these were taken at 9.8 and at 10.6.
    assert _repeats(Taken("a", 8.8, 9.8), Taken("a", 9.6, 10.6)) == (1, 0)


def test_what_had_been_answered_long_before_a_kill_or_began_after_it_has_no_excuse() -> None:
    assert _repeats(Taken("a", 1, 2), Taken("a", 20, 21)) == (0, 1)
    assert _repeats(Taken("a", 12, 13), Taken("a", 20, 21)) == (0, 1)


def test_a_kill_excuses_no_more_than_was_under_way_at_once() -> None:
    calls = [Taken(name, 9.5 + place / 100, 10.5) for place, name in enumerate("abc")]
    again = [Taken(name, 20, 21) for name in "abc"]
    assert _repeats(*calls, *again) == (2, 1)


def test_all_papers_of_one_question_are_one() -> None:
    calls = [Taken(name, 9.5, 10.5) for name in "abcd"]
    again = [Taken(name, 20, 21) for name in "abcd"]
    assert _repeats(*calls, *again) == (4, 0)
