from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Request, Response

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import ModelError, ModelRefused
from paperlark.llm.capabilities import (
    Capabilities,
    CapabilityDiscovery,
    ChatRequest,
    ResponseFormat,
    describe_capabilities,
    read_capabilities,
    write_capabilities,
)
from paperlark.llm.chat_stack import ReasoningBudget
from paperlark.llm.error_classes import ErrorClass
from paperlark.llm.openai_compatible import OpenAICompatible
from standins.openai import MODEL, Behaviour, Body, StandIn, accepts_no, answers, complains, says

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
PROMPT = Prompt("Judge as JSON.", "Paper 412: Bats\nAbstract: Bats.", SCHEMA, longest_answer=500)
OLD = Capabilities(
    ResponseFormat.JSON_OBJECT,
    temperature=False,
    limit_param="max_completion_tokens",
    reasoning_tokens=2000,
)


@pytest.fixture
def learned() -> list[Capabilities]:
    return []


@pytest.fixture
def model(server: StandIn, learned: list[Capabilities]) -> Iterator[OpenAICompatible]:
    with OpenAICompatible(server.base_url, MODEL, on_learned=learned.append) as opened:
        yield opened


def forms(server: StandIn) -> list[str]:
    return [str(asked.get("response_format", {}).get("type")) for asked in server.questions]


def takes_no_form(*, but: str | None = None) -> Behaviour:
    message = "This response_format type is unavailable now"

    def sent(asked: Body) -> bool:
        form = asked.get("response_format")
        return form is not None and form["type"] != but

    return accepts_no("response_format", message, sent=sent)


def test_what_a_server_does_not_accept_is_left_out_and_remembered(
    server: StandIn, model: OpenAICompatible, learned: list[Capabilities]
) -> None:
    message = "Unsupported value: 'temperature' does not support 0 with this model."
    server.always = accepts_no("temperature", message, sent=lambda asked: "temperature" in asked)
    model.ask(PROMPT)
    model.ask(PROMPT)
    assert ["temperature" in question for question in server.questions] == [True, False, False]
    assert learned == [Capabilities(temperature=False)]


def test_a_server_that_accepts_everything_is_remembered(
    model: OpenAICompatible, learned: list[Capabilities]
) -> None:
    for _ in range(3):
        model.ask(PROMPT)
    assert learned == [Capabilities()]


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        "Unsupported parameter: 'max_tokens' is not supported with this model."
        " Use 'max_completion_tokens' instead.",
    ],
)
def test_the_newer_name_of_the_limit_is_learned(
    server: StandIn, model: OpenAICompatible, learned: list[Capabilities], message: str
) -> None:
    server.always = accepts_no("max_tokens", message, sent=lambda asked: "max_tokens" in asked)
    model.ask(PROMPT)
    assert server.questions[-1]["max_completion_tokens"] == 500
    assert learned == [Capabilities(limit_param="max_completion_tokens")]


def test_a_limit_that_is_too_large_is_lowered(server: StandIn, model: OpenAICompatible) -> None:
    message = "max_tokens is too large: 500. This model supports at most 64 completion tokens."
    server.always = accepts_no("max_tokens", message, sent=lambda asked: asked["max_tokens"] > 64)
    model.ask(PROMPT)
    model.ask(replace(PROMPT, longest_answer=30))
    assert [question["max_tokens"] for question in server.questions] == [500, 64, 30]


def test_a_limit_that_is_not_accepted_at_all_is_left_out(
    server: StandIn, model: OpenAICompatible
) -> None:
    message = 'Invalid JSON payload received. Unknown name "max_tokens": Cannot find field.'
    server.then(answers([{"error": {"code": 400, "message": message}}], status=400))
    model.ask(PROMPT)
    assert not {"max_tokens", "max_completion_tokens"} & server.questions[-1].keys()


def test_a_temperature_is_left_out_when_only_the_message_names_it(
    server: StandIn, model: OpenAICompatible
) -> None:
    message = "Unsupported parameter: 'temperature' is not supported with this model."
    server.then(complains(400, {"message": message, "param": None, "code": None}))
    model.ask(PROMPT)
    assert "temperature" not in server.questions[-1]


