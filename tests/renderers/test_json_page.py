from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paperlark.domain.digest import Digest
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.schema import JsonDigest, json_schema
from standins.digests import (
    hostile,
    narrowed,
    ordinary,
    partial,
    quiet,
    with_something_else,
    without_judge,
)

SCHEMA = Path(__file__).parents[2] / "docs/reference/digest.schema.json"


def rendered(digest: Digest) -> Any:
    return json.loads(JsonRenderer().render(digest).content)


@pytest.mark.parametrize(
    "make", [ordinary, partial, narrowed, quiet, without_judge, with_something_else, hostile]
)
def test_every_page_is_of_the_documented_shape(make: Callable[[], Digest]) -> None:
    content = JsonRenderer().render(make()).content
    assert content.endswith(b"}\n")
    assert JsonDigest.model_validate_json(content, strict=False).profile


def test_the_documented_schema_is_the_one_in_the_code() -> None:
    hint = f"run: python -m paperlark.renderers.schema > {SCHEMA.relative_to(SCHEMA.parents[2])}"
    assert SCHEMA.read_text("utf-8") == json_schema(), hint


def test_an_entry_holds_what_a_program_needs() -> None:
    page = rendered(ordinary())
    first, second, _ = page["entries"]
    assert page["schema"] == "paperlark/digest/1"
    assert (second["id"], second["version"]) == ("2502.00002", 1)
    assert second["authors"][1] == {
        "name": "Łukasz Kuśmierz",
        "affiliation": "Example University",
    }
    assert second["judgement"]["relevance"] == 9
    assert second["match"]["rank"] == 2
    assert "score" not in second["match"]
    assert first["followed"] == [{"name": "Ada Example", "by": "name", "order_reversed": False}]
    assert first["judgement"] is None


def test_money_is_exact_and_the_unknown_is_null() -> None:
    assert rendered(ordinary())["usage"]["cost_usd"] == {
        "prompt": "0.1474725",
        "completion": "0.08331",
        "total": "0.2307825",
    }
    assert rendered(partial())["usage"]["cost_usd"] is None
    assert rendered(without_judge())["usage"] is None


def test_papers_without_a_judgement_say_why() -> None:
    assert rendered(partial())["unjudged"][0] == {
        "id": "2502.00007",
        "version": 1,
        "url": "https://arxiv.org/abs/2502.00007",
        "title": "Title 7",
        "lack": "failed",
        "reason": "the reply was no JSON",
    }
