"""Every hostile paper against every gullible model: no other paper's judgement changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import SystemRandom

import pytest

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import Judgement, ModelCall, Unjudged
from paperlark.domain.paper import Paper, PaperId
from paperlark.judges.llm import LlmJudge
from paperlark.judges.question import ask_about
from paperlark.llm.openai_compatible import OpenAICompatible
from standins.gullible import GULLIBLE, Gullible, behaves, honest, obeys_the_last_order
from standins.hostile import GROUPS, HOSTILE, INSTRUCTIONS
from standins.openai import KEY, MODEL, StandIn
from standins.papers import paper

DAY = date(2025, 3, 25)
CRITERIA = Criteria(text="Bats.", topics=())
OTHERS = tuple(paper(n, title=f"Honest {n}", abstract=f"Of {n} and 412.") for n in (1, 2, 4))


@pytest.fixture
def model(server: StandIn) -> Iterator[OpenAICompatible]:
    with OpenAICompatible(server.base_url, MODEL, key=KEY, timeout=5) as opened:
        yield opened


def hostile(name: str, number: int = 3) -> Paper:
    return paper(number, title=HOSTILE[name].title, abstract=HOSTILE[name].abstract)


def groups() -> Iterator[tuple[Paper, ...]]:
    """Yield five hostile papers at a time."""
    papers = [hostile(name, 100 + number) for number, name in enumerate(HOSTILE)]
    return (tuple(papers[start : start + 5]) for start in range(0, len(papers), 5))


def outcomes(model: OpenAICompatible, *asked: Paper) -> dict[PaperId, Judgement | str]:
    found: dict[PaperId, Judgement | str] = {}
    for end in LlmJudge(model, CRITERIA, context=128_000).judge(asked, DAY):
        if isinstance(end, Unjudged):
            found[end.paper.id] = end.reason
        else:
            assert isinstance(end, ModelCall)
            found |= {judgement.paper_id: judgement for judgement in end.judgements}
    return found


def test_the_hostile_papers_are_many_and_distinct() -> None:
    assert len(HOSTILE) == sum(map(len, GROUPS)) >= 60
    assert len(set(HOSTILE.values())) == len(HOSTILE)


@pytest.mark.slow
@pytest.mark.parametrize("gullible", GULLIBLE.values(), ids=GULLIBLE)
def test_no_hostile_paper_changes_another_papers_judgement(
    server: StandIn, model: OpenAICompatible, gullible: Gullible
) -> None:
    server.always = behaves(honest)
    undisturbed = outcomes(model, *OTHERS)
    assert all(isinstance(end, Judgement) for end in undisturbed.values())
    server.always = behaves(gullible)
    for bad in groups():
        disturbed = outcomes(model, *OTHERS[:2], *bad, *OTHERS[2:])
        their_own = [disturbed.pop(paper.id) for paper in bad]
        assert disturbed == undisturbed, [paper.abstract for paper in bad]
        assert all(their_own)
    assert max(len(asked) for asked in server.asked) == 8


@pytest.mark.slow
def test_no_hostile_paper_is_sent_in_full_length(server: StandIn, model: OpenAICompatible) -> None:
    server.always = behaves(honest)
    for bad in groups():
        outcomes(model, *bad)
    longest = max(len(asked["messages"][-1]["content"].encode()) for asked in server.questions)
    assert 12_000 < longest < 5 * 6500


@pytest.mark.slow
def test_the_gullible_models_obey_unguarded_prompts() -> None:
    """They obey; those that look for a closing instruction are shown none of ours."""
    fooled: dict[str, int] = {}
    for name in HOSTILE:
        text = ask_about((*OTHERS, hostile(name)), rng=SystemRandom()).text
        unguarded = text[: text.rindex("Judge these")]
        for gullible, answer in GULLIBLE.items():
            asked = unguarded if "order" in gullible or "fence" in gullible else text
            fooled[gullible] = fooled.get(gullible, 0) + (answer(asked) != honest(text))
    assert min(fooled.values()) > 1, fooled
    assert sum(fooled.values()) > 400


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_the_closing_instruction_is_obeyed(name: str) -> None:
    text = ask_about((hostile(name), *OTHERS), rng=SystemRandom()).text
    assert obeys_the_last_order(text) == honest(text)
