from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperlark.day.select import is_match
from paperlark.domain.criteria import Criteria, parse_criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, Example, LabelSource
from paperlark.domain.judgement import Match, Nearest, Strength
from paperlark.domain.paper import Paper
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.testing import a_paper

CRITERIA = parse_criteria("""\
## Compression
Relevant: pruning and quantization of weights, KV caches.
Not relevant: compression of video files.
## Sonar
Relevant: bats that find insects.
""")
PRUNING = a_paper("2502.00001", title="Pruning weights", abstract="We prune and quantize weights.")
BATS = a_paper("2502.00002", title="Bats and insects", abstract="How bats find insects.")
VIDEO = a_paper("2502.00003", title="Compressing video files", abstract="Smaller video files.")
TIDES = a_paper("2502.00004", title="Ocean tides", abstract="Tides of the ocean are measured.")
DAY = [TIDES, VIDEO, BATS, PRUNING]
YESTERDAY = date(2025, 2, 19)
NO_CRITERIA = parse_criteria("")


def _rank(
    papers: Sequence[Paper] = DAY,
    criteria: Criteria = CRITERIA,
    evidence: Evidence = NO_EVIDENCE,
) -> dict[str, Match]:
    matches = EmbeddedRanker().rank(papers, criteria, evidence)
    assert sorted(match.rank for match in matches) == list(range(1, len(papers) + 1))
    assert all(math.isfinite(match.score) for match in matches)
    assert all(0 <= (match.probability or 0) <= 1 for match in matches)
    return {paper.id: match for paper, match in zip(papers, matches, strict=True)}


def _voted(
    about: str, *, wanted: bool, label_source: LabelSource = LabelSource.READER, number: int = 0
) -> Example:
    name = f"2501.{number + 1:05}"
    return Example(
        a_paper(name, title=about, abstract=f"{about}."), YESTERDAY, wanted, label_source
    )


def test_a_paper_that_was_voted_on_is_not_said_to_resemble_itself() -> None:
    liked = Example(PRUNING, YESTERDAY, wanted=True, label_source=LabelSource.READER)
    found = _rank(evidence=Evidence((liked,)))
    assert (found[PRUNING.id].rank, found[PRUNING.id].nearest) == (1, None)


def test_a_paper_about_a_topic_comes_before_one_about_none() -> None:
    found = _rank()
    assert {found[PRUNING.id].rank, found[BATS.id].rank} == {1, 2}
    assert found[TIDES.id].rank == 4


def test_a_match_is_explained_by_topic_and_terms() -> None:
    found = _rank()
    assert found[BATS.id].topic == "Sonar"
    assert found[PRUNING.id].topic == "Compression"
    asked = {BATS.id, VIDEO.id, TIDES.id}
    terms = EmbeddedRanker().explain(DAY, CRITERIA, NO_EVIDENCE, asked)
    assert terms.keys() == asked
    assert "bats" in " ".join(terms[BATS.id].for_match).lower()
    assert "video" in " ".join(terms[VIDEO.id].against_match)
    assert terms[TIDES.id].for_match == ()


def test_meaning_is_found_where_no_word_is_shared() -> None:
    near = a_paper("2502.00005", title="Echolocation in chiropterans", abstract="Prey by sound.")
    galaxies = a_paper("2502.00006", title="Milky Way companions", abstract="Faint stellar haloes.")
    criteria = parse_criteria("## Dwarf galaxies\nRelevant: satellite galaxies and dark matter.")
    found = _rank([near, galaxies], criteria)
    assert found[galaxies.id].rank == 1


def test_keywords_alone_are_enough() -> None:
    found = _rank(criteria=parse_criteria("## Keywords\n- Relevant: insects"))
    assert found[BATS.id].rank == 1


def test_a_vote_raises_similar_papers() -> None:
    liked = _voted("Measuring ocean tides", wanted=True)
    found = _rank(evidence=Evidence((liked,)))
    assert found[TIDES.id].rank < _rank()[TIDES.id].rank
    nearest = Nearest(liked.paper.id, "Measuring ocean tides", YESTERDAY)
    assert found[TIDES.id].nearest == nearest


def test_dislikes_alone_lower_similar_papers() -> None:
    disliked = tuple(
        _voted(f"Pruning weights of model {n}", wanted=False, number=n) for n in range(5)
    )
    found = _rank(evidence=Evidence(disliked))
    assert found[PRUNING.id].rank > found[BATS.id].rank
    assert found[PRUNING.id].nearest is None


