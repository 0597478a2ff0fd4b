"""Questions left with a batch service in one run and collected in a later one."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from standins.batch_service import Ending, Fault, Handle, cut_after, cut_before, refuses
from standins.batched_days import DAY, EACH, PAPERS, Home, home_at
from standins.engines import Engine
from standins.forked import Forked
from standins.openai import KEY, Behaviour, complains, judges, papers_of, row, says, without

pytestmark = [pytest.mark.usefixtures("on_engine"), pytest.mark.slow]

MODEL_AND_MONEY = re.compile(r"^\|? ?(?:tokens|cost)\b.*$|.*tokens per judged.*", re.MULTILINE)


@pytest.fixture(scope="module")
def loopback() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture
def home(loopback: HTTPServer, tmp_path: Path) -> Home:
    return home_at(tmp_path / "home", loopback)


def bare(page: str) -> str:
    """Leave out of a page what depends on who answered at which price."""
    return MODEL_AND_MONEY.sub("", page)


def test_a_day_is_left_collected_and_like_a_day_that_was_asked_at_once(
    loopback: HTTPServer, tmp_path: Path
) -> None:
    live = home_at(tmp_path / "live", loopback)
    live.teach()
    assert live.run("--no-batch").exit_code == 0
    home = home_at(tmp_path / "home", loopback)
    home.teach()

    left = home.run()
    assert left.exit_code == 3, left.output
    assert "30 papers wait in a batch: run the same command again to collect" in left.stderr
    assert home.page()["status"] == "partial"
    assert home.page()["funnel"]["waiting"] == 30
    assert home.cost() == 0

    home.batch_service.pass_hours(1)
    collected = home.run()
    assert collected.exit_code == 0, collected.output
    assert home.page()["status"] == "complete"
    assert bare(home.markdown()) == bare(live.markdown())
    assert home.page()["entries"] == live.page()["entries"]
    assert home.cost() == live.cost() / 2 > 0
    assert len(home.batch_service.asked) == len(live.server.questions) - 1  # and one taught it


def test_summaries_come_with_a_batch_as_they_come_at_once(
    loopback: HTTPServer, tmp_path: Path
) -> None:
    home = home_at(tmp_path / "home", loopback, more="summary = true")
    home.teach()
    home.batch_service.line = judges(
        lambda rows: [{**row, "summary": f"{row['id']} hears farther."} for row in rows]
    )
    home.run()
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 0
    entries = home.page()["entries"]
    assert entries
    for one in entries:
        assert one["judgement"]["summary"] == f"{one['id']} hears farther."
    for body in home.batch_service.asked:
        rows = body["response_format"]["json_schema"]["schema"]["properties"]["rows"]
        assert "summary" in rows["items"]["required"]


def test_a_page_whose_papers_all_wait_says_so_and_what_to_do(home: Home) -> None:
    home.teach()
    home.run()
    page = home.markdown()
    assert "partial: 30 papers waiting in a batch, see below" in page
    assert "No papers yet: 30 papers waiting in a batch." in page
    assert (
        "30 papers wait in a batch submitted at 08:12 UTC, not answered yet. To collect the"
        " answers, make this page again: paperlark run --date 2025-02-26"
    ) in page
    assert all(f"2502.{100 + n:05}" in page for n in range(30))


def test_what_waits_is_left_once_however_often_the_day_is_made(home: Home) -> None:
    home.teach()
    pages = []
    for _ in range(3):
        assert home.run().exit_code == 3
        pages.append(home.markdown())
    assert len(set(pages)) == 1
    assert len(home.batch_service.batches) == 1
    home.batch_service.pass_hours(20)
    home.batch_service.batches[0].since += 19.5
    home.run()
    assert "in a batch submitted on 2025-02-26 at 08:12 UTC, not answered yet" in home.markdown()


def test_what_waits_is_not_asked_at_once_either(home: Home) -> None:
    home.teach()
    home.run()
    asked = len(home.server.questions)
    assert home.run("--no-batch").exit_code == 3
    assert len(home.server.questions) == asked
    home.batch_service.pass_hours(1)
    assert home.run("--no-batch").exit_code == 0
    assert len(home.server.questions) == asked


def test_a_server_of_which_nothing_is_known_is_asked_once_before_hundreds_wait(home: Home) -> None:
    def only_plain_json(_standing: object, request: Request) -> Response:
        asked = json.loads(request.data)
        if asked.get("response_format", {}).get("type") == "json_schema" or "temperature" in asked:
            param = "temperature" if "temperature" in asked else "response_format"
            return complains(400, {"message": f"{param} is not supported", "param": param})(
                home.server, request
            )
        return judges()(home.server, request)

    home.server.always = only_plain_json
    home.batch_service.line = only_plain_json
    assert home.run().exit_code == 3
    assert home.page()["funnel"]["judged"] == EACH
    assert home.page()["funnel"]["waiting"] == PAPERS - EACH
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 0
    assert {body["response_format"]["type"] for body in home.batch_service.asked} == {"json_object"}
    assert home.tokens(batch=False) == (1000, 100)


def test_an_expired_batch_gives_what_it_has_and_the_rest_is_left_again(home: Home) -> None:
    home.teach()
    home.batch_service.endings.append(Ending("completed", hours=30, share=0.5))
    home.run()
    home.batch_service.pass_hours(25)
    assert home.run().exit_code == 3
    funnel = home.page()["funnel"]
    assert (funnel["judged"], funnel["waiting"]) == (16, 14)
    assert "before that: batch_expired: This request could not be executed" in home.markdown()
    assert [len(batch.lines) for batch in home.batch_service.batches] == [8, 4]
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 0
    assert home.tokens(batch=True) == (8000, 800)


def test_a_paper_is_left_three_times_and_then_its_reason_is_told(home: Home) -> None:
    home.teach()
    home.batch_service.line = judges(
        lambda rows: [one for one in rows if one["id"] != "2502.00107"]
    )
    for waiting in (PAPERS, 1, 1):
        assert home.run().exit_code == 3
        assert home.page()["funnel"]["waiting"] == waiting
        home.batch_service.pass_hours(1)
    assert home.run().exit_code == 3
    funnel = home.page()["funnel"]
    assert (funnel["judged"], funnel["unjudged"], funnel["waiting"]) == (29, 1, 0)
    assert "the model's reply contained no judgement (submitted 3 times)" in home.markdown()
    assert len(home.batch_service.asked) == 8 + 1 + 1
    home.run()
    assert len(home.batch_service.asked) == 8 + 1 + 1
    home.server.always = judges()
    assert home.run("--no-batch").exit_code == 0


def test_a_batch_that_the_service_refuses_speaks_its_words_and_is_left_in_parts(
    home: Home,
) -> None:
    home.teach()
    words = "Enqueued token limit reached for gpt-4o. Limit: 90,000 enqueued tokens."
    home.batch_service.endings.append(Ending("failed", 0.0, words=words))
    home.run()
    assert home.run().exit_code == 3
    assert f"before that: the batch service refused it: {words}" in home.markdown()
    assert [len(batch.lines) for batch in home.batch_service.batches] == [8, 2, 2, 2, 2]
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 0
    assert home.tokens(batch=True) == (8000, 800)


@pytest.mark.parametrize("status", [400, 404, 405])
@pytest.mark.parametrize("taught", [True, False])
def test_a_server_without_a_batch_service_gives_one_error_and_the_mend(
    home: Home, status: int, *, taught: bool
) -> None:
    if taught:
        home.teach()
    asked = len(home.server.questions)
    home.batch_service.fault = refuses(status, "Unknown request URL")
    result = home.run()
    assert result.exit_code == 3
    refusal = f"does not accept batches like this (it answered {status}: Unknown request URL)"
    mend = "use it without batches: --no-batch, or remove `batch` from [judge]"
    (note,) = [line for line in home.markdown().splitlines() if "did not judge 30 papers" in line]
    for part in (refusal, mend):
        assert part in note.replace("\\", "")
    assert len(home.server.questions) == asked
    profile = home.profile.read_text()
    home.profile.write_text(profile.replace("[judge]", '[judge]\non_failure = "fail"'))
    (home.folder / "pages" / f"{DAY}.json").unlink()
    failing = home.run()
    assert failing.exit_code == 1
    (error,) = [line for line in failing.stderr.splitlines() if line.startswith("error:")]
    assert refusal in error
    assert error.endswith(mend)
    assert len(home.server.questions) == asked
    assert home.run("--no-batch").exit_code == 0


@pytest.mark.parametrize(
    "fault",
    [
        refuses(401, "Incorrect API key provided"),
        refuses(402, "Your credit balance is too low"),
        refuses(503, "Overloaded"),
        cut_before,
    ],
    ids=["401", "402", "503", "down"],
)
def test_a_batch_service_that_fails_takes_no_page_and_nothing_is_paid_twice(
    home: Home, fault: Fault
) -> None:
    home.teach()
    home.batch_service.fault = fault
    result = home.run()
    assert result.exit_code == 3, result.output
    page = home.page()
    assert page["status"] == "partial"
    assert page["entries"]
    assert all(entry["unjudged"] for entry in page["entries"] if not entry["followed"])
    home.batch_service.fault = None
    assert home.run().exit_code == 3
    home.batch_service.pass_hours(25)
    done = home.run()
    assert done.exit_code in {0, 3}, done.output
    home.batch_service.pass_hours(25)
    assert home.run().exit_code == 0
    assert home.page()["status"] == "complete"
    asked = [paper["id"] for body in home.batch_service.asked for paper in papers_of(body)]
    assert len(asked) == len(set(asked)) == PAPERS


def test_a_service_that_takes_no_more_for_now_says_so_and_nothing_waits(home: Home) -> None:
    home.teach()
    home.batch_service.faults["create"].extend([refuses(429, "Enqueued token limit reached")] * 4)
    result = home.run()
    assert result.exit_code == 3
    assert "did not judge 30 papers" in " ".join(result.stdout.split())
    assert "Enqueued token limit reached" in " ".join(result.stdout.split())
    assert home.page()["funnel"]["unjudged"] == 30
    assert home.query("SELECT * FROM jobs") == []
    assert home.run().exit_code == 3
    assert len(home.batch_service.batches) == 1


def test_answers_that_cannot_be_had_now_are_waited_for(home: Home) -> None:
    home.teach()
    home.run()
    home.batch_service.pass_hours(1)
    home.batch_service.faults["content"].extend([refuses(503, "storage is down")] * 4)
    assert home.run().exit_code == 3
    assert "not answered yet (127.0.0.1:" in home.markdown()
    assert "answered 503: storage is down" in home.markdown()
    assert home.run().exit_code == 0
    assert home.cost() > 0


def test_answers_that_the_service_threw_away_are_asked_for_again_and_counted(home: Home) -> None:
    home.teach()
    home.run()
    home.batch_service.pass_hours(1)
    home.batch_service.faults["content"].extend([refuses(404, "No such File")] * 2)
    assert home.run().exit_code == 3
    assert len(home.batch_service.batches) == 1  # it may be the wrong key, too
    home.batch_service.pass_hours(48)
    assert home.run().exit_code == 3
    assert len(home.batch_service.batches) == 1 + 4
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 0
    assert home.page()["usage"]["cost_usd"] is None
    assert "It cost $" in home.markdown()


def test_a_wrong_key_loses_nothing(home: Home) -> None:
    home.teach()
    home.run()
    home.batch_service.pass_hours(1)
    home.batch_service.fault = refuses(401, "Incorrect API key provided", code="invalid_api_key")
    assert home.run().exit_code == 3
    home.batch_service.fault = None
    assert home.run().exit_code == 0
    assert len(home.batch_service.batches) == 1


def test_an_answer_to_the_creation_that_got_lost_is_paid_for_once(home: Home) -> None:
    home.teach()
    home.batch_service.faults["create"].append(cut_after)
    home.batch_service.faults["list"].extend([refuses(500, "down")] * 4)
    assert home.run().exit_code == 3
    assert "in a batch that may have been submitted at 08:12 UTC" in home.markdown()
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 0
    assert len(home.batch_service.batches) == 1
    assert home.tokens(batch=True) == (8000, 800)


def test_a_batch_that_never_came_to_be_is_left_again(home: Home) -> None:
    home.teach()
    home.batch_service.faults["create"].append(cut_before)
    assert home.run().exit_code == 3
    assert home.batch_service.batches == []
    assert home.run().exit_code == 3
    assert len(home.batch_service.batches) == 1
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 0


def test_another_day_s_run_collects_it_too_and_says_whose_page_to_make(home: Home) -> None:
    home.teach()
    home.run()
    home.batch_service.pass_hours(1)
    other = home.run(day="2025-02-25")
    assert other.exit_code == 0
    assert "a batch of 2025-02-26 was answered: paperlark run --date 2025-02-26" in other.stderr
    looked = len(home.batch_service.requests)
    assert home.run().exit_code == 0
    assert len(home.batch_service.requests) == looked


def test_days_that_are_made_together_are_not_told_apart(home: Home) -> None:
    home.teach()
    home.run()
    home.batch_service.pass_hours(1)
    arguments = ["run", "--from", "2025-02-25", "--to", "2025-02-26"]
    made = home.run(command=arguments)
    assert made.exit_code == 0
    assert "was answered" not in made.stderr
    assert home.page()["status"] == "complete"


def test_what_a_batch_can_cost_fits_the_budget_before_it_is_left(home: Home) -> None:
    home.teach()
    home.lay_out(budget="[budget]\nmonth = 0.035\n")
    spent = home.cost("2025-02-25")
    for _ in range(6):
        assert home.run().exit_code == 3
        waiting = home.query("SELECT most FROM jobs WHERE state <> 'collected'")
        most = sum((Decimal(one) for (one,) in waiting), Decimal(0))
        assert spent + home.cost() + most <= Decimal("0.035")
        home.batch_service.pass_hours(1)
    funnel = home.page()["funnel"]
    assert 0 < funnel["judged"] < PAPERS
    assert funnel["over_budget"] == PAPERS - funnel["judged"] - funnel["waiting"]
    assert "over budget: this month's budget of $0.035 is used up" in home.markdown()


def test_every_reading_is_left_and_collected(loopback: HTTPServer, tmp_path: Path) -> None:
    home = home_at(tmp_path / "home", loopback, more="readings = 2")
    home.teach()
    assert home.run().exit_code == 3
    assert [len(batch.lines) for batch in home.batch_service.batches] == [8, 8]
    home.batch_service.batches[1].since += 5
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 3
    assert "30 papers wait for another reading in a batch" in home.markdown()
    home.batch_service.pass_hours(5)
    assert home.run().exit_code == 0
    assert home.tokens(batch=True) == (16000, 1600)


def test_a_reply_about_other_papers_is_not_believed_and_asked_for_alone(home: Home) -> None:
    home.teach()
    forged = row({"paper": 4711, "id": "2502.00100"})
    home.batch_service.lines.append(judges(lambda rows: [*rows, forged]))
    home.run()
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 3
    assert [len(batch.lines) for batch in home.batch_service.batches] == [8, EACH]
    assert all(len(papers_of(line["body"])) == 1 for line in home.batch_service.batches[1].lines)
    home.batch_service.pass_hours(1)
    assert home.run().exit_code == 0


def test_the_key_stands_in_no_file(home: Home) -> None:
    home.teach()
    home.batch_service.lines.append(complains(500, f"cannot read {KEY}"))
    home.run()
    home.batch_service.pass_hours(1)
    home.run()
    for file in home.folder.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes(), file


# Killed at any moment.

_BOUNDARIES = [
    [(name, place)]
    for name in ("list", "question", "upload", "create", "look", "content")
    for place in ("before", "after")
]
_TWICE = [[("create", "after"), ("list", "before")], [("create", "after"), ("list", "after")]]


class Killer:
    """Kills the process that asks, before or after what it asked for is done, once."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.process: Future[Forked] = Future()
        self.killed = False

    def __call__(self, _request: Request, handle: Handle) -> Response:
        response = handle() if self.place == "after" else None
        process = self.process.result(60)
        self.killed = True
        process.kill()
        process.wait(60)
        return response or Response("")


