"""A day's questions on several threads, against a server that takes so many at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Barrier, Event

import pytest
from werkzeug import Request, Response

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import ModelBusy
from paperlark.llm.chat_stack import Retrying, RetryPolicy
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.rate_limiter import AimdConcurrency, RateLimiter
from paperlark.llm.threads import Threads
from standins.openai import MODEL, Crowd, StandIn, says

PROMPTS = [Prompt("Judge as JSON.", f"Paper {n}: Bats\nAbstract: Bats.", {}, 50) for n in range(40)]


@contextmanager
def replies_on_threads(server: StandIn, pace: AimdConcurrency) -> Iterator[Iterator[ChatReply]]:
    """Put all prompts on as many threads as may ask at once."""
    with (
        OpenAICompatible(server.base_url, MODEL, rate_limiter=RateLimiter(pace)) as model,
        Threads(pace.most) as threads,
    ):
        yield threads.map(Retrying(model, RetryPolicy(attempts=8)).ask, PROMPTS)


def places(server: StandIn) -> list[int]:
    """Give the numbers of the papers, in the order in which the server was asked."""
    contents = [question["messages"][-1]["content"] for question in server.questions]
    return [int(content.split()[1].rstrip(":")) for content in contents]


def test_as_many_are_asked_at_once_as_may_be(server: StandIn) -> None:
    """Nobody is answered before eight have come."""
    together = Barrier(8, timeout=10)

    def answers_eight(standing: StandIn, request: Request) -> Response:
        together.wait()
        return says("fine")(standing, request)

    server.always = answers_eight
    with replies_on_threads(server, AimdConcurrency(8)) as replies:
        assert [reply.text for reply in replies] == ["fine"] * 40
    assert not together.broken


def test_none_is_asked_before_those_that_come_first(server: StandIn) -> None:
    """But for the seven that are asked together with it."""
    with replies_on_threads(server, AimdConcurrency(8)) as replies:
        assert len(list(replies)) == 40
    asked = places(server)
    assert sorted(asked) == list(range(40))
    assert all(number - before < 8 for before, number in enumerate(asked))


def test_a_server_s_limit_is_found_and_nothing_is_lost(server: StandIn) -> None:
    crowd = Crowd(most=4, seconds=0.02)
    server.always = crowd
    pace = AimdConcurrency(16)
    with replies_on_threads(server, pace) as replies:
        assert len(list(replies)) == 40
    assert crowd.at_once <= 4
    assert len(server.questions) == 40 + crowd.refused
    assert set(places(server)) == set(range(40))


def test_a_limit_that_is_kept_to_is_never_met(server: StandIn) -> None:
    crowd = Crowd(most=8, seconds=0.02)
    server.always = crowd
    with replies_on_threads(server, AimdConcurrency(8)) as replies:
        assert len(list(replies)) == 40
    assert (crowd.refused, crowd.at_once <= 8) == (0, True)


def test_who_waits_for_a_turn_asks_nothing_once_threads_are_stopped(server: StandIn) -> None:
    held = Event()

    def holds_the_second(standing: StandIn, request: Request) -> Response:
        if len(server.questions) > 1:
            held.wait(10)
        return says("fine")(standing, request)

    server.always = holds_the_second
    gate = RateLimiter(AimdConcurrency(1))
    with (
        OpenAICompatible(server.base_url, MODEL, rate_limiter=gate) as model,
        Threads(8) as threads,
    ):
        threads.on_stop(gate.close)
        ends = threads.map(partial(_end, model), PROMPTS)
        came = [next(ends)]
        while len(server.questions) < 2:
            pass
        assert threads.stop() == 8
        held.set()
        with pytest.raises(KeyboardInterrupt):
            came.extend(ends)
    assert sorted(came) == ["fine"] * 2 + ["not asked: the run was stopped"] * 6
    assert len(server.questions) == 2


def _end(model: OpenAICompatible, prompt: Prompt) -> str:
    try:
        return model.ask(prompt).text
    except ModelBusy as error:
        return str(error)