def test_contradicting_examples_cancel_out() -> None:
    both = tuple(_voted("Measuring ocean tides", wanted=bool(n % 2), number=n) for n in range(8))
    found = _rank(evidence=Evidence(both))
    assert found[BATS.id].rank < found[TIDES.id].rank


def test_the_newest_examples_count_most() -> None:
    long_ago = tuple(
        Example(
            _voted("Measuring ocean tides", wanted=True, number=n).paper,
            day,
            wanted,
            LabelSource.READER,
        )
        for n, (day, wanted) in enumerate(
            [
                (YESTERDAY - timedelta(days=1000), True),
                (YESTERDAY, False),
            ]
        )
    )
    turned = tuple(
        Example(one.paper, one.day, not one.wanted, one.label_source) for one in long_ago
    )
    now_unwanted = _rank(criteria=NO_CRITERIA, evidence=Evidence(long_ago))[TIDES.id]
    now_wanted = _rank(criteria=NO_CRITERIA, evidence=Evidence(turned))[TIDES.id]
    assert (now_wanted.probability or 0) > (now_unwanted.probability or 0)


def test_a_ten_teaches_more_than_an_eight() -> None:
    def chance(relevance: int) -> float:
        examples = tuple(
            Example(
                a_paper(f"2501.{n:05}", title=title, abstract=title),
                YESTERDAY,
                score >= 8,
                LabelSource.JUDGE,
                score,
                7,
            )
            for n, (title, score) in enumerate(
                [("Measuring ocean tides", relevance), ("Glaciers", 8), ("Rivers", 2), ("Roads", 1)]
            )
        )
        return _rank(criteria=NO_CRITERIA, evidence=Evidence(examples))[TIDES.id].probability or 0

    assert chance(10) > chance(8) > chance(6) > chance(1)


def test_without_criteria_or_examples_nothing_matches() -> None:
    assert {match.score for match in _rank(criteria=NO_CRITERIA).values()} == {0}


def test_examples_alone_are_enough() -> None:
    liked = _voted("Bats hunting insects", wanted=True)
    assert _rank(criteria=NO_CRITERIA, evidence=Evidence((liked,)))[BATS.id].rank == 1


def test_equal_papers_are_ordered_by_id() -> None:
    twins = [a_paper("2502.00009"), a_paper("2502.00008")]
    found = _rank(twins)
    assert [found["2502.00008"].rank, found["2502.00009"].rank] == [1, 2]


def test_a_day_without_papers_is_ranked() -> None:
    assert EmbeddedRanker().rank([], CRITERIA) == ()
    assert _rank([BATS])[BATS.id].score > 0


def test_an_example_and_a_stream_may_repeat_a_paper_of_the_day() -> None:
    again = Example(
        BATS, YESTERDAY, wanted=True, label_source=LabelSource.JUDGE, relevance=9, novelty=8
    )
    evidence = Evidence((again,), (BATS, TIDES, PRUNING))
    assert _rank(evidence=evidence)[BATS.id].rank == 1


def test_papers_without_text_are_ranked_last_or_left_out() -> None:
    blank = a_paper("2502.00010", title="数", abstract="")
    unknown = Example(
        a_paper("2501.00001", title="", abstract=""),
        YESTERDAY,
        wanted=True,
        label_source=LabelSource.LIBRARY,
    )
    found = _rank([blank, BATS], evidence=Evidence((unknown,)))
    assert found[BATS.id].rank == 1


@pytest.mark.parametrize(
    "text", ["数学と物理", "# 目标\n- 引力波", "word " * 100_000, "\x00\n" * 9]
)
def test_criteria_of_any_kind_give_a_ranking(text: str) -> None:
    _rank(criteria=parse_criteria(text))


TEXT = st.text(alphabet=st.sampled_from("abcdé $\\-'s 数1."), max_size=60)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, st.sampled_from([None, 1, 5, 8, 10])), max_size=12), TEXT)
def test_any_day_and_any_evidence_give_a_ranking(
    texts: list[tuple[str, str, int | None]], criteria: str
) -> None:
    papers = [
        a_paper(f"2502.{number:05}", title=title, abstract=abstract)
        for number, (title, abstract, _) in enumerate(texts)
    ]
    cut = len(papers) // 2
    examples = tuple(
        Example(
            paper,
            YESTERDAY - timedelta(days=number),
            wanted=(score or 0) > 7,
            label_source=LabelSource.JUDGE if score else LabelSource.READER,
            relevance=score,
            novelty=score,
        )
        for number, (paper, (_, _, score)) in enumerate(zip(papers[cut:], texts[cut:], strict=True))
    )
    found = _rank(papers[:cut], parse_criteria(criteria), Evidence(examples, tuple(papers)))
    best_first = sorted(found.values(), key=lambda match: match.rank)
    assert [m.score for m in best_first] == sorted((m.score for m in best_first), reverse=True)


