"""What is meant where a profile, a source or a query states nothing."""

from __future__ import annotations

from paperlark.domain.announcement import Feed, Via
from paperlark.domain.profile import Cutoffs
from paperlark.domain.run_states import State, worst
from paperlark.domain.search import Term
from paperlark.domain.spending import Tokens
from paperlark.llm.completion import Usage


def test_a_paper_needs_a_relevance_of_7_and_a_novelty_of_6() -> None:
    assert Cutoffs().meets(7, 6)
    assert not Cutoffs().meets(6, 6)
    assert not Cutoffs().meets(7, 5)


def test_a_feed_is_rss_a_term_a_whole_word_and_no_token_was_cached() -> None:
    assert Feed("cs.LG", None, (), "a test").via is Via.RSS
    assert not Term("bats").prefix
    assert Usage(Tokens(1, 2)).cache_written == 0


def test_several_days_end_as_the_worst_of_them() -> None:
    assert worst([State.QUIET, State.COMPLETE, State.PARTIAL, State.FAILED]) is State.FAILED
    assert worst([State.COMPLETE, State.PARTIAL, State.QUIET]) is State.PARTIAL
    assert worst([State.QUIET, State.COMPLETE]) is State.COMPLETE
