from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.errors import (
    MaybeLeft,
    ModelBusy,
    ModelUnusable,
    NoBatchService,
)
from paperlark.domain.spending import Spend, Tokens
from paperlark.llm import batch_file
from paperlark.llm.batch import BatchService, BatchStatus, Stage
from paperlark.llm.batch_file import BatchReplies, read_replies
from paperlark.llm.completion import Usage
from paperlark.llm.connection import Connection
from standins.batch_service import BatchDesk, Ending, Handle, cut_after, cut_before, refuses
from standins.openai import KEY, MODEL, StandIn, complains, says

QUESTIONS: Mapping[str, batch_file.Body] = {
    f"k-{n}": {"model": MODEL, "messages": [{"role": "user", "content": f"Question {n}"}]}
    for n in range(5)
}


def price(usage: Usage | None) -> Spend:
    return Spend(usage.tokens if usage else None, None)


@pytest.fixture
def desk(loopback: HTTPServer, server: StandIn) -> BatchDesk:
    desk = BatchDesk(loopback, server)
    desk.line = says("fine")
    return desk


@pytest.fixture
def service(desk: BatchDesk) -> Iterator[BatchService]:
    connection = Connection(desk.base_url, key=KEY, timeout=5)
    with BatchService(connection, price) as talking:
        yield talking


def leave(service: BatchService, key: str = "k") -> str:
    return service.create(service.upload(QUESTIONS, key), key)


def finish(service: BatchService, desk: BatchDesk) -> tuple[BatchStatus, BatchReplies]:
    """Leave the questions, wait until the batch is over, and fetch its answers."""
    name = leave(service)
    desk.pass_hours(25)
    standing = service.status(name)
    answers = service.answers(standing, QUESTIONS)
    assert answers is not None
    return standing, answers


def test_questions_are_left_answered_and_fetched(service: BatchService, desk: BatchDesk) -> None:
    name = leave(service)
    assert service.status(name) == BatchStatus(Stage.IN_PROGRESS, "validating")
    desk.pass_hours(0.5)
    assert service.status(name) == BatchStatus(Stage.IN_PROGRESS, "in_progress")
    desk.pass_hours(0.5)
    standing = service.status(name)
    assert (standing.stage, standing.state) == (Stage.OVER, "completed")
    answers = service.answers(standing, QUESTIONS)
    assert answers is not None
    assert {
        name: answer.reply.text for name, answer in answers.by_name.items() if answer.reply
    } == (dict.fromkeys(QUESTIONS, "fine"))
    assert all(
        one.reply and one.reply.spend == Spend(Tokens(1000, 100), None)
        for one in answers.by_name.values()
    )
    assert answers.strays == ()
    assert desk.requests == ["upload", "create", "look", "look", "look", "content"]


def test_the_key_goes_along_in_every_request(service: BatchService, desk: BatchDesk) -> None:
    keys = []

    def rate_limit_clock(request: Request, handle: Handle) -> Response:
        keys.append(request.headers.get("Authorization"))
        return handle()

    desk.fault = rate_limit_clock
    finish(service, desk)
    assert keys == [f"Bearer {KEY}"] * 4


def test_answers_are_found_in_whatever_order_they_come(
    service: BatchService, desk: BatchDesk
) -> None:
    desk.dice = Random(3)  # noqa: S311  # nothing secret hangs on it
    desk.lines.extend(says(f"answer {n}") for n in range(5))
    _, answers = finish(service, desk)
    said = {name: answer.reply.text for name, answer in answers.by_name.items() if answer.reply}
    assert said == {f"k-{n}": f"answer {n}" for n in range(5)}


def test_an_expired_batch_gives_what_it_has_and_says_what_is_missing(
    service: BatchService, desk: BatchDesk
) -> None:
    desk.endings.append(Ending("completed", hours=30, share=0.4))
    standing, answers = finish(service, desk)
    assert (standing.stage, standing.state) == (Stage.OVER, "expired")
    assert [answer.reply is not None for answer in answers.by_name.values()] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert answers.by_name["k-4"].problem == (
        "batch_expired: This request could not be executed before the completion window expired."
    )