@settings(max_examples=15, deadline=None)
@given(st.permutations(DAY))
def test_the_order_of_the_feed_does_not_matter(papers: list[Paper]) -> None:
    examples = Evidence((_voted("Measuring ocean tides", wanted=True),))
    assert _rank(papers, evidence=examples) == _rank(evidence=examples)


def test_days_of_which_only_selected_papers_are_known_make_no_paper_likely() -> None:
    """An imported digest says what was selected, not how many papers were not."""
    selected = tuple(
        Example(
            a_paper(f"2501.{number:05}", title=f"Pruning weights {number}", abstract="Sparse."),
            YESTERDAY - timedelta(days=number % 10),
            wanted=True,
            label_source=LabelSource.JUDGE,
            relevance=9,
            novelty=7,
        )
        for number in range(60)
    )
    found = _rank(evidence=Evidence(selected))
    assert found[PRUNING.id].rank == 1
    assert (found[TIDES.id].probability or 0) < 0.2


def test_without_criteria_or_examples_there_is_no_probability() -> None:
    assert {match.probability for match in _rank(criteria=NO_CRITERIA).values()} == {None}


def test_probabilities_learned_from_judged_days_are_calibrated() -> None:
    """Twelve days with one paper in five wanted: probabilities are as high as the shares."""
    random = np.random.default_rng(3)
    kinds = ["dwarf galaxies", "planet formation", "solar wind", "pulsar timing", "cosmic rays"]

    def paper(number: int, kind: int) -> Paper:
        extra = " ".join(f"word{n}" for n in random.integers(0, 300, 12))
        name = f"2501.{number:05}"
        return a_paper(name, title=f"On {kinds[kind]}", abstract=f"{kinds[kind]} {extra}")

    examples = []
    for number in range(12 * 25):
        kind = number % 5
        wanted = bool(random.random() < (0.8 if kind == 0 else 0.05))
        day = YESTERDAY - timedelta(days=12 - number // 25)
        score = 9 if wanted else 2
        examples.append(Example(paper(number, kind), day, wanted, LabelSource.JUDGE, score, 7))
    today = [paper(10_000 + number, number % 5) for number in range(100)]
    found = _rank(today, NO_CRITERIA, Evidence(tuple(examples)))
    first = [found[one.id].probability or 0 for one in today[::5]]
    others = [found[one.id].probability or 0 for n, one in enumerate(today) if n % 5]
    assert 0.5 < float(np.mean(first)) < 0.97
    assert float(np.mean(others)) < 0.2


def test_nothing_is_calibrated_before_enough_of_the_reader_s_own_labels_are_known() -> None:
    assert not any(match.calibrated for match in _rank().values())
    likes = tuple(_voted(f"Insects {n}", wanted=True, number=n) for n in range(60))
    found = _rank(evidence=Evidence(likes))
    assert not any(match.calibrated for match in found.values())


def test_matches_are_calibrated_on_judged_days() -> None:
    examples = tuple(
        Example(
            a_paper(f"2501.{30 * day + n:05}", title=title, abstract=f"{title} number {n}."),
            YESTERDAY - timedelta(days=20 - day),
            wanted,
            LabelSource.JUDGE,
            9 if wanted else 2,
            5,
        )
        for day in range(9)
        for n in range(30)
        for wanted in (n % 3 == 0,)
        for title in (("Pruning weights" if wanted else "Ocean tides"),)
    )
    found = _rank(evidence=Evidence(examples))
    assert all(match.calibrated for match in found.values())
    assert found[TIDES.id].strength is Strength.WEAK


def test_a_day_in_another_field_has_no_match_though_one_paper_is_the_best() -> None:
    fields = ("Baroque sonatas", "Roman coins", "Tax law", "Alpine passes", "Irish grammar")
    day = [
        a_paper(f"2502.{n:05}", title=title, abstract=f"{title} are described.")
        for n, title in enumerate(fields, 1)
    ]
    assert not any(is_match(match) for match in _rank(day).values())
    assert is_match(_rank()[PRUNING.id])
    assert is_match(_rank()[BATS.id])
