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
from paperlark.llm.capabilities import Capabilities
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.rate_limiter import AimdConcurrency, RateLimiter
from paperlark.llm.retry import Retrying, RetryPolicy
from paperlark.llm.threads import Threads
from standins.openai import MODEL, LimitedCapacity, StandIn, says

PROMPTS = [Prompt("Judge as JSON.", f"Paper {n}: Bats\nAbstract: Bats.", {}, 50) for n in range(40)]


@contextmanager
def replies_on_threads(
    server: StandIn, concurrency: AimdConcurrency
) -> Iterator[Iterator[ChatReply]]:
    """Send all prompts on as many threads as requests are allowed at once."""
    with (
        OpenAICompatible(
            server.base_url,
            MODEL,
            rate_limiter=RateLimiter(concurrency),
            capabilities=Capabilities(),  # else the first question goes ahead of all others
        ) as model,
        Threads(concurrency.most) as threads,
    ):
        yield threads.map(Retrying(model, RetryPolicy(attempts=8)).ask, PROMPTS)


def paper_numbers(server: StandIn) -> list[int]:
    """Return the numbers of the papers, in the order of the requests."""
    contents = [question["messages"][-1]["content"] for question in server.questions]
    return [int(content.split()[1].rstrip(":")) for content in contents]


def test_the_allowed_concurrency_is_used(server: StandIn) -> None:
    """No request is answered before eight have come."""
    together = Barrier(8, timeout=10)

    def answers_eight(standing: StandIn, request: Request) -> Response:
        together.wait()
        return says("fine")(standing, request)

    server.always = answers_eight
    with replies_on_threads(server, AimdConcurrency(8)) as replies:
        assert [reply.text for reply in replies] == ["fine"] * 40
    assert not together.broken


def test_requests_are_sent_in_order(server: StandIn) -> None:
    """Except for the seven that are sent together."""
    with replies_on_threads(server, AimdConcurrency(8)) as replies:
        assert len(list(replies)) == 40
    asked = paper_numbers(server)
    assert sorted(asked) == list(range(40))
    assert all(number - before < 8 for before, number in enumerate(asked))


def test_a_servers_limit_is_found_without_losing_anything(server: StandIn) -> None:
    capacity = LimitedCapacity(most=4, seconds=0.02)
    server.always = capacity
    concurrency = AimdConcurrency(16)
    with replies_on_threads(server, concurrency) as replies:
        assert len(list(replies)) == 40
    assert capacity.at_once <= 4
    assert len(server.questions) == 40 + capacity.refused
    assert set(paper_numbers(server)) == set(range(40))


def test_a_respected_limit_causes_no_refusals(server: StandIn) -> None:
    capacity = LimitedCapacity(most=8, seconds=0.02)
    server.always = capacity
    with replies_on_threads(server, AimdConcurrency(8)) as replies:
        assert len(list(replies)) == 40
    assert (capacity.refused, capacity.at_once <= 8) == (0, True)


def test_requests_that_wait_are_not_sent_once_threads_are_stopped(server: StandIn) -> None:
    held = Event()

    def delays_the_second(standing: StandIn, request: Request) -> Response:
        if len(server.questions) > 1:
            held.wait(10)
        return says("fine")(standing, request)

    server.always = delays_the_second
    limiter = RateLimiter(AimdConcurrency(1))
    with (
        OpenAICompatible(server.base_url, MODEL, rate_limiter=limiter) as model,
        Threads(8) as threads,
    ):
        threads.on_stop(limiter.close)
        outcomes = threads.map(partial(_end, model), PROMPTS)
        received = [next(outcomes)]
        while len(server.questions) < 2:
            pass
        assert threads.stop() == 8
        held.set()
        with pytest.raises(KeyboardInterrupt):
            received.extend(outcomes)
    assert sorted(received) == ["fine"] * 2 + ["not asked: the run was stopped"] * 6
    assert len(server.questions) == 2


def _end(model: OpenAICompatible, prompt: Prompt) -> str:
    try:
        return model.ask(prompt).text
    except ModelBusy as error:
        return str(error)
