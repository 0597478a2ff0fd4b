from __future__ import annotations

from dataclasses import replace
from datetime import date

from paperlark.domain.digest import Entry
from paperlark.domain.judgement import Match, Nearest
from paperlark.domain.paper import PaperId
from paperlark.renderers.reasons import OUTSIDE, asides
from standins.digests import entry


def _entry(place: int, topic: str | None, *words: str, nearest: Nearest | None = None) -> Entry:
    match = Match(0.5, place, 40, topic, words, nearest=nearest)
    return replace(entry(place, judged=False), match=match)


def test_topics_that_differ_are_named() -> None:
    page = [_entry(1, "Tides", "moon"), _entry(2, "Bats", "sonar"), _entry(3, "Moss", "spore")]
    assert asides(page) == ("Tides", "Bats", "Moss")


def test_a_topic_on_most_rows_gives_way_to_the_words_of_each_paper() -> None:
    page = [_entry(at, "Bats", "sonar", f"insect {at}") for at in range(1, 9)]
    page.append(_entry(9, "Tides", "moon"))
    assert asides(page)[0] == "sonar · insect 1"
    assert asides(page)[8] == "moon"
    assert len(set(asides(page))) == 9


def test_a_single_topic_is_never_the_remark_while_there_are_words() -> None:
    assert asides([_entry(1, "What interests me", "sonar")]) == ("sonar",)


def test_without_words_the_liked_paper_is_named_that_it_resembles() -> None:
    near = Nearest(PaperId("2501.00042"), r"Fast \emph{bats}", date(2025, 1, 14))
    assert asides([_entry(1, "What interests me", nearest=near)]) == ("like Fast bats",)
    assert asides([_entry(1, "What interests me")]) == ("similar in meaning",)
    assert asides([_entry(1, None)]) == ("",)


def test_long_terms_are_not_crowded_into_one_remark() -> None:
    long = ("echolocating chiropterans", "nocturnal insectivores", "sonar")
    assert asides([_entry(1, "Bats", *long)]) == (long[0],)


def test_random_picks_and_followed_authors_say_so_as_before() -> None:
    pick = replace(_entry(2, "Bats", "sonar"), outside=True)
    assert asides([entry(1, followed=True), pick]) == ("author match", OUTSIDE)
