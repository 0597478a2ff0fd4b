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
    MaybeSubmitted,
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
from standins.batch_service import Ending, FakeBatchService, Handle, cut_after, cut_before, refuses
from standins.openai import KEY, MODEL, StandIn, complains, says

QUESTIONS: Mapping[str, batch_file.Body] = {
    f"k-{n}": {"model": MODEL, "messages": [{"role": "user", "content": f"Question {n}"}]}
    for n in range(5)
}


def price(usage: Usage | None) -> Spend:
    return Spend(usage.tokens if usage else None, None)


@pytest.fixture
def fake(loopback: HTTPServer, server: StandIn) -> FakeBatchService:
    fake = FakeBatchService(loopback, server)
    fake.line = says("fine")
    return fake


@pytest.fixture
def service(fake: FakeBatchService) -> Iterator[BatchService]:
    connection = Connection(fake.base_url, key=KEY, timeout=5)
    with BatchService(connection, price) as opened:
        yield opened


def submit(service: BatchService, key: str = "k") -> str:
    return service.create(service.upload(QUESTIONS, key), key)


def finish(service: BatchService, fake: FakeBatchService) -> tuple[BatchStatus, BatchReplies]:
    """Leave the questions, wait until the batch is over, and fetch its answers."""
    name = submit(service)
    fake.pass_hours(25)
    status = service.status(name)
    answers = service.answers(status, QUESTIONS)
    assert answers is not None
    return status, answers


def test_requests_are_submitted_answered_and_fetched(
    service: BatchService, fake: FakeBatchService
) -> None:
    name = submit(service)
    assert service.status(name) == BatchStatus(Stage.IN_PROGRESS, "validating")
    fake.pass_hours(0.5)
    assert service.status(name) == BatchStatus(Stage.IN_PROGRESS, "in_progress")
    fake.pass_hours(0.5)
    status = service.status(name)
    assert (status.stage, status.state) == (Stage.OVER, "completed")
    answers = service.answers(status, QUESTIONS)
    assert answers is not None
    assert {
        name: answer.reply.text for name, answer in answers.by_name.items() if answer.reply
    } == (dict.fromkeys(QUESTIONS, "fine"))
    assert all(
        one.reply and one.reply.spend == Spend(Tokens(1000, 100), None)
        for one in answers.by_name.values()
    )
    assert answers.strays == ()
    assert fake.requests == ["upload", "create", "look", "look", "look", "content"]


def test_every_request_carries_the_api_key(service: BatchService, fake: FakeBatchService) -> None:
    keys = []

    def rate_limit_clock(request: Request, handle: Handle) -> Response:
        keys.append(request.headers.get("Authorization"))
        return handle()

    fake.fault = rate_limit_clock
    finish(service, fake)
    assert keys == [f"Bearer {KEY}"] * 4


def test_answers_are_matched_in_any_order(service: BatchService, fake: FakeBatchService) -> None:
    fake.rng = Random(3)  # noqa: S311  # nothing secret hangs on it
    fake.lines.extend(says(f"answer {n}") for n in range(5))
    _, answers = finish(service, fake)
    texts = {name: answer.reply.text for name, answer in answers.by_name.items() if answer.reply}
    assert texts == {f"k-{n}": f"answer {n}" for n in range(5)}


def test_an_expired_batch_returns_its_answers_and_names_what_is_missing(
    service: BatchService, fake: FakeBatchService
) -> None:
    fake.endings.append(Ending("completed", hours=30, share=0.4))
    status, answers = finish(service, fake)
    assert (status.stage, status.state) == (Stage.OVER, "expired")
    assert [answer.reply is not None for answer in answers.by_name.values()] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert answers.by_name["k-4"].problem == (
        "batch_expired: This request could not be executed before the completion window expired."
    )


def test_a_failed_batch_reports_the_servers_message(
    service: BatchService, fake: FakeBatchService
) -> None:
    fake.endings.append(Ending("failed", 0.0, words="Enqueued token limit reached for gpt-4o."))
    assert service.status(submit(service)) == BatchStatus(
        Stage.REFUSED, "failed", problem="Enqueued token limit reached for gpt-4o."
    )


def test_a_batch_that_the_server_no_longer_knows_is_gone(service: BatchService) -> None:
    assert service.status("batch_99").stage is Stage.GONE
    assert service.answers(BatchStatus(Stage.OVER, "completed", ("file-99",)), QUESTIONS) is None


def test_a_failed_line_reports_its_error_and_costs_nothing(
    service: BatchService, fake: FakeBatchService
) -> None:
    fake.lines.extend([complains(500, f"broken, {KEY}"), complains(429, {"message": "slow down"})])
    _, answers = finish(service, fake)
    host = fake.base_url.split("/")[2]
    assert answers.by_name["k-0"].problem == f"{host} answered 500: broken, [secret]"
    assert answers.by_name["k-1"].problem == f"{host} answered 429: slow down"
    assert answers.by_name["k-0"].reply is answers.by_name["k-1"].reply is None


def test_a_refusal_is_not_an_answer_but_is_paid_for(
    service: BatchService, fake: FakeBatchService
) -> None:
    fake.lines.append(says(None, refusal="I would rather not"))
    _, answers = finish(service, fake)
    first = answers.by_name["k-0"]
    assert first.problem == "refused: I would rather not"
    assert first.reply is not None
    assert first.reply.spend.tokens == Tokens(1000, 100)


