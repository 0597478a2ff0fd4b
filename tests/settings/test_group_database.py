"""A group's file may name a database, whose readers are its members."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import ProfileError
from paperlark.settings.group import GroupDatabase, load_group

GROUP = """\
name = "Astronomy"
address = "https://papers.example.org"
database = "postgresql://lark@db.example.org/papers"

[sign_in]
method = "proxy"
proxies = ["127.0.0.1"]
"""


def _load(tmp_path: Path, text: str) -> GroupDatabase | None:
    (tmp_path / "group.toml").write_text(text)
    return load_group(tmp_path / "group.toml").accounts


def test_its_database_and_the_budget_of_all_are_read(tmp_path: Path) -> None:
    server = DatabaseServer("postgresql://lark@db.example.org/papers", tmp_path / "paperlark")
    found = _load(tmp_path, f"{GROUP}\n[budget]\nmonth = 120.5\n")
    assert found == GroupDatabase(server, tmp_path, Decimal("120.5"))


def test_a_small_group_may_name_a_file(tmp_path: Path) -> None:
    found = _load(tmp_path, GROUP.replace("postgresql://lark@db.example.org/papers", "lark.db"))
    assert found == GroupDatabase(tmp_path / "lark.db", tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f'{GROUP}\n[members.ada]\nname = "Ada"\nprofile = "ada"\n',
            r":10: \[members.ada\] is not",
        ),
        (GROUP.replace("lark@", "lark:secret@"), r":3: database: write the address without its"),
        (GROUP.replace("database", "# database"), "members are missing"),
        (f"{GROUP}\n[budget]\nmonth = -1\n", r":10: budget.month is -1; expected dollars"),
        (
            f"{GROUP.replace('database', '# ')}\n[budget]\nmonth = 1\n"
            '[members.ada]\nname = "Ada"\nprofile = "ada"\nuser = "ada"\n',
            r":10: \[budget\] is for a group with a database",
        ),
    ],
)
def test_what_does_not_go_together_is_told_with_its_line(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ProfileError, match=told):
        _load(tmp_path, text)
