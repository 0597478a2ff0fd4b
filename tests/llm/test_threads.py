from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Timer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import StoreError
from paperlark.llm.threads import Threads
from paperlark.testing import FakeChat

PROMPT = Prompt("s", "u", {})


@given(st.lists(st.integers(), max_size=30), st.integers(1, 6))
def test_every_item_yields_one_result(items: list[int], count: int) -> None:
    with Threads(count) as threads:
        assert sorted(threads.map(lambda item: item * 2, items)) == sorted(i * 2 for i in items)


def test_no_more_calls_start_than_threads_until_the_consumer_continues() -> None:
    begun: list[int] = []
    lock = Lock()

    def call(item: int) -> int:
        with lock:
            begun.append(item)
        return item

    with Threads(3) as threads:
        results = threads.map(call, range(10))
        next(results)
        assert len(begun) <= 3
        assert len(list(results)) == 9


def test_a_result_does_not_wait_for_a_slower_one_before_it() -> None:
    release = Event()
    with Threads(2) as threads:
        results = threads.map(lambda item: release.wait(10) if item == 0 else item, range(2))
        assert next(results) == 1
        release.set()
        assert list(results) == [True]


def test_after_a_stop_calls_in_flight_finish_and_no_more_start() -> None:
    release = Event()

    def call(item: int) -> int:
        if item:
            release.wait(10)
        return item

    received: list[int] = []
    with Threads(2) as threads:
        results = threads.map(call, range(50))
        received.append(next(results))
        assert threads.stop() == 2
        release.set()
        with pytest.raises(KeyboardInterrupt):
            received.extend(results)
    assert received == [0, 1]


def test_results_not_yet_taken_count_as_in_flight() -> None:
    with Threads(4) as threads:
        results = threads.map(lambda item: item, range(4))
        received = [next(results)]
        assert threads.stop() == 4
        with pytest.raises(KeyboardInterrupt):
            received.extend(results)
    assert sorted(received) == [0, 1, 2, 3]


def test_the_results_in_flight_come_before_the_error_of_a_call() -> None:
    release = Event()

    def call(item: int) -> int:
        if item == 1:
            raise StoreError("the disk is full")
        release.wait(10)
        return item

    received: list[int] = []
    with Threads(3) as threads:
        results = threads.map(call, range(50))
        Timer(0.1, release.set).start()
        with pytest.raises(StoreError, match="full"):
            received.extend(results)
    assert sorted(received) == [0, 2]


def test_a_stop_while_a_call_starts_counts_that_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A signal may come when a question is sent, and not yet counted."""
    with Threads(1) as threads:
        counted: list[int] = []
        begin: Callable[..., Any] = threads._pool.submit

        def submit(*arguments: object) -> Any:  # a Future of anything
            future = begin(*arguments)
            counted.append(threads.stop())
            return future

        monkeypatch.setattr(threads._pool, "submit", submit)
        results = threads.map(str, [1, 2])
        assert next(iter(results)) == "1"
        with pytest.raises(KeyboardInterrupt):
            next(iter(results))
    assert counted == [1]


def test_a_model_asked_on_a_thread_is_waited_for_by_a_stop() -> None:
    chat = FakeChat(iter(["fine"]))
    with Threads(2) as threads:
        model = threads.asking(chat)
        assert model.name == chat.name
        assert model.ask(PROMPT).text == "fine"
        threads.stop()
        with pytest.raises(KeyboardInterrupt):
            model.ask(PROMPT)