def test_a_failed_batch_speaks_the_servers_words(service: BatchService, desk: BatchDesk) -> None:
    desk.endings.append(Ending("failed", 0.0, words="Enqueued token limit reached for gpt-4o."))
    assert service.status(leave(service)) == BatchStatus(
        Stage.REFUSED, "failed", problem="Enqueued token limit reached for gpt-4o."
    )


def test_a_batch_that_nobody_knows_any_more_is_gone(service: BatchService) -> None:
    assert service.status("batch_99").stage is Stage.GONE
    assert service.answers(BatchStatus(Stage.OVER, "completed", ("file-99",)), QUESTIONS) is None


def test_a_line_that_failed_says_why_and_costs_nothing(
    service: BatchService, desk: BatchDesk
) -> None:
    desk.lines.extend([complains(500, f"broken, {KEY}"), complains(429, {"message": "slow down"})])
    _, answers = finish(service, desk)
    host = desk.base_url.split("/")[2]
    assert answers.by_name["k-0"].problem == f"{host} answered 500: broken, [key]"
    assert answers.by_name["k-1"].problem == f"{host} answered 429: slow down"
    assert answers.by_name["k-0"].reply is answers.by_name["k-1"].reply is None


def test_a_refusal_is_no_answer_and_costs_what_it_costs(
    service: BatchService, desk: BatchDesk
) -> None:
    desk.lines.append(says(None, refusal="I would rather not"))
    _, answers = finish(service, desk)
    first = answers.by_name["k-0"]
    assert first.problem == "refused: I would rather not"
    assert first.reply is not None
    assert first.reply.spend.tokens == Tokens(1000, 100)


def test_an_answer_lost_on_its_way_is_found_by_its_key(
    service: BatchService, desk: BatchDesk
) -> None:
    desk.page = 1
    leave(service, "another")
    desk.faults["create"].append(cut_after)
    name = leave(service, "k")
    assert [batch.key for batch in desk.batches] == ["another", "k"]
    assert name == service.find("k") == desk.batches[1].name
    assert service.find("another") == desk.batches[0].name
    assert service.find("nobody's") is None


@pytest.mark.parametrize("fault", [cut_before, refuses(500, "oops"), refuses(408, "too late")])
def test_where_nobody_knows_whether_a_batch_was_made_it_is_not_made_again(
    service: BatchService, desk: BatchDesk, fault: object
) -> None:
    desk.faults["create"].append(fault)  # type: ignore[arg-type]  # the cases above
    with pytest.raises(MaybeLeft, match=r"it is unknown whether .* accepted the batch"):
        leave(service)
    assert desk.requests == ["upload", "create", "list"]


def test_a_busy_service_is_asked_again(service: BatchService, desk: BatchDesk) -> None:
    desk.faults["upload"].extend([refuses(503, "busy"), cut_before])
    desk.faults["create"].extend([refuses(429, "Rate limit reached. Try again in 20ms")])
    desk.faults["look"].append(refuses(500, "oops"))
    desk.faults["content"].append(cut_before)
    finish(service, desk)
    assert len(desk.batches) == 1


def test_a_service_that_takes_no_more_for_now_says_so(
    service: BatchService, desk: BatchDesk
) -> None:
    desk.faults["create"].extend([refuses(429, "Enqueued token limit reached")] * 99)
    with pytest.raises(ModelBusy, match="Enqueued token limit reached"):
        leave(service)
    assert desk.batches == []


@pytest.mark.parametrize("status", [400, 404, 405, 501])
@pytest.mark.parametrize("request_", ["upload", "create", "list"])
def test_a_server_without_a_batch_service_gives_one_error_and_the_mend(
    service: BatchService, desk: BatchDesk, status: int, request_: str
) -> None:
    desk.faults[request_].append(refuses(status, "what is that"))
    expected = (
        rf"does not accept batches like this \(it answered {status}: what is that\): use it without"
        " batches: --no-batch"
    )
    with pytest.raises(NoBatchService, match=expected):
        (service.check if request_ == "list" else partial(leave, service))()