def test_a_server_without_schemas_is_asked_for_json_then_for_text(
    server: StandIn, model: OpenAICompatible, learned: list[Capabilities]
) -> None:
    server.always = takes_no_form()
    model.ask(PROMPT)
    model.ask(PROMPT)
    assert forms(server) == ["json_schema", "json_object", "json_object", "None", "None"]
    assert learned == [Capabilities(ResponseFormat.TEXT)]


@pytest.mark.parametrize(
    "complaint",
    [
        # llama-cpp-python, llama.cpp, Gemini, DeepSeek, vLLM
        complains(500, {"message": "[{'msg': \"Input should be 'text' or 'json_object'\"}]"}),
        complains(400, {"message": 'Either "json_schema" or "grammar" can be specified'}),
        answers(
            [{"error": {"code": 400, "message": 'Unknown name "additionalProperties" at schema'}}],
            status=400,
        ),
        complains(400, "This response_format type is unavailable now"),
        answers(
            {"object": "error", "message": "json_schema is not supported", "code": 400}, status=400
        ),
        complains(422, {"message": {"detail": [{"loc": ["body", "response_format"]}]}}),
    ],
)
def test_a_server_without_schemas_gets_the_next_format(
    server: StandIn, model: OpenAICompatible, learned: list[Capabilities], complaint: Behaviour
) -> None:
    server.then(complaint, says("fine"))
    assert model.ask(PROMPT).text == "fine"
    assert server.questions[-1]["response_format"] == {"type": "json_object", "schema": SCHEMA}
    assert learned == [Capabilities(ResponseFormat.JSON_OBJECT_OF_SCHEMA)]


OWN_WORDS = [
    complains(400, {"message": "Failed to generate JSON. Please adjust your prompt."}),
    complains(400, {"message": "guided decoding is not available here", "type": "BadRequestError"}),
    complains(400, {"message": "failed to parse grammar", "type": "server_error"}),
    complains(400, "bad request"),
    complains(400, ""),
    complains(422, {"message": "unprocessable"}),
    complains(500, {"message": "failed to initialize the grammar sampler"}),
    answers({"error": {"code": 400, "message": "nope"}}),
]


def with_schema(asked: Body) -> bool:
    return "response_format" in asked


def only_without_schema(refusal: Behaviour) -> Behaviour:
    def behaviour(standing: StandIn, request: Request) -> Response:
        chosen = refusal if with_schema(json.loads(request.data)) else says("fine")
        return chosen(standing, request)

    return behaviour


@pytest.mark.parametrize("refusal", OWN_WORDS)
def test_a_first_question_that_is_refused_is_asked_once_without_the_schema(
    server: StandIn, model: OpenAICompatible, learned: list[Capabilities], refusal: Behaviour
) -> None:
    server.always = only_without_schema(refusal)
    assert [model.ask(PROMPT).text for _ in range(3)] == ["fine"] * 3
    assert forms(server) == ["json_schema", "None", "None", "None"]
    assert learned == [Capabilities(ResponseFormat.TEXT)]


@pytest.mark.parametrize("refusal", OWN_WORDS[:5])
def test_a_question_that_is_refused_without_the_schema_too_says_nothing_of_it(
    server: StandIn, model: OpenAICompatible, learned: list[Capabilities], refusal: Behaviour
) -> None:
    server.then(*[refusal] * 4)
    for _ in range(3):
        with pytest.raises(ModelRefused):
            model.ask(PROMPT)
    model.ask(PROMPT)
    assert forms(server) == ["json_schema", "None", *["json_schema"] * 3]
    assert learned == [Capabilities()]


def test_a_refusal_after_an_answer_says_nothing_of_the_schema(
    server: StandIn, model: OpenAICompatible
) -> None:
    server.then(says("fine"), complains(400, "bad request"))
    model.ask(PROMPT)
    with pytest.raises(ModelRefused):
        model.ask(PROMPT)
    assert forms(server) == ["json_schema"] * 2