@pytest.mark.parametrize("kills", [*_BOUNDARIES, *_TWICE], ids=str)
def test_a_run_that_is_killed_at_any_request_pays_for_nothing_twice(
    home: Home, kills: list[tuple[str, str]], engine: Engine
) -> None:
    engine.name_in(home.profile)
    for name, place in kills:
        if name in {"look", "content"}:
            home.run()
            home.batch_service.pass_hours(1)
        killer = Killer(place)
        if name == "question":

            def question(_standing: object, request: Request, killer: Killer = killer) -> Response:
                return killer(request, lambda: judges()(home.server, request))

            home.server.then(question)
        else:
            home.batch_service.faults[name].append(killer)
        _run_apart(home, killer)
        assert killer.killed
    for _ in range(2):
        home.run()
        home.batch_service.pass_hours(1)
    assert home.run().exit_code == 0
    left = [paper["id"] for body in home.batch_service.asked for paper in papers_of(body)]
    assert len(left) == len(set(left)), "left twice"
    billed = (
        sum(usage["prompt_tokens"] for usage in home.batch_service.billed),
        sum(usage["completion_tokens"] for usage in home.batch_service.billed),
    )
    assert home.tokens(batch=True) == billed


def _run_apart(home: Home, killer: Killer) -> None:
    """Make the day in a process of its own, which is killed."""
    options = ["--profile", str(home.profile), "--feeds", str(home.folder)]
    environment = {"MODEL_KEY": KEY, "PATH": "", "HOME": str(home.folder)}
    process = Forked(["run", "--date", DAY, *options], environment)
    killer.process.set_result(process)
    assert process.wait(60) == -signal.SIGKILL


