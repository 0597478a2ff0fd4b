from __future__ import annotations

import json
import lzma
from itertools import islice
from pathlib import Path

import pytest
import toktok
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import ModelRefused
from paperlark.domain.spending import Spend, Tokens
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.whole import least_tokens
from standins.openai import MODEL, StandIn, says

VOCABULARIES = ("o200k_base", "qwen3.5")
PROMPT = Prompt("Judge as JSON.", " ".join(["bats"] * 3000), {}, 100)


@pytest.mark.slow
@given(
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.text("aBé1_-.,' \n(\u2019\"$\\\u0947\u093f\u0939")
)
def test_no_vocabulary_has_fewer_tokens(text: str) -> None:
    counts = [toktok.batch_count([text], name)[0] for name in VOCABULARIES]
    assert least_tokens(text) <= min(counts)


def test_most_vocabularies_have_few_more_in_an_abstract(shared: Path) -> None:
    with lzma.open(shared / "corpus" / "abstracts.jsonl.xz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["abstract"] for line in islice(lines, 500)]
    least = sum(map(least_tokens, texts))
    for name in VOCABULARIES:
        assert 0.75 < least / sum(toktok.batch_count(texts, name)) < 1


@pytest.mark.parametrize("counted", [1, 2048, 3002])
def test_an_answer_to_half_a_question_is_not_believed(server: StandIn, counted: int) -> None:
    usage = {"prompt_tokens": counted, "completion_tokens": 10}
    server.always = says('{"rows": []}', usage=usage)
    with (
        OpenAICompatible(server.base_url, MODEL) as model,
        pytest.raises(ModelRefused) as raised,
    ):
        model.ask(PROMPT)
    assert raised.value.spend == Spend(Tokens(counted, 10), None)
    assert str(raised.value) == (
        f"{server.base_url.split('/')[2]} read {counted} tokens of a question of at least 3004: it"
        " cuts off what is too long for it: have it hold more (Ollama: OLLAMA_CONTEXT_LENGTH=8192,"
        " or num_ctx in a Modelfile), or put fewer papers into one question"
    )


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 3004, "completion_tokens": 10},
        {"prompt_tokens": 0, "completion_tokens": 10},  # Ollama, of a prompt that it had cached
        {},
        None,
    ],
)
def test_a_server_that_may_have_read_all_is_believed(
    server: StandIn, usage: dict[str, int] | None
) -> None:
    server.always = says("fine", usage=usage)
    with OpenAICompatible(server.base_url, MODEL) as model:
        assert model.ask(PROMPT).text == "fine"