def test_a_form_that_an_earlier_run_proved_is_doubted_after_two_refusals(
    server: StandIn, learned: list[Capabilities]
) -> None:
    server.always = only_without_schema(complains(400, "bad request"))
    with OpenAICompatible(
        server.base_url, MODEL, capabilities=Capabilities(), on_learned=learned.append
    ) as model:
        with pytest.raises(ModelRefused):
            model.ask(PROMPT)
        assert model.ask(PROMPT).text == "fine"
    assert forms(server) == ["json_schema", "json_schema", "None"]
    assert learned == [Capabilities(ResponseFormat.TEXT)]


@pytest.mark.parametrize(
    "refusal",
    [
        complains(400, {"code": "content_filter", "message": "filtered"}),
        complains(400, {"message": "too many messages", "param": "messages"}),
        complains(400, {"message": "This model's maximum context length is 4096 tokens"}),
        complains(400, {"message": "Model Not Exist"}),
    ],
)
def test_a_refusal_with_another_cause_is_not_blamed_on_the_schema(
    server: StandIn, model: OpenAICompatible, refusal: Behaviour
) -> None:
    server.always = refusal
    with pytest.raises(ModelError):
        model.ask(PROMPT)
    assert forms(server) == ["json_schema"]


def test_many_threads_meet_a_complaint_once(server: StandIn, model: OpenAICompatible) -> None:
    server.always = only_without_schema(complains(400, "bad request"))
    with ThreadPoolExecutor(16) as pool:
        texts = [reply.text for reply in pool.map(model.ask, [PROMPT] * 32)]
    assert texts == ["fine"] * 32
    assert sum(map(with_schema, server.questions)) == 1


def test_a_first_question_that_fails_releases_the_others(
    server: StandIn, model: OpenAICompatible
) -> None:
    server.then(complains(503, "busy"))
    with ThreadPoolExecutor(8) as pool:
        ends = [pool.submit(model.ask, PROMPT) for _ in range(8)]
        failed = [end for end in ends if end.exception(10) is not None]
    assert len(failed) == 1


def test_a_server_that_enforces_a_grammar_gets_the_schema_of_this_question() -> None:
    narrow = {"type": "object", "properties": {"paper": {"enum": [412]}}}
    question = ChatRequest(MODEL, replace(PROMPT, narrow=narrow), None)
    bodies = {
        form: Capabilities(form).body(question).get("response_format") for form in ResponseFormat
    }
    assert bodies[ResponseFormat.JSON_OBJECT_OF_SCHEMA] == {"type": "json_object", "schema": narrow}
    assert "412" not in str(
        [bodies[form] for form in ResponseFormat if form != ResponseFormat.JSON_OBJECT_OF_SCHEMA]
    )


def test_a_server_that_wants_the_word_json_is_finally_asked_for_text(
    server: StandIn, model: OpenAICompatible
) -> None:
    error = {
        "message": "'messages' must contain the word 'json' in some form, to use"
        " 'response_format' of type 'json_object'.",
        "param": "messages",
    }
    server.then(*[complains(400, error)] * 3)
    model.ask(PROMPT)
    assert forms(server)[-1] == "None"


def test_a_model_without_a_system_role_gets_one_message(
    server: StandIn, model: OpenAICompatible
) -> None:
    server.always = accepts_no(
        "messages[0].role",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        sent=lambda asked: asked["messages"][0]["role"] == "system",
    )
    model.ask(PROMPT)
    (message,) = server.questions[-1]["messages"]
    assert message == {"role": "user", "content": f"{PROMPT.system}\n\n{PROMPT.user}"}


def test_a_complaint_that_nothing_resolves_ends(server: StandIn, model: OpenAICompatible) -> None:
    everything = "response_format, temperature, max_tokens and the system role are bad"
    server.always = complains(400, everything)
    with pytest.raises(ModelRefused):
        model.ask(PROMPT)
    assert len(server.questions) == 7


def test_a_prompt_that_is_too_long_changes_no_capabilities(
    server: StandIn, model: OpenAICompatible, learned: list[Capabilities]
) -> None:
    message = (
        "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context"
        " length is 4096 tokens and your request has 3900 input tokens."
    )
    server.then(complains(400, {"message": message}))
    with pytest.raises(ModelRefused, match="put fewer papers into one question"):
        model.ask(PROMPT)
    model.ask(PROMPT)
    assert server.questions[0] == server.questions[1]
    assert learned == [Capabilities()]


