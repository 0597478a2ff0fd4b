"""What an account may do, and which id a new one has."""

from __future__ import annotations

import pytest

from paperlark.domain.accounts import Role, account_id, is_account_id
from standins.accounts import account


@pytest.mark.parametrize(
    ("role", "group", "other", "may"),
    [
        (Role.READER, "astro", Role.READER, False),
        (Role.GROUP_ADMIN, "astro", Role.READER, True),
        (Role.GROUP_ADMIN, "astro", Role.GROUP_ADMIN, True),
        (Role.GROUP_ADMIN, "astro", Role.ADMIN, False),
        (Role.GROUP_ADMIN, "maths", Role.READER, False),
        (Role.ADMIN, "maths", Role.READER, True),
        (Role.ADMIN, "maths", Role.ADMIN, True),
    ],
)
def test_an_admin_of_a_group_has_power_over_its_readers_alone(
    role: Role, group: str, other: Role, *, may: bool
) -> None:
    asking = account("ada", role=role, group=group)
    assert asking.may_administer(account("emmy", role=other)) is may


def test_a_disabled_admin_may_do_nothing() -> None:
    assert not account("ada", role=Role.ADMIN, disabled=True).may_administer(account("emmy"))


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Ada Lovelace", "ada-lovelace"),
        ("Émilie du Châtelet", "emilie-du-chatelet"),
        ("王贞仪", "reader"),
        ("x" * 80, "x" * 31),
        ("../../etc", "etc"),
    ],
)
def test_an_id_is_made_of_the_words_of_a_name(name: str, made: str) -> None:
    assert account_id(name, (), lambda: "abcdefgh") == made
    assert is_account_id(made)


def test_an_id_that_is_taken_gets_random_letters() -> None:
    letters = iter(["aaaaaaaa", "bbbbbbbb"])
    taken = {"ada", "ada-aaaaaaaa"}
    assert account_id("Ada", taken, lambda: next(letters)) == "ada-bbbbbbbb"


@pytest.mark.parametrize("text", ["", "-ada", "Ada", "a/b", "a b", "a" * 41, "ada\n"])
def test_what_cannot_stand_in_an_address_is_no_id(text: str) -> None:
    assert not is_account_id(text)
