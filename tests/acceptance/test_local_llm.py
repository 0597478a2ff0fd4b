"""A dozen papers through a real model server, where its environment was built."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from threading import Event

import httpx
import local_llm
import local_server
import pytest
from local_trial import Trial, Usage, breaches, table
from pytest_httpserver import HTTPServer
from recording_proxy import Answer, RecordingProxy
from werkzeug import Request, Response

REPLY = {
    "choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3},
}
GOOD = Trial(
    exit_code=3,
    seconds=60.0,
    announced=frozenset({"2502.00001", "2502.00002"}),
    judged=frozenset({"2502.00001"}),
    unjudged={"2502.00002": "the model's reply left this paper out"},
    stored=Usage(2, 300, 30),
    printed=Usage(2, 300, 30),
    answers=(
        Answer(500, None, None, None),
        Answer(200, 200, 20, "stop"),
        Answer(200, 100, 10, "length"),
    ),
)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(
    not local_server.is_set_up(), reason="no local model: tools/local_llm.py --set-up builds it"
)
def test_a_real_local_model_judges_a_small_day_to_the_token(tmp_path: Path) -> None:
    trial = local_llm.judge(tmp_path, local_llm.small_day(tmp_path))
    assert breaches(trial) == []
    assert len(trial.announced) == local_llm.SMALL


def test_a_small_day_is_cut_from_the_bundled_sample(tmp_path: Path) -> None:
    feeds = local_llm.small_day(tmp_path)
    assert len(local_llm.announced(feeds)) == local_llm.SMALL


def test_a_trial_where_everything_adds_up_has_no_breach() -> None:
    assert breaches(GOOD) == []


@pytest.mark.parametrize(
    ("trial", "breach"),
    [
        (replace(GOOD, exit_code=1), "paperlark ended with exit code 1"),
        (replace(GOOD, judged=frozenset()), "1 papers are neither judged nor unjudged"),
        (replace(GOOD, announced=frozenset({"2502.00001"})), "1 papers were never announced"),
        (replace(GOOD, judged=GOOD.announced), "papers are judged and unjudged at once"),
        (replace(GOOD, unjudged={"2502.00002": " "}), "1 unjudged papers have no reason"),
        (replace(GOOD, stored=Usage(2, 299, 30)), "stored Usage(answers=2, prompt_tokens=299, "),
        (replace(GOOD, printed=Usage(1, 300, 30)), "printed Usage(answers=1, prompt_tokens=300, "),
    ],
)
def test_whatever_does_not_add_up_is_said(trial: Trial, breach: str) -> None:
    said = breaches(trial)
    assert len(said) == 1
    assert said[0].startswith(breach)


def test_a_model_that_was_never_asked_proves_nothing() -> None:
    nothing = Usage(0, 0, 0)
    idle = replace(GOOD, stored=nothing, printed=nothing, answers=())
    assert breaches(idle) == ["the model was not asked at all"]


def test_the_table_shows_both_sides_and_every_reason() -> None:
    rows = dict(line.rsplit(maxsplit=1) for line in table(GOOD).splitlines())
    assert {name.strip(): figure for name, figure in rows.items()} == {
        "papers": "2",
        "judged": "1",
        "unjudged": "1",
        "the model's reply left this paper out": "1",
        "answers, ours": "2",
        "answers, the server's": "2",
        "of these cut off at their limit": "1",
        "besides, with HTTP 500": "1",
        "prompt tokens, ours": "300",
        "prompt tokens, the server's": "300",
        "completion tokens, ours": "30",
        "completion tokens, the server's": "30",
        "seconds": "60",
        "seconds a paper": "30.0",
    }


def test_the_proxy_passes_on_what_it_counts(httpserver: HTTPServer) -> None:
    path = "/v1/chat/completions"
    httpserver.expect_ordered_request(path, method="POST", json={"ask": 1}).respond_with_json(REPLY)
    httpserver.expect_ordered_request(path).respond_with_data("no", status=500)
    httpserver.expect_ordered_request("/v1/models").respond_with_json({"data": []})
    with RecordingProxy(httpserver.url_for("/v1")) as proxy, httpx.Client() as client:
        completions = f"{proxy.base_url}/chat/completions"
        assert client.post(completions, json={"ask": 1}).json() == REPLY
        assert client.post(completions, json={"ask": 2}).text == "no"
        assert client.get(f"{proxy.base_url}/models").json() == {"data": []}
        assert proxy.answers == (Answer(200, 7, 3, "stop"), Answer(500, None, None, None))


def test_an_answer_that_nobody_waits_for_any_more_is_counted(httpserver: HTTPServer) -> None:
    """The server used the tokens all the same."""
    left = Event()

    def late(_: Request) -> Response:
        left.wait(30)
        return Response(json.dumps(REPLY), content_type="application/json")

    httpserver.expect_request("/chat/completions").respond_with_handler(late)
    with RecordingProxy(httpserver.url_for("")) as proxy:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{proxy.base_url}/chat/completions", json={}, timeout=0.1)
        left.set()
    assert proxy.answers == (Answer(200, 7, 3, "stop"),)


def test_a_machine_without_a_compiler_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("CXX", raising=False)
    assert local_server.missing() == (
        "llama.cpp needs a C and a C++ compiler, and there is no cc and no c++"
    )