@given(
    st.lists(st.sampled_from(["response_format", "temperature", "max_tokens", "'system'"])),
    st.text(),
    st.integers(0, 10**12),
)
def test_discovery_ends_whatever_a_server_complains_about(
    names: list[str], text: str, number: int
) -> None:
    message = f"{' '.join(names)} {text} at most {number} max_completion_tokens"
    discovery = CapabilityDiscovery(OLD)
    asked = 0
    while discovery.complained(discovery.current, ErrorClass("here", 400, message)):
        asked += 1
        assert asked < 20


def test_remembered_capabilities_are_used_at_once(
    server: StandIn, learned: list[Capabilities]
) -> None:
    server.always = takes_no_form(but="json_object")
    with OpenAICompatible(
        server.base_url, MODEL, capabilities=OLD, on_learned=learned.append
    ) as model:
        model.ask(PROMPT)
    (question,) = server.questions
    assert question["response_format"] == {"type": "json_object"}
    assert question["max_completion_tokens"] == 500
    assert (learned, model.reasoning_tokens) == ([], 2000)


def test_capabilities_that_no_longer_work_are_discovered_anew(
    server: StandIn, learned: list[Capabilities]
) -> None:
    message = "Unknown name max_completion_tokens"
    server.always = accepts_no(
        "max_completion_tokens", message, sent=lambda asked: "max_completion_tokens" in asked
    )
    with OpenAICompatible(
        server.base_url, MODEL, capabilities=OLD, on_learned=learned.append
    ) as model:
        model.ask(PROMPT)
        model.ask(PROMPT)
    assert forms(server) == ["json_object", "json_schema", "json_schema"]
    assert learned == [Capabilities()]


def test_a_complaint_about_a_question_does_not_outdate_the_capabilities(
    server: StandIn, learned: list[Capabilities]
) -> None:
    server.then(complains(400, {"message": "no"}))
    with OpenAICompatible(
        server.base_url, MODEL, capabilities=OLD, on_learned=learned.append
    ) as model:
        with pytest.raises(ModelRefused):
            model.ask(PROMPT)
        model.ask(PROMPT)
    assert forms(server) == ["json_object", "json_object"]


@pytest.mark.parametrize("text", ["", None, "<think>Hmm, paper 412 is", "  <think>\n"])
def test_a_model_whose_reasoning_used_up_the_limit_gets_more_tokens(
    server: StandIn, model: OpenAICompatible, learned: list[Capabilities], text: str | None
) -> None:
    server.then(*[says(text, finish="length")] * 2)
    stacked = ReasoningBudget(model, lambda: model.reasoning_tokens)
    for _ in range(3):
        stacked.ask(PROMPT)
    assert [question["max_tokens"] for question in server.questions] == [500, 2500, 10500]
    assert learned == [Capabilities(reasoning_tokens=2000), Capabilities(reasoning_tokens=10000)]
    assert stacked.name == MODEL


def test_reasoning_tokens_have_a_bound(server: StandIn, model: OpenAICompatible) -> None:
    server.always = says("", finish="length")
    stacked = ReasoningBudget(model, lambda: model.reasoning_tokens)
    for _ in range(9):
        stacked.ask(PROMPT)
    assert model.reasoning_tokens == 32_768


def test_reasoning_tokens_that_do_not_fit_the_context_are_reduced(
    server: StandIn, learned: list[Capabilities]
) -> None:
    server.then(complains(400, {"message": "This model's maximum context length is 4096 tokens"}))
    with OpenAICompatible(
        server.base_url, MODEL, capabilities=OLD, on_learned=learned.append
    ) as model:
        with pytest.raises(ModelRefused):
            model.ask(PROMPT)
        model.ask(PROMPT)
        assert model.reasoning_tokens == 500
    assert learned == [replace(OLD, reasoning_tokens=500)]