# Whatever happens.

_LINES: tuple[Behaviour, ...] = (
    judges(),
    judges(without(0)),
    judges(lambda rows: [*rows, *rows]),
    judges(lambda rows: [*rows, row({"paper": 99_999_999, "id": "2502.00100"})]),
    says("I would rather not judge."),
    says(None, refusal="No."),
    says("", finish="length"),
    complains(500, "broken"),
    complains(429, {"code": "rate_limit_exceeded", "message": "slow down"}),
)
_FAULTS: tuple[Fault, ...] = (
    cut_before,
    cut_after,
    refuses(500, "broken"),
    refuses(429, "Enqueued token limit reached"),
    lambda _request, _handle: Response("<html>", 502),
)
_REWRITES: tuple[Callable[[list[str]], list[str]], ...] = (
    list,
    lambda lines: [*lines, *lines[:2]],
    lambda lines: [*lines, '{"custom_id": "nobody asked", "response": {"body": {}}}', "nonsense"],
    lambda lines: lines[::-1],
    lambda lines: [re.sub('"custom_id": "[^"]*"', '"custom_id": "k"', line) for line in lines],
)


@settings(max_examples=8)
@given(data=st.data())
def test_whatever_happens_every_paper_ends_and_what_was_billed_is_recorded(
    loopback: HTTPServer, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    home = home_at(tmp_path_factory.mktemp("home"), loopback, papers=10)
    home.teach()
    batch_service = home.batch_service
    batch_service.rng = Random(1)  # noqa: S311  # not used for secrets
    endings = st.builds(
        Ending,
        st.sampled_from(["completed", "expired", "cancelled", "failed"]),
        st.sampled_from([0.5, 2.0, 30.0]),
        st.floats(0, 1),
        st.just("Bad batch"),
    )
    batch_service.endings.extend(data.draw(st.lists(endings, max_size=4)))
    batch_service.lines.extend(data.draw(st.lists(st.sampled_from(_LINES), max_size=12)))
    batch_service.rewrite = data.draw(st.sampled_from(_REWRITES))
    for name in ("upload", "create", "list", "look", "content"):
        batch_service.faults[name].extend(data.draw(st.lists(st.sampled_from(_FAULTS), max_size=2)))
    for _ in range(7):
        result = home.run()
        assert result.exit_code in {0, 1, 3}, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        if result.exit_code != 1:
            page = home.page()
            ended = {one["id"] for one in page["unjudged"]}
            assert all(one["reason"] for one in page["unjudged"])
            assert page["funnel"]["judged"] + len(ended) == 10
        batch_service.pass_hours(data.draw(st.sampled_from([0.0, 1.0, 25.0])))
    batch_service.pass_hours(50)
    home.run()
    ended_batches = [batch for batch in batch_service.batches if batch.ended]
    recorded = home.query("SELECT key FROM jobs WHERE state = 'collected'")
    assert {batch.key for batch in ended_batches} == {key for (key,) in recorded}
    billed = (
        sum(usage["prompt_tokens"] for usage in batch_service.billed),
        sum(usage["completion_tokens"] for usage in batch_service.billed),
    )
    assert home.tokens(batch=True) == billed