def test_a_batch_whose_response_was_lost_is_found_by_its_key(
    service: BatchService, fake: FakeBatchService
) -> None:
    fake.page = 1
    submit(service, "another")
    fake.faults["create"].append(cut_after)
    name = submit(service, "k")
    assert [batch.key for batch in fake.batches] == ["another", "k"]
    assert name == service.find("k") == fake.batches[1].name
    assert service.find("another") == fake.batches[0].name
    assert service.find("nobody's") is None


@pytest.mark.parametrize("fault", [cut_before, refuses(500, "oops"), refuses(408, "too late")])
def test_a_batch_that_may_exist_is_not_created_again(
    service: BatchService, fake: FakeBatchService, fault: object
) -> None:
    fake.faults["create"].append(fault)  # type: ignore[arg-type]  # the cases above
    with pytest.raises(MaybeSubmitted, match=r"it is unknown whether .* accepted the batch"):
        submit(service)
    assert fake.requests == ["upload", "create", "list"]


def test_a_busy_service_is_retried(service: BatchService, fake: FakeBatchService) -> None:
    fake.faults["upload"].extend([refuses(503, "busy"), cut_before])
    fake.faults["create"].extend([refuses(429, "Rate limit reached. Try again in 20ms")])
    fake.faults["look"].append(refuses(500, "oops"))
    fake.faults["content"].append(cut_before)
    finish(service, fake)
    assert len(fake.batches) == 1


def test_a_service_that_stays_over_its_limit_is_reported(
    service: BatchService, fake: FakeBatchService
) -> None:
    fake.faults["create"].extend([refuses(429, "Enqueued token limit reached")] * 99)
    with pytest.raises(ModelBusy, match="Enqueued token limit reached"):
        submit(service)
    assert fake.batches == []


@pytest.mark.parametrize("status", [400, 404, 405, 501])
@pytest.mark.parametrize("request_", ["upload", "create", "list"])
def test_a_server_without_a_batch_service_gives_one_error_with_a_hint(
    service: BatchService, fake: FakeBatchService, status: int, request_: str
) -> None:
    fake.faults[request_].append(refuses(status, "what is that"))
    expected = (
        rf"does not accept batches like this \(it answered {status}: what is that\): use it without"
        " batches: --no-batch"
    )
    with pytest.raises(NoBatchService, match=expected):
        (service.check if request_ == "list" else partial(submit, service))()


def test_a_wrong_key_is_reported_as_such(service: BatchService, fake: FakeBatchService) -> None:
    fake.faults["upload"].append(refuses(401, f"Incorrect API key provided: {KEY}"))
    with pytest.raises(ModelUnusable, match="check the key") as error:
        submit(service)
    assert KEY not in str(error.value)
    assert not isinstance(error.value, NoBatchService)


def test_a_web_page_instead_of_a_batch_service_is_reported(
    service: BatchService, fake: FakeBatchService
) -> None:
    fake.faults["upload"].append(lambda _request, _handle: Response("<html>Hello"))
    with pytest.raises(NoBatchService, match="check the base URL"):
        submit(service)


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


def test_of_several_lines_for_one_request_the_first_reply_counts() -> None:
    error = json.dumps({"custom_id": "a", "response": None, "error": {"message": "no"}})
    answers = read(error, answered("first"), answered("second"), error)
    assert [one.reply.text for one in answers.by_name.values() if one.reply] == ["first"]
    assert answers.strays == ()


def test_replies_under_unknown_names_are_kept_apart() -> None:
    answers = read(answered("stray", custom_id="c"), answered("nameless", custom_id=None))
    assert answers.by_name == {}
    assert [one.text for one in answers.strays] == ["stray", "nameless"]
    assert all(one.spend.tokens == Tokens(7, 1) for one in answers.strays)


def test_an_invalid_line_may_have_been_paid_for() -> None:
    answers = read('{"custom_id": "a", "respo', answered("fine", custom_id="b"))
    assert list(answers.by_name) == ["b"]
    assert [one.spend for one in answers.strays] == [Spend(None, None)]


def test_an_answer_that_is_not_a_completion_may_have_been_paid_for() -> None:
    (answer,) = read(answered("fine", response={"status_code": 200, "body": [1]})).by_name.values()
    assert answer.problem == "its line holds no chat completion"
    assert answer.reply is not None
    assert answer.reply.spend == Spend(None, None)


def test_a_line_separator_inside_an_answer_does_not_end_the_line() -> None:
    spoken = "one\u2028two\x85three"
    line = answered(spoken).replace("\\u2028", "\u2028").replace("\\u0085", "\x85")
    assert [one.reply.text for one in read(line).by_name.values() if one.reply] == [spoken]


@given(st.lists(st.binary() | st.text().map(str.encode), max_size=5))
def test_no_bytes_crash_the_parser(lines: list[bytes]) -> None:
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
def test_no_json_crashes_the_parser(values: list[object]) -> None:
    answers = read(*map(json.dumps, values), answered("fine", custom_id="b"))
    reply = answers.by_name["b"].reply
    assert reply is not None
    assert all(one.problem is None or one.problem.isprintable() for one in answers.by_name.values())


@given(
    st.lists(st.text(max_size=30), min_size=1, max_size=20),
    st.integers(1, 6),
    st.integers(100, 1000),
)
def test_every_request_is_in_one_file_within_the_limits(
    texts: list[str], most_lines: int, most_bytes: int
) -> None:
    bodies = {f"q{n}": {"content": text} for n, text in enumerate(texts)}
    files = list(batch_file.split_batch(bodies, most_lines=most_lines, most_bytes=most_bytes))
    assert [name for names in files for name in names] == list(bodies)
    for names in files:
        size = len(batch_file.write_batch({name: bodies[name] for name in names}))
        assert len(names) <= most_lines
        assert size <= most_bytes or len(names) == 1