@pytest.mark.parametrize(
    "answer",
    [
        says('{"rows": [', finish="length"),
        says("<think>Hmm</think>", finish="length"),
        says(""),
        says("  "),
    ],
)
def test_an_answer_that_began_or_ended_by_itself_needs_no_reasoning_tokens(
    server: StandIn, model: OpenAICompatible, answer: Behaviour
) -> None:
    server.then(answer)
    model.ask(PROMPT)
    assert model.reasoning_tokens == 0


def test_a_prompt_without_a_limit_needs_no_reasoning_tokens(
    server: StandIn, model: OpenAICompatible
) -> None:
    server.always = says("", finish="length")
    stacked = ReasoningBudget(model, lambda: 2000)
    stacked.ask(replace(PROMPT, longest_answer=None))
    assert "max_tokens" not in server.questions[-1]
    assert model.reasoning_tokens == 0


def test_what_one_thread_learned_is_not_undone_by_another() -> None:
    discovery = CapabilityDiscovery(None)
    before = discovery.current
    assert discovery.complained(before, ErrorClass("here", 400, "temperature"))
    assert discovery.complained(before, ErrorClass("here", 400, "json_schema"))
    assert discovery.current == Capabilities(temperature=False)
    discovery.only_reasoned(before, PROMPT)
    assert discovery.current == Capabilities(temperature=False)


CAPABILITIES = st.builds(
    Capabilities,
    response_format=st.sampled_from(ResponseFormat),
    temperature=st.booleans(),
    limit_param=st.sampled_from([None, "max_tokens", "max_completion_tokens"]),
    max_limit=st.none() | st.integers(1, 10**6),
    system_role=st.booleans(),
    reasoning_tokens=st.integers(0, 10**6),
)


@given(CAPABILITIES)
def test_capabilities_survive_a_round_trip(found: Capabilities) -> None:
    assert read_capabilities(write_capabilities(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"form": 3}',
        '{"form": "grammar"}',
        write_capabilities(Capabilities()).replace("true", '"yes"'),
        write_capabilities(Capabilities()).replace("max_tokens", "stream"),
        write_capabilities(Capabilities()).replace('"most": null', '"most": 0'),
        write_capabilities(Capabilities()).replace('"room": 0', '"room": true'),
        write_capabilities(Capabilities()).replace('"room": 0', '"rooms": 0'),
        write_capabilities(Capabilities()).replace('"room": 0', '"room": 0, "more": 1'),
    ],
)
def test_invalid_stored_capabilities_are_none(text: str) -> None:
    assert read_capabilities(text) is None


def test_what_the_store_keeps_beside_capabilities_is_left_alone() -> None:
    stored = json.loads(write_capabilities(OLD)) | {"unreadable": {"said": "No.", "at": "now"}}
    assert read_capabilities(json.dumps(stored)) == OLD


@given(st.text())
def test_no_stored_text_crashes_the_parser(text: str) -> None:
    read_capabilities(text)


def test_capabilities_are_described_in_words() -> None:
    assert describe_capabilities(Capabilities()) == ("answers follow a JSON schema",)
    assert describe_capabilities(replace(OLD, max_limit=64, system_role=False)) == (
        "answers are JSON, without a schema",
        "accepts no temperature",
        "takes the limit on answers as max_completion_tokens",
        "answers have at most 64 tokens",
        "takes no system message: instructions go with the question",
        "reasons before it answers, with 2000 more tokens",
    )
    assert describe_capabilities(Capabilities(ResponseFormat.TEXT, limit_param=None)) == (
        "answers are plain text",
        "accepts no limit on answers",
    )


def test_what_was_discovered_is_logged_without_the_servers_message(
    server: StandIn, model: OpenAICompatible, caplog: pytest.LogCaptureFixture
) -> None:
    message = "temperature is bad, Paper 412: Bats"
    server.always = accepts_no("temperature", message, sent=lambda asked: "temperature" in asked)
    with caplog.at_level("INFO", "paperlark"):
        model.ask(PROMPT)
    found = "answers follow a JSON schema; accepts no temperature"
    logged = [one.getMessage() for one in caplog.records if one.name.startswith("paperlark")]
    assert logged == [
        f"the server rejected the request's form; next try: {found}",
        f"capabilities discovered: {found}",
    ]
