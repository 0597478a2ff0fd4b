"""What a run found out about a model server is known to the next one."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperlark.compose.model_server import known_server
from paperlark.settings import load_settings
from paperlark.store.model_servers import ModelServerStore
from standins.commands import Paperlark
from standins.openai import Body, StandIn, accepts_no, says

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
MESSAGE = "This response_format type is unavailable now"


@pytest.fixture
def profile(home: Path, server: StandIn) -> Path:
    path = home / "paperlark.toml"
    with path.open("a") as file:
        file.write(f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\n')
    return path


def has_schema(asked: Body) -> bool:
    return "schema" in str(asked.get("response_format"))


def test_nothing_is_found_out_twice(paperlark: Paperlark, profile: Path, server: StandIn) -> None:
    server.always = accepts_no("response_format", MESSAGE, sent=has_schema)
    assert known_server(load_settings(profile)) is None
    assert paperlark(*RUN).exit_code == 0
    refused = [has_schema(question) for question in server.questions]
    assert refused[:3] == [True, True, False]
    known = known_server(load_settings(profile))
    assert known is not None
    assert (known.base_url, known.model) == (server.base_url, "gpt-4o")
    assert known.found == ("answers are JSON, without a schema",)
    server.questions.clear()
    with (profile.parent / "criteria.md").open("a") as criteria:
        criteria.write("\n## Owls\nRelevant: owls.")
    assert paperlark(*RUN).exit_code == 0
    assert [has_schema(question) for question in server.questions] == [False]


def test_what_is_no_dialect_any_more_is_found_out_again(
    paperlark: Paperlark, profile: Path, server: StandIn
) -> None:
    settings = load_settings(profile)
    paperlark(*RUN)
    ModelServerStore(settings.database).keep(server.base_url, "gpt-4o", '{"form": "sonnet"}')
    assert known_server(settings) is None
    with (profile.parent / "criteria.md").open("a") as criteria:
        criteria.write("\n## Owls\nRelevant: owls.")
    assert paperlark(*RUN).exit_code == 0
    known = known_server(settings)
    assert known is not None
    assert known.found == ("answers follow a JSON schema",)


def test_a_profile_without_a_model_knows_no_server(home: Path) -> None:
    assert known_server(load_settings(home / "paperlark.toml")) is None


def test_a_model_that_thinks_is_given_room(
    paperlark: Paperlark, profile: Path, server: StandIn
) -> None:
    server.then(says("", finish="length"))
    assert paperlark(*RUN).exit_code == 0
    limits = [question["max_tokens"] for question in server.questions]
    assert limits[1] >= 4 * limits[0]
    known = known_server(load_settings(profile))
    assert known is not None
    assert known.found[-1].startswith("reasons before it answers, with")


@pytest.mark.usefixtures("profile")
def test_a_model_that_cannot_be_read_is_asked_one_question_by_the_next_run(
    paperlark: Paperlark, server: StandIn
) -> None:
    """Each run in a process of its own would see the same: it is in the database."""
    server.always = says("I am only a parrot.")
    first = paperlark(*RUN)
    asked = len(server.questions)
    assert "“I am only a parrot.”" in first.output
    assert 1 < asked <= 6
    warned = paperlark("doctor", "--offline")
    assert "gave replies that could not be read" in warned.output
    assert "“I am only a parrot.”" in warned.output
    paperlark(*RUN)
    assert len(server.questions) == asked + 1
    server.always = None
    assert paperlark(*RUN).exit_code == 0
    assert "could not be read" not in paperlark("doctor", "--offline").output
