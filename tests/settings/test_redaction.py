from __future__ import annotations

import pytest

from paperlark.settings import environment
from paperlark.settings.environment import (
    Environment,
    redact_secrets,
    remember_secret,
    remember_variables,
)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_known", set())


def test_a_secret_that_was_looked_up_is_left_out_from_then_on() -> None:
    assert redact_secrets("Bearer sk-4711") == "Bearer sk-4711"
    assert Environment(variables={"MODEL": "sk-4711"}).secret("MODEL") == "sk-4711"
    assert redact_secrets("Bearer sk-4711") == "Bearer [secret]"


def test_variables_are_secrets_by_their_names() -> None:
    remember_variables({"SLACK_TOKEN": "xoxb-123", "HOME": "/home/ada", "PIN_KEY": "123"})
    assert redact_secrets("xoxb-123 of /home/ada in 123 s") == "[secret] of /home/ada in 123 s"


def test_one_secret_may_be_part_of_another_or_of_what_replaces_it() -> None:
    for secret in ("secret", "open-secret-sesame"):
        remember_secret(secret)
    assert redact_secrets("open-secret-sesame, secret") == "[secret], [secret]"
