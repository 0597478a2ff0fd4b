"""What comes in place of an answer is named for what it is, in one line, with what to do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import ModelBusy, ModelError, ModelUnusable
from paperlark.domain.spending import Spend
from paperlark.llm.connection import Connection, is_azure
from paperlark.llm.openai_compatible import OpenAICompatible
from standins.openai import (
    KEY,
    MODEL,
    Behaviour,
    StandIn,
    answers,
    complains,
    redirects,
    says,
    stand_in,
    streams,
)

PROMPT = Prompt("Judge as JSON.", "Paper 412: Bats\nAbstract: Bats.", {}, longest_answer=500)


def failure(server: StandIn, behaviour: Behaviour, path: str = "") -> ModelError:
    server.always = behaviour
    with (
        OpenAICompatible(server.base_url + path, MODEL, key=KEY) as model,
        pytest.raises(ModelError) as raised,
    ):
        model.ask(PROMPT)
    assert len(server.questions) == 1
    assert str(raised.value).isprintable()
    assert KEY not in str(raised.value)
    return raised.value


@pytest.mark.parametrize(
    "stream",
    [
        streams(),
        streams("text/plain"),
        answers(": keep-alive\n\ndata: [DONE]\n\n"),
        answers('event: message\ndata: {"choices": []}\n\n'),
        answers('\n\ndata:{"choices": []}\n\n'),
    ],
)
def test_a_stream_is_named(server: StandIn, stream: Behaviour) -> None:
    error = failure(server, stream)
    assert isinstance(error, ModelUnusable)
    assert error.problem.endswith("answered with a stream (data: ...), although none was requested")
    assert error.hint == "turn streaming off on the server or the gateway before it"
    assert error.spend == Spend(None, None)


def test_an_error_in_a_stream_is_an_error_as_any_other(server: StandIn) -> None:
    error = failure(server, answers('data: {"error": "no"}', status=503))
    assert isinstance(error, ModelBusy)


@pytest.mark.parametrize(
    "page", ["<html>Hello</html>", "\n <!DOCTYPE html>\n<body>", "<!-- a --><html>"]
)
def test_a_web_page_is_named(server: StandIn, page: str) -> None:
    error = failure(server, answers(page))
    assert error.problem.endswith("answered with a web page that is not a chat completion")
    assert error.hint == "check the base URL"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_the_same_api_names_the_base_url(server: StandIn, status: int) -> None:
    error = failure(server, redirects("https://ai.example.org/api/v1/chat/completions?a=b", status))
    assert isinstance(error, ModelUnusable)
    assert error.problem.endswith(f"answered {status}, a redirect")
    assert error.hint == (
        'if you trust that address, set base_url = "https://ai.example.org/api/v1"'
    )


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://login.example.org/sign-in?next=secret", "login.example.org"),
        ("https://user:secret@login.example.org:8443/", "login.example.org:8443"),
        ("//login.example.org/secret", "login.example.org"),
        ("https://", "nowhere"),
    ],
)
def test_any_other_redirect_names_the_host_alone(server: StandIn, address: str, host: str) -> None:
    error = failure(server, redirects(address))
    assert error.problem.endswith(f"answered 308, a redirect to {host}")
    assert "sign-in page" in (error.hint or "")
    assert "secret" not in str(error)


def test_a_redirect_that_leads_nowhere_is_an_error_of_the_base_url(server: StandIn) -> None:
    error = failure(server, redirects("javascript:alert(1)"))
    assert isinstance(error, ModelUnusable)
    assert "check the base URL" in (error.hint or "")


def test_a_redirect_to_a_path_of_the_same_server_is_named(server: StandIn) -> None:
    error = failure(server, redirects("/v2/chat/completions"))
    assert f'base_url = "{server.base_url.removesuffix("/v1")}/v2"' in (error.hint or "")


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=200))
def test_whatever_a_redirect_names_the_error_is_one_line(
    loopback: HTTPServer, address: str
) -> None:
    with stand_in(loopback) as server:
        failure(server, redirects(f"http://a.example/{address}"))


def test_azure_takes_its_key_in_a_header_of_its_own(server: StandIn) -> None:
    server.always = says("fine")
    address = (
        server.base_url.removesuffix("/v1") + "/openai/deployments/mine?api-version=2024-10-21"
    )
    for written in (
        address,
        address.replace("?", "/chat/completions?"),
        address.replace("?", "/?"),
    ):
        with OpenAICompatible(written, MODEL, key=KEY) as model:
            assert model.ask(PROMPT).text == "fine"
    assert server.keys == [None] * 3
    assert [headers.get("Api-Key") for headers in server.headers] == [KEY] * 3
    (seen,) = set(server.addresses)
    assert seen.endswith("/openai/deployments/mine/chat/completions?api-version=2024-10-21")


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://mine.openai.azure.com/openai/v1", True),
        ("https://Mine.OpenAI.Azure.com:443/openai/v1", True),
        ("https://mine.services.ai.azure.com/openai/v1", True),
        ("https://gateway.example.org/openai/deployments/gpt", True),
        ("https://api.openai.com/v1", False),
        ("https://example.org/v1?next=x.openai.azure.com", False),
        ("https://mine.openai.azure.com.example.org/v1", False),
        ("https://user@mine.openai.azure.com/openai/v1", True),
        ("https://mine.openai.azure.com@example.org/v1", False),
        ("", False),
    ],
)
def test_an_address_of_azure_is_recognized(address: str, *, is_one: bool) -> None:
    assert is_azure(address) is is_one


def test_an_address_that_azure_does_not_know_is_answered_with_those_it_does(
    server: StandIn,
) -> None:
    server.base_url = server.base_url.removesuffix("/v1")
    missing = complains(404, {"code": "404", "message": "Resource not found"})
    error = failure(server, missing, "/openai/deployments/mine")
    assert "/openai/v1" in (error.hint or "")
    assert "api-version" in (error.hint or "")


def test_a_key_that_a_server_repeats_in_an_answer_is_not_kept(server: StandIn) -> None:
    server.then(says(json.dumps({"said": KEY})))
    with OpenAICompatible(server.base_url, MODEL, key=KEY) as model:
        assert model.ask(PROMPT).text == '{"said": "[secret]"}'


def test_a_base_url_keeps_its_query() -> None:
    with Connection("http://a.example/v1/chat/completions/?x=1") as connection:
        assert connection.base_url == "http://a.example/v1?x=1"


def test_only_requests_hold_the_secrets_of_an_address(server: StandIn) -> None:
    public = server.base_url.replace("://", "://ada:${PASSWORD}@") + "?key=${KEY}"
    filled = public.replace("${PASSWORD}", "p%40ss-w0rd").replace("${KEY}", "k3y-4711")
    with OpenAICompatible(public, MODEL, address=filled) as model:
        model.ask(PROMPT)
        assert model.connection.base_url == public
    [headers] = server.headers
    assert headers["Authorization"] == "Basic YWRhOnBAc3MtdzByZA=="
    assert server.addresses[0].endswith("/chat/completions?key=k3y-4711")
