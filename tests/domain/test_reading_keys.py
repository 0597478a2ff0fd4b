from __future__ import annotations

import pytest

from paperlark.domain.reading_keys import COMMANDS, KEYS, with_changes


def test_every_command_has_a_key_of_its_own() -> None:
    assert KEYS.keys() == COMMANDS.keys()
    assert len(set(KEYS.values())) == len(KEYS)


def test_keys_are_changed_and_taken_away() -> None:
    keys = with_changes({"want": "+", "hide": ""})
    assert (keys["want"], keys["hide"], keys["not"]) == ("+", "", "x")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"burn": "b"}, "no command 'burn'"),
        ({"want": "yes"}, "want: expected one character"),
        ({"want": " "}, "want: expected one character"),
        ({"want": "x"}, "'x' would do several things: want, not"),
    ],
)
def test_keys_that_cannot_be_are_refused(changes: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        with_changes(changes)