def test_a_wrong_key_is_told_as_such(service: BatchService, desk: BatchDesk) -> None:
    desk.faults["upload"].append(refuses(401, f"Incorrect API key provided: {KEY}"))
    with pytest.raises(ModelUnusable, match="check the key") as told:
        leave(service)
    assert KEY not in str(told.value)
    assert not isinstance(told.value, NoBatchService)


def test_a_page_that_is_no_batch_service_is_told_as_such(
    service: BatchService, desk: BatchDesk
) -> None:
    desk.faults["upload"].append(lambda _request, _handle: Response("<html>Hello"))
    with pytest.raises(NoBatchService, match="check the base URL"):
        leave(service)


LINE = {"custom_id": "a", "error": None, "response": {"status_code": 200, "body": {}}}


def answered(text: str = "fine", **line: object) -> str:
    body = {
        "choices": [{"message": {"content": text}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 1},
    }
    response = {"status_code": 200, "body": body}
    return json.dumps({"custom_id": "a", "response": response, "error": None} | line)


def read(*lines: str, asked: tuple[str, ...] = ("a", "b")) -> BatchReplies:
    connection = Connection("http://server/v1")
    with connection:
        return read_replies(["\n".join(lines).encode()], asked, connection, price)


def test_of_several_lines_for_one_question_the_first_reply_counts() -> None:
    error = json.dumps({"custom_id": "a", "response": None, "error": {"message": "no"}})
    answers = read(error, answered("first"), answered("second"), error)
    assert [one.reply.text for one in answers.by_name.values() if one.reply] == ["first"]
    assert answers.strays == ()


def test_replies_to_what_nobody_asked_are_kept_apart() -> None:
    answers = read(answered("stray", custom_id="c"), answered("nameless", custom_id=None))
    assert answers.by_name == {}
    assert [one.text for one in answers.strays] == ["stray", "nameless"]
    assert all(one.spend.tokens == Tokens(7, 1) for one in answers.strays)


def test_a_line_that_cannot_be_read_may_have_been_paid_for() -> None:
    answers = read('{"custom_id": "a", "respo', answered("fine", custom_id="b"))
    assert list(answers.by_name) == ["b"]
    assert [one.spend for one in answers.strays] == [Spend(None, None)]


def test_an_answer_that_is_no_completion_may_have_been_paid_for() -> None:
    (answer,) = read(answered("fine", response={"status_code": 200, "body": [1]})).by_name.values()
    assert answer.problem == "its line holds no chat completion"
    assert answer.reply is not None
    assert answer.reply.spend == Spend(None, None)


def test_a_line_separator_inside_an_answer_ends_no_line() -> None:
    spoken = "one\u2028two\x85three"
    line = answered(spoken).replace("\\u2028", "\u2028").replace("\\u0085", "\x85")
    assert [one.reply.text for one in read(line).by_name.values() if one.reply] == [spoken]


@given(st.lists(st.binary() | st.text().map(str.encode), max_size=5))
def test_no_bytes_whatever_stop_the_reading(lines: list[bytes]) -> None:
    connection = Connection("http://server/v1")
    with connection:
        good = [answered().encode()]
        answers = read_replies([b"\n".join(good + lines)], ["a"], connection, price)
    assert answers.by_name["a"].reply is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["custom_id", "response", "status_code", "body", "error", "message"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4))
def test_no_json_whatever_stops_the_reading(values: list[object]) -> None:
    answers = read(*map(json.dumps, values), answered("fine", custom_id="b"))
    reply = answers.by_name["b"].reply
    assert reply is not None
    assert all(one.problem is None or one.problem.isprintable() for one in answers.by_name.values())


@given(
    st.lists(st.text(max_size=30), min_size=1, max_size=20),
    st.integers(1, 6),
    st.integers(100, 1000),
)
def test_files_hold_every_question_once_within_their_limits(
    texts: list[str], most_lines: int, most_bytes: int
) -> None:
    bodies = {f"q{n}": {"content": text} for n, text in enumerate(texts)}
    files = list(batch_file.split_batch(bodies, most_lines=most_lines, most_bytes=most_bytes))
    assert [name for names in files for name in names] == list(bodies)
    for names in files:
        size = len(batch_file.write_batch({name: bodies[name] for name in names}))
        assert len(names) <= most_lines
        assert size <= most_bytes or len(names) == 1
