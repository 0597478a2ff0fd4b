"""Accounts are kept, found and changed, the same on either engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from paperlark.domain.accounts import AccountGroup, Role
from paperlark.domain.errors import AccountError, NoSuchReader
from paperlark.domain.readers import KnownReader
from paperlark.store.accounts import AccountStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.readers import ReaderStore
from standins.accounts import account
from standins.postgresql import ENGINES, OpenEngine

pytestmark = pytest.mark.parametrize("engine", ENGINES)
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)


def _clock() -> Callable[[], datetime]:
    seconds = count()
    return lambda: NOW + timedelta(seconds=next(seconds))


def _store(connection: DatabaseConnection) -> AccountStore:
    return AccountStore(connection, Path("store"), now=_clock())


def test_an_account_is_found_as_it_was_added(open_engine: OpenEngine, engine: str) -> None:
    with open_engine(engine) as connection:
        store = _store(connection)
        ada = account("ada", role=Role.ADMIN, disabled=True, budget=Decimal("2.50"))
        added = store.add(ada)
        assert store.find("ada") == added
        assert added.changed == NOW
        assert (added.role, added.disabled, added.budget) == (Role.ADMIN, True, Decimal("2.50"))
        assert store.find("emmy") is None
        assert ReaderStore(connection, Path("store")).all() == (KnownReader("ada", "Ada"),)


def test_accounts_are_listed_by_group_and_those_of_a_morning_with_their_categories(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        store = _store(connection)
        store.add(account("sophie", group="maths", categories=("math.NT", "math.AG")))
        store.add(account("emmy", disabled=True))
        store.add(account("ada"))
        assert [one.id for one in store.all()] == ["ada", "emmy", "sophie"]
        assert [one.id for one in store.all(group="astro")] == ["ada", "emmy"]
        assert [one.id for one in store.all(group="astro", enabled=True)] == ["ada"]
        assert store.enabled_categories() == (
            ("ada", ("cs.LG", "cs.CL")),
            ("sophie", ("math.NT", "math.AG")),
        )
        assert store.count() == 3
        assert store.count(group="maths") == 1
        assert [one.id for one in store.page(group=None, after="ada", most=1)] == ["emmy"]


def test_some_accounts_are_found_however_many_are_asked_for(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        store = _store(connection)
        store.add(account("ada"))
        store.add(account("zoe"))
        wanted = ["zoe", "ada", *(f"nobody-{number}" for number in range(1200))]
        assert [one.id for one in store.some(wanted)] == ["ada", "zoe"]


def test_an_id_and_what_identifies_at_sign_in_belong_to_one_reader(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        store = _store(connection)
        store.add(account("ada", email="Ada@Example.org"))
        with pytest.raises(AccountError, match="there is a reader 'ada' already"):
            store.add(account("ada", email="", user="", subject=""))
        with pytest.raises(AccountError, match=r"the email .* is that of the reader 'ada'"):
            store.add(account("eve", email="ada@example.org", user="", subject=""))
        emmy = store.add(account("emmy"))
        with pytest.raises(AccountError, match="the user 'ada' is that of the reader 'ada'"):
            store.change(account("emmy", user="ada"), instead_of=emmy.changed)
        assert [one.id for one in store.all()] == ["ada", "emmy"]
        assert store.find("emmy") == emmy


def test_a_reader_of_a_file_s_profile_keeps_their_id(open_engine: OpenEngine, engine: str) -> None:
    with open_engine(engine) as connection:
        ReaderStore(connection, Path("store")).keep(lambda _: KnownReader("ada", "Ada", "a.toml"))
        with pytest.raises(AccountError, match="there is a reader 'ada' already"):
            _store(connection).add(account("ada"))


def test_who_signs_in_is_found_unless_disabled(open_engine: OpenEngine, engine: str) -> None:
    with open_engine(engine) as connection:
        store = _store(connection)
        store.add(account("ada"))
        store.add(account("eve", disabled=True))
        assert store.find_signed_in(email="ADA@example.ORG") == "ada"
        assert store.find_signed_in(user="ada") == "ada"
        assert store.find_signed_in(subject="subject-ada") == "ada"
        assert store.find_signed_in(user="Ada") is None
        assert store.find_signed_in(email="eve@example.org") is None
        assert store.find_signed_in() is None
        assert store.find_signed_in(email="' OR '1' = '1") is None


def test_of_two_changes_at_once_the_second_is_refused(open_engine: OpenEngine, engine: str) -> None:
    with open_engine(engine) as connection:
        store = _store(connection)
        before = store.add(account("ada"))
        changed = store.change(account("ada", name="Ada Lovelace"), instead_of=before.changed)
        with pytest.raises(AccountError, match="changed meanwhile by somebody else"):
            store.change(account("ada", name="Eve"), instead_of=before.changed)
        assert store.get("ada") == changed
        assert changed.name == "Ada Lovelace"
        with pytest.raises(NoSuchReader, match="no reader 'nobody'"):
            store.change(account("nobody"), instead_of=None)


def test_a_group_is_there_with_its_first_reader_and_may_have_a_budget(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        store = _store(connection)
        store.add(account("ada"))
        store.keep_group(AccountGroup("maths", Decimal(20)))
        store.keep_group(AccountGroup("maths", Decimal(30)))
        store.add(account("sophie", group="maths"))
        assert store.groups() == (AccountGroup("astro"), AccountGroup("maths", Decimal(30)))
        assert store.group("maths") == AccountGroup("maths", Decimal(30))
        assert store.group("nobody's") is None
