from __future__ import annotations

import pytest

from paperlark.llm.prices import context_window

OPENAI = "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("model", "base_url", "tokens"),
    [
        ("gpt-4o", OPENAI, 128_000),
        ("gpt-4", OPENAI, 8192),
        ("gpt-3.5-turbo", OPENAI, 16_385),
        ("gpt-4o", "https://gateway.example.org/v1", 128_000),
        ("openai/gpt-4o", "https://openrouter.ai/api/v1", 128_000),
        ("claude-sonnet-4-5", "http://localhost:4000/v1", 200_000),
        ("llama3.1:8b", "http://localhost:11434/v1", None),
        ("gpt-oss-20b", "http://localhost:8000/v1", None),
        ("deepseek-chat", "http://localhost:8000/v1", None),
        ("gpt-99-that-nobody-made", "http://localhost:8000/v1", None),
        ("no-such-model", OPENAI, None),
        ("", "", None),
    ],
)
def test_a_context_is_known_of_models_that_only_their_makers_serve(
    model: str, base_url: str, tokens: int | None
) -> None:
    assert context_window(model, base_url) == tokens
